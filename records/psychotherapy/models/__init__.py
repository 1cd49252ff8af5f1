"""Psychotherapy notes: their own database, their own logins, row-level security on every table.

No foreign key leaves this database: staff, patients and sessions are plain UUIDs. `login_privileges` is the grid of
logins and tables; the row policies and the triggers stand in migration 0002. Nothing here is registered with the change
history, and nothing outside `vault` touches these classes.
"""

from .base import SealedModel as SealedModel
from .compelled import Compelled as Compelled
from .compelled import CompelledOpening as CompelledOpening
from .compelled import CompelledStep as CompelledStep
from .custody import Custody as Custody
from .custody import CustodyOpening as CustodyOpening
from .events import Event as Event
from .keys import AuthorKey as AuthorKey
from .keys import WrappedKey as WrappedKey
from .notes import Attachment as Attachment
from .notes import Destruction as Destruction
from .notes import Draft as Draft
from .notes import DraftBranch as DraftBranch
from .notes import Moved as Moved
from .notes import Note as Note
from .notes import NoteRedaction as NoteRedaction
from .packages import Package as Package
from .training import TrainingGrant as TrainingGrant
