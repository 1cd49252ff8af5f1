"""Fill the demo practice once, and print its sign-ins."""

import base64
import hashlib
from random import Random
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from environs import Env

from practice.desk.demo.agreements import fill_authorizations
from practice.desk.demo.chart import fill_chart
from practice.desk.demo.custody import fill_custody
from practice.desk.demo.diagnoses import fill_diagnoses
from practice.desk.demo.disclosures import fill_disclosures
from practice.desk.demo.documents import fill_documents
from practice.desk.demo.drawings import attach_a_drawing
from practice.desk.demo.forms import fill_forms
from practice.desk.demo.handover import fill_handover
from practice.desk.demo.legal import fill_legal
from practice.desk.demo.measures import fill_measures
from practice.desk.demo.notes import fill_notes
from practice.desk.demo.people import STAFF
from practice.desk.demo.placement import fill_placement
from practice.desk.demo.plans import fill_plans
from practice.desk.demo.practice import Demo, fill_people
from practice.desk.demo.releases import fill_releases
from practice.desk.demo.restrictions import fill_restrictions
from practice.desk.demo.sealed import fill_sealed_notes
from practice.desk.demo.sessions import fill_sessions
from practice.desk.demo.taking_back import fill_taken_back
from practice.infrastructure.days import today
from practice.infrastructure.environment import made_secret
from practice.people.models import Staff

SEED = 20_261_121


class Command(BaseCommand):
    """Invented people only. Refused for a real practice; run again it changes nothing."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE == "production":
            raise CommandError("This is not a demo: PRACTICE_MODE is production. Nothing was changed.")
        password, secret = sign_in()
        filled = settings.DATA_DIR / "demo-filled"
        if not Staff.objects.exists():
            self.stdout.write("Filling the demo practice: 30 patients, six years. This takes about a minute.")
            self._fill(password, secret)
            filled.touch()
        elif not filled.exists():
            raise CommandError(
                "There are people in this practice already, or an earlier filling was interrupted. "
                f"For a fresh demo stop it, remove {settings.DATA_DIR} and start again."
            )
        self._print(password, secret)

    def _fill(self, password: str, secret: str) -> None:
        demo = Demo(day=today(), rng=Random(SEED))  # noqa: S311 - repeatable chance, not secrecy
        with transaction.atomic():
            fill_people(demo, password=password, totp_secret=secret)
            held = fill_chart(demo)
            fill_diagnoses(demo)
            fill_plans(demo)
            fill_measures(demo)
            fill_sessions(demo)
            fill_sealed_notes(demo, held)
            attach_a_drawing(demo, held)
            fill_notes(demo)
            fill_custody(demo)
            authorizations = fill_authorizations(demo)
            fill_restrictions(demo)
            fill_forms(demo)
            fill_documents(demo)
            fill_handover(demo)
            fill_placement(demo)
        # each of these commits by itself: an entry stands before anything else can happen
        fill_disclosures(demo, authorizations)
        fill_releases(demo, authorizations)
        fill_taken_back(demo, authorizations)
        fill_legal(demo)

    def _print(self, password: str, secret: str) -> None:
        self.stdout.write("\nDemo sign-ins (invented people):")
        for person in STAFF:
            roles = ", ".join(str(role).replace("_", " ") for role in person.roles)
            self.stdout.write(f"  {person.username:<12}{f'{person.title} {person.full_name}'.strip():<22}{roles}")
        self.stdout.write(f"  password       {password}")
        self.stdout.write(f"  second factor  {secret}  (`make code` prints the code of this minute)\n")


def sign_in() -> tuple[str, str]:
    """The password and the second factor's secret: from the environment, or made once and kept in the data folder."""
    env = Env()
    password = env.str("PRACTICE_DEMO_PASSWORD", "") or made_secret(settings.DATA_DIR, "demo_password")[:20]
    made = hashlib.sha256(made_secret(settings.DATA_DIR, "demo_totp").encode()).digest()[:20]
    return password, env.str("PRACTICE_DEMO_TOTP_SECRET", "") or base64.b32encode(made).decode()
