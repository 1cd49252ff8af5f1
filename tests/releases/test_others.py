"""R-008: a joint or group note leaves for one person with the authorization of each other person it speaks of."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.utils import timezone

from authorizations.actions import record_revocation
from authorizations.rules.preparing import named_records
from disclosures.releases import actions
from disclosures.releases.actions import GateRefused
from disclosures.releases.actions.redact import Passage, black_out
from disclosures.releases.models import Release
from disclosures.releases.queries import verdict_now
from disclosures.releases.rules import Method, RecipientKind, ReleaseState
from disclosures.releases.rules.redaction import RedactionReason
from practice.infrastructure.blackout import Span
from practice.infrastructure.days import today
from practice.people.actions import start_care
from practice.people.rules import CareRole
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.actions.sessions import start_session
from records.chart.models import NoteFormat, Participation
from records.psychotherapy import vault
from records.psychotherapy.actions import approve_package, covered_by, offer_release
from records.psychotherapy.queries import lacking_others
from records.psychotherapy.vault import NotReleasable
from tests.psychotherapy.conftest import write_note

from .conftest import LAWYER, draft_of, note_keys

TEXT = "Tobias said that Ruth Abernathy had called him twice"


def group_note(hale, lindqvist, abernathy):
    """A couple's session and the note about Tobias Lindqvist on it, which names Ruth Abernathy."""
    began = timezone.now() - timedelta(days=9)
    session = start_session(by=hale, patient=lindqvist, started_at=began, stopped_at=began + timedelta(minutes=50))
    Participation.objects.create(encounter=session, patient=abernathy)
    form = NoteFormat.objects.filter(code="SOAP").first() or NoteFormat.objects.first()
    note = start_note(by=hale, patient=lindqvist, encounter=session, format=form)
    saved = save_draft(by=hale, note_id=note.pk, sections={form.sections[0]["key"]: TEXT}, base_version=note.version)
    return sign_note(by=hale, note_id=note.pk, seen_version=saved.note.version)


def approve(hale, release):
    return actions.approve_release(by=hale, release_id=release.pk, keep=[str(i.pk) for i in release.items.all()])


@pytest.mark.django_db
def test_a_chart_note_that_names_another_waits_for_their_authorization(hale, dana, lindqvist, abernathy, paper, pdf):
    group_note(hale, lindqvist, abernathy)
    draft = draft_of(lindqvist, paper())
    release = actions.prepare_release(by=dana, release=draft, keys=note_keys(lindqvist), approver=hale)
    assert verdict_now(release).codes() == {"NAMES_OTHERS"}
    with pytest.raises(GateRefused):
        approve(hale, release)
    theirs = paper(patient=abernathy, signer_name="Ruth Abernathy")
    assert verdict_now(release).allowed
    approve(hale, release)
    record_revocation(by=dana, authorization=theirs, written=True, received_at=timezone.now())
    with pytest.raises(GateRefused) as refused:
        actions.commit_release(by=dana, release_id=release.pk)
    assert refused.value.decision.codes() == {"NAMES_OTHERS"}
    release.refresh_from_db()
    assert release.state == ReleaseState.APPROVED


@pytest.mark.django_db
@pytest.mark.parametrize(
    "other",
    [
        {"recipient_name": "Somebody else"},
        {"purpose": "Another purpose"},
        {"stmt_redisclosure": False},
        {"info_kinds": ["plan"], "info_description": named_records(["CHART"], info_kinds=["plan"])},
    ],
)
def test_their_authorization_counts_only_for_this_same_release(hale, dana, lindqvist, abernathy, paper, other):
    group_note(hale, lindqvist, abernathy)
    paper(patient=abernathy, signer_name="Ruth Abernathy", **other)
    draft = draft_of(lindqvist, paper())
    release = actions.prepare_release(by=dana, release=draft, keys=note_keys(lindqvist), approver=hale)
    assert verdict_now(release).codes() == {"NAMES_OTHERS"}


DOCTOR = {"recipient_name": "Dr. Xavier Quint", "recipient_kind": RecipientKind.PROVIDER}
RUTH = {"signer_name": "Ruth Abernathy"}
GROUP = {"recipient_name": "", "recipient_class": "My doctors", "recipient_address": ""}


@pytest.mark.django_db
def test_another_patients_own_doctors_are_not_this_patients_doctor(hale, dana, lindqvist, abernathy, paper):
    group_note(hale, lindqvist, abernathy)
    paper(patient=abernathy, purpose="At my request", individual_initiated=True, **RUTH, **GROUP)
    draft = draft_of(lindqvist, paper(**GROUP), facts={"within_class": "yes"}, **DOCTOR)
    release = actions.prepare_release(by=dana, release=draft, keys=note_keys(lindqvist), approver=hale)
    assert verdict_now(release).codes() == {"NAMES_OTHERS"}
    paper(patient=abernathy, recipient_name="Dr. Xavier Quint", **RUTH)
    assert verdict_now(release).allowed, "named, they are"


@pytest.mark.django_db
def test_another_patients_own_doctors_agree_to_no_package_of_psychotherapy_notes(hale, lindqvist, abernathy, paper):
    own = paper(notes=True, **GROUP)
    note, author = uuid4(), hale.pk
    head = SimpleNamespace(id=note, session_on=today(), author=author, patients=(lindqvist.pk, abernathy.pk))
    cover = SimpleNamespace(
        id=uuid4(), authorization_id=own.pk, author=author, items=[(note, today())], own_ground=None,
        speaks_of={str(note): (abernathy.pk,)}, recipient_name="Dr. Xavier Quint",
    )  # fmt: skip

    def lacks():
        missing = not covered_by(own, today(), cover.recipient_name).agreed(head)
        assert missing == bool(lacking_others([cover]))
        return missing

    paper(notes=True, patient=abernathy, purpose="At my request", individual_initiated=True, **RUTH, **GROUP)
    assert lacks()
    paper(notes=True, patient=abernathy, recipient_name="Dr. Xavier Quint", **RUTH)
    assert not lacks()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("left_out", "reason", "allowed"),
    [
        ("that Ruth Abernathy had called him twice", RedactionReason.ANOTHER_PERSON, True),
        ("that Ruth", RedactionReason.ANOTHER_PERSON, False),  # the rest of the name stays
        ("that Ruth Abernathy had called him twice", RedactionReason.BEYOND, False),  # nobody said it is about them
    ],
)
def test_a_chart_note_leaves_without_their_authorization_once_the_clinician_left_out_what_is_about_them(
    hale, dana, lindqvist, abernathy, paper, left_out, reason, allowed
):
    group_note(hale, lindqvist, abernathy)
    draft = draft_of(lindqvist, paper())
    release = actions.prepare_release(by=dana, release=draft, keys=note_keys(lindqvist), approver=hale)
    item, start = release.items.get(), TEXT.index(left_out)
    passage = Passage("written.0", Span(start, start + len(left_out)))
    black_out(by=hale, release_id=release.pk, item_id=item.pk, passages=[passage], reason=reason, words="")
    assert verdict_now(release).codes() == (set() if allowed else {"NAMES_OTHERS"})


@pytest.mark.django_db
@pytest.mark.committing
def test_a_joint_psychotherapy_note_is_packed_with_both_authorizations_and_stopped_when_one_is_taken_back(
    hale, dana, lindqvist, abernathy, paper
):
    start_care(by=dana, patient=abernathy, staff=hale, role=CareRole.TREATING, from_on=today())
    own = paper(notes=True)
    note = write_note(hale, lindqvist, abernathy, text=TEXT, session_on=today())

    def pack():
        return approve_package(
            by=hale, authorization=own, package_id=uuid4(), note_ids=[note], recipient=LAWYER, named_staff=[dana],
            on=today(),
        )  # fmt: skip

    (left_out,) = offer_release(by=hale, authorization=own, on=today()).left_out
    assert left_out.refusal.code == "PN_SPEAKS_OF_OTHERS"
    with pytest.raises(NotReleasable):
        pack()
    theirs = paper(notes=True, patient=abernathy, signer_name="Ruth Abernathy")
    package = pack()
    assert package.cover.speaks_of == {str(note): (abernathy.pk,)}
    desk = Release(recipient_kind=RecipientKind.ATTORNEY, identity_verified="card seen", method=Method.LOCKED_FILE)
    record_revocation(by=dana, authorization=theirs, written=True, received_at=timezone.now())
    with pytest.raises(GateRefused) as refused:
        actions.commit_notes_package(by=dana, package_id=package.cover.id, release=desk)
    assert refused.value.decision.codes() == {"NAMES_OTHERS"}
    paper(notes=True, patient=abernathy, signer_name="Ruth Abernathy")
    desk = Release(recipient_kind=RecipientKind.ATTORNEY, identity_verified="card seen", method=Method.LOCKED_FILE)
    actions.commit_notes_package(by=dana, package_id=package.cover.id, release=desk)
    assert vault.my_packages(hale)[0].handed_over_at is not None
