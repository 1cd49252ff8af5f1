"""The form with which a patient takes an authorization back in writing: blank, or filled in from the record."""

from practice.compliance.queries import practice_profile
from practice.infrastructure.days import today
from practice.infrastructure.pdf import render_pdf
from practice.people.queries import letter_address

from ..queries import AuthorizationLine


def revocation_form(line: AuthorizationLine | None) -> bytes:
    """The form as a tagged PDF; `line` says which authorization is taken back, None leaves lines to write on.

    It may be written on any other paper as well: nothing in it is required but a signed wish (R-051).
    Raises PdfFailed.
    """
    context = {
        "practice": practice_profile(),
        "title": "Taking back an authorization",
        "line": line,
        "authorization": line.authorization if line else None,
        "patient": line.authorization.patient if line else None,
        "letter": letter_address(line.authorization.patient, today()) if line else None,
        "printed_on": today(),
    }
    return render_pdf("documents/revocation_form.html", context)
