"""Forms of diagnoses and observations: they check and convert what was typed; they never save."""

from typing import Any

from django import forms

from practice.infrastructure.days import today
from practice.people.models import Patient

from ..models import Observation
from ..queries.diagnoses import Standing
from ..queries.icd import Hit, code_in_force, release_in_force, search_codes
from ..rules.diagnoses import ClinicalStatus, ObservationKind, Verification, onset_refusal, status_refusals
from ..rules.partial_days import first_day
from .days import DayField, PartialDayField, put_refusals

COMMENT = forms.Textarea(attrs={"rows": 3})
NO_CODES = "No codes of ICD-10-CM are loaded yet. Whoever looks after the server loads them with: manage.py load_icd10."


class DiagnosisForm(forms.Form):
    """A diagnosis by its code. `sought` is what was typed, `code` what was chosen. Cleaned: `code`, an IcdCode."""

    sought = forms.CharField(
        label="Diagnosis",
        max_length=120,
        required=False,
        help_text="Words, an abbreviation or a code: major depr rec, PTSD, F33.1.",
    )
    code = forms.CharField(max_length=10, required=False, widget=forms.HiddenInput)
    choice = forms.CharField(max_length=10, required=False)
    onset = PartialDayField(label="Since")
    status = forms.ChoiceField(
        label="State", choices=[one for one in ClinicalStatus.choices if one[0] != ClinicalStatus.IN_ERROR]
    )
    verification = forms.ChoiceField(label="How sure", choices=Verification.choices)
    primary = forms.BooleanField(label="This is the primary diagnosis", required=False)
    comment = forms.CharField(label="Comment", required=False, max_length=4000, widget=COMMENT)

    def __init__(self, *args: Any, patient: Patient, any_in_force: bool, **kwargs: Any) -> None:
        self.patient = patient
        self.hits: list[Hit] = []
        super().__init__(*args, **kwargs)
        self.initial.setdefault("verification", Verification.CONFIRMED)
        self.initial.setdefault("status", ClinicalStatus.ACTIVE)
        if not any_in_force:
            del self.fields["primary"]  # the first one is

    def find(self, words: str) -> None:
        """Look for what was typed; the hits are offered to choose from."""
        self.hits = search_codes(words, today())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        words = cleaned.get("sought", "")
        chosen = cleaned.get("choice") or cleaned.get("code") or (words.split() or [""])[0]
        code = code_in_force(chosen, today()) if chosen else None
        if code is None or not code.billable:
            self._not_chosen(words, code.code if code else "")
        cleaned["code"] = code
        refusal = onset_refusal(first_day(cleaned.get("onset", "")), today=today(), born=self.patient.birth_date)
        if refusal:
            put_refusals(self, {"onset": refusal})
        return cleaned

    def _not_chosen(self, words: str, heading: str) -> None:
        self.find(words)
        if release_in_force(today()) is None:
            self.add_error("sought", NO_CODES)
        elif heading:
            self.add_error("sought", f"{heading} is a heading; more exact codes stand below it. Choose one of those.")
        elif self.hits:
            self.add_error("sought", "Choose one of these.")
        elif words:
            self.add_error("sought", "No diagnosis has these words. Fewer or shorter words find more.")
        else:
            self.add_error("sought", "Say which diagnosis it is.")


class DiagnosisStatusForm(forms.Form):
    """The next line of a diagnosis's history."""

    status = forms.ChoiceField(label="State", choices=ClinicalStatus.choices)
    verification = forms.ChoiceField(label="How sure", choices=Verification.choices)
    on = DayField(label="From")
    primary = forms.BooleanField(label="This is the primary diagnosis", required=False)
    successor = forms.ChoiceField(
        label="Primary from then on",
        required=False,
        help_text="Only when this one ends: exactly one of those in force is primary.",
    )
    comment = forms.CharField(label="Comment", required=False, max_length=4000, widget=COMMENT)

    def __init__(self, *args: Any, standing: Standing, others: list[Standing], **kwargs: Any) -> None:
        self.standing, self.others = standing, others
        super().__init__(*args, **kwargs)
        now = {"status": standing.status, "verification": standing.verification, "on": today()}
        self.initial = {**now, **self.initial}
        if standing.primary or not others:
            del self.fields["primary"]
        if standing.primary and others:
            choices = [("", "This one stays the primary one"), *((str(one.diagnosis.pk), one.words) for one in others)]
            self.fields["successor"].choices = choices  # type: ignore[attr-defined]
        else:
            del self.fields["successor"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        named = cleaned.get("successor")
        cleaned["successor"] = next((one.diagnosis for one in self.others if str(one.diagnosis.pk) == named), None)
        if "status" in cleaned and "on" in cleaned:
            refusals = status_refusals(
                status=cleaned["status"],
                was=self.standing.status,
                on=cleaned["on"],
                today=today(),
                onset=self.standing.diagnosis.first_onset_day,
                last_on=self.standing.last_on,
                was_primary=self.standing.primary,
                others_in_force=bool(self.others),
                successor_named=cleaned["successor"] is not None,
            )
            put_refusals(self, refusals)
        return cleaned


class ObservationForm(forms.Form):
    """Symptoms, functional status or prognosis as of a day."""

    kind = forms.ChoiceField(label="About", choices=ObservationKind.choices)
    on = DayField(label="As of")
    text = forms.CharField(
        label="What you saw",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 5, "class": "form-control written-in"}),
        error_messages={"required": "Write what you saw."},
    )

    def __init__(self, *args: Any, corrects: Observation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if corrects is not None:
            del self.fields["kind"]
            self.initial = {"on": corrects.on, "text": corrects.shown, **self.initial}
        self.initial.setdefault("on", today())

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if on > today():
            raise forms.ValidationError("This day is in the future. Choose today or a day before.")
        return on
