"""Every act on what a patient has agreed to, one module per part."""

from .recording import (
    Elements as Elements,
)
from .recording import (
    P as P,
)
from .recording import (
    R as R,
)
from .recording import (
    add_paper as add_paper,
)
from .recording import (
    checked as checked,
)
from .recording import (
    correct_authorization as correct_authorization,
)
from .recording import (
    lock_for_release as lock_for_release,
)
from .recording import (
    record_authorization as record_authorization,
)
from .recording import (
    record_copy_given as record_copy_given,
)
from .recording import (
    record_event_known as record_event_known,
)
from .recording import (
    record_fulfilled as record_fulfilled,
)
from .recording import (
    record_known_false as record_known_false,
)
from .taking_back import (
    record_revocation as record_revocation,
)
