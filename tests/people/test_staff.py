"""Staff come by invitation, do what their roles say, and are gone at once when deactivated."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people import actions
from practice.people.actions.invitations import hash_of
from practice.people.models import Invitation, License, Patient, Staff
from practice.people.policies import may_open_chart
from practice.people.queries import is_supervised, refusal_to_keep_psychotherapy_notes
from practice.people.rules import LicenseKind, Role
from tests.everybody import PASSWORD, code_at, make_staff

SignedIn = Callable[[Staff], Client]
NEW = {"username": "r.moss", "full_name": "Rae Moss", "roles": ["clinician", "supervisor"], "title": "", "email": ""}


def link_in(body: bytes) -> str:
    return re.search(rb"/account/invitation/[\w-]+/", body)[0].decode()  # type: ignore[index]


class TestInvitation:
    def test_the_whole_way_from_invitation_to_the_home_page(self, brook: Staff, signed_in: SignedIn) -> None:
        answer = signed_in(brook).post(reverse("staff-new"), NEW)
        link = link_in(answer.content)
        newcomer = Client()
        page = newcomer.get(link, follow=True)
        assert page.redirect_chain[-1][0] == reverse("invitation-accept")
        assert b"Welcome, Rae Moss" in page.content
        answer = newcomer.post(reverse("invitation-accept"), {"password": PASSWORD, "again": PASSWORD})
        assert newcomer.get(reverse("home")).url == reverse("mfa_activate_totp")
        page = newcomer.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret
        answer = newcomer.post(reverse("mfa_activate_totp"), {"code": code_at(timezone.now().timestamp(), secret)})
        assert answer.url == reverse("mfa_view_recovery_codes")
        page = newcomer.get(answer.url)
        assert page.context["unused_codes"]
        assert newcomer.get(reverse("home")).status_code == 200

    def test_the_link_is_kept_as_a_hash_only(self, brook: Staff) -> None:
        person, token = actions.invite_staff(by=brook, **NEW)
        kept = Invitation.objects.get(staff=person)
        assert token not in str(vars(kept))
        assert kept.token_hash == hash_of(token)

    @pytest.mark.parametrize("spoil", ["used", "expired", "replaced", "deactivated", "never was"])
    def test_a_link_that_does_not_work_says_the_same_whatever_the_reason(self, brook: Staff, spoil: str) -> None:
        person, token = actions.invite_staff(by=brook, **NEW)
        when = timezone.now()
        if spoil == "used":
            actions.accept_invitation(token_hash=hash_of(token), password=PASSWORD)
        elif spoil == "expired":
            when += timedelta(days=7, seconds=1)
        elif spoil == "replaced":
            actions.make_way_in(by=brook, staff=person)
        elif spoil == "deactivated":
            actions.deactivate_staff(by=brook, staff=person)
        else:
            token = "made-up"
        with time_machine.travel(when):
            answer = Client().get(reverse("invitation-open", args=[token]), follow=True)
        assert answer.status_code == 410
        assert b"This link does not work" in answer.content
        assert b"Rae" not in answer.content

    def test_two_people_with_one_link_get_one_password(self, brook: Staff) -> None:
        _person, token = actions.invite_staff(by=brook, **NEW)
        first, second = Client(), Client()
        for client in (first, second):
            client.get(reverse("invitation-open", args=[token]))
        first.post(reverse("invitation-accept"), {"password": PASSWORD, "again": PASSWORD})
        other = "another long pass phrase"
        assert second.post(reverse("invitation-accept"), {"password": other, "again": other}).status_code == 410
        assert Staff.objects.get(username="r.moss").check_password(PASSWORD)

    @pytest.mark.parametrize(
        ("password", "again", "sentence"),
        [
            ("short", "short", b"too short"),
            ("password12345", "password12345", b"too common"),
            (PASSWORD, PASSWORD + "x", b"The two passwords differ"),
        ],
    )
    def test_a_weak_or_mistyped_password_is_explained(
        self, brook: Staff, password: str, again: str, sentence: bytes
    ) -> None:
        _person, token = actions.invite_staff(by=brook, **NEW)
        client = Client()
        client.get(reverse("invitation-open", args=[token]))
        assert sentence in client.post(reverse("invitation-accept"), {"password": password, "again": again}).content

    def test_an_empty_form_says_at_each_field_what_belongs_there(self, brook: Staff, signed_in: SignedIn) -> None:
        page = signed_in(brook).post(reverse("staff-new"), {"title": ""}).content.decode()
        for sentence in ("Give the name.", "Give the name they sign in by.", "Choose at least one role"):
            assert sentence in page
        _person, token = actions.invite_staff(by=brook, **NEW)
        client = Client()
        client.get(reverse("invitation-open", args=[token]))
        page = client.post(reverse("invitation-accept"), {"password": ""}).content.decode()
        assert "Choose a password." in page
        assert "Type the same password again." in page

    @pytest.mark.parametrize(("role", "leads_on"), [(Role.CLINICIAN, True), (Role.FRONT_DESK, False)])
    def test_the_page_of_the_link_leads_on_to_the_license_of_whoever_needs_one(
        self, brook: Staff, signed_in: SignedIn, role: str, leads_on: bool
    ) -> None:
        page = signed_in(brook).post(reverse("staff-new"), NEW | {"roles": [role]}).content.decode()
        assert (reverse("license-new", args=[Staff.objects.get(username="r.moss").pk]) in page) is leads_on
        assert "readonly" in page.split('id="link"')[1].split(">")[0]

    def test_a_name_that_is_taken_comes_back_with_everything_typed(self, brook: Staff, signed_in: SignedIn) -> None:
        answer = signed_in(brook).post(reverse("staff-new"), NEW | {"username": "Brook"})
        assert b"signs in with this name already" in answer.content
        assert b"Rae Moss" in answer.content

    def test_the_first_administrator_is_made_only_while_there_is_none(self, db: None) -> None:
        actions.first_administrator(username="ada", full_name="Ada Brook")
        with pytest.raises(Refused):
            actions.first_administrator(username="eve", full_name="Eve Other")


class TestNewWayIn:
    """Whoever holds a link to somebody's sign-in becomes them, and reads their psychotherapy notes."""

    def accept(self, token: str) -> int:
        client, password = Client(), "quite another pass phrase"
        client.get(reverse("invitation-open", args=[token]))
        form = {"password": password, "again": password}
        return client.post(reverse("invitation-accept"), form).status_code

    def test_an_administrator_alone_does_not_get_into_a_therapists_sign_in(
        self, brook: Staff, hale: Staff, signed_in: SignedIn
    ) -> None:
        client = signed_in(hale)
        token = actions.make_way_in(by=brook, staff=hale)
        assert self.accept(token) == 410
        with pytest.raises(Refused) as caught:
            actions.confirm_way_in(by=brook, invitation=hale.invitations.get())
        assert caught.value.refusal.code == "WAY_IN_TWO_PEOPLE"
        hale.refresh_from_db()
        assert hale.check_password(PASSWORD)  # nothing has changed for her
        assert client.get("/").status_code == 200

    def test_she_hears_of_it_at_her_next_sign_in_and_stops_it(self, brook: Staff, hale: Staff) -> None:
        cache.clear()
        token = actions.make_way_in(by=brook, staff=hale)
        client = Client()
        client.post(reverse("account_login"), {"login": "hale", "password": PASSWORD})
        answer = client.post(reverse("mfa_authenticate"), {"code": code_at(timezone.now().timestamp())})
        assert answer.url == reverse("way-in-own")
        assert b"Ada Brook made a link to your sign-in" in client.get(answer.url).content
        client.post(answer.url)
        with time_machine.travel(timezone.now() + timedelta(days=4)):
            assert self.accept(token) == 410
        assert client.get(answer.url).status_code == 404

    def test_after_three_days_it_opens_and_replaces_everything(
        self, brook: Staff, hale: Staff, signed_in: SignedIn
    ) -> None:
        token = actions.make_way_in(by=brook, staff=hale)
        with time_machine.travel(timezone.now() + timedelta(days=3, minutes=1)):
            client = signed_in(hale)
            assert self.accept(token) == 302
            assert client.get("/").status_code == 302
        hale.refresh_from_db()
        assert not hale.check_password(PASSWORD)
        assert not Authenticator.objects.filter(user=hale).exists()

    def test_a_second_person_opens_it_at_once(
        self, brook: Staff, hale: Staff, castellanos: Staff, signed_in: SignedIn
    ) -> None:
        token = actions.make_way_in(by=brook, staff=hale)
        client = signed_in(castellanos)
        assert b"Miriam Hale" in client.get(reverse("way-in-list")).content
        client.post(reverse("way-in-confirm", args=[hale.invitations.get().pk]))
        assert self.accept(token) == 302

    def test_an_account_that_the_administrator_just_made_is_no_second_person(
        self, brook: Staff, hale: Staff, castellanos: Staff
    ) -> None:
        token = actions.make_way_in(by=brook, staff=hale)
        invented, own = actions.invite_staff(by=brook, **NEW | {"roles": [Role.COMPLIANCE_OFFICER]})
        assert self.accept(own) == 302
        with pytest.raises(Refused) as caught:
            actions.confirm_way_in(by=invented, invitation=hale.invitations.get())
        assert caught.value.refusal.code == "WAY_IN_TOO_NEW"
        # nor is somebody whose sign-in was just taken over
        castellanos.invitations.create(
            token_hash="x", made_by=brook, expires_at=timezone.now(), opens_at=timezone.now(), used_at=timezone.now()
        )
        with pytest.raises(Refused):
            actions.confirm_way_in(by=castellanos, invitation=hale.invitations.get())
        assert self.accept(token) == 410

    def test_deactivating_somebody_so_that_they_hear_of_nothing_stops_the_link_too(
        self, brook: Staff, hale: Staff
    ) -> None:
        token = actions.make_way_in(by=brook, staff=hale)
        actions.deactivate_staff(by=brook, staff=hale)
        actions.reactivate_staff(by=brook, staff=hale)
        with time_machine.travel(timezone.now() + timedelta(days=4)):
            assert self.accept(token) == 410

    def test_somebody_who_never_signed_in_waits_for_nobody(self, brook: Staff) -> None:
        person, _lost = actions.invite_staff(by=brook, **NEW)
        assert self.accept(actions.make_way_in(by=brook, staff=person)) == 302

    def test_the_person_and_front_desk_confirm_nothing(self, brook: Staff, hale: Staff, dana: Staff) -> None:
        actions.make_way_in(by=brook, staff=hale)
        for by in (hale, dana):
            with pytest.raises(Refused):
                actions.confirm_way_in(by=by, invitation=hale.invitations.get())

    def test_nobody_makes_their_own_and_nobody_else_makes_one(self, brook: Staff, dana: Staff, hale: Staff) -> None:
        for by, staff in ((brook, brook), (dana, hale), (hale, dana)):
            with pytest.raises(Refused):
                actions.make_way_in(by=by, staff=staff)


class TestDeactivation:
    def test_every_sign_in_ends_at_once_and_every_chart_closes(
        self, brook: Staff, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        first, second = signed_in(hale), signed_in(hale)
        assert first.get("/").status_code == second.get("/").status_code == 200
        signed_in(brook).post(reverse("staff-deactivate", args=[hale.pk]))
        assert first.get("/").status_code == second.get("/").status_code == 302
        hale.refresh_from_db()
        assert not may_open_chart(hale, lindqvist)

    def test_coming_back_opens_no_chart_and_no_sign_in_left_open(
        self, brook: Staff, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        client = signed_in(hale)
        actions.deactivate_staff(by=brook, staff=hale)
        actions.reactivate_staff(by=brook, staff=hale)
        hale.refresh_from_db()
        assert client.get("/").status_code == 302
        assert not may_open_chart(hale, lindqvist)

    def test_the_last_administrator_and_oneself_stay(self, brook: Staff) -> None:
        with pytest.raises(Refused):
            actions.deactivate_staff(by=brook, staff=brook)
        with pytest.raises(Refused):
            actions.change_staff(by=brook, staff=brook, full_name="Ada Brook", roles=["front_desk"])

    def test_staff_are_never_removed(self, hale: Staff) -> None:
        with pytest.raises(DatabaseError), transaction.atomic():
            Staff.objects.filter(pk=hale.pk).delete()


class TestRoles:
    def test_nobody_gives_themselves_a_role_while_a_colleague_could(self, brook: Staff) -> None:
        make_staff("second", "Second Administrator", Role.ADMINISTRATOR)
        with pytest.raises(Refused) as caught:
            actions.change_staff(by=brook, staff=brook, full_name="Ada Brook", roles=["administrator", "clinician"])
        assert caught.value.refusal.code == "STAFF_OWN_ROLES"

    def test_a_role_that_goes_takes_its_access_at_once(self, brook: Staff, hale: Staff, lindqvist: Patient) -> None:
        assert may_open_chart(hale, lindqvist)
        actions.change_staff(by=brook, staff=hale, full_name=hale.full_name, roles=["front_desk"])
        assert not may_open_chart(hale, lindqvist)

    @pytest.mark.parametrize("name", ["hale", "dana", "castellanos"])
    def test_only_administrators_manage_staff(
        self, name: str, request: pytest.FixtureRequest, signed_in: SignedIn
    ) -> None:
        staff: Staff = request.getfixturevalue(name)
        for url in (reverse("staff-list"), reverse("staff-new"), reverse("staff-open", args=[staff.pk])):
            assert signed_in(staff).get(url).status_code == 403
        with pytest.raises(Refused):
            actions.invite_staff(by=staff, **NEW)


class TestLicenses:
    def test_a_trainee_is_supervised_while_registration_and_supervisor_last(self, brook: Staff) -> None:
        trainee = make_staff("kim", "Kim Lane", Role.TRAINEE)
        boss = make_staff("boss", "Bo Sand", Role.SUPERVISOR)
        end = today() + timedelta(days=100)
        actions.add_license(
            by=brook,
            staff=trainee,
            kind=LicenseKind.SUPERVISED_TRAINEE,
            number="T-1",
            state="TX",
            expires_on=end,
            supervisor=boss,
        )
        assert is_supervised(trainee, end)
        assert not is_supervised(trainee, end + timedelta(days=1))
        assert refusal_to_keep_psychotherapy_notes(trainee, today(), True) is None
        actions.deactivate_staff(by=brook, staff=boss)
        refusal = refusal_to_keep_psychotherapy_notes(trainee, today(), True)
        assert refusal is not None and refusal.code == "PN_TRAINEE_UNSUPERVISED"

    def test_a_trainee_cannot_be_registered_alone_or_under_themselves(self, brook: Staff) -> None:
        both = make_staff("both", "Both Ways", Role.TRAINEE, Role.SUPERVISOR)
        for supervisor in (None, both, brook):
            with pytest.raises(Refused):
                actions.add_license(
                    by=brook,
                    staff=both,
                    kind=LicenseKind.SUPERVISED_TRAINEE,
                    number="T-1",
                    state="TX",
                    expires_on=today(),
                    supervisor=supervisor,
                )

    def test_the_form_says_at_the_field_what_is_wrong(self, brook: Staff, hale: Staff, signed_in: SignedIn) -> None:
        form = {
            "kind": "psychologist",
            "number": "TX-9",
            "state": "TX",
            "issued_on": "2026-01-02",
            "expires_on": "2026-01-01",
        }
        answer = signed_in(brook).post(reverse("license-new", args=[hale.pk]), form)
        assert b"It would expire before it was issued." in answer.content
        assert b"TX-9" in answer.content
        good = form | {"expires_on": "2028-01-01"}
        signed_in(brook).post(reverse("license-new", args=[hale.pk]), good)
        item = License.objects.get(staff=hale, number="TX-9")
        url = reverse("license-edit", args=[hale.pk, item.pk])
        signed_in(brook).post(url, good | {"number": "TX-10", "kind": "psychiatrist"})
        item.refresh_from_db()
        assert (item.number, item.kind) == ("TX-10", "psychologist")  # the kind stays

    def test_pages_of_staff_show(self, brook: Staff, hale: Staff, signed_in: SignedIn) -> None:
        client = signed_in(brook)
        assert b"Miriam Hale" in client.get(reverse("staff-list")).content
        assert b"TX-0001" in client.get(reverse("staff-open", args=[hale.pk])).content
        for name in ("staff-edit", "staff-deactivate", "staff-way-in", "staff-reactivate", "license-new"):
            assert client.get(reverse(name, args=[hale.pk])).status_code == 200


class TestTheFirstAdministrator:
    def test_the_command_prints_a_link_that_works_and_then_refuses(
        self, db: None, capsys: pytest.CaptureFixture
    ) -> None:
        call_command("first_administrator", "Ada", "Ada Brook")
        link = link_in(capsys.readouterr().out.encode())
        assert b"Welcome, Ada Brook" in Client().get(link, follow=True).content
        with pytest.raises(CommandError, match="This practice has an administrator"):
            call_command("first_administrator", "eve", "Eve Other")

    def test_a_name_that_cannot_be_is_explained(self, db: None) -> None:
        with pytest.raises(CommandError, match="small letters"):
            call_command("first_administrator", "A", "Ada Brook")
