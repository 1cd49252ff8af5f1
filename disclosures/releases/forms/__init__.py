"""Forms of releases, one module per part; they check, and never save."""

from .hand_over import (
    CloseForm as CloseForm,
)
from .hand_over import (
    NotesHandOverForm as NotesHandOverForm,
)
from .hand_over import (
    ReasonForm as ReasonForm,
)
from .hand_over import (
    ReturnForm as ReturnForm,
)
from .hand_over import (
    ToldForm as ToldForm,
)
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
    Grounds as Grounds,
)
from .release import (
    NewReleaseForm as NewReleaseForm,
)
from .release import (
    Parts as Parts,
)
from .release import (
    RecordForm as RecordForm,
)
from .release import (
    StartForm as StartForm,
)
from .release import (
    basis_choices as basis_choices,
)
