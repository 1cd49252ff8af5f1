"""The pages: who reaches them, what they show, what they say to bad input, and that nothing typed is lost."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from authorizations.actions import record_revocation
from disclosures.ledger.models import Entry
from disclosures.ledger.rules import Basis
from disclosures.releases import actions
from disclosures.releases.models import Release
from disclosures.releases.rules import Method, ReleaseState
from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from tests.chart.test_safety import signed_plan

from .conftest import CANARY, LAWYER, PURPOSE, note_keys
from .test_past import threat

pytestmark = pytest.mark.django_db

EVERYBODY = ("dana", "hale", "osei", "castellanos", "brook", "solo")


@pytest.fixture
def people(dana, hale, osei, castellanos, brook, solo):
    return dict(zip(EVERYBODY, (dana, hale, osei, castellanos, brook, solo), strict=True))


def statuses(people, signed_in, path, method="get"):
    return {name: getattr(signed_in(person), method)(path).status_code for name, person in people.items()}


def only(*names, ok=200, strangers=404):
    return {name: ok if name in names else strangers for name in EVERYBODY}


def test_the_list_and_the_start_pages_are_for_those_who_record_disclosures(people, signed_in):
    for name in ("release-list-all", "release-start", "record-start"):
        assert statuses(people, signed_in, reverse(name)) == only("dana", "hale", "osei", "castellanos", "solo")


def test_a_patients_pages_are_for_front_desk_compliance_and_their_own_clinician(people, signed_in, chart):
    for name in ("release-list", "release-new", "disclosure-record"):
        found = statuses(people, signed_in, reverse(name, args=[chart.pk]))
        assert found == only("dana", "hale", "castellanos", "solo")


def test_one_release_is_for_those_who_may_see_it_and_an_absent_one_for_nobody(people, signed_in, prepared):
    release = prepared()
    for name in ("release-open", "release-withdraw"):
        found = statuses(people, signed_in, reverse(name, args=[release.pk]))
        assert found == only("dana", "hale", "castellanos", "solo")
        assert set(statuses(people, signed_in, reverse(name, args=[uuid4()])).values()) == {404}


def test_reading_what_is_to_leave_is_for_a_clinician_of_the_patient(people, signed_in, prepared):
    found = statuses(people, signed_in, reverse("release-approve", args=[prepared().pk]))
    assert found == only("hale") | {"dana": 403, "castellanos": 403, "solo": 403}


def test_what_is_absent_and_what_is_hidden_look_the_same(signed_in, osei, prepared):
    client = signed_in(osei)
    hidden = client.get(reverse("release-open", args=[prepared().pk]))
    absent = client.get(reverse("release-open", args=[uuid4()]))
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)


def test_the_front_desk_never_sees_what_a_note_says(signed_in, dana, approved, chart):
    release = approved()
    client = signed_in(dana)
    paths = [reverse(name, args=[release.pk]) for name in ("release-open", "release-hand-over", "release-withdraw")]
    paths += [reverse("release-list", args=[chart.pk]), reverse("release-list-all")]
    paths += [f"{reverse('release-new', args=[chart.pk])}?basis={release.authorization_id}"]
    for path in paths:
        assert CANARY not in client.get(path).content.decode()
    assert CANARY not in str(list(AuditEntry.objects.values_list("changes", "object_repr", "detail")))


def test_a_prepared_release_is_read_by_the_clinician_in_full(signed_in, hale, prepared):
    release = prepared()
    path, rows = reverse("release-approve", args=[release.pk]), [str(row.pk) for row in release.items.all()]
    client = signed_in(hale)
    page = client.get(path).content.decode()
    assert page.count(CANARY) == 2
    assert page.count('<details class="fold" open data-fold>') == len(rows), "nothing is folded before it was seen"
    assert f"{len(rows)} of {len(rows)}</strong> leave" in page
    client.post(path, {"keep": rows[1:], "stay": "1"})
    page = client.get(path).content.decode()
    assert f"{len(rows) - 1} of {len(rows)}</strong> leave" in page and page.count(CANARY) == 2, "and can be put back"


def new_form(chart, hale, **changes):
    given = {
        "recipient_name": LAWYER,
        "recipient_kind": "attorney",
        "recipient_address": "12 Court Street",
        "purpose": PURPOSE,
        "identity_verified": "called back",
        "method": "in_person",
        "approver": str(hale.pk),
        "items": note_keys(chart),
    }
    return {**given, **changes}


@pytest.fixture
def new_path(chart, paper):
    return f"{reverse('release-new', args=[chart.pk])}?basis={paper().pk}"


def test_from_the_form_to_the_clinicians_list(signed_in, dana, hale, chart, new_path):
    answer = signed_in(dana).post(new_path, new_form(chart, hale))
    release = Release.objects.get()
    assert answer.headers["Location"] == reverse("release-open", args=[release.pk])
    assert release.state == ReleaseState.AWAITING_APPROVAL


BAD = [
    ("recipient_name", "", "Name the person or office that receives it."),
    ("recipient_kind", "", "Choose what the recipient is."),
    ("purpose", "  ", "Say what it is for."),
    ("method", "pigeon", "Select a valid choice"),
    ("approver", "", "Choose a clinician who cares for this patient."),
    ("items", [], "Choose at least one document."),
    ("recipient_address", " ", "Give the postal address: it is to be mailed."),
    ("items", ["note:11111111-1111-4111-8111-111111111111"], "not in this chart any more"),
    ("purpose", "x" * 501, "At most 500 characters."),
]


@pytest.mark.parametrize(("field", "value", "words"), BAD, ids=[f"{field}-{words}" for field, _, words in BAD])
def test_bad_input_comes_back_with_a_sentence_and_what_was_typed(
    signed_in, dana, hale, chart, new_path, field, value, words
):
    typed = {"identity_verified": "kept as typed", "method": "mail", field: value}
    page = signed_in(dana).post(new_path, new_form(chart, hale, **typed))
    assert page.status_code == 200
    assert words in page.content.decode()
    assert "kept as typed" in page.content.decode()
    assert not Release.objects.exists()


def test_emoji_and_right_to_left_names_are_kept_as_they_are(signed_in, dana, hale, chart, paper):
    name = "משרד עורכי דין כהן 🕊"
    path = f"{reverse('release-new', args=[chart.pk])}?basis={paper(recipient_name=name).pk}"
    signed_in(dana).post(path, new_form(chart, hale, recipient_name=name))
    assert Release.objects.get().recipient_name == name


def test_the_gates_answer_is_shown_in_words_with_what_would_make_it_right(signed_in, dana, hale, chart, new_path):
    page = signed_in(dana).post(new_path, new_form(chart, hale, recipient_name="Somebody else", identity_verified=""))
    text = page.content.decode()
    assert "This authorization does not name this recipient." in text
    assert "identity and authority were checked" in text
    assert "45 CFR 164.514(h)(1)" in text
    assert not Release.objects.exists()


def test_what_the_authorization_does_not_cover_cannot_be_ticked(signed_in, dana, chart, paper):
    authorization = paper(covers_from=today() - timedelta(days=30), covers_to=today())
    page = signed_in(dana).get(f"{reverse('release-new', args=[chart.pk])}?basis={authorization.pk}").content.decode()
    assert page.count(" checked") == 2  # the session and the note of twenty days ago
    assert page.count(" disabled") == 2


def test_what_cannot_be_ticked_cannot_be_posted_either(signed_in, dana, hale, chart, paper):
    authorization = paper(covers_from=today() - timedelta(days=30), covers_to=today())
    path = f"{reverse('release-new', args=[chart.pk])}?basis={authorization.pk}"
    page = signed_in(dana).post(path, new_form(chart, hale))
    assert "1 of 2 chosen items lie outside" in page.content.decode()
    assert not Release.objects.exists()


@pytest.mark.parametrize("query", ["?basis=B_IMPERMISSIBLE", "?basis=B_INCIDENTAL", "?basis=nonsense", "?basis="])
def test_what_nobody_plans_cannot_be_prepared(signed_in, dana, hale, chart, query):
    page = signed_in(dana).post(reverse("release-new", args=[chart.pk]) + query, new_form(chart, hale))
    assert not Release.objects.exists()
    assert page.status_code == 200


def test_the_journey_through_the_pages(signed_in, dana, hale, chart, new_path):
    desk, clinician = signed_in(dana), signed_in(hale)
    desk.post(new_path, new_form(chart, hale))
    release = Release.objects.get()
    at = {
        name: reverse(f"release-{name}", args=[release.pk])
        for name in ("open", "approve", "hand-over", "package", "close", "cover")
    }
    assert desk.post(at["package"]).status_code == 403
    assert desk.get(at["cover"]).status_code == 404
    read = clinician.get(at["approve"]).context["read"]
    clinician.post(at["approve"], {"keep": [str(item.pk) for item in release.items.all()], "read": read})
    assert "Hand over" in desk.get(at["open"]).content.decode()
    assert desk.post(at["hand-over"], {"identity": "card seen"}).status_code == 302
    given = desk.post(at["package"])
    assert given.content.startswith(b"%PDF")
    assert chart.legal_name.split()[1] not in given.headers["Content-Disposition"]
    assert desk.get(at["cover"]).content.startswith(b"%PDF")
    wrong = desk.post(at["close"], {"outcome": "delivered", "on": (today() + timedelta(days=1)).isoformat()})
    assert "This day has not come yet." in wrong.content.decode()
    assert (
        "Say why it did not arrive."
        in desk.post(at["close"], {"outcome": "not_delivered", "on": today().isoformat()}).content.decode()
    )
    desk.post(at["close"], {"outcome": "delivered", "on": today().isoformat(), "receipt": "signed for by J. Stone"})
    release.refresh_from_db()
    assert release.state == ReleaseState.DELIVERED
    assert "signed for by J. Stone" in desk.get(at["open"]).content.decode()
    events = set(AuditEntry.objects.filter(object_pk=str(release.pk)).values_list("event", flat=True))
    assert {AuditEvent.RELEASE_PREPARED, AuditEvent.RELEASE_APPROVED, AuditEvent.RELEASE_COMMITTED,
            AuditEvent.RELEASE_DELIVERED, AuditEvent.RELEASE_CLOSED, AuditEvent.VIEWED} <= events  # fmt: skip


def test_what_is_given_from_hand_to_hand_asks_who_stands_there(signed_in, dana, approved):
    release, client = approved(), signed_in(dana)
    url = reverse("release-hand-over", args=[release.pk])
    assert "Say how you know that it is them." in client.post(url, {"identity": " "}).content.decode()
    assert not Entry.objects.exists()
    client.post(url, {"identity": "identity card seen"})
    release.refresh_from_db()
    assert release.identity_verified.endswith("; at hand-over: identity card seen")
    mailed = approved(method=Method.MAIL)
    assert "How you know it is them" not in client.get(reverse("release-hand-over", args=[mailed.pk])).content.decode()


def test_a_hand_over_that_was_revoked_meanwhile_shows_why_and_enters_nothing(signed_in, dana, approved):
    from django.utils import timezone

    release = approved()
    record_revocation(by=dana, authorization=release.authorization, written=True, received_at=timezone.now())
    page = signed_in(dana).post(reverse("release-hand-over", args=[release.pk]))
    assert "It was revoked in writing." in page.content.decode()
    assert not Entry.objects.exists()


def test_bytes_stopped_by_a_revocation_say_so(signed_in, dana, approved):
    from django.utils import timezone

    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    record_revocation(by=dana, authorization=release.authorization, written=True, received_at=timezone.now())
    page = signed_in(dana).post(reverse("release-package", args=[release.pk]))
    assert page.status_code == 409
    assert "Stopped before anything left" in page.content.decode()


def test_the_passphrase_is_shown_once_and_kept_nowhere(signed_in, dana, approved):
    release = approved(method="locked_file")
    client = signed_in(dana)
    page = client.post(reverse("release-lock", args=[release.pk])).content.decode()
    shown = page.split('<p class="copy-once">')[1].split("<")[0]
    assert len(shown) == 24
    assert shown not in client.get(reverse("release-hand-over", args=[release.pk])).content.decode()
    assert shown not in str(client.session.items())
    assert shown not in str(list(AuditEntry.objects.values_list("changes", "detail")))


def record_form(**changes):
    given = {
        "record_class": "CHART",
        "disclosed_on": today().isoformat(),
        "method": "fax",
        "description": "One page",
        "recipient_name": "Unknown subscriber",
        "recipient_kind": "other",
        "purpose": "Sent by mistake",
    }
    return {**given, **changes}


def test_a_misdirected_fax_is_recorded_from_the_form_in_one_go(signed_in, dana, lindqvist):
    path = f"{reverse('disclosure-record', args=[lindqvist.pk])}?basis=B_IMPERMISSIBLE"
    page = signed_in(dana).post(path, record_form(), follow=True).content.decode()
    assert Entry.objects.get().basis == Basis.B_IMPERMISSIBLE
    assert "The compliance officer has been asked to look at it." in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("disclosed_on", (today() + timedelta(days=1)).isoformat(), "This day has not come yet."),
        ("disclosed_on", "the other day", "Give the day as a date."),
        ("recipient_name", " ", "Name the person or office that receives it."),
        ("description", "", "Say what was given out"),
    ],
)
def test_a_bad_record_comes_back_with_a_sentence(signed_in, dana, lindqvist, field, value, words):
    path = f"{reverse('disclosure-record', args=[lindqvist.pk])}?basis=B_TREATMENT"
    page = signed_in(dana).post(path, record_form(**{"purpose": "kept as typed", field: value})).content.decode()
    assert words in page
    assert "kept as typed" in page
    assert not Entry.objects.exists()


def test_the_front_desk_is_told_who_records_disclosures_of_psychotherapy_notes(signed_in, dana, lindqvist):
    path = f"{reverse('disclosure-record', args=[lindqvist.pk])}?class=PN"
    page = signed_in(dana).get(path)
    assert page.status_code == 403
    assert "The therapist who wrote the notes records it, or the compliance officer." in page.content.decode()


def test_the_same_is_recorded_for_a_further_recipient_without_typing_it_again(signed_in, hale, lindqvist):
    release, _ = actions.record_past_disclosure(by=hale, release=threat(lindqvist), author=hale)
    client = signed_in(hale)
    page = client.get(reverse("release-open", args=[release.pk])).content.decode()
    path = page.split('class="btn btn-secondary" href="')[1].split('"')[0].replace("&amp;", "&")
    again = client.get(path).content.decode()
    assert "Psychotherapy notes: content of a threat" in again
    assert again.count("as documented") == len(release.facts) - 1  # its description has a field of its own
    assert "Springfield Police" not in again


def test_an_authorization_for_certain_days_asks_which_days_the_records_are_from(signed_in, dana, lindqvist, paper):
    authorization = paper(covers_from=today() - timedelta(days=90), covers_to=today())
    path = f"{reverse('disclosure-record', args=[lindqvist.pk])}?basis={authorization.pk}"
    form = record_form(recipient_name=LAWYER, recipient_kind="attorney", purpose=PURPOSE, identity_verified="known")
    client = signed_in(dana)
    assert "say which days the records are from" in client.post(path, form).content.decode()
    day = (today() - timedelta(days=5)).isoformat()
    client.post(path, form | {"dated_from": day, "dated_to": day})
    assert Entry.objects.get().basis == Basis.B_AUTHORIZATION


def test_finding_whose_records_leads_to_the_form_and_only_among_ones_own(signed_in, dana, osei, lindqvist, abernathy):
    found = signed_in(dana).post(reverse("release-start"), {"q": "20388"})
    assert found.headers["Location"] == reverse("release-new", args=[lindqvist.pk])
    found = signed_in(dana).post(reverse("record-start"), {"q": "20388"})
    assert found.headers["Location"] == reverse("disclosure-record", args=[lindqvist.pk])
    assert signed_in(osei).post(reverse("release-start"), {"q": "20388"}).status_code == 200


def test_the_list_says_on_whom_each_release_waits(signed_in, dana, hale, prepared, approved):
    waiting = approved()
    assert "package approved" in signed_in(dana).get(reverse("release-list-all")).content.decode()
    mine = signed_in(hale).get(reverse("release-list-all") + "?show=mine").content.decode()
    assert waiting.number not in mine


def test_the_list_takes_the_same_number_of_queries_for_many(signed_in, dana, approved, django_assert_max_num_queries):
    client = signed_in(dana)
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    approved()
    client.get(reverse("release-list-all"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("release-list-all"))
    for _ in range(4):
        approved()
    with CaptureQueriesContext(connection) as five:
        client.get(reverse("release-list-all"))
    assert len(five) == len(one)


def test_a_release_that_waits_shows_its_button_only_to_those_who_may_approve(signed_in, dana, hale, prepared):
    path = reverse("release-open", args=[prepared().pk])
    desk, clinician = (signed_in(person).get(path).content.decode() for person in (dana, hale))
    assert f"Waiting on {hale.display_name}" in desk
    assert ">Read and approve</a>" not in desk
    assert ">Read and approve</a>" in clinician


def test_an_authorization_for_psychotherapy_notes_says_who_can_prepare_that_release(signed_in, dana, chart, paper):
    path = reverse("release-new", args=[chart.pk])
    client = signed_in(dana)
    assert "Only the therapist can prepare such a release" not in client.get(path).content.decode()
    authorization = paper(notes=True)
    page = client.get(path).content.decode()
    assert "Only the therapist can prepare such a release" in page
    assert reverse("authorization-open", args=[authorization.pk]) in page
    assert f"basis={authorization.pk}" not in page


def test_an_ended_authorization_is_shown_with_the_reason_and_is_not_offered(signed_in, dana, chart, paper):
    from django.utils import timezone

    authorization = paper()
    record_revocation(by=dana, authorization=authorization, written=True, received_at=timezone.now())
    page = signed_in(dana).get(reverse("release-new", args=[chart.pk])).content.decode()
    assert "Use this" not in page
    assert "Revoked in writing" in page
    assert reverse("authorization-open", args=[authorization.pk]) in page


def test_every_ground_that_can_be_planned_is_offered_in_a_group(signed_in, dana, chart):
    from disclosures.releases.forms import GROUPS, PLANNABLE

    page = signed_in(dana).get(reverse("release-new", args=[chart.pk])).content.decode()
    offered = {basis for basis in Basis if f'<option value="{basis.value}">' in page}
    assert offered == set(PLANNABLE) - {Basis.B_AUTHORIZATION}
    assert sorted(basis for group in GROUPS.values() for basis in group) == sorted(Basis)
    assert '<optgroup label="Every day"><option value="B_TO_INDIVIDUAL">' in page


def test_what_goes_to_the_patient_goes_to_the_confidential_address(signed_in, dana, hale, chart):
    from practice.people.rules import AddressUse

    chart.addresses.create(use=AddressUse.HOME, lines="1 Home Street", city="Springfield")
    chart.addresses.create(
        use=AddressUse.CONFIDENTIAL, lines="PO Box 77", city="Decatur", state="IL", postal_code="62521"
    )
    client, path = signed_in(dana), f"{reverse('release-new', args=[chart.pk])}?basis=B_TO_INDIVIDUAL"
    page = client.get(path).content.decode()
    assert "PO Box 77\nDecatur, IL 62521</textarea>" in page
    assert "1 Home Street" not in page


def test_the_address_of_the_authorization_is_filled_in_and_shown_where_it_leaves(signed_in, dana, approved, new_path):
    client = signed_in(dana)
    assert "12 Court Street, Springfield</textarea>" in client.get(new_path).content.decode()
    release = approved(method="mail")
    for name in ("release-open", "release-hand-over"):
        assert "12 Court Street, Springfield" in client.get(reverse(name, args=[release.pk])).content.decode()


def test_the_questions_come_before_the_documents_which_stand_under_their_years(signed_in, dana, new_path):
    page = signed_in(dana).get(new_path).content.decode()
    assert page.index('name="approver"') < page.index('name="items"')
    assert f'<h3 class="group-title">{(today() - timedelta(days=20)).year}</h3>' in page
    assert "Progress notes 2</button>" in page


def test_a_safety_plan_is_given_to_the_patient_from_its_own_page(signed_in, hale, dana, chart):
    plan = signed_plan(hale, chart)
    client = signed_in(hale)
    link = f"{reverse('release-new', args=[chart.pk])}?basis=B_TO_INDIVIDUAL&item=safety:{plan.pk}"
    assert link.replace("&", "&amp;") in client.get(reverse("patient-safety", args=[chart.pk])).text
    form = client.get(link).context["form"]
    assert form["items"].value() == [f"safety:{plan.pk}"]
    assert (form["method"].value(), form["approver"].value()) == (Method.IN_PERSON, hale.pk)
    assert signed_in(dana).get(link).context["form"]["approver"].value() == hale.pk, "the only one who may"
    elsewhere = client.get(link.replace(str(plan.pk), str(uuid4()))).context["form"]
    assert not elsewhere["items"].value() and not elsewhere["method"].value()
