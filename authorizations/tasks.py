"""What the worker does for authorizations. Each job is safe to run twice; nothing's validity waits for one."""

from django.utils import timezone

from practice.infrastructure.days import today
from practice.infrastructure.jobs import periodic

from .actions.by_link import note_expired_links
from .actions.endings import ask_about_endings
from .actions.forms import tend_form_reviews


@periodic("authorizations.form-reviews", cron="15 8 * * *")
def form_reviews() -> None:
    """Ask for counsel's review of the practice's forms before it is overdue (P-22)."""
    tend_form_reviews(today())


@periodic("authorizations.endings", cron="20 5 * * *")
def notify_of_endings() -> None:
    """Every night: which authorizations end soon. It only tells: what is valid is asked afresh at each release."""
    ask_about_endings(on=today())


@periodic("authorizations.expired-links", cron="37 * * * *")
def notify_of_expired_links() -> None:
    """Every hour: signing links that nobody used in time. It only tells; a link is dead at its minute."""
    note_expired_links(timezone.now())
