"""`manage.py verify_ledger`: is the disclosure log still what was signed? Exit 0, or 1 and the first wrong entry."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from disclosures.ledger.actions import verify_ledger
from disclosures.ledger.checkpoint_file import CheckpointFile


class Command(BaseCommand):
    help = "Re-reads the whole disclosure log and compares it with the checkpoints written outside the database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--checkpoints", type=Path, help="a copy of the checkpoint file from elsewhere; default: the practice's own"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path | None = options["checkpoints"]
        if path is not None and not path.is_file():
            raise CommandError(f"There is no file {path}. Nothing was verified.")
        report = verify_ledger(by=None, copy=CheckpointFile(path) if path else None)
        if not report.ok:
            raise CommandError(f"NOT VERIFIED. {report.finding}")
        self.stdout.write(
            f"Verified: {report.size} entries, {report.covered} of them under {report.checkpoints} checkpoints."
        )
        if report.size > report.covered:
            self.stdout.write(f"The last {report.size - report.covered} are not covered by a checkpoint yet.")
