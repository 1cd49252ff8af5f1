"""`manage.py load_icd10 [--file CMS_FILE] [--release LABEL]`: the codes of ICD-10-CM, into tables of our own."""

import re
import subprocess
import sys
import warnings
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from practice.infrastructure.refusals import Refused
from records.chart.actions.icd import load_release
from records.chart.models import IcdRelease
from records.chart.rules.icd import CODE, BadOrderFile, IcdEntry, label_in, read_order_file

MOST_BYTES = 100_000_000


class Command(BaseCommand):
    help = (
        "Loads a release of ICD-10-CM: without a file the one that comes with the product, with --file an order file "
        "of CMS (icd10cm_order_2027.txt). A release that stands already is left as it is; on bad input nothing is kept."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--file", type=Path, metavar="CMS_FILE", help="icd10cm_order_YYYY.txt of CMS")
        parser.add_argument("--release", metavar="LABEL", help="a fiscal year (2027) or a month (2026-04)")
        parser.add_argument("--if-none", action="store_true", help="only where no release is loaded yet")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["if_none"]:
            self._first()
            return
        file: Path | None = options["file"]
        if file is None:
            entries, label, source = *packaged(), "simple-icd-10-cm"
            if options["release"] not in (None, label):
                raise CommandError(f"The release that comes with the product is {label}. For another give its --file.")
        else:
            entries, source = self._read(file), file.name[:200]
            label = options["release"] or label_in(file.name)
            if not label:
                raise CommandError(f"{file.name} names no year. Say which release it is: --release 2027.")
        try:
            release, new = load_release(label=label, source=source, entries=entries)
        except Refused as refused:
            raise CommandError(f"{refused.refusal.words} {refused.refusal.remedy} Nothing was changed.") from refused
        done = "Loaded" if new else "Stands already, unchanged:"
        count = f"{release.codes_count:,} codes and headings"
        self.stdout.write(f"{done} ICD-10-CM {label}, {count}, in force from {release.in_force_from}.")

    def _first(self) -> None:
        """Load in a process of its own, so that the one that asked does not keep 200 MB for its whole life."""
        if not IcdRelease.objects.exists():
            subprocess.run([sys.executable, "manage.py", "load_icd10"], cwd=settings.BASE_DIR, check=True)

    def _read(self, file: Path) -> list[IcdEntry]:
        try:
            if file.stat().st_size > MOST_BYTES:
                raise CommandError(f"{file.name} is larger than {MOST_BYTES:,} bytes: this is no order file of CMS.")
            return read_order_file(file.read_bytes())
        except OSError as error:
            raise CommandError(f"{file.name} cannot be opened ({error.strerror}). Nothing was changed.") from error
        except BadOrderFile as bad:
            more = f"\n  and {bad.more:,} more" if bad.more else ""
            lines = "".join(f"\n  {problem}" for problem in bad.problems)
            raise CommandError(
                f"{file.name} is not an order file of CMS as it should be. Nothing was changed.{lines}{more}"
            ) from bad


def packaged() -> tuple[list[IcdEntry], str]:
    """The codes that come with the product, and the label of their release. Takes seconds and 200 MB."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it reads its files by a call that Python deprecated
        import simple_icd_10_cm as book
        from simple_icd_10_cm import simple_icd_10_cm as inside

    label = label_in(inside._all_codes_package_file_name)
    return list(dict.fromkeys(_entries(book))), label


def _entries(book: Any) -> Iterator[IcdEntry]:
    for code in book.get_all_codes(True):
        if not CODE.fullmatch(code):
            continue  # chapters and blocks; F99 and B20 are a block and a code of the same name
        parent = book.get_parent(code)
        yield IcdEntry(
            code=code,
            title=re.sub(r"\s+", " ", book.get_description(code)).strip(),
            billable=book.is_leaf(code),
            parent=parent if CODE.fullmatch(parent) and parent != code else "",
            terms=tuple(" ".join(term.split()) for term in book.get_inclusion_term(code)),
        )
