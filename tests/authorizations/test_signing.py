"""Signing a prepared form: the signature is added, never written over, and says who, what, when, how and who knew."""

import hashlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from authorizations import queries
from authorizations.actions import add_paper, correct_authorization
from authorizations.actions.signing import Mark, decline, offer_again, sign_on_paper
from authorizations.documents.signing import text_to_sign
from authorizations.forms import initial_of
from authorizations.models import Authorization, FormVersion, Signature
from authorizations.queries.signing import SELF, Signer, possible_signers, signer_of, unsignable
from authorizations.rules import AuthorizationStatus, SignerRole
from authorizations.rules.choices import IdentityCheck, SignatureWay
from authorizations.rules.signing import ELEMENTS
from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.people.actions import end_minor_acting_alone, let_minor_act_alone
from practice.people.actions.representatives import add_representative, add_representative_paper, decline_representative
from practice.people.models import Patient, PersonalRepresentative, RepresentativePaper, Staff
from practice.people.rules import AloneGround, RepresentativeKind
from practice.worklist.models import Task
from tests.refusals import refusal_of

from .conftest import Record, Signed
from .papers import SCAN, complete

pytestmark = pytest.mark.django_db


def status(authorization: Authorization) -> AuthorizationStatus:
    return queries.line_of(queries.for_release(authorization.pk), today()).status


def test_a_signature_on_the_tablet_turns_the_draft_into_one_in_effect(
    draft: Authorization, put: Signed, dana: Staff
) -> None:
    assert status(draft) == AuthorizationStatus.DRAFT
    made = put(draft)
    assert status(draft) == AuthorizationStatus.ACTIVE
    facts = queries.facts_of(queries.for_release(draft.pk))
    assert (facts.signed_on, facts.signer_role) == (today(), SignerRole.INDIVIDUAL)
    assert made.zone and made.signed_at is not None and made.intent_words and made.consent_words
    assert (made.identity_checked_by, made.identity_how, made.ip) == (dana, "KNOWN", "192.0.2.7")
    assert AuditEntry.objects.get(event="signed", object_pk=str(draft.pk)).detail == "signed_tablet"


def test_the_form_itself_is_not_changed_by_the_signature(draft: Authorization, put: Signed) -> None:
    before = Authorization.objects.filter(pk=draft.pk).values().get()
    put(draft)
    after = Authorization.objects.filter(pk=draft.pk).values().get()
    assert (after["signed_on"], after["signature_method"]) == (None, "") and before.keys() == after.keys()


def test_what_was_shown_is_frozen_with_its_hash(draft: Authorization, put: Signed) -> None:
    kept = put(draft).document
    shown = text_to_sign(draft)
    assert kept.shown == shown.plain and draft.info_description in kept.shown
    assert kept.signature.document_sha256 == hashlib.sha256(kept.shown.encode()).hexdigest()
    assert kept.pdf_sha256 == hashlib.sha256(kept.pdf).hexdigest() and kept.typed == "Tobias Lindqvist"


def test_another_text_than_the_one_that_was_read_is_not_signed(draft: Authorization, put: Signed) -> None:
    seen = text_to_sign(draft).sha256
    draft.patient.legal_name = "Tobias A. Lindqvist"
    draft.patient.save()
    assert refusal_of(lambda: put(draft, document_sha256=seen)) == "DOCUMENT_CHANGED"
    assert status(draft) == AuthorizationStatus.DRAFT


def test_what_was_signed_on_a_screen_is_never_corrected_afterwards(
    draft: Authorization, put: Signed, dana: Staff, hale: Staff
) -> None:
    put(draft)
    row = queries.for_release(draft.pk)
    assert refusal_of(lambda: correct_authorization(why="Mistyped", by=dana, authorization=row, **complete(hale))) == (
        "AUTHORIZATION_AS_SIGNED"
    )


def test_a_form_is_signed_once(draft: Authorization, put: Signed) -> None:
    put(draft)
    assert refusal_of(lambda: put(draft)) == "AUTHORIZATION_SIGNED_ALREADY"
    assert Signature.objects.filter(authorization=draft).count() == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mark": Mark(typed="  ")}, "SIGNATURE_MISSING"),
        ({"mark": Mark(typed="...")}, "SIGNATURE_MISSING"),
        ({"mark": Mark(typed="Mickey Mouse")}, "SIGNATURE_OTHER_NAME"),
        ({"mark": Mark(drawn=[[[1, 1]]], width=300, height=100)}, "SIGNATURE_MISSING"),
        ({"mark": Mark(drawn=[[[1, 1], [2, "x"]]], width=300, height=100)}, "SIGNATURE_MISSING"),
        ({"mark": Mark(drawn=[[[1, 1], [2, float("nan")]]], width=300, height=100)}, "SIGNATURE_MISSING"),
        ({"mark": Mark(drawn=[[[1, 1], [2, 2]]], width=0, height=100)}, "SIGNATURE_MISSING"),
        ({"intent": False}, "SIGNATURE_WITHOUT_INTENT"),
        ({"consent_electronic": False}, "SIGNATURE_WITHOUT_INTENT"),
    ],
)
def test_without_a_mark_intent_and_consent_nothing_is_signed(
    draft: Authorization, put: Signed, changes: dict[str, Any], code: str
) -> None:
    assert refusal_of(lambda: put(draft, **changes)) == code
    assert status(draft) == AuthorizationStatus.DRAFT


def test_a_drawn_signature_counts_like_a_typed_one_and_stays_inside_its_pad(draft: Authorization, put: Signed) -> None:
    made = put(draft, mark=Mark(drawn=[[[10, 20.123], [900, -4]]], width=300, height=100))
    assert (made.mark, made.document.drawn) == ("DRAWN", [[[10, 20.1], [300, 0]]])
    assert status(draft) == AuthorizationStatus.ACTIVE


def test_a_signature_keeps_the_attestation_of_the_form_however_long_it_is(
    draft: Authorization, put: Signed, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = draft.template_version
    assert version is not None
    assert text_to_sign(draft).intent == f"{version.texts['signature']} I sign it."
    monkeypatch.setattr(version, "texts", {**version.texts, "signature": "I agree to it. " * 60})
    assert len(put(draft).intent_words) > 800


def test_by_a_link_nobody_of_the_practice_is_recorded_as_the_one_who_signed(draft: Authorization, put: Signed) -> None:
    made = put(draft, by=None, way=SignatureWay.LINK, identity_how=IdentityCheck.CODE_BY_PHONE)
    assert made.recorded_by is None
    assert AuditEntry.objects.get(event="signed", object_pk=str(draft.pk)).actor is None


def test_the_patient_is_owed_a_copy_of_what_the_practice_had_signed(draft: Authorization, put: Signed) -> None:
    put(draft)
    task = Task.objects.get(kind="authorization_copy", subject_id=draft.pk)
    assert task.due_on == today() + timedelta(days=7)


def test_saying_no_is_kept_once_and_does_not_stop_a_later_yes_on_purpose(
    draft: Authorization, put: Signed, dana: Staff
) -> None:
    for _ in range(2):
        decline(by=dana, authorization=draft, way=SignatureWay.TABLET)
    assert draft.events.filter(kind="SIGNING_DECLINED").count() == 1
    assert status(draft) == AuthorizationStatus.DECLINED
    offer_again(by=dana, authorization=draft, why="They asked for it")
    put(queries.for_release(draft.pk))
    assert status(draft) == AuthorizationStatus.ACTIVE
    assert decline(by=dana, authorization=draft, way=SignatureWay.TABLET) is None


class TestWhoMaySign:
    """R-145 and W-21: representatives with authority and document, minors, and somebody the practice declines."""

    @pytest.fixture
    def child(self, lindqvist: Patient) -> Patient:
        lindqvist.birth_date = today() - timedelta(days=15 * 365 + 10)
        lindqvist.save()
        return lindqvist

    @pytest.fixture
    def mother(self, dana: Staff, child: Patient) -> PersonalRepresentative:
        return add_representative(
            by=dana,
            patient=child,
            name="Inger Lindqvist",
            kind=RepresentativeKind.PARENT,
            authority="mother, birth certificate",
            from_on=date(2020, 1, 1),
        )

    def answers(self, draft: Authorization) -> dict[str, set[str]]:
        row = queries.for_release(draft.pk)
        return {one.key: {refusal.code for refusal in one.refusals} for one in possible_signers(row, today())}

    def test_the_parent_of_a_fifteen_year_old_signs_and_the_child_does_not(
        self, draft: Authorization, mother: PersonalRepresentative, put: Signed
    ) -> None:
        draft = queries.for_release(draft.pk)
        assert self.answers(draft) == {SELF: {"SIGNER_A6"}, str(mother.pk): set()}
        assert refusal_of(lambda: put(draft)) == "SIGNER_A6"
        made = put(draft, signer=signer_of(draft, mother, today()))
        assert made.authority_description == "Parent: mother, birth certificate"
        assert status(draft) == AuthorizationStatus.ACTIVE

    def test_a_parent_without_authority_in_words_does_not_sign(
        self, draft: Authorization, mother: PersonalRepresentative, put: Signed
    ) -> None:
        PersonalRepresentative.objects.filter(pk=mother.pk).update(authority=" ")
        mother.refresh_from_db()
        row = queries.for_release(draft.pk)
        assert self.answers(draft)[str(mother.pk)] == {"SIGNER_A7"}
        assert refusal_of(lambda: put(row, signer=signer_of(row, mother, today()))) == "SIGNER_A7"

    def test_where_the_minor_consented_alone_the_minor_signs_and_the_parent_cannot(
        self, draft: Authorization, child: Patient, mother: PersonalRepresentative, hale: Staff, put: Signed
    ) -> None:
        let_minor_act_alone(by=hale, patient=child, ground=AloneGround.M1, reason="Asked alone", holds_from=today())
        row = queries.for_release(draft.pk)
        assert self.answers(draft) == {SELF: set(), str(mother.pk): {"SIGNER_A6"}}
        assert refusal_of(lambda: put(row, signer=signer_of(row, mother, today()))) == "SIGNER_A6"
        assert put(row).signer_role == SignerRole.MINOR_AS_INDIVIDUAL

    def test_somebody_the_practice_does_not_recognize_cannot_sign(
        self, draft: Authorization, mother: PersonalRepresentative, hale: Staff, dana: Staff, put: Signed
    ) -> None:
        decline_representative(by=hale, representative=mother, reason="Safety of the child")
        mother.refresh_from_db()
        row = queries.for_release(draft.pk)
        signer = signer_of(row, mother, today())
        assert refusal_of(lambda: put(row, signer=signer)) == "PR_DECLINED"
        assert refusal_of(lambda: file(row, dana, signer=signer)) == "PR_DECLINED"

    def test_what_they_signed_before_opens_nothing_more(
        self, draft: Authorization, mother: PersonalRepresentative, hale: Staff, put: Signed
    ) -> None:
        row = queries.for_release(draft.pk)
        put(row, signer=signer_of(row, mother, today()))
        decline_representative(by=hale, representative=mother, reason="Safety of the child")
        line = queries.line_of(queries.for_release(draft.pk), today())
        assert [(defect.element, defect.cite) for defect in line.defects] == [("A6", "45 CFR 164.502(g)(5)")]

    def test_a_guardian_signs_only_with_the_document_on_file(
        self, draft: Authorization, lindqvist: Patient, dana: Staff, put: Signed
    ) -> None:
        guardian = add_representative(
            by=dana,
            patient=lindqvist,
            name="Per Lindqvist",
            kind=RepresentativeKind.GUARDIAN,
            authority="letters of guardianship of 2024",
            from_on=date(2024, 1, 1),
        )
        row = queries.for_release(draft.pk)
        signer = signer_of(row, guardian, today())
        assert refusal_of(lambda: put(row, signer=signer)) == "PR_NO_DOCUMENT"
        RepresentativePaper.objects.create(
            representative=guardian, data=SCAN.data, kind="pdf", size=13, sha256=SCAN.sha256, added_by=dana
        )
        assert put(row, signer=signer).representative == guardian

    def test_who_acted_for_the_child_signs_for_neither_the_grown_patient_nor_a_minor_who_acts_alone(
        self,
        draft: Authorization,
        child: Patient,
        mother: PersonalRepresentative,
        dana: Staff,
        hale: Staff,
        put: Signed,
    ) -> None:
        aunt = add_representative(
            by=dana,
            patient=child,
            name="Maj Lindqvist",
            kind=RepresentativeKind.OTHER_PR,
            authority="lives with her; letter of the school",
            from_on=date(2020, 1, 1),
        )
        add_representative_paper(by=dana, representative=aunt, paper=SCAN)
        keys = str(mother.pk), str(aunt.pk)
        assert [self.answers(draft)[key] for key in keys] == [set(), set()]
        let_minor_act_alone(by=hale, patient=child, ground=AloneGround.M1, reason="Asked alone", holds_from=today())
        assert [self.answers(draft)[key] for key in keys] == [{"SIGNER_A6"}, {"SIGNER_A6"}]
        end_minor_acting_alone(by=hale, patient=child, reason="Wants her mother")
        Patient.objects.filter(pk=child.pk).update(birth_date=date(2004, 3, 9))
        assert [self.answers(draft)[key] for key in keys] == [{"SIGNER_A6"}, {"PR_OF_A_MINOR"}]
        row = queries.for_release(draft.pk)
        for act in (put, lambda row, signer: file(row, dana, signer=signer)):
            assert refusal_of(lambda act=act: act(row, signer=signer_of(row, aunt, today()))) == "PR_OF_A_MINOR"
        Patient.objects.filter(pk=child.pk).update(birth_date=None)
        assert self.answers(draft)[keys[0]] == {"SIGNER_A6"}

    def test_nobody_signs_for_another_patient(
        self, draft: Authorization, abernathy: Patient, dana: Staff, put: Signed
    ) -> None:
        stranger = PersonalRepresentative.objects.create(
            patient=abernathy, name="X", kind="PARENT", authority="mother", from_on=date(2020, 1, 1)
        )
        signer = Signer(SignerRole.OTHER_PR, "X", stranger, "mother")
        assert refusal_of(lambda: put(draft, signer=signer)) == "AUTHORIZATION_OTHER_PATIENT"
        assert refusal_of(lambda: file(draft, dana, signer=signer)) == "AUTHORIZATION_OTHER_PATIENT"


def file(draft: Authorization, by: Staff, *, without: tuple[str, ...] = (), **changes: Any) -> Signature:
    """Front desk files the scan of the signed paper and ticks everything but `without`."""
    given: dict[str, Any] = {
        "by": by,
        "authorization": draft,
        "paper": add_paper(by=by, authorization=draft, paper=SCAN),
        "signer": signer_of(draft, None, today()),
        "signed_on": today(),
        "on_paper": [element for element in ELEMENTS if element not in without],
        "identity_how": IdentityCheck.COMPARED,
    }
    return sign_on_paper(**given | changes)


class TestOnPaper:
    def test_a_whole_paper_is_in_effect_and_its_scan_is_kept(self, draft: Authorization, dana: Staff) -> None:
        made = file(draft, dana)
        assert status(draft) == AuthorizationStatus.ACTIVE
        assert draft.papers.get().sha256 == made.document_sha256 == SCAN.sha256

    def test_w20_what_the_scan_lacks_is_missing_whatever_was_prepared(self, draft: Authorization, dana: Staff) -> None:
        file(draft, dana, without=("A5", "RS3"))
        line = queries.line_of(queries.for_release(draft.pk), today())
        assert line.status == AuthorizationStatus.SIGNED_INCOMPLETE
        assert [defect.element for defect in line.defects] == ["A5", "RS3"]

    @pytest.mark.parametrize("element", [element for element in ELEMENTS if element not in ("A6", "A7", "RS4")])
    def test_each_element_that_is_not_ticked_is_a_defect(self, draft: Authorization, dana: Staff, element: str) -> None:
        file(draft, dana, without=(element,))
        line = queries.line_of(queries.for_release(draft.pk), today())
        assert [defect.element for defect in line.defects] == [element]

    def test_a_signature_without_a_date_is_incomplete(self, draft: Authorization, dana: Staff) -> None:
        file(draft, dana, signed_on=None)
        line = queries.line_of(queries.for_release(draft.pk), today())
        assert [defect.words for defect in line.defects] == ["The signature has no date."]

    def test_a_paper_that_nobody_signed_leaves_a_draft(self, draft: Authorization, dana: Staff) -> None:
        assert refusal_of(lambda: file(draft, dana, without=("A6",))) == "PAPER_NOT_SIGNED"
        assert (status(draft), draft.papers.count()) == (AuthorizationStatus.DRAFT, 1), "the scan is kept"

    def test_a_tick_set_by_mistake_is_corrected_from_what_the_paper_says(
        self, draft: Authorization, dana: Staff
    ) -> None:
        file(draft, dana, without=("A5",))
        initial = initial_of(queries.for_release(draft.pk))
        assert (initial["expires_on"], initial["signature_method"], initial["signed_on"]) == (None, "PAPER", today())
        assert initial["signer_name"] == "Tobias Lindqvist" and initial["purpose"] == draft.purpose

    def test_who_does_not_care_for_the_patient_files_nothing(self, draft: Authorization, osei: Staff) -> None:
        assert refusal_of(lambda: file(draft, osei)) == "AUTHORIZATION_NOT_YOUR_PATIENT"


def test_a_form_that_would_be_useless_is_named_before_anybody_is_asked_to_sign(authorized: Record) -> None:
    row = authorized(signature_method="", signed_on=None, expires_on=None, stmt_redisclosure=False)
    assert [defect.element for defect in unsignable(queries.for_release(row.pk), today())] == ["A5", "RS3"]


@pytest.mark.parametrize(
    "changes", [{"expires_on": None}, {"expires_on": date(2026, 1, 1)}, {"record_classes": ["PN", "CHART"]}]
)
def test_nobody_signs_a_form_that_could_not_be_used(
    authorized: Record, approved_forms: list[FormVersion], put: Signed, changes: dict[str, Any]
) -> None:
    row = authorized(signature_method="", signed_on=None, template_version=approved_forms[0], **changes)
    assert refusal_of(lambda: put(queries.for_release(row.pk))) == "FORM_WOULD_BE_USELESS"


def test_the_time_of_signing_is_kept_with_the_zone_of_the_practice(draft: Authorization, put: Signed) -> None:
    at = timezone.now() - timedelta(minutes=3)
    made = put(draft, at=at)
    made.refresh_from_db()
    assert (made.signed_at, made.zone) == (at, timezone.get_default_timezone_name())
