"""Measures that somebody should look at now."""

from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.models import Staff
from records.chart.queries.measures import open_alarms

from ..lines import MOST, Line, person_words
from ..links import path_to


def alarm_lines(staff: Staff) -> list[Line]:
    """Measures with a marked thought of death or self-harm that no clinician has answered, the oldest first.

    For everybody who may open the chart today, whether or not they were called when it was entered.
    """
    if not staff.is_clinical:
        return []
    lines = []
    for measure in open_alarms(staff)[:MOST]:
        title, words = person_words(measure.patient)
        when = f"{day(measure.taken_at)}, {time_of_day(measure.taken_at)}"
        about = f"{measure.definition.title} of {when}{', on the tablet' if measure.by_patient else ''}"
        lines.append(Line(title, words, path_to("measure-alarm", measure.pk), "Look at it now", about=about))
    return lines
