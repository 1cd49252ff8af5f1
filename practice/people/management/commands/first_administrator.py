"""The one account that no administrator can create: the first administrator's."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from practice.infrastructure.refusals import Refused
from practice.people.actions import first_administrator
from practice.people.forms.staff import NewStaffForm
from practice.people.rules import Role


class Command(BaseCommand):
    """Makes the administrator of a new practice and prints their one-use link. Refused as soon as there is one."""

    help = "Make the first administrator of a new practice and print the link they sign in with the first time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="what they sign in as, for example a.brook")
        parser.add_argument("full_name", help='for example "Ada Brook"')

    def handle(self, *args: Any, username: str, full_name: str, **options: Any) -> None:
        form = NewStaffForm({"username": username, "full_name": full_name, "roles": [Role.ADMINISTRATOR]})
        if not form.is_valid():
            raise CommandError(" ".join(str(sentence) for errors in form.errors.values() for sentence in errors))
        try:
            staff, token = first_administrator(
                username=form.cleaned_data["username"], full_name=form.cleaned_data["full_name"]
            )
        except Refused as refused:
            raise CommandError(f"{refused.refusal.words} {refused.refusal.remedy}") from refused
        link = reverse("invitation-open", args=[token])
        self.stdout.write(f"{staff.full_name} is the administrator and signs in as {staff.username}.")
        self.stdout.write(f"Open this path at the practice's address within seven days; it works once:\n{link}")
