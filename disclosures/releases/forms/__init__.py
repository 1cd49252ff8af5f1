"""Forms of releases, one module per part; they check, and never save."""

from .release import (
    BASIS_WORDS as BASIS_WORDS,
)
from .release import (
    DAY as DAY,
)
from .release import (
    GROUPS as GROUPS,
)
from .release import (
    PLANNABLE as PLANNABLE,
)
from .release import (
    CloseForm as CloseForm,
)
from .release import (
    Grounds as Grounds,
)
from .release import (
    NewReleaseForm as NewReleaseForm,
)
from .release import (
    NotesHandOverForm as NotesHandOverForm,
)
from .release import (
    Parts as Parts,
)
from .release import (
    ReasonForm as ReasonForm,
)
from .release import (
    RecordForm as RecordForm,
)
from .release import (
    ReturnForm as ReturnForm,
)
from .release import (
    StartForm as StartForm,
)
from .release import (
    basis_choices as basis_choices,
)
