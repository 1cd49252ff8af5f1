"""Background work of releases."""

from django.utils import timezone

from practice.infrastructure.jobs import periodic

from .actions import reconcile


@periodic("releases.reconcile", cron="7 * * * *")
def reconcile_releases() -> None:
    """Every hour: hand-overs that nobody confirmed for a day go to the compliance officer."""
    reconcile(now=timezone.now())
