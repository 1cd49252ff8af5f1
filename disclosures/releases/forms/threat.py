"""A warning: the few fields of the first minute, and the record that completes it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from practice.infrastructure.templatetags.look import day, time_of_day

from ..models import Release
from ..queries.threat import warning_facts
from ..rules import RecipientKind
from .release import fact_field

KINDS = [
    (RecipientKind.LAW_ENFORCEMENT.value, "Police"),
    (RecipientKind.OTHER.value, "The person who is threatened"),
    (RecipientKind.FAMILY.value, "Family or other person close to the patient"),
    (RecipientKind.PROVIDER.value, "Hospital, crisis team or other provider"),
    (RecipientKind.AGENCY.value, "Another authority"),
]
MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def _line(label: str, *, required: str = "", limit: int = 300, rows: int = 0, **more: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=bool(required),
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(),
        error_messages={"required": required, "max_length": f"At most {limit:,} characters."},
        **more,
    )


def _moment(label: str, *, required: str = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=bool(required),
        widget=MOMENT,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={"required": required, "invalid": "Give the day and the time."},
    )


class WarningForm(forms.Form):
    """Whom, by whom, what, to whom, when. Only to whom must be given: an entry to nobody is none."""

    told_1 = _line("Who was told", required="Name who was told, for example: Springfield police, Officer Ruiz.")
    kind_1 = forms.ChoiceField(label="Who that is", choices=KINDS)
    told_2 = _line("Who else was told, if anybody")
    kind_2 = forms.ChoiceField(label="Who that is", choices=KINDS, initial=RecipientKind.OTHER.value)
    target = _line("Who is threatened")
    words = _line("What was told", limit=2000, rows=2)
    told_by = _line("Who told it")
    at = _moment("When", required="Give when it was told.")
    from_notes = forms.BooleanField(label="What was told came from my psychotherapy notes", required=False)

    def clean_at(self) -> datetime:
        at: datetime = self.cleaned_data["at"]
        if at > timezone.now():
            raise forms.ValidationError("This moment has not come yet. Give when the warning was given.")
        return at

    @property
    def told(self) -> list[tuple[str, str]]:
        """Name and kind of each who was told."""
        data = self.cleaned_data
        pairs = [(data["told_1"], data["kind_1"]), (data.get("told_2", ""), data["kind_2"])]
        return [(name, kind) for name, kind in pairs if name.strip()]


class CompleteWarningForm(forms.Form):
    """Everything the exception asks to be documented, once for all who were told."""

    def __init__(self, *args: Any, release: Release, others: Sequence[Release], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts = warning_facts(release)
        for fact in self.facts:
            self.fields[f"fact_{fact.key}"] = _moment(fact.label) if fact.key == "decided_at" else fact_field(fact)
            self.fields[f"fact_{fact.key}"].initial = _known(release, fact.key)
        if release.is_notes:
            self.fields["smallest_set_confirmed"] = forms.BooleanField(
                label="No more was told than was needed", required=False
            )
        self.others = others
        for row in others:
            name = f"address_{row.pk}"
            self.fields[name] = _line(f"Address of {row.recipient_name}, if known", limit=1000, rows=2)
            self.fields[name].initial = row.recipient_address

    def clean_fact_decided_at(self) -> datetime | None:
        at: datetime | None = self.cleaned_data["fact_decided_at"]
        if at and at > timezone.now():
            raise forms.ValidationError("This moment has not come yet. Give when it was decided.")
        return at

    def documented(self) -> dict[str, str]:
        """The facts as typed, blank ones left out."""
        found = {fact.key: _words(self.cleaned_data.get(f"fact_{fact.key}")) for fact in self.facts}
        return {key: value for key, value in found.items() if value}

    def addresses(self) -> dict[Any, str]:
        """The address of each who was told, by release."""
        return {row.pk: self.cleaned_data.get(f"address_{row.pk}", "").strip() for row in self.others}


def _words(given: str | datetime | None) -> str:
    return f"{day(given)}, {time_of_day(given)}" if isinstance(given, datetime) else (given or "").strip()


def _known(release: Release, key: str) -> str | datetime | None:
    """What the first minute has said already."""
    if key == "decided_at":
        return timezone.localtime(release.closed_at) if release.closed_at else None
    known = {"threat": release.facts.get("told", ""), "decided_by": release.facts.get("told_by", "")}
    return release.facts.get(key, "") or known.get(key, "")
