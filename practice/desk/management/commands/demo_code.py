"""Print the second factor's code of this minute for the demo sign-ins."""

import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from .seed_demo import sign_in

STEP_SECONDS = 30  # RFC 6238


class Command(BaseCommand):
    """For the demo only: a practice's people have their own authenticator apps."""

    help = __doc__
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE == "production":
            raise CommandError("This is not a demo: PRACTICE_MODE is production.")
        moment = int(time.time())
        code = format_hotp_value(hotp_value(sign_in()[1], moment // STEP_SECONDS))
        self.stdout.write(f"{code}  (for {STEP_SECONDS - moment % STEP_SECONDS} more seconds; a code works once)")
