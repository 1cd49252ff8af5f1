"""The accounting as PDF against the bare table: the same rows by WeasyPrint without our paper, and by ReportLab."""

import io
import tempfile
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import weasyprint
from django.db import transaction
from django.test import override_settings
from reportlab.lib.pagesizes import letter
from reportlab.platypus import SimpleDocTemplate, Table

from disclosures.ledger.actions import prepare_accounting, sign_checkpoint
from practice.compliance.models import PracticeProfile
from practice.infrastructure.days import today

from .fixtures import compliance_officer_with_patient
from .ledger import disclosure_of
from .measure import Row, by_turns


def accounting() -> list[Row]:
    """Issues an accounting of 20 and of 500 entries: selection, proofs, JSON, tagged PDF in a process of its own."""
    rows = []
    with tempfile.TemporaryDirectory() as folder, override_settings(CHECKPOINT_FILE=Path(folder) / "checkpoints"):
        for entries, turns in ((20, 5), (500, 3)):
            cells = [_cells(number) for number in range(entries)]
            ours, bare = by_turns(_issuing(entries), lambda cells=cells: _bare_weasyprint(cells), turns=turns)
            _ours, plain = by_turns(lambda: None, lambda cells=cells: _reportlab(cells), turns=turns)
            rows.append(Row(f"accounting PDF, {entries} entries", ours, "WeasyPrint, bare table in process", bare))
            rows.append(Row(f"accounting PDF, {entries} entries", ours, "ReportLab, bare table in process", plain))
    return rows


def _issuing(entries: int) -> Callable[[], object]:
    """A patient with so many disclosures that are listed one by one. Out: a call that issues their accounting."""
    PracticeProfile.objects.update(privacy_contact_phone="(217) 555-0148")
    officer, patient = compliance_officer_with_patient()
    for number in range(entries):
        with transaction.atomic():
            disclosure_of(officer, patient, number)
    sign_checkpoint()

    def issue() -> None:
        issued = prepare_accounting(by=officer, patient=patient, requested_on=today(), received_on=today())
        assert issued.entries_listed == entries

    return issue


def _cells(number: int) -> tuple[str, str, str, str]:
    day = date(2021, 1, 4) + timedelta(days=number * 3)
    return day.isoformat(), f"Agency {number}, 1 Main Street", "Session dates and plan", f"Program audit {number}"


def _bare_weasyprint(cells: list[tuple[str, str, str, str]]) -> bytes:
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in cells)
    return weasyprint.HTML(string=f"<table>{body}</table>").write_pdf()  # type: ignore[no-any-return]


def _reportlab(cells: list[tuple[str, str, str, str]]) -> bytes:
    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=letter).build([Table(cells, repeatRows=1)])
    return out.getvalue()
