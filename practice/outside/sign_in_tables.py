"""The sign-in library without a sign-in: its tables are there, and nothing of it answers."""

from allauth.account.apps import AccountConfig


class SignInTables(AccountConfig):
    """On the outside host. The library's own configuration refuses to start without its middleware."""

    def ready(self) -> None:
        """Nothing to connect."""
