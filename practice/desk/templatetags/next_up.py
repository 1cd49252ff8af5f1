"""The way on from a note that was just signed: `{% load next_up %}`."""

from datetime import timedelta
from typing import Any

from django import template
from django.utils import timezone

from records.chart.models import ChartNote

from ..worklist.notes import next_to_write

register = template.Library()
SHOWN_FOR = timedelta(hours=1)


@register.inclusion_tag("desk/_next_up.html", takes_context=True)
def next_up(context: dict[str, Any], note: ChartNote) -> dict[str, Any]:
    """What its author would write next, for an hour after the signature; nothing for anybody else.

    Of progress notes alone: whether a psychotherapy note waits is shown on the author's home page.
    """
    staff = context["request"].user
    just_signed = note.signed_at is not None and note.signed_at > timezone.now() - SHOWN_FOR
    if note.author_id != staff.pk or not just_signed:
        return {"shown": False}
    return {"shown": True, "line": next_to_write(staff)}
