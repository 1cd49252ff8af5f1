"""Staff, patients, those who act for them, and who cares for whom."""

from .care import (
    CareRelationship as CareRelationship,
)
from .care import (
    PatientPermission as PatientPermission,
)
from .patient import (
    ContactWish as ContactWish,
)
from .patient import (
    MinorAlone as MinorAlone,
)
from .patient import (
    Patient as Patient,
)
from .patient import (
    PatientAddress as PatientAddress,
)
from .patient import (
    PatientContact as PatientContact,
)
from .patient import (
    PatientIdentifier as PatientIdentifier,
)
from .patient import (
    PatientName as PatientName,
)
from .patient import (
    PatientTelecom as PatientTelecom,
)
from .representative import (
    PersonalRepresentative as PersonalRepresentative,
)
from .representative import (
    RepresentativeDecision as RepresentativeDecision,
)
from .representative import (
    RepresentativePaper as RepresentativePaper,
)
from .staff import (
    Invitation as Invitation,
)
from .staff import (
    License as License,
)
from .staff import (
    Shorthand as Shorthand,
)
from .staff import (
    Staff as Staff,
)
