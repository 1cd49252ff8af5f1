"""Forms of a session: they check and convert what was typed; they never save."""

import json
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from practice.infrastructure.templatetags.look import time_of_day
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to

from ..actions.sessions import Presence
from ..models import Encounter, NoteFormat, Participation
from ..queries.notes import formats, usual_format
from ..queries.sessions import sessions_at
from ..rules.codes import ADD_ON, BASE, clean_code, mismatches, shape_refusal, suggestion
from ..rules.sessions import (
    SAID,
    Attendance,
    Modality,
    SessionKind,
    SessionState,
    alone_refusal,
    attendance_refusal,
    minutes_between,
    session_refusals,
)

KINDS = [choice for choice in SessionKind.choices if choice[0] != SessionKind.OTHER]


def local_moment(day: date, at: time) -> datetime:
    """A day and a time as the practice's clock shows them."""
    return timezone.make_aware(datetime.combine(day, at))


class WhenForm(forms.Form):
    """Day, start and end. Cleaned: started_at and stopped_at, aware."""

    day = forms.DateField(
        label="Day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Say on which day it was.", "invalid": "Write the day as year-month-day."},
    )
    start = forms.TimeField(
        label="Start",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": "Say when it began.", "invalid": "Write the time as hours:minutes."},
    )
    stop = forms.TimeField(
        label="End",
        required=False,
        help_text="Leave empty while the session lasts.",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Write the time as hours:minutes."},
    )
    planned = False

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day, start, stop = cleaned.get("day"), cleaned.get("start"), cleaned.get("stop")
        if day is None or start is None or self.is_before_birth(day):
            return cleaned
        cleaned["started_at"] = local_moment(day, start)
        cleaned["stopped_at"] = local_moment(day, stop) if stop is not None else None
        refusals = session_refusals(
            started_at=cleaned["started_at"],
            stopped_at=cleaned["stopped_at"],
            now=timezone.now(),
            kind=self.kind_given(cleaned),
            patients=self.patients_given(cleaned),
            planned=self.lies_ahead(cleaned),
        )
        for name, refusal in refusals.items():
            self.add_error(name, f"{refusal.words} {refusal.remedy}".strip())
        return cleaned

    def lies_ahead(self, cleaned: dict[str, Any]) -> bool:
        return self.planned

    def is_before_birth(self, day: date) -> bool:
        """Adds the error itself."""
        return False

    def kind_given(self, cleaned: dict[str, Any]) -> str:
        return str(cleaned.get("kind", ""))

    def patients_given(self, cleaned: dict[str, Any]) -> int:
        return 1


class PresenceFields(forms.Form):
    """Whether a patient was there, and the code. Cleaned: presence."""

    attendance = forms.ChoiceField(label="Attendance", choices=SAID, initial=Attendance.ATTENDED, required=False)
    code = forms.CharField(
        label="CPT code",
        max_length=12,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "codes", "data-code": ""}),
    )
    add_on = forms.CharField(
        label="Add-on codes",
        max_length=40,
        required=False,
        help_text="Several with a comma.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "list": "add-ons", "data-add-on": ""}),
    )
    code_reason = forms.CharField(
        label="Why this code stands although the times differ",
        max_length=300,
        required=False,
        help_text="Written here, the code is kept as you gave it.",
        widget=forms.TextInput(attrs={"data-code-reason": ""}),
    )
    patient_place = forms.CharField(
        label="Where the patient was",
        max_length=120,
        required=False,
        help_text="For video and phone: the state or place.",
    )

    @staticmethod
    def initial_of_part(part: Participation) -> dict[str, Any]:
        """What is said of a participant, as this form shows it."""
        return {
            "attendance": part.attendance,
            "code": part.cpt,
            "add_on": ", ".join(part.add_ons),
            "code_reason": part.code_reason or "",
            "patient_place": part.patient_place,
        }

    def read_presence(self, cleaned: dict[str, Any], started_at: Any, stopped_at: Any, kind: str) -> Presence:
        """What was said; adds the error where the codes cannot stand."""
        code = clean_code(cleaned.get("code") or "")
        add_ons = tuple(clean_code(one) for one in (cleaned.get("add_on") or "").split(",") if one.strip())
        attendance = cleaned.get("attendance") or Attendance.ATTENDED
        reason = (cleaned.get("code_reason") or "").strip()
        refusal = shape_refusal(code, add_ons) or attendance_refusal(attendance=attendance, code=code)
        if refusal:
            self.add_error("code", f"{refusal.words} {refusal.remedy}".strip())
        elif started_at is not None and not reason:
            for found in mismatches(code, add_ons, minutes_between(started_at, stopped_at), kind):
                self.add_error("code", f"{found.words} {found.remedy} Change the code, or say below why it stands.")
        return Presence(attendance, code, add_ons, reason, (cleaned.get("patient_place") or "").strip())

    @property
    def code_table(self) -> str:
        """The codes and their minutes, for the page to suggest one while times are typed."""
        table = {code: [times.low, times.high] for code, times in BASE.items()}
        return json.dumps(table | {code: [one.times.low, one.times.high] for code, one in ADD_ON.items()})

    @property
    def known_codes(self) -> list[tuple[str, str]]:
        return [(code, times.words) for code, times in BASE.items()]

    @property
    def known_add_ons(self) -> list[tuple[str, str]]:
        return [(code, one.times.words) for code, one in ADD_ON.items()]


class SessionForm(PresenceFields, WhenForm):
    """A session: day, start, end, who and how, and for one patient attendance and code."""

    kind = forms.ChoiceField(label="Kind", choices=KINDS)
    modality = forms.ChoiceField(label="Place", choices=Modality.choices)
    others = forms.ModelMultipleChoiceField(
        label="Other patients who took part",
        queryset=Patient.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="For a couple, family, group or joint session. Only patients in your care are listed.",
    )
    others_present = forms.CharField(
        label="Others present",
        max_length=300,
        required=False,
        help_text="For example: mother, interpreter.",
        error_messages={"max_length": "Keep this to 300 characters; more belongs in the note."},
    )
    field_order = ("day", "start", "stop", "kind", "modality", "patient_place", "attendance", "code", "add_on")

    def __init__(
        self,
        *args: Any,
        by: Staff,
        patient: Patient,
        session: Encounter | None = None,
        planned: bool = False,
        **kwargs: Any,
    ) -> None:
        self.session = session
        self.patient, self.by = patient, by
        self.planned = planned
        super().__init__(*args, **kwargs)
        self.on_list = session.participations.filter(taken_off=False).count() if session else 1
        others: QuerySet[Patient] = charts_visible_to(by).exclude(pk=patient.pk).order_by("sort_name")
        choice = self.fields["others"]
        choice.queryset = others  # type: ignore[attr-defined]
        choice.label_from_instance = lambda other: f"{other.sort_name} ({other.number})"  # type: ignore[attr-defined]
        if session is not None or not others.exists():
            del self.fields["others"]
        if self.on_list > 1:  # of several patients, each has their own line on the page of the session
            for name in PresenceFields.base_fields:
                del self.fields[name]

    @staticmethod
    def initial_of(session: Encounter) -> dict[str, Any]:
        """A session as this form shows it."""
        started = timezone.localtime(session.started_at)
        stopped = timezone.localtime(session.stopped_at) if session.stopped_at else None
        part = session.participations.filter(taken_off=False).first()
        return {
            "day": started.date(),
            "start": started.time(),
            "stop": stopped.time() if stopped else None,
            "kind": session.kind,
            "modality": session.modality,
            "others_present": session.others_present,
            **(PresenceFields.initial_of_part(part) if part else {}),
        }

    def is_before_birth(self, day: date) -> bool:
        before = bool(self.patient.birth_date and day < self.patient.birth_date)
        if before:
            self.add_error("day", "This is before the patient was born.")
        return before

    def patients_given(self, cleaned: dict[str, Any]) -> int:
        return self.on_list if self.session else 1 + len(cleaned.get("others") or [])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        started, stopped = cleaned.get("started_at"), cleaned.get("stopped_at")
        if self.session is None and started is not None:
            self._check_free(started, stopped)
        if started is not None and not self.lies_ahead(cleaned):
            self._ask_who_else(cleaned)
        if "attendance" in self.fields:
            cleaned["presence"] = self.read_presence(
                cleaned, cleaned.get("started_at"), cleaned.get("stopped_at"), cleaned.get("kind", "")
            )
        return cleaned

    def _ask_who_else(self, cleaned: dict[str, Any]) -> None:
        refusal = alone_refusal(
            kind=cleaned.get("kind", ""),
            patients=self.patients_given(cleaned),
            others_present=cleaned.get("others_present") or "",
        )
        if refusal and "others_present" not in self.errors:
            self.add_error("kind", f"{refusal.words} {refusal.remedy}")

    def _check_free(self, started: datetime, stopped: datetime | None) -> None:
        """Not twice at the same time with one patient: mostly one that was planned and is entered anew by mistake."""
        taken = sessions_at(self.patient, self.by, started, stopped).first()
        if taken is not None:
            state = "planned" if taken.state == SessionState.PLANNED else "on record"
            words = f"A session with this patient at {time_of_day(taken.started_at)} is {state} already."
            self.add_error("start", f"{words} Write its note, or choose another time.")


class HoldForm(SessionForm):
    """A planned session as it went."""

    def __init__(self, *args: Any, session: Encounter, **kwargs: Any) -> None:
        super().__init__(*args, session=session, **kwargs)
        if not self.is_bound and "attendance" in self.fields:
            self.initial["attendance"] = Attendance.ATTENDED

    def lies_ahead(self, cleaned: dict[str, Any]) -> bool:
        """A late cancel is on record before the hour has come."""
        late = cleaned.get("attendance") == Attendance.LATE_CANCEL
        return late and cleaned["started_at"] > timezone.now()


class NewSessionForm(SessionForm):
    """A new session with the format of the note that is written about it."""

    format = forms.ModelChoiceField(label="Note format", queryset=NoteFormat.objects.none(), empty_label=None)

    def __init__(self, *args: Any, by: Staff, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, by=by, patient=patient, **kwargs)
        choice = self.fields["format"]
        choice.queryset = formats()  # type: ignore[attr-defined]
        choice.label_from_instance = lambda one: one.name  # type: ignore[attr-defined]
        if not self.is_bound:
            now = timezone.localtime()
            held = Encounter.objects.filter(clinician=by, state=SessionState.RECORDED)
            last = held.order_by("-started_at").first()
            self.initial = {
                "day": now.date(),
                "start": now.replace(minute=now.minute // 5 * 5).time(),
                "modality": last.modality if last else Modality.IN_PERSON,
                "format": usual_format(by),
                "attendance": Attendance.ATTENDED,
            }


class PresenceForm(PresenceFields):
    """One participant's line on the page of a session of several."""

    def __init__(self, *args: Any, session: Encounter, part: Participation, **kwargs: Any) -> None:
        self.session, self.part = session, part
        given = {"initial": self.initial_of_part(part), "prefix": str(part.pk)} | kwargs
        super().__init__(*args, **given)
        self.suggested = suggestion(session.kind, minutes_between(session.started_at, session.stopped_at))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        when = (self.session.started_at, self.session.stopped_at)
        cleaned["presence"] = self.read_presence(cleaned, *when, self.session.kind)
        return cleaned
