"""Forms of medication and its monitoring: they check and convert what was typed; they never save."""

from datetime import timedelta
from typing import Any

from django import forms

from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from practice.people.rules import CLINICAL_ROLES

from ..actions.medication import Prescription
from ..models import Medication, MonitoringPlan
from ..queries.medication import Course
from ..rules.medication import (
    MOST_EVERY,
    Every,
    MedicationChange,
    PrescribedWhere,
    change_refusals,
    done_refusals,
    medication_refusals,
    monitoring_refusals,
    prescriber_refusal,
)
from ..rules.partial_days import first_day
from .days import DayField, PartialDayField, put_refusals

REASON = forms.Textarea(attrs={"rows": 3})
USUAL_WEEKS = 12


class DoseForm(forms.Form):
    """Dose, route and frequency."""

    dosage = forms.CharField(label="Dose", max_length=300, required=False, help_text="For example: 50 mg.")
    route = forms.CharField(label="Route", max_length=100, required=False, help_text="For example: by mouth.")
    frequency = forms.CharField(
        label="How often", max_length=200, required=False, help_text="For example: each morning."
    )


class MedicationForm(DoseForm):
    """A medication prescribed here or elsewhere. `corrects` is the row that was wrong."""

    title = forms.CharField(label="Medication", max_length=400, error_messages={"required": "Name the medication."})
    where = forms.ChoiceField(label="Prescribed", choices=PrescribedWhere.choices)
    prescribed_by = forms.ModelChoiceField(
        label="Prescriber here", queryset=Staff.objects.none(), required=False, empty_label="Not said"
    )
    prescriber = forms.CharField(label="Prescriber elsewhere", max_length=200, required=False)
    started = PartialDayField(label="Taken since")
    ended_on = DayField(label="Stopped on", required=False, help_text="Empty while it is taken.")
    comment = forms.CharField(label="Comment", max_length=4000, required=False, widget=REASON)

    field_order = ("title", "dosage", "route", "frequency", "where", "prescribed_by", "prescriber")

    def __init__(self, *args: Any, patient: Patient, corrects: Medication | None = None, **kwargs: Any) -> None:
        self.patient = patient
        super().__init__(*args, **kwargs)
        choice = self.fields["prescribed_by"]
        choice.queryset = prescribers()  # type: ignore[attr-defined]
        choice.label_from_instance = lambda one: one.display_name  # type: ignore[attr-defined]
        if corrects is not None:
            self.fields["comment"].label = "What was wrong"
            self.initial = {**initial_of(corrects), "started": corrects.start_words, **self.initial}
        self.initial.setdefault("where", PrescribedWhere.ELSEWHERE)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        refusals = medication_refusals(
            started_on=first_day(cleaned.get("started", "")),
            ended_on=cleaned.get("ended_on"),
            today=today(),
            born=self.patient.birth_date,
        )
        put_refusals(self, refusals)
        if refusal := prescriber_refusal(cleaned.get("where", ""), cleaned.get("prescribed_by") is not None):
            put_refusals(self, {"prescribed_by": refusal})
        return cleaned

    @property
    def prescription(self) -> Prescription:
        """What was typed, once the form is valid."""
        names = ("title", "dosage", "route", "frequency", "where", "prescribed_by", "prescriber", "started")
        return Prescription(**{name: self.cleaned_data[name] for name in names})


class ChangeForm(DoseForm):
    """Another dose, route or frequency from a day on."""

    on = DayField(label="From")
    comment = forms.CharField(label="Why", max_length=4000, required=False, widget=REASON)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        self.course = course
        super().__init__(*args, **kwargs)
        old = initial_of(course.now)
        kept = {name: old[name] for name in ("dosage", "route", "frequency")}
        self.initial = {**kept, "on": today(), **self.initial}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        _put_change_refusals(self, self.course, MedicationChange.CHANGED, cleaned)
        return cleaned

    @property
    def prescription(self) -> Prescription:
        """The medication with what was typed, once the form is valid."""
        typed = {name: self.cleaned_data[name] for name in ("dosage", "route", "frequency")}
        old = {name: value for name, value in initial_of(self.course.now).items() if name not in ("ended_on",)}
        return Prescription(**old | typed)


class StopForm(forms.Form):
    """It is not taken any more."""

    on = DayField(label="Stopped on")
    reason = forms.CharField(label="Why", max_length=4000, required=False, widget=REASON)

    def __init__(self, *args: Any, course: Course, **kwargs: Any) -> None:
        self.course = course
        super().__init__(*args, **kwargs)
        self.initial.setdefault("on", today())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        _put_change_refusals(self, self.course, MedicationChange.STOPPED, cleaned)
        return cleaned


class MonitoringForm(forms.Form):
    """What is looked after, how often, and when first."""

    what = forms.CharField(
        label="What is looked after",
        max_length=300,
        help_text="For example: blood pressure and weight; lithium level.",
        error_messages={"required": "Say what is looked after."},
    )
    every = forms.IntegerField(
        label="Every",
        min_value=1,
        max_value=MOST_EVERY,
        error_messages={"required": "Say how often.", "invalid": "Write a number."},
    )
    unit = forms.ChoiceField(label="Weeks or months", choices=Every.choices)
    first_due_on = DayField(label="First due")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = today() + timedelta(weeks=USUAL_WEEKS)
        self.initial = {"every": USUAL_WEEKS, "unit": Every.WEEKS, "first_due_on": first, **self.initial}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "every" in cleaned and "first_due_on" in cleaned:
            given = {"every": cleaned["every"], "first_due_on": cleaned["first_due_on"]}
            put_refusals(self, monitoring_refusals(**given, today=today()))
        return cleaned


class MonitoringDoneForm(forms.Form):
    """Monitoring was done."""

    done_on = DayField(label="Done on")
    result = forms.CharField(
        label="Result",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Write what came out."},
    )

    def __init__(self, *args: Any, plan: MonitoringPlan, **kwargs: Any) -> None:
        self.plan = plan
        super().__init__(*args, **kwargs)
        self.initial.setdefault("done_on", today())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "done_on" in cleaned:
            last = max((done.done_on for done in self.plan.done.all()), default=None)
            refusals = done_refusals(
                done_on=cleaned["done_on"], today=today(), last_done_on=last, ended=self.plan.ended_on is not None
            )
            put_refusals(self, refusals)
        return cleaned


def prescribers() -> Any:
    """Who can have prescribed here: active clinical staff."""
    return Staff.objects.filter(is_active=True, roles__overlap=[role.value for role in CLINICAL_ROLES]).order_by(
        "full_name"
    )


def initial_of(row: Medication) -> dict[str, Any]:
    """A medication as the forms show it."""
    return {
        "title": row.title,
        "dosage": row.dosage or "",
        "route": row.route or "",
        "frequency": row.frequency or "",
        "where": row.where or PrescribedWhere.ELSEWHERE,
        "prescribed_by": row.prescribed_by,
        "prescriber": row.prescriber,
        "started": row.started_on.isoformat() if row.started_on else row.as_given.get("started_on", ""),
        "ended_on": row.ended_on,
    }


def _put_change_refusals(form: forms.Form, course: Course, change: str, cleaned: dict[str, Any]) -> None:
    if "on" in cleaned:
        refusals = change_refusals(
            change=change,
            on=cleaned["on"],
            today=today(),
            last_on=course.last_on,
            ended=course.ended,
            superseded=False,
        )
        put_refusals(form, refusals)
