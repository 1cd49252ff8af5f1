"""What the worker does for charts. Each job is safe to run twice."""

from practice.infrastructure.jobs import periodic

from .actions.medication import tend_all_monitoring_tasks
from .actions.plan_reviews import tend_all_review_tasks
from .actions.standing_tasks import tend_standing_tasks


@periodic("chart.plan-reviews", cron="20 8 * * *")
def plan_reviews() -> None:
    """Give the reviews of treatment plans to those who treat the patients today."""
    tend_all_review_tasks()


@periodic("chart.standing-tasks", cron="25 8 * * *")
def standing_tasks() -> None:
    """Give repeated measures and safety plans to be looked at again to those who treat the patients today."""
    tend_standing_tasks()


@periodic("chart.medication-monitoring", cron="25 8 * * *")
def medication_monitoring() -> None:
    """Give the monitoring of medication to those who treat the patients today."""
    tend_all_monitoring_tasks()
