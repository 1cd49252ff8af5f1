"""Psychotherapy notes of the demo, written by their authors through the vault: there is no other way in."""

import uuid

from django.utils import timezone

from records.psychotherapy import vault

from .chart import Held
from .practice import Demo
from .texts import THEMES, private_note

NOTES_PER_PATIENT = 6


def fill_sealed_notes(demo: Demo, held: list[Held]) -> None:
    """A few notes for most patients, the newest of some therapists left as drafts. Trainees keep none here."""
    by_patient: dict[uuid.UUID, list[Held]] = {}
    for session in held:
        by_patient.setdefault(session.patient.pk, []).append(session)
    for sessions in by_patient.values():
        chosen = [one for one in sessions if demo.rng.random() < 0.4][-NOTES_PER_PATIENT:]
        for session in chosen:
            _write(demo, session, leave_draft=session is sessions[-1])


def _write(demo: Demo, session: Held, *, leave_draft: bool) -> None:
    draft_id = uuid.UUID(int=demo.rng.getrandbits(128), version=4)
    saved = vault.save_draft(
        session.therapist,
        draft_id=draft_id,
        patients=[session.patient.pk],
        session=session.encounter.pk,
        session_on=timezone.localdate(session.encounter.started_at),
        text=private_note(demo.rng, THEMES[session.theme]),
        base_version=0,
    )
    if not leave_draft:
        vault.sign(session.therapist, draft_id=draft_id, version=saved.version)
