"""How a patient asked to be reached: taken as given, in force by its days, and what the head of every page shows."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people import actions
from practice.people.confidential import LetterAddress, Means, missing_of_place
from practice.people.models import ContactWish, Patient, Staff
from practice.people.queries import contact_marks, letter_address
from practice.people.rules import AddressUse

DAY = timedelta(days=1)
TOWN = {"city": "Peoria", "state": "IL", "postal_code": "61602"}
Wish = Callable[..., ContactWish]


@pytest.fixture
def wish(dana: Staff, lindqvist: Patient) -> Wish:
    """`wish(Means.EMAIL, "t@example.org")`, from today; for mail the box."""

    def make(means: Means, value: str = "", **more: object) -> ContactWish:
        place = {"lines": value, **TOWN} if means == Means.MAIL else {"value": value}
        given = {"by": dana, "patient": lindqvist, "from_on": today(), "means": means, **place, **more}
        return actions.record_contact_wish(**given)

    return make


@pytest.fixture
def home(dana: Staff, lindqvist: Patient) -> None:
    actions.add_address(by=dana, patient=lindqvist, use=AddressUse.HOME, lines="1 Home St", from_on=today() - 900 * DAY)


def goes(patient: Patient, on: object = None) -> str:
    found = letter_address(patient, on or today())  # type: ignore[arg-type]
    return found.text if found else ""


def test_an_address_reads_as_on_the_envelope_and_another_way_says_so() -> None:
    box = LetterAddress("Tobias Lindqvist", lines="PO Box 9\n", city="Peoria", state="IL", postal_code="61602")
    assert box.envelope == ["Tobias Lindqvist", "PO Box 9", "Peoria, IL 61602"]
    assert LetterAddress("T", lines="2 Rue X", city="Lyon", country="France").text == "2 Rue X\nLyon\nFrance"
    assert LetterAddress("T", lines="1 A St", country="USA").text == "1 A St"
    assert box.one_line == "PO Box 9, Peoria, IL 61602"
    mail = LetterAddress("T", Means.EMAIL, confidential=True, value="t@example.org")
    assert (mail.text, mail.where) == ("By e-mail only: t@example.org", "t@example.org")
    assert mail.warning.startswith("Do not mail it") and not box.warning


@pytest.mark.django_db
@pytest.mark.usefixtures("home")
class TestWhereLettersGo:
    @pytest.mark.parametrize(
        ("means", "value", "wanted"),
        [
            (Means.MAIL, "PO Box 9", "PO Box 9\nPeoria, IL 61602"),
            (Means.EMAIL, "t@example.org", "By e-mail only: t@example.org"),
            (Means.FAX, "217-555-0199", "By fax only: 217-555-0199"),
            (Means.PHONE, "217-555-0160", "By telephone only: 217-555-0160"),
        ],
    )
    def test_a_wish_comes_before_the_home_address_and_is_shown_at_the_head_of_every_page(
        self, wish: Wish, lindqvist: Patient, means: Means, value: str, wanted: str
    ) -> None:
        assert goes(lindqvist) == "1 Home St"
        wish(means, value)
        assert goes(lindqvist) == wanted
        assert len(contact_marks(lindqvist, today())) == 1

    def test_paper_goes_to_the_box_when_calls_go_to_a_number(self, wish: Wish, lindqvist: Patient) -> None:
        wish(Means.PHONE, "217-555-0160")
        wish(Means.MAIL, "PO Box 9", beside=True)
        assert goes(lindqvist) == "PO Box 9\nPeoria, IL 61602"
        assert len(contact_marks(lindqvist, today())) == 2

    def test_it_holds_from_its_first_day_to_its_last(self, wish: Wish, dana: Staff, lindqvist: Patient) -> None:
        row = wish(Means.EMAIL, "t@example.org", from_on=today() - 5 * DAY)
        actions.end_contact_wish(by=dana, wish=row, until_on=today() - DAY)
        days = {day: goes(lindqvist, today() - day * DAY) for day in (6, 5, 1, 0)}
        assert [days[day] == "1 Home St" for day in (6, 5, 1, 0)] == [True, False, False, True]

    def test_a_new_wish_of_the_same_way_ends_the_one_before(self, wish: Wish, lindqvist: Patient) -> None:
        first = wish(Means.EMAIL, "old@example.org", from_on=today() - 9 * DAY)
        wish(Means.EMAIL, "new@example.org")
        first.refresh_from_db()
        assert first.until_on == today() - DAY and goes(lindqvist) == "By e-mail only: new@example.org"

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ((Means.MAIL, "PO Box 9"), (Means.EMAIL, "new@example.org")),
            ((Means.EMAIL, "old@example.org"), (Means.MAIL, "PO Box 9")),
            ((Means.PHONE, "217-555-0160"), (Means.FAX, "217-555-0199")),
        ],
    )
    def test_the_newer_wish_ends_the_older_so_that_none_contradicts_it(
        self, wish: Wish, lindqvist: Patient, first: tuple, second: tuple
    ) -> None:
        older = wish(*first, from_on=today() - 9 * DAY)
        wish(*second)
        older.refresh_from_db()
        assert older.until_on == today() - DAY
        assert second[1] in goes(lindqvist) and first[1] in goes(lindqvist, today() - DAY)
        assert len(contact_marks(lindqvist, today())) == 1

    def test_the_page_says_which_older_wish_it_ends_before_it_does(
        self, wish: Wish, signed_in: Callable[[Staff], Client], dana: Staff, lindqvist: Patient
    ) -> None:
        client, new = signed_in(dana), reverse("contact-wish-new", args=[lindqvist.pk])
        assert "asked for before" not in client.get(new).content.decode()
        wish(Means.MAIL, "PO Box 9", from_on=today() - 9 * DAY)
        assert "It ends the day before. By mail, to another address: PO Box 9" in client.get(new).content.decode()
        given = {"means": "email", "value": "t@example.org", "from_on": today()}
        assert "Say whether it ends." in client.post(new, given).content.decode()
        client.post(new, given | {"older": "holds"})
        assert len(contact_marks(lindqvist, today())) == 2
        client.post(new, given | {"older": "ends"})
        assert contact_marks(lindqvist, today()) == ["By e-mail only: t@example.org"]

    def test_no_wish_is_older_than_the_patients_first_day(
        self, wish: Wish, signed_in: Callable[[Staff], Client], dana: Staff, lindqvist: Patient
    ) -> None:
        early = lindqvist.opened_on - DAY
        with pytest.raises(Refused) as refused:
            wish(Means.EMAIL, "t@example.org", from_on=early)
        assert refused.value.refusal.code == "WISH_BEFORE_CARE"
        new = reverse("contact-wish-new", args=[lindqvist.pk])
        page = signed_in(dana).post(new, {"means": "email", "value": "t@example.org", "from_on": early})
        assert "first day here was" in page.content.decode()

    def test_ending_the_wish_ends_the_confidential_address_and_the_other_way_round(
        self, wish: Wish, dana: Staff, lindqvist: Patient
    ) -> None:
        row = wish(Means.MAIL, "PO Box 9")
        actions.end_contact_wish(by=dana, wish=row, until_on=today() - DAY)
        assert goes(lindqvist) == "1 Home St"
        again = wish(Means.MAIL, "PO Box 10")
        assert again.address is not None
        actions.end_address(by=dana, address=again.address, until_on=today() - DAY)
        again.refresh_from_db()
        assert again.until_on == today() - DAY and goes(lindqvist) == "1 Home St"


@pytest.mark.parametrize(
    ("place", "asked"),
    [
        (TOWN | {"lines": "PO Box 9"}, []),
        (TOWN | {"lines": "PO Box 9", "country": "U.S.A."}, []),
        (TOWN | {"lines": "PO Box 9", "postal_code": "61602-0009"}, []),
        ({"lines": "PO Box 9"}, ["city", "state", "postal_code"]),
        (TOWN | {"lines": " "}, ["lines"]),
        (TOWN | {"lines": "PO Box 9", "postal_code": "616"}, ["postal_code"]),
        ({"lines": "2 Rue X", "country": "France"}, ["lines"]),
        ({"lines": "2 Rue X", "city": "Lyon", "country": "France"}, []),
        ({"lines": "2 Rue X\n69001 Lyon", "country": "France"}, []),
    ],
)
def test_a_confidential_address_is_one_that_mail_reaches(place: dict[str, str], asked: list[str]) -> None:
    assert [field for field, _ in missing_of_place(**place)] == asked


@pytest.mark.django_db
def test_an_incomplete_address_gets_no_letters(
    signed_in: Callable[[Staff], Client], dana: Staff, lindqvist: Patient
) -> None:
    with pytest.raises(Refused) as refused:
        actions.record_contact_wish(by=dana, patient=lindqvist, means=Means.MAIL, lines="PO Box 9", from_on=today())
    assert refused.value.refusal.code == "WISH_ADDRESS_INCOMPLETE"
    client, new = signed_in(dana), reverse("contact-wish-new", args=[lindqvist.pk])
    page = client.post(new, {"means": "mail", "lines": "PO Box 9", "from_on": today()}).content.decode()
    assert "Give the city." in page and "Give the ZIP code" in page and "PO Box 9" in page
    assert not lindqvist.contact_wishes.exists() and not lindqvist.addresses.exists()


@pytest.mark.django_db
def test_a_wish_says_where(wish: Wish, dana: Staff, lindqvist: Patient) -> None:
    for means in Means:
        with pytest.raises(Refused):
            wish(means, " ")
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactWish.objects.create(
            patient=lindqvist, means=Means.MAIL, received_on=today(), from_on=today(), recorded_by=dana
        )


@pytest.mark.django_db
def test_the_page_takes_it_down_and_says_what_is_missing(
    signed_in: Callable[[Staff], Client], dana: Staff, lindqvist: Patient
) -> None:
    client, new = signed_in(dana), reverse("contact-wish-new", args=[lindqvist.pk])
    bare = client.post(new, {"means": "email", "value": "nobody", "from_on": today(), "payment": "cash"})
    assert "with an @ in it" in bare.content.decode() and "cash" in bare.content.decode()
    page = client.post(new, {"means": "phone", "value": "217-555-0160", "from_on": today()}, follow=True)
    assert "By telephone only: 217-555-0160" in page.content.decode()
