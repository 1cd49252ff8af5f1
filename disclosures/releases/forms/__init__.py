"""Forms of releases, one module per part; they check, and never save."""

from .grounds import (
    BASIS_WORDS as BASIS_WORDS,
)
from .grounds import (
    GROUPS as GROUPS,
)
from .grounds import (
    PLANNABLE as PLANNABLE,
)
from .grounds import (
    Grounds as Grounds,
)
from .grounds import (
    StartForm as StartForm,
)
from .grounds import (
    basis_choices as basis_choices,
)
from .hand_over import (
    AtTheDeskForm as AtTheDeskForm,
)
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
from .past import (
    RecordForm as RecordForm,
)
from .release import (
    DAY as DAY,
)
from .release import (
    NewReleaseForm as NewReleaseForm,
)
from .release import (
    Parts as Parts,
)
