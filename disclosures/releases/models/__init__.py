"""A release and what belongs to it, one module per part."""

from .redaction import (
    Redaction as Redaction,
)
from .release import (
    SHA256 as SHA256,
)
from .release import (
    ChartPackage as ChartPackage,
)
from .release import (
    Release as Release,
)
from .release import (
    ReleaseItem as ReleaseItem,
)
from .reliance import (
    Reliance as Reliance,
)
from .taken_over import (
    TakenOver as TakenOver,
)
