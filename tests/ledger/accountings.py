"""What the tests of issued accountings share."""

import html
import subprocess
import sys
from datetime import date
from io import BytesIO
from pathlib import Path

from django.utils.html import strip_tags
from pypdf import PdfReader

from disclosures.ledger import actions, verify_accounting
from disclosures.ledger.bases import Basis
from disclosures.ledger.particulars import Particulars, Recipient
from disclosures.ledger.suspensions import Suspension, SuspensionKind

ASKED = date(2026, 11, 21)
BOARD = {
    "basis": Basis.B_OVERSIGHT,
    "recipient": Recipient("State Licensing Board", "oversight agency"),
    "purpose": "Investigation 77",
    "description": "Session dates",
}


def text_of(accounting):
    if accounting.pdf.startswith(b"%PDF-"):
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(accounting.pdf)).pages)
    return html.unescape(strip_tags(accounting.pdf.decode().split("</head>")[1]))


def words_of(accounting):
    return " ".join(text_of(accounting).split())


def hold(castellanos, entry, **more):
    given = {"statement_on": date(2026, 11, 1), "received_on": date(2026, 11, 1), "until": date(2026, 12, 31)} | more
    statement = Suspension(more.pop("kind", SuspensionKind.SUSP_WRITTEN), **given)
    return actions.suspend(by=castellanos, entry_id=entry.pk, statement=statement, agency="State Licensing Board")


def corrected(given, day):
    return Particulars(disclosed_on=date.fromisoformat(day), **given)


VERIFIER = Path(verify_accounting.__file__)


def run_verifier(path, *arguments):
    return subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(path), *arguments], capture_output=True, text=True, check=False
    )
