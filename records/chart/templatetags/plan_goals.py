"""The goals of the treatment plan beside a progress note: `{% load plan_goals %}`."""

from typing import Any

from django import template

from ..models import ChartNote
from ..queries.treatment import goals_beside, goals_of_note

register = template.Library()


@register.inclusion_tag("chart/_goals_worked_on.html", takes_context=True)
def goals_to_tick(context: dict[str, Any], note: ChartNote) -> dict[str, object]:
    """Checkboxes for the goals of the plan, in the form of a draft; what was just ticked comes back with an error."""
    form = context.get("form")
    chosen = form.data.getlist("goal") if form is not None and form.is_bound else None
    return {"goals": goals_beside(note, chosen)}


@register.inclusion_tag("chart/_goals_of_note.html")
def goals_worked_on(note: ChartNote) -> dict[str, object]:
    """The goals a note says it worked on."""
    return {"goals": goals_of_note(note)}
