"""Formats a practice makes for itself: copied, changed, retired. Each change is a new row; no written note changes."""

from collections.abc import Mapping, Sequence
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Max

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff

from ..models import NoteFormat
from ..policies import check_formats
from ..queries.formats import name_taken, newest
from ..rules.formats import NAME_LIMIT, format_refusals, made_sections

CHANGED_MEANWHILE = Refusal(
    "FORMAT_CHANGED",
    "Somebody changed this format while you did.",
    "What you typed is still here. Open the list in another tab to see theirs, then open the format again.",
)


@transaction.atomic
def copy_format(*, by: Staff, source_id: UUID) -> NoteFormat:
    """A format of the practice's own with the sections of another, to be changed. Raises Refused."""
    check_formats(by)
    source = NoteFormat.objects.get(pk=source_id)
    last = NoteFormat.objects.aggregate(last=Max("position"))["last"] or 0
    made = NoteFormat.objects.create(
        code=f"own-{uuid4().hex[:12]}",
        name=_copy_name(source.name),
        sections=source.sections,
        occasional=source.occasional,
        position=last + 1,
        copied_from=source,
        made_by=by,
    )
    record(by=by, event=AuditEvent.RECORDED, subject=made, detail="note_format")
    return made


def change_format_sections(
    *, by: Staff, base_id: UUID, name: str, sections: Sequence[Mapping[str, str]], occasional: bool
) -> NoteFormat:
    """A new version of one of the practice's own formats. Notes and drafts in the version before keep theirs.

    `sections` are rows of key, label, hint in their order. Nothing is made when nothing changed. Raises Refused.
    """
    check_formats(by)
    base = NoteFormat.objects.get(pk=base_id)
    if not base.is_own:
        raise Refused(
            Refusal("FORMAT_NOT_OWN", "This format comes with the product and stays.", "Copy it, and change the copy.")
        )
    made, name = made_sections(sections, base.sections), " ".join(name.split())
    if refusals := format_refusals(name, made, taken=name_taken(name, base.code)):
        raise Refused(refusals[0])
    if (base.name, base.sections, base.occasional) == (name, made, occasional):
        return base
    return _next_version(by, base, "changed", name=name, sections=made, occasional=occasional)


def retire_format(*, by: Staff, base_id: UUID) -> NoteFormat:
    """Offer a format no longer; notes written in it stay as they are. Raises Refused for the last one there is."""
    check_formats(by)
    base = NoteFormat.objects.get(pk=base_id)
    if not newest().filter(retired=False).exclude(code=base.code).exists():
        raise Refused(Refusal("FORMAT_LAST", "This is the last format in use.", "Bring another one back first."))
    return base if base.retired else _next_version(by, base, "retired", retired=True)


def restore_format(*, by: Staff, base_id: UUID) -> NoteFormat:
    """Offer a retired format again. Raises Refused when its name was given to another meanwhile."""
    check_formats(by)
    base = NoteFormat.objects.get(pk=base_id)
    if name_taken(base.name, base.code):
        raise Refused(
            Refusal("FORMAT_NAME_TAKEN", "Another format has this name now.", "Rename that one, then bring this back.")
        )
    return _next_version(by, base, "restored", retired=False) if base.retired else base


@transaction.atomic
def _next_version(by: Staff, base: NoteFormat, detail: str, **changed: object) -> NoteFormat:
    kept = {
        "name": base.name,
        "sections": base.sections,
        "occasional": base.occasional,
        "retired": base.retired,
        "position": base.position,
        "copied_from_id": base.copied_from_id,
        "code": base.code,
        "version": base.version + 1,
        "made_by": by,
    }
    try:
        with transaction.atomic():
            made = NoteFormat.objects.create(**{**kept, **changed})
    except IntegrityError as exc:  # the version is there: two people changed the same one
        raise Refused(CHANGED_MEANWHILE) from exc
    record(by=by, event=AuditEvent.CHANGED, subject=made, detail=f"note_format_{detail}")
    return made


def _copy_name(name: str) -> str:
    """ "Copy of SOAP", "Copy of SOAP 2": a name that no format has."""
    first = f"Copy of {name}"[: NAME_LIMIT - 4]
    names = [first, *(f"{first} {number}" for number in range(2, 100))]
    return next((one for one in names if not name_taken(one, "")), f"{first} {uuid4().hex[:3]}")
