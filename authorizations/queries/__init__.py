"""Authorizations as rules and pages read them, one module per part."""

from .standing import (
    AuthorizationLine as AuthorizationLine,
)
from .standing import (
    active_for as active_for,
)
from .standing import (
    answer_letters as answer_letters,
)
from .standing import (
    copy_is_due as copy_is_due,
)
from .standing import (
    corrected_by as corrected_by,
)
from .standing import (
    ended_by_the_same as ended_by_the_same,
)
from .standing import (
    ending_soon as ending_soon,
)
from .standing import (
    facts_of as facts_of,
)
from .standing import (
    follow_ups as follow_ups,
)
from .standing import (
    for_release as for_release,
)
from .standing import (
    kept_until as kept_until,
)
from .standing import (
    line_of as line_of,
)
from .standing import (
    lines_of as lines_of,
)
from .standing import (
    revocations as revocations,
)
from .standing import (
    same_paper as same_paper,
)
from .standing import (
    sealed_notes_asked_of as sealed_notes_asked_of,
)
from .standing import (
    sealed_notes_asked_of_author as sealed_notes_asked_of_author,
)
from .standing import (
    unmistaken as unmistaken,
)
from .taking_back import (
    written_revocation as written_revocation,
)
