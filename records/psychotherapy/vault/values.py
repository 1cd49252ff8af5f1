"""What leaves the vault: plain frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from practice.infrastructure.blackout import Span
from practice.infrastructure.refusals import Refusal
from records.psychotherapy.rules import Direction


@dataclass(frozen=True, slots=True)
class NoteHead:
    """What a list shows of a note or draft: no text, no size."""

    id: UUID
    author: UUID
    patients: tuple[UUID, ...]
    session: UUID | None
    session_on: date
    addendum_to: UUID | None
    saved_at: datetime
    signed_at: datetime | None = None

    @property
    def is_draft(self) -> bool:
        return self.signed_at is None


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of a note, for its author: what, when, by whom."""

    at: datetime
    what: str
    actor: UUID
    note: UUID | None = None


@dataclass(frozen=True, slots=True)
class AttachmentHead:
    """What is attached to a note: its name, what it was and what is shown. Without `kind` it cannot be opened now."""

    id: UUID
    note: UUID
    added_at: datetime
    name: str = ""
    kind: str = ""
    shown_kind: str = ""
    pages: int = 0
    sha256: str = ""

    @property
    def is_picture(self) -> bool:
        return self.shown_kind in ("jpeg", "png")

    def __repr__(self) -> str:
        return f"<AttachmentHead {self.id}>"


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """The bytes of an attachment: the shown copy, or the file as it came; `kind` is theirs."""

    head: AttachmentHead
    kind: str
    data: bytes

    def __repr__(self) -> str:
        return f"<AttachedFile {self.head.id}>"


@dataclass(frozen=True, slots=True)
class NoteText:
    """A signed note with its addenda in the order they were signed. `text` is None when it cannot be opened now."""

    head: NoteHead
    text: str | None
    mine: bool
    open_addendum: UUID | None = None
    addenda: tuple["NoteText", ...] = ()
    history: tuple[Happened, ...] = ()
    destroyed_at: datetime | None = None
    attachments: tuple[AttachmentHead, ...] = ()

    def __repr__(self) -> str:  # the text must not reach a log or a traceback by way of a repr
        return f"<NoteText {self.head.id}>"


@dataclass(frozen=True, slots=True)
class Branch:
    """A text that was saved over a newer one. `text` is None when it cannot be opened now."""

    id: UUID
    text: str | None
    saved_at: datetime

    def __repr__(self) -> str:
        return f"<Branch {self.id}>"


@dataclass(frozen=True, slots=True)
class DraftText:
    """A draft as it stands. `version` is what the next save must name; `text` is None when it cannot be opened now."""

    head: NoteHead
    version: int
    text: str | None
    branches: tuple[Branch, ...] = ()
    attachments: tuple[AttachmentHead, ...] = ()

    def __repr__(self) -> str:
        return f"<DraftText {self.head.id}>"


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did. `conflict`: somebody (oneself, in another window) had saved since; both texts are kept."""

    outcome: Literal["saved", "conflict", "unreadable", "signed", "absent"]
    id: UUID
    version: int = 0
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence to be moved. `at`: where it stands or stood, in UTF-16 units; `version`: of the draft on the page."""

    token: UUID
    text: str
    at: int | None
    version: int

    def __repr__(self) -> str:
        return f"<Passage {self.token}>"


@dataclass(frozen=True, slots=True)
class MovedText:
    """A draft after a sentence left it or came in. `edit` is None when the same move was made before."""

    id: UUID
    version: int
    saved_at: datetime
    text: str
    edit: dict[str, int | str] | None

    def __repr__(self) -> str:
        return f"<MovedText {self.id}>"


@dataclass(frozen=True, slots=True)
class MovedSentence:
    """That a sentence was moved, for the note's author: when, which way, under which exclusion, which chart note."""

    at: datetime
    direction: Direction
    exclusion: str
    chart_note: UUID


@dataclass(frozen=True, slots=True)
class Hit:
    """One text of the author's own that holds every word sought; `parts`: what stands around it, hits marked."""

    head: NoteHead
    parts: tuple[tuple[str, bool], ...]

    def __repr__(self) -> str:
        return f"<Hit {self.head.id}>"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search of the author's own notes found: the first hits, how many there are, and what could not be read."""

    hits: tuple[Hit, ...]
    total: int
    searched: int
    unreadable: tuple[NoteHead, ...]

    def __repr__(self) -> str:
        return f"<Found {self.total}>"


@dataclass(frozen=True, slots=True)
class Sheet:
    """The sealed sheet beside a progress note: a draft to go on with, signed notes to read, or a blank page."""

    patient: UUID
    session: UUID | None
    session_on: date
    draft: DraftText | None
    notes: tuple[NoteText, ...]
    blank_id: UUID

    def __repr__(self) -> str:
        return f"<Sheet {self.session}>"


@dataclass(frozen=True, slots=True)
class Grant:
    """A training grant as both its parties see it (R-023)."""

    id: UUID
    author: UUID
    grantee: UUID
    patients: tuple[UUID, ...]
    sessions_from: date
    sessions_to: date
    program: str
    supervisor: UUID
    trainees: tuple[UUID, ...]
    skill_area: str
    identity_considered: bool
    starts_at: datetime
    ends_at: datetime
    taken_back_at: datetime | None = None
    read: tuple[Happened, ...] = ()  # every opening by the one it was given to, newest first, for the author


@dataclass(frozen=True, slots=True)
class Releasable:
    """One signed note of the author's, with its text to read before approval, or the refusal that keeps it out.

    The text is as it leaves: a bar stands for each passage that the author left out. `others_left_out`: nothing about
    the other people of a joint note remains; what is attached to it stays behind then.
    """

    head: NoteHead
    text: str | None
    refusal: Refusal | None
    attachments: tuple[AttachmentHead, ...] = ()
    files: tuple[AttachedFile, ...] = ()  # their shown copies, for the package alone
    passages_out: int = 0
    others_left_out: bool = False

    def __repr__(self) -> str:
        return f"<Releasable {self.head.id}>"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What an author leaves out of a note for one patient's releases. `nothing_left`: nothing about others remains."""

    spans: tuple[Span, ...]
    nothing_left: bool
    reason: str
    at: datetime

    def __repr__(self) -> str:
        return f"<LeftOut {len(self.spans)}>"


@dataclass(frozen=True, slots=True)
class NoteToRedact:
    """A signed note in full, for its author to leave passages out, with what is left out so far."""

    head: NoteHead
    text: str
    left_out: LeftOut | None

    def __repr__(self) -> str:
        return f"<NoteToRedact {self.head.id}>"


@dataclass(frozen=True, slots=True)
class PackageCover:
    """What the staff named for the hand-over see: who, to whom, how many, which hash. No content.

    `approved_by` is the author, or the custodian who packed it because the author cannot act.
    """

    id: UUID
    author: UUID
    approved_by: UUID
    patient: UUID
    authorization_id: UUID
    recipient_name: str
    description: str
    items: tuple[tuple[UUID, date], ...]  # note and the day of its session
    sha256: str
    size: int
    named_staff: tuple[UUID, ...]
    approved_at: datetime
    hand_over_until: datetime
    withdrawn_at: datetime | None = None
    handed_over_at: datetime | None = None
    compelled: UUID | None = None  # the compelled release it was made for; `authorization_id` is then the legal paper
    speaks_of: Mapping[str, tuple[UUID, ...]] = field(default_factory=dict)  # by note: the others it speaks of
    named_too: tuple[UUID, ...] = ()  # other patients the legal paper names; then `speaks_of` holds everybody
    passages_out: bool = False  # its author left some out; the cover sheet may say so, not which
    others_left_out: bool = False  # of what is compelled, notes that speak of others too stayed out
    own_ground: bool = False  # without an authorization: its author's claim is sealed with it
    claim: Mapping[str, Any] = field(default_factory=dict, repr=False)  # opened for who hands it over, else empty

    @property
    def about(self) -> tuple[UUID, ...]:
        """Whose records it holds, as what it rests on names them."""
        return (self.patient, *self.named_too)

    @property
    def speaks_about(self) -> tuple[UUID, ...]:
        """Everybody its notes speak of as they leave, whose release it is first; each is entered in the ledger."""
        others = {one for found in self.speaks_of.values() for one in found}
        return (self.patient, *sorted(others - {self.patient}))

    @property
    def not_named(self) -> Mapping[str, tuple[UUID, ...]]:
        """By note: whom it speaks of beside those; they have to agree."""
        left = {note: tuple(one for one in found if one not in self.about) for note, found in self.speaks_of.items()}
        return {note: found for note, found in left.items() if found}

    def days_about(self, patient: UUID) -> tuple[date, ...]:
        """The sessions whose notes speak of one of them; of a single patient's release all do."""
        every = patient == self.patient and not self.named_too
        return tuple(day for note, day in self.items if every or patient in self.speaks_of.get(str(note), ()))

    @property
    def waiting(self) -> bool:
        """Approved, not withdrawn, not handed over. Whether its time has run out is asked against a clock."""
        return self.withdrawn_at is None and self.handed_over_at is None


@dataclass(frozen=True, slots=True)
class Order:
    """An order to destroy a note: from when it can be carried out, and what became of it."""

    id: UUID
    note: UUID
    ordered_at: datetime
    due_at: datetime
    destroyed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Kept:
    """One signed note of the author's with its order of destruction, and how many packages hold a copy of it."""

    head: NoteHead
    order: Order | None
    packages: int


@dataclass(frozen=True, slots=True)
class SealedPackage:
    """A package just made, with the passphrase that is shown once and kept nowhere."""

    cover: PackageCover
    passphrase: str

    def __repr__(self) -> str:
        return f"<SealedPackage {self.cover.id}>"


class StaleDraft(Exception):
    """The draft is not, or no longer, as the caller saw it; carries the refusal to show."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
