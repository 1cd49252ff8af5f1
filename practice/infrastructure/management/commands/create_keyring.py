"""Make the keyring of a new practice: the root keys of sealed notes, charts, sign-ins and the ledger."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from practice.infrastructure.keys import create_keyring


class Command(BaseCommand):
    """Makes the file that PRACTICE_KEYRING_FILE names; one that is there is never touched."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.KEYRING_FILE
        if path.exists():
            raise CommandError(f"{path} is there already and was left as it is.")
        create_keyring(path)
        self.stdout.write(
            f"Made {path}. Copy it now to a place that is neither this machine nor the backup: without it no sealed "
            "note can ever be opened again, and with it and the database all of them can."
        )
