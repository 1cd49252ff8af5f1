"""`manage.py accounting`: issues an accounting of disclosures and writes it to a file."""

import contextlib
from argparse import ArgumentTypeError
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from disclosures.ledger.actions import LedgerBroken, prepare_accounting
from disclosures.ledger.issuing import Request, request_defects
from disclosures.ledger.models import Accounting
from practice.infrastructure.days import today
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.people.rules import patient_number_from


def day(text: str) -> date:
    """A day as YYYY-MM-DD."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not a day. Write it as 2026-11-21.") from None


class Command(BaseCommand):
    help = "Issues the accounting of disclosures of one patient (45 CFR 164.528) as PDF, and its data file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("patient_number", metavar="PATIENT_NUMBER")
        parser.add_argument("--by", required=True, metavar="USERNAME", help="the compliance officer who issues it")
        parser.add_argument("--requested-on", required=True, type=day, metavar="D", help="the day the request is dated")
        parser.add_argument("--received-on", type=day, metavar="D", help="the day it was received; default: the same")
        parser.add_argument("--from", dest="asked_from", type=day, metavar="D", help="first day asked for")
        parser.add_argument("--to", dest="asked_to", type=day, metavar="D", help="last day asked for")
        parser.add_argument("--output", required=True, type=Path, metavar="F.pdf")
        parser.add_argument("--json", type=Path, metavar="F.json", help="also write the data file beside it")

    def handle(self, *args: Any, **options: Any) -> None:
        staff, patient = _staff(options["by"]), _patient(options["patient_number"])
        request = Request(
            options["requested_on"],
            options["received_on"] or options["requested_on"],
            options["asked_from"],
            options["asked_to"],
        )
        if defects := request_defects(request, today=today()):
            raise CommandError(" ".join(defects.values()) + " Nothing was issued.")
        with _new_files(options["output"], options["json"]) as (pdf, data):
            accounting = _issue(staff, patient, request)
            pdf.write_bytes(accounting.pdf)
            if data:
                data.write_bytes(accounting.data)
        self.stdout.write(
            f"Issued {accounting.number}: {accounting.entries_listed} disclosures from {accounting.window_from} to "
            f"{accounting.window_to}, in {options['output']}. The answer was due by {accounting.due_on}."
        )


def _staff(username: str) -> Staff:
    staff = Staff.objects.filter(username=username, is_active=True).first()
    if staff is None:
        raise CommandError(f"Nobody active signs in as “{username}”. Nothing was issued.")
    return staff


def _patient(text: str) -> Patient:
    number = patient_number_from(text)
    patient = Patient.objects.filter(number=number).first() if number else None
    if patient is None:
        raise CommandError(f"There is no patient with the number “{text}”. Nothing was issued.")
    return patient


def _issue(staff: Staff, patient: Patient, request: Request) -> Accounting:
    try:
        return prepare_accounting(
            by=staff,
            patient=patient,
            requested_on=request.requested_on,
            received_on=request.received_on,
            asked_from=request.asked_from,
            asked_to=request.asked_to,
        )
    except Refused as refused:
        words = f"{refused.refusal.words} {refused.refusal.remedy}".strip()
        raise CommandError(f"{words} Nothing was issued.") from None
    except LedgerBroken as broken:
        raise CommandError(f"The disclosure log cannot be trusted. {broken}. Nothing was issued.") from None
    except OSError as error:
        raise CommandError(f"The checkpoint file cannot be written: {error.strerror}. Nothing was issued.") from None
    except PdfFailed as failed:
        raise CommandError(f"The PDF could not be made ({failed}). Nothing was issued.") from None


@contextlib.contextmanager
def _new_files(*paths: Path | None) -> Any:
    """Opens the files before anything is issued: one that cannot be written or is there already is no surprise later.

    What was made is removed when issuing fails.
    """
    made: list[Path] = []
    try:
        for path in filter(None, paths):
            try:
                path.open("xb").close()
            except FileExistsError:
                raise CommandError(f"{path} is already there and is not overwritten. Nothing was issued.") from None
            except OSError as error:
                raise CommandError(f"{path} cannot be written: {error.strerror}. Nothing was issued.") from None
            path.chmod(0o600)
            made.append(path)
        yield paths
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        raise
