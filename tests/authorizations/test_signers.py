"""Who signs: the patient by their own name, or who is on record and may act for them; on words that are approved."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from authorizations import queries
from authorizations.actions import add_paper, correct_authorization, signing
from authorizations.actions.by_link import make_signing_link
from authorizations.actions.signing import hand_over_to_sign
from authorizations.models import Authorization, Signature
from authorizations.queries.signing import signer_of
from authorizations.rules import AuthorizationStatus, SignerRole
from authorizations.rules.choices import IdentityCheck, SignatureWay
from authorizations.rules.names import NameMatch, match_of_name
from authorizations.rules.signing import ELEMENTS, OnRecord, acting
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal
from practice.outside.rules import CodeGiven
from practice.people.actions.representatives import add_representative, add_representative_paper, decline_representative
from practice.people.models import Patient, PersonalRepresentative, Staff
from practice.people.rules import RepresentativeKind
from tests.refusals import refusal_of

from .conftest import Record, Signed
from .papers import SCAN, complete

SignedIn = Callable[[Staff], Client]
SAME, LIKE, OTHER = NameMatch.SAME, NameMatch.LIKE, NameMatch.OTHER

# what is written, what the person is on record under, how well it fits
NAMES = [
    ("Henry Park", "Henry Park", SAME),
    ("  henry   PARK ", "Henry Park", SAME),
    ("Park, Henry", "Henry Park", SAME),
    ("H. Park", "Henry Park", SAME),
    ("Henry P.", "Henry Park", SAME),
    ("Henry J. Park", "Henry Park", SAME),
    ("Henry James Park", "Henry Park", SAME),
    ("Henry Park", "Henry James Park", SAME),
    ("Henry J Park", "Henry James Park", SAME),
    ("Dr. Henry Park Jr.", "Henry Park", SAME),
    ("Ana Lucia Ferreira", "Ana Lucía Ferreira", SAME),
    ("Jean Luc O’Brien", "Jean-Luc O'Brien", SAME),
    ("Jeanluc Obrien", "Jean-Luc O'Brien", SAME),
    ("Soren Aasgard", "Søren Aasgård", SAME),
    ("Adaeze Okonkwo-Fairbanks", "Adaeze Okonkwo Fairbanks", SAME),
    ("Cher", "Cher", SAME),
    ("田中花子", "田中花子", SAME),
    ("Henry", "Henry Park", LIKE),
    ("Park", "Henry Park", LIKE),
    ("Toby Lindqvist", "Tobias Lindqvist", LIKE),
    ("Henry Miller", "Henry Park", LIKE),
    ("Joan Vance", "Eleanor Vance", LIKE),
    ("H. P.", "Henry Park", OTHER),
    ("Mickey Mouse", "Henry Park", OTHER),
    ("Z" * 299, "Carla Ferreira", OTHER),
    ("", "Henry Park", OTHER),
    ("Henry Park", "", OTHER),
    ("...", "Henry Park", OTHER),
]


@pytest.mark.parametrize(("written", "name", "match"), NAMES)
def test_a_name_is_taken_as_people_write_their_own(written: str, name: str, match: NameMatch) -> None:
    assert match_of_name(written, [name]) == match


def test_the_best_of_the_names_somebody_is_on_record_under_counts() -> None:
    assert match_of_name("Henry Miller", ["Henry Park", "Henry Miller"]) == SAME
    assert match_of_name("Henry Miller", []) == OTHER


ENDED = Refusal("PR_ENDED", "The authority has ended.")
TOO_OLD = Refusal("PR_ADULT", "The patient is an adult.")
DAY = date(2026, 11, 20)
FROM_THAT_DAY, UNTIL_THAT_DAY = ((DAY, None),), ((DAY - timedelta(days=90), DAY),)
MOTHER = OnRecord("Carla Ferreira", SignerRole.PARENT, None, declined=(), has_document=False)
UNKNOWN_MOTHER = OnRecord("Carla Ferreira", SignerRole.PARENT, None, declined=FROM_THAT_DAY, has_document=True)
STRANGER = OnRecord("Per Lindqvist", SignerRole.GUARDIAN, None, declined=(), has_document=False)
GUARDIAN = OnRecord("Per Lindqvist", SignerRole.GUARDIAN, None, declined=(), has_document=True)
ROLE = SignerRole

# role, name on the paper, who was chosen, everybody on record, why it does not count
ACTS: list[tuple[SignerRole, str, OnRecord | None, list[OnRecord], str]] = [
    (ROLE.INDIVIDUAL, "Ana Ferreira", None, [], ""),
    (ROLE.MINOR_AS_INDIVIDUAL, "Ana Ferreira", None, [UNKNOWN_MOTHER], ""),
    (ROLE.PARENT, "Carla Ferreira", MOTHER, [MOTHER], ""),
    (ROLE.GUARDIAN, "Per Lindqvist", GUARDIAN, [MOTHER, GUARDIAN], ""),
    (ROLE.PARENT, "Carla Ferreira", None, [], "PR_NOT_ON_RECORD"),
    (ROLE.PARENT, "Carla Ferreira", None, [MOTHER], "PR_NOT_ON_RECORD"),
    (ROLE.GUARDIAN, "", None, [GUARDIAN], "PR_NOT_ON_RECORD"),
    (ROLE.PARENT, "Carla Ferreira", None, [UNKNOWN_MOTHER], "PR_DECLINED"),
    (ROLE.GUARDIAN, "ferreira, carla m.", None, [UNKNOWN_MOTHER], "PR_DECLINED"),
    (ROLE.OTHER_PR, "C. Ferreira", GUARDIAN, [UNKNOWN_MOTHER, GUARDIAN], "PR_DECLINED"),
    (ROLE.PARENT, "Carla Ferreira", MOTHER, [UNKNOWN_MOTHER, MOTHER], "PR_DECLINED"),
    (ROLE.PARENT, "", UNKNOWN_MOTHER, [UNKNOWN_MOTHER], "PR_DECLINED"),
    (
        ROLE.GUARDIAN,
        "Per Lindqvist",
        OnRecord("Per Lindqvist", ROLE.GUARDIAN, None, (), False),
        [],
        "PR_NO_DOCUMENT",
    ),
    (ROLE.GUARDIAN, "Per Lindqvist", OnRecord("Per Lindqvist", ROLE.GUARDIAN, ENDED, (), True), [], "PR_ENDED"),
    # the elements say it of a parent; of somebody who signs in another role than the one on record nobody would
    (ROLE.PARENT, "Carla Ferreira", OnRecord("Carla Ferreira", ROLE.PARENT, TOO_OLD, (), True), [], ""),
    (ROLE.OTHER_PR, "Carla Ferreira", OnRecord("Carla Ferreira", ROLE.PARENT, TOO_OLD, (), True), [], "PR_ADULT"),
]


@pytest.mark.parametrize(("role", "name", "chosen", "on_record", "code"), ACTS)
def test_a_signature_for_the_patient_counts_only_from_who_is_on_record_and_may_act(
    role: SignerRole, name: str, chosen: OnRecord | None, on_record: list[OnRecord], code: str
) -> None:
    refusal = acting(role, name, chosen, on_record).refusal_on(DAY)
    assert (refusal.code if refusal else "") == code
    assert refusal is None or refusal is ENDED or refusal is TOO_OLD or (refusal.remedy and refusal.cite)


def test_a_decision_not_to_recognize_somebody_reaches_no_earlier_day_and_ends_with_the_day_it_is_taken_back() -> None:
    by_mother = acting(ROLE.PARENT, "Carla Ferreira", MOTHER, [UNKNOWN_MOTHER, MOTHER])
    assert by_mother.refusal_on(DAY - timedelta(days=1)) is None
    back = acting(ROLE.PARENT, "Carla Ferreira", MOTHER, [replace(UNKNOWN_MOTHER, declined=UNTIL_THAT_DAY), MOTHER])
    assert back.refusal_on(DAY) is None and back.refusal_on(DAY - timedelta(days=1)) is not None


@pytest.fixture
def child(lindqvist: Patient) -> Patient:
    Patient.objects.filter(pk=lindqvist.pk).update(birth_date=today() - timedelta(days=15 * 365))
    return Patient.objects.get(pk=lindqvist.pk)


@pytest.fixture
def mother(child: Patient, dana: Staff) -> PersonalRepresentative:
    return add_representative(
        by=dana,
        patient=child,
        name="Ina Lindqvist",
        kind=RepresentativeKind.PARENT,
        authority="Mother",
        from_on=today() - timedelta(days=900),
    )


def line(row: Authorization) -> queries.AuthorizationLine:
    return queries.line_of(queries.for_release(row.pk), today())


BY_PARENT: dict[str, Any] = {
    "signer_role": "PARENT",
    "signer_name": "Ina Lindqvist",
    "authority_description": "Mother",
}


@pytest.mark.django_db
def test_a_paper_signed_by_whom_the_practice_does_not_recognize_opens_nothing_chosen_or_typed(
    authorized: Record, child: Patient, mother: PersonalRepresentative, hale: Staff
) -> None:
    chosen = authorized(patient=child, representative=mother, **BY_PARENT)
    typed = authorized(patient=child, **BY_PARENT)
    assert line(chosen).status == AuthorizationStatus.ACTIVE
    assert [defect.words for defect in line(typed).defects] == [
        "“Ina Lindqvist” signed for the patient, but is not chosen from those who act for the patient on record."
    ]
    assert line(typed).defects[0].link == reverse("representative-new", args=[child.pk])
    decline_representative(by=hale, representative=mother, reason="Safety of the child")
    for row in (chosen, typed):
        assert line(row).status == AuthorizationStatus.SIGNED_INCOMPLETE
        assert [defect.cite for defect in line(row).defects] == ["45 CFR 164.502(g)(5)"]
    yesterday = queries.line_of(queries.for_release(chosen.pk), today() - timedelta(days=1))
    assert yesterday.status == AuthorizationStatus.ACTIVE, "what left under it before was in order"
    # entered once more under the same name by somebody who does not decide this
    again = add_representative(
        by=hale,
        patient=child,
        name="Ina K. Lindqvist",
        kind=RepresentativeKind.PARENT,
        authority="Mother",
        from_on=today() - timedelta(days=900),
    )
    assert line(authorized(patient=child, representative=again, **BY_PARENT)).status != AuthorizationStatus.ACTIVE


@pytest.mark.django_db
def test_a_paper_signed_by_a_guardian_counts_once_the_document_is_on_file(
    authorized: Record, child: Patient, dana: Staff
) -> None:
    guardian = add_representative(
        by=dana,
        patient=child,
        name="Per Lindqvist",
        kind=RepresentativeKind.GUARDIAN,
        authority="Order of 2024",
        from_on=today() - timedelta(days=900),
    )
    signed = {"signer_role": "GUARDIAN", "signer_name": "Per Lindqvist", "authority_description": "Order of 2024"}
    row = authorized(patient=child, representative=guardian, **signed)
    assert [defect.words for defect in line(row).defects] == ["The document that shows this authority is not on file."]
    assert line(row).defects[0].link == reverse("representative-paper-add", args=[child.pk, guardian.pk])
    add_representative_paper(by=dana, representative=guardian, paper=SCAN)
    assert line(row).status == AuthorizationStatus.ACTIVE


@pytest.mark.django_db
def test_a_paper_from_elsewhere_is_never_signed_on_a_screen_or_by_a_link(
    authorized: Record, put: Signed, dana: Staff, signed_in: SignedIn
) -> None:
    """Nobody approved its words (P-22), and for psychotherapy notes it explains nothing (P-18)."""
    row = queries.for_release(authorized(signature_method="", signed_on=None, signer_name="").pk)
    signer = signer_of(row, None, today())
    for act in (
        lambda: hand_over_to_sign(by=dana, authorization=row, signer=signer),
        lambda: make_signing_link(by=dana, authorization=row, signer=signer, days=1, code_given=CodeGiven.IN_PERSON),
        lambda: put(row),
    ):
        assert refusal_of(act) == "AUTHORIZATION_NOT_OUR_FORM"
    assert not Signature.objects.exists()

    desk = signed_in(dana)
    page = desk.get(reverse("authorization-open", args=[row.pk])).content.decode()
    prepare = f"{reverse('authorization-prepare', args=[row.patient_id])}?from={row.pk}"
    assert "Prepare it on our form" in page and prepare in page
    for name in ("authorization-sign-here", "authorization-sign-link"):
        url = reverse(name, args=[row.pk])
        assert url not in page
        for answer in (desk.get(url), desk.post(url, {"who": "self", "identity_how": "KNOWN"})):
            assert answer.status_code == 302 and answer["Location"] == reverse("authorization-open", args=[row.pk])


@pytest.mark.django_db
def test_a_form_they_did_not_want_to_sign_is_not_offered_again_unless_on_purpose(
    prepared: Record, dana: Staff, signed_in: SignedIn
) -> None:
    row = queries.for_release(prepared().pk)
    signing.decline(by=dana, authorization=row, way=SignatureWay.TABLET)
    assert line(row).status == AuthorizationStatus.DECLINED
    signer = signer_of(row, None, today())
    assert refusal_of(lambda: hand_over_to_sign(by=dana, authorization=row, signer=signer)) == "AUTHORIZATION_DECLINED"
    desk = signed_in(dana)
    listed = desk.get(reverse("authorization-list", args=[row.patient_id])).content.decode()
    assert "Did not want to sign on" in listed and "to put right" not in listed
    assert "Have it signed" not in desk.get(reverse("home")).content.decode()
    page = desk.get(reverse("authorization-open", args=[row.pk])).content.decode()
    assert "Offer it again" in page and "Have it signed" not in page and "Record a revocation" not in page

    again = reverse("authorization-offer-again", args=[row.pk])
    assert "Say it in a few words." in desk.post(again, {"why": " "}).content.decode()
    desk.post(again, {"why": "They called and want to sign after all"})
    assert line(row).status == AuthorizationStatus.DRAFT
    assert "Have it signed" in desk.get(reverse("home")).content.decode()
    assert refusal_of(lambda: signing.offer_again(by=dana, authorization=row, why="x")) == "AUTHORIZATION_OFFERED"
    signing.decline(by=dana, authorization=row, way=SignatureWay.LINK)
    assert line(row).status == AuthorizationStatus.DECLINED


@pytest.mark.django_db
def test_a_form_nobody_wants_any_more_is_put_aside_with_the_reason_and_nothing_is_revoked(
    prepared: Record, authorized: Record, dana: Staff, signed_in: SignedIn
) -> None:
    row = queries.for_release(prepared().pk)
    assert refusal_of(lambda: signing.put_aside(by=dana, authorization=row, why=" ")) == "EVENT_WITHOUT_WORDS"
    desk = signed_in(dana)
    desk.post(reverse("authorization-put-aside", args=[row.pk]), {"why": "The school needs nothing"})
    assert line(row).status == AuthorizationStatus.PUT_ASIDE
    assert "The school needs nothing" in desk.get(reverse("authorization-open", args=[row.pk])).content.decode()
    assert refusal_of(lambda: signing.put_aside(by=dana, authorization=row, why="x")) == "AUTHORIZATION_PUT_ASIDE"
    assert refusal_of(lambda: signing.put_aside(by=dana, authorization=authorized(), why="x")) == (
        "AUTHORIZATION_SIGNED_ALREADY"
    )
    signing.offer_again(by=dana, authorization=row, why="It does after all")
    assert line(row).status == AuthorizationStatus.DRAFT


@pytest.mark.django_db
def test_nobody_signed_a_form_of_ours_before_it_was_prepared(prepared: Record, dana: Staff) -> None:
    row = queries.for_release(prepared().pk)
    scan = add_paper(by=dana, authorization=row, paper=SCAN)
    given: dict[str, Any] = {
        "by": dana,
        "authorization": row,
        "paper": scan,
        "signer": signer_of(row, None, today()),
        "on_paper": ELEMENTS,
        "identity_how": IdentityCheck.KNOWN,
    }
    yesterday = today() - timedelta(days=1)
    assert refusal_of(lambda: signing.sign_on_paper(signed_on=yesterday, **given)) == "SIGNED_BEFORE_PREPARED"
    signing.sign_on_paper(signed_on=today(), **given)
    assert line(row).status == AuthorizationStatus.ACTIVE


@pytest.mark.django_db
def test_a_name_on_a_paper_that_is_not_the_signers_counts_once_somebody_found_the_same_person(
    authorized: Record,
) -> None:
    row = authorized(signer_name="Joan Lindqvist")
    assert [defect.words for defect in line(row).defects] == [
        "The paper says “Joan Lindqvist”, the signer is on record as “Tobias Lindqvist”."
    ]
    assert line(authorized(signer_name="Joan Lindqvist", name_confirmed=True)).status == AuthorizationStatus.ACTIVE
    assert line(authorized(signer_name="Lindqvist, T.")).status == AuthorizationStatus.ACTIVE


@pytest.mark.django_db
def test_a_typed_name_that_is_the_signers_in_part_is_asked_about_once(prepared: Record, put: Signed) -> None:
    row = queries.for_release(prepared().pk)
    other, short = signing.Mark(typed="Mickey Mouse"), signing.Mark(typed="Toby Lindqvist")
    assert refusal_of(lambda: put(row, mark=other, own_name=True)) == "SIGNATURE_OTHER_NAME"
    assert refusal_of(lambda: put(row, mark=short)) == "SIGNATURE_NAME_QUESTIONED"
    assert signing.OWN_NAME in put(row, mark=short, own_name=True).intent_words


@pytest.mark.django_db
def test_of_a_form_printed_here_only_what_was_seen_on_the_paper_is_corrected_and_the_rest_of_the_signing_stays(
    prepared: Record, dana: Staff, hale: Staff, castellanos: Staff, signed_in: SignedIn
) -> None:
    row = queries.for_release(prepared().pk)
    scan = add_paper(by=dana, authorization=row, paper=SCAN)
    signed = signing.sign_on_paper(
        by=dana,
        authorization=row,
        paper=scan,
        signer=signer_of(row, None, today()),
        signed_on=today(),
        on_paper=set(ELEMENTS) - {"RS3"},
        identity_how=IdentityCheck.PHOTO_ID,
    )
    row = queries.for_release(row.pk)
    other = complete(hale) | {"recipient_name": "Robin Weiss, cousin"}
    assert refusal_of(lambda: correct_authorization(by=dana, authorization=row, why="x", **other)) == (
        "AUTHORIZATION_PRINTED_HERE"
    )
    desk, address = signed_in(dana), reverse("authorization-correct", args=[row.pk])
    ticks: dict[str, Any] = {"on_paper": list(ELEMENTS), "recipient_name": "Robin Weiss, cousin"}
    ticks |= {"who": "self", "identity_how": "PHOTO_ID", "signed_on": today().isoformat()}
    assert reverse("paper-page", args=[row.pk, scan.pk, 1]) in desk.get(address).content.decode(), "beside the scan"
    assert "Say it in a few words." in desk.post(address, ticks | {"why": " "}).content.decode()
    page = desk.post(address, ticks | {"why": "Overlooked on page two"}, follow=True).content.decode()
    made = Authorization.objects.get(prepared_from=row)
    assert made.recipient_name == row.recipient_name and line(made).status == AuthorizationStatus.ACTIVE
    kept = made.signature
    assert (kept.signed_on, kept.identity_how, kept.identity_checked_by, kept.recorded_at) == (
        signed.signed_on,
        signed.identity_how,
        signed.identity_checked_by,
        signed.recorded_at,
    )
    assert "Overlooked on page two" in page and reverse("authorization-open", args=[row.pk]) in page
    assert made.papers.count() == 1 and line(row).status == AuthorizationStatus.DEFECTIVE
    officer, address = signed_in(castellanos), reverse("authorization-correct", args=[made.pk])
    early = ticks | {"signed_on": (today() - timedelta(days=1)).isoformat(), "why": "The day was misread"}
    assert "nobody signed it on an earlier day" in officer.post(address, early).content.decode()
    officer.post(address, early | {"signed_on": "", "identity_how": "KNOWN"})
    again = Authorization.objects.get(prepared_from=made)
    seen = again.signature
    assert (seen.signed_on, seen.identity_how, seen.identity_checked_by) == (None, "KNOWN", castellanos)
    assert line(again).status == AuthorizationStatus.SIGNED_INCOMPLETE
