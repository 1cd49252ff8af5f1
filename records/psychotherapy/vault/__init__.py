"""The only door to psychotherapy notes.

Every function takes the person who acts, opens the sealed database as that person for one transaction, writes down what
happened in the same transaction, and returns plain values. Nothing lazy leaves it. What a person may not read is not
there: `None`, the same as for a note that does not exist, found with the same number of queries.
"""

from .custody import (
    my_transfers,
    pack_in_custody,
    propose_custody,
    sessions_in_custody,
    take_step,
    transfer_of_mine,
)
from .destruction import (
    NotDestroyed,
    cancel_destruction,
    destroy,
    my_due_destructions,
    my_kept_notes,
    order_destruction,
)
from .drafts import discard_draft, open_draft, save_draft, settle_branch, sign
from .moving import moved_sentences, passage_in_draft, put_passage, take_passage, was_moved
from .notes import head_of_mine, my_drafts, my_notes, notes_opened_to, read, sheet
from .packages import (
    NotReleasable,
    handing_over,
    my_packages,
    package_bytes,
    package_cover,
    packages_awaiting_hand_over,
    prepare_package,
    releasable,
    withdraw_package,
)
from .rotation import Rotation, rewrap_keys
from .searching import KINDS as SEARCHED_KINDS
from .searching import search_mine
from .session import open_as, record_event
from .training import end_training_grant, give_training_grant, my_training_grants
from .values import (
    Branch,
    DraftText,
    Found,
    Grant,
    Happened,
    Hit,
    Kept,
    MovedSentence,
    MovedText,
    NoteHead,
    NoteText,
    Order,
    PackageCover,
    Passage,
    Releasable,
    Saved,
    SealedPackage,
    Sheet,
    StaleDraft,
)

__all__ = [
    "SEARCHED_KINDS",
    "Branch",
    "DraftText",
    "Found",
    "Grant",
    "Happened",
    "Hit",
    "Kept",
    "MovedSentence",
    "MovedText",
    "NotDestroyed",
    "NotReleasable",
    "NoteHead",
    "NoteText",
    "Order",
    "PackageCover",
    "Passage",
    "Releasable",
    "Rotation",
    "Saved",
    "SealedPackage",
    "Sheet",
    "StaleDraft",
    "cancel_destruction",
    "destroy",
    "discard_draft",
    "end_training_grant",
    "give_training_grant",
    "handing_over",
    "head_of_mine",
    "moved_sentences",
    "my_drafts",
    "my_due_destructions",
    "my_kept_notes",
    "my_notes",
    "my_packages",
    "my_training_grants",
    "my_transfers",
    "notes_opened_to",
    "open_as",
    "open_draft",
    "order_destruction",
    "pack_in_custody",
    "package_bytes",
    "package_cover",
    "packages_awaiting_hand_over",
    "passage_in_draft",
    "prepare_package",
    "propose_custody",
    "put_passage",
    "read",
    "record_event",
    "releasable",
    "rewrap_keys",
    "save_draft",
    "search_mine",
    "sessions_in_custody",
    "settle_branch",
    "sheet",
    "sign",
    "take_passage",
    "take_step",
    "transfer_of_mine",
    "was_moved",
    "withdraw_package",
]
