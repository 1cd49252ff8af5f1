"""`manage.py rotate_keys`: a new root key for the sealed notes, and every key it wraps wrapped anew."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice.infrastructure.keys import KeyUnavailable, add_root_key, keyring
from records.psychotherapy.vault import rewrap_keys


class Command(BaseCommand):
    help = (
        "Adds a root key for psychotherapy notes and wraps every author's key under it; no text is touched. The older "
        "root keys stay in the keyring, to open backups. With --resume, goes on with the current root key."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--resume", action="store_true", help="make no new root key; finish an earlier run")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._rotate(resume=options["resume"])
        except KeyUnavailable as error:
            raise CommandError(f"{error} Nothing was changed.") from None
        except ImproperlyConfigured as error:
            raise CommandError(f"{error} No key was wrapped anew.") from None

    def _rotate(self, *, resume: bool) -> None:
        if not resume:
            added = add_root_key(settings.KEYRING_FILE, "sealed")
            self.stdout.write(f"New root key {added}, fingerprint {keyring().fingerprints()[added]}.")
            self.stdout.write(f"Copy {settings.KEYRING_FILE} offline again now: an older copy cannot open new notes.")
        done = rewrap_keys(lambda number, of: self._tell(number, of))
        self.stdout.write(f"{done.rewrapped} of {done.total} keys wrapped anew under {keyring().current('sealed')}.")
        if not done.complete:
            raise CommandError(
                f"{done.failed} keys could not be opened, {done.left} still name an older root key, "
                f"{done.gone} are gone. Nothing was deleted: put the missing root key back into the keyring and run "
                "this again with --resume."
            )

    def _tell(self, number: int, of: int) -> None:
        if number % 100 == 0 or number == of:
            self.stdout.write(f"{number} of {of}")
