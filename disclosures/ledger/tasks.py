"""Background work of the ledger."""

from disclosures.ledger.actions import offer_supplements, verify_ledger
from practice.infrastructure.days import today
from practice.infrastructure.jobs import periodic


@periodic("ledger.verify", cron="23 9 * * *")
def verify_every_night() -> None:
    """Every night the whole log is compared with its checkpoints; the result stands on the ledger's page."""
    verify_ledger(by=None)


@periodic("ledger.supplements", cron="11 13 * * *")
def offer_supplements_daily() -> None:
    """Every day: where a suspension has ended, the compliance officer is asked to offer what was left out (R-082)."""
    offer_supplements(on=today())
