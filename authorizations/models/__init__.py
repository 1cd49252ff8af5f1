"""What a patient has agreed to, one module per part."""

from .authorization import (
    Authorization as Authorization,
)
from .authorization import (
    AuthorizationEvent as AuthorizationEvent,
)
from .authorization import (
    SignedPaper as SignedPaper,
)
from .declining import (
    AnswerLetter as AnswerLetter,
)
from .forms import (
    FormReview as FormReview,
)
from .forms import (
    FormVersion as FormVersion,
)
from .restriction import (
    Restriction as Restriction,
)
from .restriction import (
    RestrictionEvent as RestrictionEvent,
)
from .restriction import (
    RestrictionLetter as RestrictionLetter,
)
from .restriction import (
    RestrictionPaper as RestrictionPaper,
)
from .signing import (
    Signature as Signature,
)
from .signing import (
    SignedDocument as SignedDocument,
)
from .taking_back import (
    RevocationLetter as RevocationLetter,
)
from .taking_back import (
    RevocationNotice as RevocationNotice,
)
