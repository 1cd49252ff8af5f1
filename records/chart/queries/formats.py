"""Note formats as they stand: for whoever may write notes."""

from django.db.models import OuterRef, QuerySet

from practice.people.models import Patient, Staff

from ..models import ChartNote, NoteFormat


def newest() -> QuerySet[NoteFormat]:
    """The newest version of each format, in their order, retired ones too."""
    last = NoteFormat.objects.filter(code=OuterRef("code")).order_by("-version").values("version")[:1]
    return NoteFormat.objects.filter(version=last).order_by("position", "name")


def formats() -> QuerySet[NoteFormat]:
    """The formats that are offered for new notes, in their order."""
    return newest().filter(retired=False)


def usual_format(author: Staff, patient: Patient | None = None) -> NoteFormat | None:
    """What a new note is proposed in: as the author's last session note of this patient, else their last of anybody.

    The newest version of that format; the first there is where it was retired.
    """
    written = ChartNote.objects.filter(author=author, format__occasional=False).order_by("-created_at")
    code = None
    if patient is not None:
        code = written.filter(patient=patient).values_list("format__code", flat=True).first()
    code = code or written.values_list("format__code", flat=True).first()
    return (formats().filter(code=code).first() if code else None) or formats().first()


def name_taken(name: str, code: str) -> bool:
    """Whether another format that is in use has this name."""
    return formats().filter(name__iexact=name).exclude(code=code).exists()
