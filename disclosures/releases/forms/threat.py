"""A warning: the few fields of the first minute, and the record that completes it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone

from disclosures.ledger.rules import Basis

from ..models import Release
from ..rules import Fact, PNException, RecipientKind, chart_facts, note_facts
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


class WarningForm(forms.Form):
    """Whom, by whom, what, to whom, when. Only to whom must be given: an entry to nobody is none."""

    told_1 = _line("Who was told", required="Name who was told, for example: Springfield police, Officer Ruiz.")
    kind_1 = forms.ChoiceField(label="Who that is", choices=KINDS)
    told_2 = _line("Who else was told, if anybody")
    kind_2 = forms.ChoiceField(label="Who that is", choices=KINDS, initial=RecipientKind.OTHER.value)
    target = _line("Who is threatened")
    words = _line("What was told", limit=2000, rows=2)
    told_by = _line("Who told it")
    at = forms.DateTimeField(
        label="When",
        widget=MOMENT,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
        error_messages={"required": "Give when it was told.", "invalid": "Give the day and the time."},
    )
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
            self.fields[f"fact_{fact.key}"] = fact_field(fact)
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

    def documented(self) -> dict[str, str]:
        """The facts as typed, blank ones left out."""
        found = {fact.key: self.cleaned_data.get(f"fact_{fact.key}", "").strip() for fact in self.facts}
        return {key: value for key, value in found.items() if value}

    def addresses(self) -> dict[Any, str]:
        """The address of each who was told, by release."""
        return {row.pk: self.cleaned_data.get(f"address_{row.pk}", "").strip() for row in self.others}


def warning_facts(release: Release) -> tuple[Fact, ...]:
    """What the record of a threat asks for: of psychotherapy notes the whole documentation table (section 2)."""
    if not release.is_notes:
        return chart_facts(Basis.B_SERIOUS_THREAT)
    return tuple(fact for fact in note_facts(PNException.SERIOUS_THREAT) if fact.key != "description")


def _known(release: Release, key: str) -> str:
    """What the first minute has said already."""
    told_at = timezone.localtime(release.closed_at).strftime("%Y-%m-%d %H:%M") if release.closed_at else ""
    known = {"threat": release.facts.get("told", ""), "decided_by": release.facts.get("told_by", "")}
    return release.facts.get(key, "") or (known | {"decided_at": told_at}).get(key, "")
