"""Forms of a treatment plan: they check and convert what was typed; they never save."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.http import QueryDict

from practice.infrastructure.days import today
from practice.people.models import Patient
from practice.people.queries import representatives

from ..models import PlanDraft, PlanVersion
from ..queries.treatment import content_of, diagnoses_to_link
from ..rules.plan_tree import (
    BELOW,
    FACTS,
    FIELDS,
    KINDS,
    Content,
    GoalTerm,
    fresh,
    goals_of,
    items_of,
    read_outline,
    with_row,
    with_row_moved,
    without_row,
)
from ..rules.treatment import REVIEW_EVERY, AgreementHow, GoalProgress, ReviewCadence, ReviewOutcome, plan_refusal

DAY_WRONG = "Write the day as year-month-day, as in 2027-01-29, or choose it."
DAYS = {"required": "Say on which day.", "invalid": DAY_WRONG}


@dataclass(slots=True)
class RowField:
    """One field of a row of the outline, ready to be shown."""

    name: str
    value: str
    error: str = ""


@dataclass(slots=True)
class OutlineRow:
    """A problem, goal, objective or intervention in the editor, with what stands below it."""

    kind: str
    id: str
    number: str
    fields: dict[str, RowField]
    below: list["OutlineRow"] = field(default_factory=list)
    diagnoses: list[tuple[str, str]] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.kind.capitalize()} {self.number}"


class PlanForm(forms.Form):
    """A plan in the editor. `version` is what it was typed on top of, `window` the opened page.

    The outline is not made of fields of this form: its rows come and go. They are read from "row" ("kind:id", in the
    order of the page) and a field for each value, "text_<id>" and the like.
    """

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000)
    window = forms.CharField(widget=forms.HiddenInput, max_length=36, required=False)
    frequency = forms.CharField(label="How often", required=False, max_length=300, help_text="For example: weekly.")
    modality = forms.CharField(
        label="Modality", required=False, max_length=300, help_text="For example: individual, 50 minutes, in person."
    )
    length = forms.CharField(
        label="Expected length", required=False, max_length=300, help_text="For example: six months, about 24 sessions."
    )
    review_every = forms.TypedChoiceField(label="Reviewed", coerce=int, choices=ReviewCadence.choices)
    discharge = forms.CharField(
        label="Treatment is finished when",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: QueryDict | None = None, *, draft: PlanDraft) -> None:
        self.draft = draft
        self.content: Content = draft.content
        self.row_errors: dict[str, str] = {}
        self.diagnoses = diagnoses_to_link(draft.patient)
        initial = {key: self.content.get(key, "") for key in FACTS}
        initial |= {"review_every": self.content.get("review_every", REVIEW_EVERY)}
        initial |= {"version": draft.version, "window": str(uuid4())}
        super().__init__(data, initial=initial)
        for name in ("frequency", "modality", "length", "discharge"):
            self.fields[name].widget.attrs["class"] = "form-control"
        self.fields["review_every"].widget.attrs["class"] = "form-select"

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = self.data
        known = dict(self._diagnoses_known())

        def value(name: str, ident: str) -> str:
            if name == "diagnosis_words":
                return known.get(typed.get(f"diagnosis_{ident}", ""), "")
            given = str(typed.get(f"{name}_{ident}", ""))
            if name == "diagnosis":
                return given if given in known else ""
            if name == "term":
                return given if given in GoalTerm.values else GoalTerm.SHORT.value
            return given

        rows = typed.getlist("row") if isinstance(typed, QueryDict) else []
        self.content = read_outline(rows, value)
        for key in FACTS:
            self.content[key] = str(cleaned.get(key, "")).replace("\r\n", "\n")
        self.content["review_every"] = cleaned.get("review_every") or REVIEW_EVERY
        for item in items_of(self.content):
            if item.target_on and not _is_day(item.target_on):
                self.row_errors[f"target_on_{item.id}"] = DAY_WRONG
        if self.row_errors:
            self.add_error(None, "A target date cannot be read. It is marked below; nothing was lost.")
        if refusal := plan_refusal(self.content):
            self.add_error(None, f"{refusal.words} {refusal.remedy}")
        return cleaned

    def _diagnoses_known(self) -> list[tuple[str, str]]:
        """Diagnoses that may be linked: those in force, and those the draft links already."""
        linked = [(item.diagnosis, item.diagnosis_words) for item in items_of(self.draft.content) if item.diagnosis]
        return [*linked, *self.diagnoses]

    @property
    def outline(self) -> list[OutlineRow]:
        """The problems as they are shown, each with its goals and their objectives."""
        return self._rows("problem", self.content["problems"], "")

    @property
    def interventions(self) -> list[OutlineRow]:
        return self._rows("intervention", self.content["interventions"], "")

    @property
    def blanks(self) -> list[tuple[str, OutlineRow]]:
        """An empty row of each kind with the id "NEW", for the script that adds rows without leaving the page."""
        rows = [(kind, self._rows(kind, [fresh(kind, "NEW")], "")[0]) for kind in KINDS]
        return [(kind, replace(row, number="")) for kind, row in rows]

    def _rows(self, kind: str, rows: Iterable[dict[str, Any]], before: str) -> list[OutlineRow]:
        shown = []
        for place, row in enumerate(rows, 1):
            fields = {name: self._field(name, row) for name in FIELDS[kind]}
            one = OutlineRow(kind, row["id"], f"{before}{place}", fields)
            if kind == "problem":
                one.diagnoses = list(dict.fromkeys([*self._linked(row), *self.diagnoses]))
            if kind in BELOW:
                below = "goal" if kind == "problem" else "objective"
                one.below = self._rows(below, row[BELOW[kind]], f"{one.number}.")
            shown.append(one)
        return shown

    def _field(self, name: str, row: dict[str, Any]) -> RowField:
        key = f"{name}_{row['id']}"
        return RowField(key, row[name], self.row_errors.get(key, ""))

    @staticmethod
    def _linked(row: dict[str, Any]) -> list[tuple[str, str]]:
        return [(row["diagnosis"], row["diagnosis_words"])] if row["diagnosis"] else []


def outline_changed(content: Content, asked: QueryDict) -> tuple[Content, str]:
    """What a button of the outline does to the plan, and the id of the row to show next; unchanged without a button.

    The buttons work without scripts: "add" is "kind:parent", "up", "down" and "remove" are an id.
    """
    button = {name: str(asked[name]) for name in ("add", "up", "down", "remove") if asked.get(name)}
    if "add" in button:
        kind, _, parent = button["add"].partition(":")
        return with_row(content, kind, parent)
    for name, steps in (("up", -1), ("down", 1)):
        if name in button:
            return with_row_moved(content, button[name], steps), button[name]
    if "remove" in button:
        return without_row(content, button["remove"]), "top"
    return content, ""


def _is_day(given: str) -> bool:
    try:
        return date.fromisoformat(given).isoformat() == given
    except ValueError:
        return False


def _day_field(label: str) -> forms.DateField:
    widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
    return forms.DateField(label=label, widget=widget, error_messages=DAYS)


class AgreementForm(forms.Form):
    """How the patient, or who acts for the patient, took a version."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    how = forms.ChoiceField(label="How", choices=AgreementHow.choices, widget=forms.RadioSelect)
    who = forms.ChoiceField(label="Who")
    on = _day_field("On")
    text = forms.CharField(
        label="In their words, or what they want changed (optional)",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        acting = [one.row for one in representatives(patient, today()) if one.refusal is None]
        named = [(str(row.pk), f"{row.name}, {row.get_kind_display().lower()}") for row in acting]
        self.fields["who"].choices = [("", patient.legal_name), *named]  # type: ignore[attr-defined]
        self.fields["who"].required = False
        self.initial.setdefault("id", uuid4())
        self.initial.setdefault("on", today())

    def clean_who(self) -> UUID | None:
        """The representative's id, or None for the patient."""
        given = self.cleaned_data["who"]
        return UUID(given) if given else None


class ReviewForm(forms.Form):
    """A review of the version in force: each goal, and whether the plan continues."""

    id = forms.UUIDField(widget=forms.HiddenInput)
    on = _day_field("Reviewed on")
    outcome = forms.ChoiceField(label="The outcome", choices=ReviewOutcome.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label="What was found (optional)",
        required=False,
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, version: PlanVersion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goals = goals_of(content_of(version) or {})
        for goal in self.goals:
            self.fields[f"goal_{goal.id}"] = forms.ChoiceField(
                label=f"{goal.number} {goal.title}",
                choices=[("", "Not looked at"), *GoalProgress.choices],
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
            )
        self.initial.setdefault("id", uuid4())
        self.initial.setdefault("on", today())

    @property
    def goal_fields(self) -> list[forms.BoundField]:
        """One choice for each goal, in their order."""
        return [self[f"goal_{goal.id}"] for goal in self.goals]

    @property
    def progress(self) -> dict[str, str]:
        """By goal id: where it stands."""
        return {goal.id: self.cleaned_data.get(f"goal_{goal.id}", "") for goal in self.goals}


class CompareForm(forms.Form):
    """Two versions of a patient's plan."""

    before = forms.ModelChoiceField(label="From", queryset=PlanVersion.objects.none(), empty_label=None)
    after = forms.ModelChoiceField(label="To", queryset=PlanVersion.objects.none(), empty_label=None)

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("before", "after"):
            choice = self.fields[name]
            choice.queryset = PlanVersion.objects.filter(patient=patient).order_by("-number")  # type: ignore[attr-defined]
            choice.label_from_instance = version_words  # type: ignore[attr-defined]
            choice.widget.attrs["class"] = "form-select"


def version_words(version: PlanVersion) -> str:
    """A version in a few words: "Version 3, Oct 30, 2026"."""
    return f"Version {version.number}, {version.on:%b} {version.on.day}, {version.on.year}"
