"""What stands on the slips that carry a passphrase to the recipient of a compelled release."""

from collections.abc import Sequence

from practice.compliance.queries import policy, practice_profile
from practice.infrastructure.blackout import NOTES_LEFT_OUT
from practice.infrastructure.days import today
from practice.infrastructure.pdf import render_pdf
from records.psychotherapy.compelled_rules import Compelled, PassphrasePart

from .models import LegalPaper


def left_out_words(others_left_out: bool) -> str:
    """What cover and file tell the recipient of notes that stayed out, where the practice wants it said (P-34)."""
    return NOTES_LEFT_OUT if others_left_out and policy("P-34", today()).value else ""


def slip_pdf(parts: Sequence[PassphrasePart], compelled: Compelled, paper: LegalPaper) -> bytes:
    """One page per part, to be put into an envelope that is closed and sent apart from the file. Raises PdfFailed.

    Names no patient and no case, whose caption would name one: whoever finds a slip learns nothing from it.
    """
    context = {
        "title": "Part of a passphrase",
        "practice": practice_profile(),
        "document_number": str(compelled.id)[:8].upper(),
        "parts": parts,
        "recipient": paper.recipient_name,
        "address": paper.recipient_address,
        "reference": paper.number,
        "on": today(),
    }
    return render_pdf("documents/compelled_slip.html", context)
