"""Releases of the demo that are under way: one closed, one to hand over, one to read, and a locked package of notes."""

import uuid
from datetime import timedelta

from django.utils import timezone

from authorizations.models import Authorization
from authorizations.rules import RecordClass
from disclosures.ledger.rules import Basis
from disclosures.releases.actions import (
    approve_release,
    close_release,
    commit_release,
    deliver,
    prepare_release,
)
from disclosures.releases.actions.redact import BlackArea, Passage, black_out
from disclosures.releases.actions.threat import Told, record_warning
from disclosures.releases.documents import plain_blocks_of
from disclosures.releases.models import Release
from disclosures.releases.queries import item_key
from disclosures.releases.rules import CameBack, Method, RecipientKind
from disclosures.releases.rules.redaction import RedactionReason
from practice.infrastructure.blackout import sentences
from practice.people.models import Staff
from records.chart.actions.notes import add_addendum
from records.chart.documents import release_items
from records.chart.passages import parts_of
from records.psychotherapy import vault
from records.psychotherapy.actions import approve_package, offer_release

from .practice import Demo


def fill_releases(demo: Demo, authorizations: dict[str, Authorization]) -> None:
    """Each goes through the product's own acts, as far as its story has come."""
    desk = demo.staff["frontdesk"]
    done = _approved(demo, "Villarreal", authorizations["villarreal_school"], RecipientKind.OTHER, documents=2)
    commit_release(by=desk, release_id=done.pk)
    deliver(by=desk, release_id=done.pk)
    close_release(by=desk, release_id=done.pk, delivered=True, on=demo.day, receipt="Handed to Ms. Moreno, signed")
    _approved(demo, "Lindqvist", authorizations["lindqvist_chart"], RecipientKind.ATTORNEY, documents=12)
    _approved(demo, "Vance", authorizations["vance_chart"], RecipientKind.ATTORNEY, 2, Method.DOWNLOAD)
    _changed_since(demo, _approved(demo, "Ferreira", authorizations["ferreira_school"], RecipientKind.OTHER, 2))
    _came_back(
        demo, _approved(demo, "Ferreira", authorizations["ferreira_school"], RecipientKind.OTHER, 2, Method.MAIL)
    )
    waiting = _prepared(demo, "Park", authorizations["park_clinic"], RecipientKind.PROVIDER, documents=5, filed=2)
    _leave_out_a_sentence(demo.therapist_of("Park"), waiting)
    _blacken_the_letterhead(demo.therapist_of("Park"), waiting)
    _locked_notes(demo, authorizations["lindqvist_notes"])
    _warning(demo, "Park")


def _warning(demo: Demo, family: str) -> None:
    """A warning entered this morning; its whole record is still to be written."""
    at = timezone.now() - timedelta(hours=3)
    record_warning(
        by=demo.therapist_of(family),
        patient=demo.patients[family],
        told=[Told("Springfield Police, Officer Ruiz", RecipientKind.LAW_ENFORCEMENT), Told("Jamie Fox", "other")],
        target="Jamie Fox, a co-worker",
        told_by=demo.therapist_of(family).display_name,
        words="That the patient said they would come to the workplace with a weapon this evening.",
        at=at,
        from_notes=False,
    )


def _changed_since(demo: Demo, release: Release) -> None:
    """One of its notes was corrected after it was approved: it is to be read anew."""
    note = release.items.filter(kind="note")[0].object_id
    text = "The school asked for the meeting, not the family."
    add_addendum(by=demo.therapist_of("Ferreira"), note_id=note, text=text)


def _came_back(demo: Demo, release: Release) -> None:
    desk = demo.staff["frontdesk"]
    commit_release(by=desk, release_id=release.pk)
    deliver(by=desk, release_id=release.pk)
    close_release(
        by=desk,
        release_id=release.pk,
        delivered=False,
        on=demo.day,
        reason="Returned by the post: no such suite at this address",
        came_back=CameBack.UNOPENED,
    )


def _prepared(
    demo: Demo,
    family: str,
    authorization: Authorization,
    kind: RecipientKind,
    documents: int,
    method: Method = Method.IN_PERSON,
    filed: int = 0,
) -> Release:
    patient = demo.patients[family]
    release = Release(
        patient=patient,
        record_class=RecordClass.CHART,
        basis=Basis.B_AUTHORIZATION,
        authorization=authorization,
        recipient_name=authorization.recipient_name,
        recipient_kind=kind,
        recipient_address=authorization.recipient_address,
        identity_verified="Called back on the number on their letterhead",
        purpose=authorization.purpose,
        method=method,
    )
    items = list(release_items(patient))
    keys = [item_key(info) for info in items if info.kind == "note"][:documents]
    keys += [item_key(info) for info in items if info.kind == "document"][:filed]
    return prepare_release(by=demo.staff["frontdesk"], release=release, keys=keys, approver=demo.therapist_of(family))


def _leave_out_a_sentence(by: Staff, release: Release) -> None:
    """The therapist has begun to read, and left out one sentence of the first note."""
    item = release.items.all()[0]
    [block] = plain_blocks_of(release, [item])
    part = [part for part in parts_of(block) if part.key.startswith("written")][-1]
    passage = Passage(part.key, sentences(part.text)[-1])
    words = "The clinic did not ask about his brother."
    reason = RedactionReason.ANOTHER_PERSON
    black_out(by=by, release_id=release.pk, item_id=item.pk, passages=[passage], reason=reason, words=words)


def _blacken_the_letterhead(by: Staff, release: Release) -> None:
    """And the head of a filed letter, which says who sent it."""
    item = release.items.filter(kind="document")[0]
    areas = [BlackArea(1, (0.1, 0.117, 0.58, 0.03))]
    black_out(by=by, release_id=release.pk, item_id=item.pk, areas=areas, reason=RedactionReason.BEYOND)


def _approved(
    demo: Demo,
    family: str,
    authorization: Authorization,
    kind: RecipientKind,
    documents: int,
    method: Method = Method.IN_PERSON,
) -> Release:
    release = _prepared(demo, family, authorization, kind, documents, method)
    kept = [str(pk) for pk in release.items.values_list("pk", flat=True)]
    return approve_release(by=demo.therapist_of(family), release_id=release.pk, keep=kept)


def _locked_notes(demo: Demo, authorization: Authorization) -> vault.SealedPackage:
    author = demo.therapist_of("Lindqvist")
    offer = offer_release(by=author, authorization=authorization, on=demo.day)
    return approve_package(
        by=author,
        authorization=authorization,
        package_id=uuid.UUID(int=demo.rng.getrandbits(128), version=4),
        note_ids=[note.head.id for note in offer.notes[:3]],
        recipient=authorization.recipient_name,
        named_staff=[demo.staff["frontdesk"]],
        on=demo.day,
    )
