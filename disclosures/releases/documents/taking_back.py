"""The letter that confirms a revocation to the patient: what was handed over before, and that nothing more goes out."""

from collections.abc import Sequence

from authorizations.models import AuthorizationEvent
from authorizations.queries import AuthorizationLine
from practice.compliance.queries import practice_profile
from practice.infrastructure.days import today
from practice.infrastructure.pdf import render_pdf
from practice.people.confidential import LetterAddress

from ..queries.taking_back import Handed


def confirmation_letter(
    *,
    event: AuthorizationEvent,
    line: AuthorizationLine,
    handed: Sequence[Handed],
    to: LetterAddress | None,
    number: str,
) -> bytes:
    """The letter as a tagged PDF. Raises PdfFailed.

    It says nothing of what was chosen and never left: nobody outside may learn from it what is kept.
    """
    context = {
        "practice": practice_profile(),
        "title": "You took back an authorization",
        "document_number": number,
        "patient": event.authorization.patient,
        "event": event,
        "line": line,
        "authorization": event.authorization,
        "before": [one for one in handed if not one.late],
        "late": [one for one in handed if one.late],
        "letter": to,
        "prepared_on": today(),
    }
    return render_pdf("documents/revocation_letter.html", context)
