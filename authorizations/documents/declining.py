"""The letter to the patient when a therapist decided not to release psychotherapy notes under an authorization."""

from practice.compliance.queries import practice_profile
from practice.infrastructure.days import today
from practice.infrastructure.pdf import render_pdf
from practice.people.confidential import LetterAddress

from ..queries import AuthorizationLine


def declined_letter(line: AuthorizationLine, to: LetterAddress | None) -> bytes:
    """The answer as a tagged PDF, addressed to `to`. It gives no reason and does not tell if there are any.

    Raises PdfFailed.
    """
    row = line.authorization
    context = {
        "title": "About the authorization you signed",
        "practice": practice_profile(),
        "patient": row.patient,
        "letter": to,
        "line": line,
        "therapist": row.pn_originator,
        "written_on": today(),
    }
    return render_pdf("documents/declined_letter.html", context)
