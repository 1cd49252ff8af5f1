"""Taking over 13 patients from FHIR bundles, against reading and checking the same files without keeping them."""

import json
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from practice.infrastructure.days import today
from practice.people.rules import Role
from records.chart.fhir import parse, read_json
from records.chart.fhir_import import write_bundle
from tests.everybody import make_staff

from .measure import Row, seconds

BUNDLES = 13
FOLDER = settings.BASE_DIR.parent / "shared" / "data" / "fhir-r4"
INVENTED = Path(__file__).resolve().parent.parent / "data" / "invented_patient.json"


def files() -> tuple[str, list[bytes]]:
    """The shared bundles where they are; else the invented patient 13 times, each time somebody else."""
    found = sorted(FOLDER.glob("*.json.gz"))[:BUNDLES]
    if len(found) == BUNDLES:
        return "Synthea", [path.read_bytes() for path in found]
    text = INVENTED.read_text("utf-8")
    resources = (entry.get("resource") or {} for entry in json.loads(text)["entry"])  # some are wrong on purpose
    ids = {one["id"] for one in resources if isinstance(one.get("id"), str)}
    return "invented", [_somebody_else(text, ids, number) for number in range(BUNDLES)]


def _somebody_else(text: str, ids: set[str], number: int) -> bytes:
    for name in sorted(ids, key=len, reverse=True):
        text = text.replace(name, f"{name}-{number}")
    return text.encode()


def import_bundles() -> list[Row]:
    """Read, check and keep 13 bundles once; they are not imported twice, so this is one turn of each."""
    kind, bundles = files()
    staff = make_staff("bench-import", "Miriam Hale", Role.CLINICIAN, title="Dr.", licensed=True)
    zone = timezone.get_current_timezone()
    rows = 0

    def reading() -> None:
        for data in bundles:
            parse(read_json(data), zone=zone, today=today())

    def ours() -> None:
        nonlocal rows
        for data in bundles:
            report = write_bundle(parse(read_json(data), zone=zone, today=today()), by=staff)
            rows += report.new.total()

    reading()
    theirs, mine = seconds(reading), seconds(ours)
    note = f"{rows:,} rows of {kind} patients"
    return [Row(f"import of {BUNDLES} FHIR bundles", mine, "reading and checking them only", theirs, note)]
