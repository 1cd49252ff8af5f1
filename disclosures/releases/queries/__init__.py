"""Releases as rules and pages read them, one module per part."""

from .release import (
    asked_of as asked_of,
)
from .release import (
    asking_is_due as asking_is_due,
)
from .release import (
    chart_index as chart_index,
)
from .release import (
    entry_of as entry_of,
)
from .release import (
    gate_items as gate_items,
)
from .release import (
    item_key as item_key,
)
from .release import (
    package_of as package_of,
)
from .release import (
    postal_address as postal_address,
)
from .release import (
    proposal_of as proposal_of,
)
from .release import (
    restrictions_on as restrictions_on,
)
from .release import (
    verdict_now as verdict_now,
)
from .steps import (
    Line as Line,
)
from .steps import (
    covers_to_hand_over as covers_to_hand_over,
)
from .steps import (
    ended_lines as ended_lines,
)
from .steps import (
    exceptional_lines as exceptional_lines,
)
from .steps import (
    line_of as line_of,
)
from .steps import (
    lines_of as lines_of,
)
from .steps import (
    open_lines as open_lines,
)
from .steps import (
    steps_of as steps_of,
)
from .steps import (
    verdict_words as verdict_words,
)
