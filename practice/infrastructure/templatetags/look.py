"""Small words and shapes that every page shares: `{% load look %}`."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from practice.infrastructure.blackout import BAR, WORDS

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the vendored sprite. Decoration only: the words beside it carry the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("vendor/icons/sprite.svg"),
        name,
    )


@register.filter
def bars(value: str | None) -> SafeString:
    """A text with a black bar for each passage that was left out of it; the bar says so to whoever cannot see it."""
    bar = f'<span class="left-out">{WORDS}</span>'
    return mark_safe(conditional_escape(value or "").replace(BAR, bar))  # noqa: S308 (escaped, and a bar of our own)


@register.filter
def day(value: date | datetime | None) -> str:
    """A day as people read it: "Nov 21, 2026". A moment is shown as its day in the practice's zone."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return f"{value:%b} {value.day}, {value.year}"


@register.filter
def short_day(value: date | datetime | None) -> str:
    """A day of this year without the year ("Nov 20"); of any other year with it."""
    words = day(value)
    return words.removesuffix(f", {timezone.localdate().year}")


@register.filter
def time_of_day(value: datetime | None) -> str:
    """A moment as the practice's clock shows it: "2:03 pm"."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}"


@register.filter
def exact_time(value: datetime | None) -> str:
    """A moment to the second, where two of one minute are to be told apart: "2:03:07 pm"."""
    return f"{time_of_day(value)[:-3]}:{timezone.localtime(value):%S} {time_of_day(value)[-2:]}" if value else ""


@register.filter
def age(born: date | None) -> str:
    """Age in whole years today; "" where the birth date is not known."""
    if born is None:
        return ""
    today = timezone.localdate()
    return str(today.year - born.year - ((today.month, today.day) < (born.month, born.day)))


def days_left_words(due: date, today: date) -> str:
    """How far a due day is, in words: "2 days late", "due today", "due tomorrow", "9 days left"."""
    left = (due - today).days
    if left < 0:
        return f"{-left} day{'s' if left < -1 else ''} late"
    return {0: "due today", 1: "due tomorrow"}.get(left, f"{left} days left")


@register.filter
def days_left(due: date | None) -> str:
    """`days_left_words` as of today; "" without a due day."""
    return days_left_words(due, timezone.localdate()) if due else ""


@register.inclusion_tag("components/clock.html")
def clock(due: date, start: date | None = None, large: bool = False) -> dict[str, object]:
    """Days left with the date, and a bar of how much of the time from `start` to `due` has gone."""
    today = timezone.localdate()
    total = (due - start).days if start else 0
    gone = min(max((today - start).days, 0), total) if start else 0
    words = days_left_words(due, today)
    return {
        "words": words[0].upper() + words[1:],
        "date": day(due),
        "late": due < today,
        "large": large,
        "total": total if total > 0 else 0,
        "gone": gone,
    }


@register.filter
def number(value: Decimal | int | None) -> str:
    """A measured value without padding, at most two decimals: "9", "23.4", "0.012"; "" when there is none."""
    if value is None:
        return ""
    value = Decimal(value)
    fine = -value.adjusted() + 1 if value and abs(value) < 1 else 2
    return f"{round(value, max(fine, 2)).normalize():f}"


@register.filter
def minutes_until(start: datetime | None, stop: datetime | None) -> str:
    """How long it lasted: "53 min"; "" while the end is not known."""
    return f"{round((stop - start).total_seconds() / 60)} min" if start and stop else ""


@register.filter
def unit(value: str) -> str:
    """A unit as people write it: "{score}" and "1" count things and are left out, "mm[Hg]" is "mmHg"."""
    plain = value.strip("{}").replace("[", "").replace("]", "")
    return "" if plain.lower() in {"score", "1", "nominal"} else plain


@register.inclusion_tag("components/patient_header.html", takes_context=True)
def patient_header(context: dict[str, Any], patient: Any, current: str = "", side: str = "") -> dict[str, object]:
    """Name, age, number, what must not be missed, and the tabs that are open to the person who looks.

    `current` is the key of the tab this page belongs to; `side` a few words at the right. What is shown comes from the
    frame that the top floor puts into every page, so that every room can use this without knowing the others.
    """
    return {"patient": patient, "side": side, **context["frame"].about(patient, current)}
