"""The accounting as PDF against the bare table: the same rows by WeasyPrint without our paper, and by ReportLab."""

import io
from datetime import date, timedelta

import weasyprint
from reportlab.lib.pagesizes import letter
from reportlab.platypus import SimpleDocTemplate, Table

from .fixtures import accounting_fixture
from .measure import Row, by_turns


def accounting() -> list[Row]:
    """Renders an accounting of 20 and of 500 entries, all included: selection, proofs, JSON, tagged PDF."""
    rows = []
    for entries, turns in ((20, 5), (500, 3)):
        prepare = accounting_fixture(entries)
        cells = [_cells(number) for number in range(entries)]
        ours, bare = by_turns(prepare, lambda cells=cells: _bare_weasyprint(cells), turns=turns)
        _ours, plain = by_turns(lambda: None, lambda cells=cells: _reportlab(cells), turns=turns)
        rows.append(Row(f"accounting PDF, {entries} entries", ours, "WeasyPrint, bare table", bare))
        rows.append(Row(f"accounting PDF, {entries} entries", ours, "ReportLab, bare table", plain))
    return rows


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
