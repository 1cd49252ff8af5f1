"""`manage.py import_fhir FILE… --by USERNAME [--clinician USERNAME]`: FHIR R4 patient bundles, .json or .json.gz."""

import sys
import time
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from practice.audit.history import written_by
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Staff
from records.chart.exchange.restore import is_whole_chart
from records.chart.fhir import NotABundle, parse, read_json
from records.chart.fhir_import import Report, write_bundle, write_whole_chart

SECONDS_BETWEEN_PROGRESS = 5


class Command(BaseCommand):
    help = (
        "Imports FHIR R4 patient bundles (.json or .json.gz). What is here already is left as it is; a resource that "
        "cannot be read is named with its place and skipped; a file that is not a bundle is refused whole."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="who imports; stands in the audit trail")
        parser.add_argument("--clinician", metavar="USERNAME", help="treats these patients from today")

    def handle(self, *args: Any, **options: Any) -> None:
        by = self._person(options["by"], "--by")
        clinician = self._person(options["clinician"], "--clinician") if options["clinician"] else None
        files: list[Path] = options["files"]
        refused, new, already, last = 0, Counter[str](), Counter[str](), time.monotonic()
        for done, path in enumerate(files, start=1):
            report = self._file(path, by, clinician)
            refused += report is None
            if report:
                new.update(report.new)
                already.update(report.already)
            if time.monotonic() - last >= SECONDS_BETWEEN_PROGRESS:
                last = time.monotonic()
                self.stderr.write(f"… {done} of {len(files)} files, {new.total():,} new rows")
        if len(files) > 1:
            self.stdout.write(f"{len(files) - refused} of {len(files)} files. New: {_words(new)}. {_known(already)}")
        if refused:
            sys.exit(1)

    def _person(self, username: str, option: str) -> Staff:
        staff = Staff.objects.filter(username=username, is_active=True).first()
        if staff is None:
            raise CommandError(f"{option}: there is no active member of staff with the username “{username}”.")
        return staff

    def _file(self, path: Path, by: Staff, clinician: Staff | None) -> Report | None:
        """Import one file and say what became of it; None when it was refused whole."""
        try:
            content = read_json(path.read_bytes())
            zone = timezone.get_current_timezone()
            bundle = None if is_whole_chart(content) else parse(content, zone=zone, today=today())
            with written_by(by):
                if bundle is None:
                    report = write_whole_chart(content, by=by, clinician=clinician, zone=zone)
                else:
                    report = write_bundle(bundle, by=by, clinician=clinician)
        except (OSError, NotABundle, Refused) as error:
            self.stderr.write(f"{path.name}: refused whole, nothing of it was kept: {_why(error)}.")
            return None
        numbers = ", ".join(map(str, report.numbers)) or "none"
        self.stdout.write(f"{path.name}: patient {numbers}. New: {_words(report.new)}. {_known(report.already)}")
        for problem in report.problems:
            self.stdout.write(f"  {'Skipped' if problem.skipped else 'Note'}: {problem.place}: {problem.words}.")
        if report.not_imported:
            self.stdout.write(f"  Not imported, there is no place for them yet: {_words(report.not_imported)}.")
        return report


def _why(error: OSError | NotABundle | Refused) -> str:
    if isinstance(error, OSError):
        return f"the file cannot be opened ({error.strerror})"
    if isinstance(error, Refused):
        return f"{error.refusal.words} {error.refusal.remedy}".strip().rstrip(".")
    return str(error)


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count) or "nothing"


def _known(counts: Counter[str]) -> str:
    return f"Already here, unchanged: {counts.total():,}." if counts.total() else "Nothing of it was here before."
