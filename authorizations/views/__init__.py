"""Pages of authorizations, one module per part."""

from .recording import (
    authorization_copy_given as authorization_copy_given,
)
from .recording import (
    authorization_correct as authorization_correct,
)
from .recording import (
    authorization_fulfilled as authorization_fulfilled,
)
from .recording import (
    authorization_known_false as authorization_known_false,
)
from .recording import (
    authorization_list as authorization_list,
)
from .recording import (
    authorization_mistaken as authorization_mistaken,
)
from .recording import (
    authorization_new as authorization_new,
)
from .recording import (
    authorization_open as authorization_open,
)
from .recording import (
    authorization_scan_add as authorization_scan_add,
)
from .recording import (
    authorization_scan_compare as authorization_scan_compare,
)
from .recording import (
    paper_download as paper_download,
)
from .recording import (
    staff_of as staff_of,
)
from .taking_back import (
    authorization_event_known as authorization_event_known,
)
from .taking_back import (
    authorization_form_sent as authorization_form_sent,
)
from .taking_back import (
    authorization_go_on as authorization_go_on,
)
from .taking_back import (
    authorization_revoke as authorization_revoke,
)
from .taking_back import (
    notice_told as notice_told,
)
from .taking_back import (
    revocation_form as revocation_form,
)
from .taking_back import (
    revocation_form_blank as revocation_form_blank,
)
