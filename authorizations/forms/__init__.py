"""Forms of authorizations, one module per part; they check, and never save."""

from .recording import (
    BAD_DAY as BAD_DAY,
)
from .recording import (
    AuthorizationForm as AuthorizationForm,
)
from .recording import (
    HappenedForm as HappenedForm,
)
from .recording import (
    ScanForm as ScanForm,
)
from .recording import (
    StaffField as StaffField,
)
from .recording import (
    initial_of as initial_of,
)
