"""An authorization as a person reads it, one module per part."""

from .standing import (
    Point as Point,
)
from .standing import (
    checklist as checklist,
)
from .standing import (
    corrects as corrects,
)
from .standing import (
    history as history,
)
from .standing import (
    next_for_sealed_notes as next_for_sealed_notes,
)
from .standing import (
    other_defects as other_defects,
)
from .standing import (
    pill_of as pill_of,
)
from .standing import (
    reason_of as reason_of,
)
from .standing import (
    replaced_words as replaced_words,
)
