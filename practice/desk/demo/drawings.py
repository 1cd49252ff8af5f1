"""A photographed page in a psychotherapy note of the demo, drawn here and attached through the vault."""

import io
import uuid

from django.utils import timezone

from practice.infrastructure.copies import take_in
from records.psychotherapy import vault

from .chart import Held
from .documents import scan
from .practice import Demo

PAGE = ("the heron, fourth step", "he drew himself small,", "the others without faces", "ask about the water")


def attach_a_drawing(demo: Demo, held: list[Held]) -> None:
    """One signed note of Dr. Hale's about her patient's drawing, with the photograph of it."""
    session = [one for one in held if one.patient == demo.patients["Lindqvist"]][-2]
    draft_id = uuid.UUID(int=demo.rng.getrandbits(128), version=4)
    saved = vault.save_draft(
        session.therapist,
        draft_id=draft_id,
        patients=[session.patient.pk],
        session=session.encounter.pk,
        session_on=timezone.localdate(session.encounter.started_at),
        text="My page from the session, beside his drawing. He took a long time over the steps.",
        base_version=0,
    )
    taken = take_in(io.BytesIO(scan(PAGE)))
    vault.attach(session.therapist, draft_id=draft_id, name="page from my notebook.jpg", taken=taken)
    vault.sign(session.therapist, draft_id=draft_id, version=saved.version)
