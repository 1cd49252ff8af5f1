"""What an author types. Forms check and convert; a text that cannot be saved comes back as it was typed."""

import re
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Q

from practice.infrastructure.blackout import Span
from practice.infrastructure.copies import PICTURES_AND_PDF
from practice.infrastructure.copies_forms import FilesField
from practice.infrastructure.days import today, years_after
from practice.people.models import Patient, Staff
from practice.people.queries import is_supervised, supervisors

from .ids import given_to
from .policies import patients_to_name, staff_for_hand_over, trainees_of_practice
from .rules import SkillArea, text_too_long

MOST_SAVES = 2_000_000_000  # what the column holds


class WrittenField(forms.CharField):
    """Text exactly as written: no stripping. Line ends are one character, as everywhere but in browsers' requests."""

    widget = forms.Textarea(attrs={"rows": 14, "spellcheck": "true", "autocomplete": "off", "dir": "auto"})

    def __init__(self, **options: Any) -> None:
        super().__init__(strip=False, required=False, **options)

    def to_python(self, value: Any) -> str:
        text = str(super().to_python(value))
        return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")

    def validate(self, value: Any) -> None:
        super().validate(value)
        if sentence := text_too_long(value):
            raise forms.ValidationError(sentence, code="too_long")


class PatientsField(forms.ModelMultipleChoiceField):
    """Patients by name; only those whose chart the author may open."""

    def clean(self, value: Any) -> Any:
        try:
            chosen = [UUID(str(one)) for one in value or ()]
        except ValueError:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from None
        return super().clean(chosen)

    def label_from_instance(self, obj: Any) -> str:
        return str((obj.preferred_name and f"{obj.legal_name} ({obj.preferred_name})") or obj.legal_name)


def _day(label: str, invalid: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, error_messages={"required": invalid, "invalid": invalid})


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


_NOT_A_DAY = {"invalid": "Give the day as a date."}
SEARCHED_KINDS = [("note", "Signed notes"), ("addendum", "Addenda"), ("draft", "Drafts")]


class PatientField(forms.ModelChoiceField):
    """One patient by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.legal_name)


class StaffField(forms.ModelChoiceField):
    """A person of the practice by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.display_name)


class SeveralStaffField(forms.ModelMultipleChoiceField):
    """People of the practice by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.display_name)


class AttachForm(forms.Form):
    """Photographs, drawings and PDFs for a sealed note. No Word documents: they cannot be shown in the page."""

    scans = FilesField(label="Files", allow=PICTURES_AND_PDF, help_text="PDF, JPEG, PNG or TIFF, each up to 25 MB.")


class DraftForm(forms.Form):
    """The sealed sheet. `version` is the one the text was begun from; `session` and `addendum_to` ride along."""

    text = WrittenField(label="Psychotherapy note")
    session_on = forms.DateField(
        label="Session of",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Say which day's session this is about.", "invalid": "Give the day as a date."},
    )
    patients = PatientsField(
        queryset=Patient.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        label="This note speaks of",
        error_messages={
            "required": "Say whom the note speaks of.",
            "invalid_choice": "You can keep notes about patients in your care only.",
        },
    )
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=MOST_SAVES)
    session = forms.UUIDField(widget=forms.HiddenInput, required=False)
    addendum_to = forms.UUIDField(widget=forms.HiddenInput, required=False)
    next = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, staff: Staff, named: Collection[UUID] = (), **kwargs: Any) -> None:
        """`named`: patients the stored draft names already; they stay choosable when care for them has ended."""
        super().__init__(*args, **kwargs)
        field = self.fields["patients"]
        assert isinstance(field, PatientsField)  # noqa: S101 - for the type checker
        in_care = patients_to_name(staff).values("pk")
        field.queryset = Patient.objects.filter(Q(pk__in=in_care) | Q(pk__in=named)).order_by("sort_name")

    def clean_session_on(self) -> Any:
        day = self.cleaned_data["session_on"]
        if day > today():
            raise forms.ValidationError("This day is in the future. A note is about a session that took place.")
        return day


class SearchForm(forms.Form):
    """What the author looks for in their own sealed notes. Sent by POST: no word of it stands in an address."""

    words = forms.CharField(
        label="Words",
        max_length=300,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false", "dir": "auto"}),
        help_text="In any order; in quotation marks, together.",
        error_messages={"required": "Say what to look for."},
    )
    patient = PatientField(
        queryset=Patient.objects.none(), label="About", required=False, empty_label="Everybody you wrote about"
    )
    kinds = forms.MultipleChoiceField(
        label="In", required=False, widget=forms.CheckboxSelectMultiple, choices=SEARCHED_KINDS
    )
    first = forms.DateField(label="Sessions from", required=False, widget=_date(), error_messages=_NOT_A_DAY)
    last = forms.DateField(label="Sessions to", required=False, widget=_date(), error_messages=_NOT_A_DAY)

    def __init__(self, *args: Any, patients: Collection[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = self.fields["patient"]
        assert isinstance(about, PatientField)  # noqa: S101 - for the type checker
        about.queryset = Patient.objects.filter(pk__in=patients).order_by("sort_name")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if first and last and last < first:
            self.add_error("last", "The last day is before the first.")
        return given


class GrantForm(forms.Form):
    """Letting trainees of a training program, each by name, read signed notes under supervision for a time (R-023)."""

    trainees = SeveralStaffField(
        queryset=Staff.objects.none(),
        label="Who learns, and may read",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Say who learns by it.", "invalid_choice": "Choose from the people listed."},
    )
    supervisor = StaffField(
        queryset=Staff.objects.none(),
        label="Who supervises the training",
        error_messages={"required": "Say who supervises it.", "invalid_choice": "Choose from the people listed."},
    )
    supervisor_reads = forms.BooleanField(label="The supervisor reads them, too", required=False)
    patients = PatientsField(
        queryset=Patient.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        label="Notes about",
        help_text="A note that also speaks of somebody you do not choose stays closed.",
        error_messages={"required": "Choose whose notes.", "invalid_choice": "Choose from the patients listed."},
    )
    sessions_from = _day("Sessions from", "Give the first day as a date.")
    sessions_to = _day("Sessions to", "Give the last day as a date.")
    program = forms.CharField(
        label="Training program", max_length=200, error_messages={"required": "Name the practice's own program."}
    )
    skill_area = forms.ChoiceField(label="What is practised", choices=SkillArea.choices)
    ends_on = _day("Open until the end of", "Give the day as a date.")
    identity_considered = forms.TypedChoiceField(
        label="Was it considered to take out who the patient is?",
        choices=[("yes", "Yes; the training needs the notes as they are"), ("no", "No")],
        coerce=lambda word: word == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether it was considered."},
    )
    smallest = forms.BooleanField(
        label="These are the fewest sessions that the training needs",
        error_messages={"required": "Choose the fewest sessions that the training needs, and say so."},
    )

    def __init__(self, *args: Any, author: Staff, patients: Collection[UUID], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["trainees"].queryset = trainees_of_practice(author)  # type: ignore[attr-defined]
        self.fields["supervisor"].queryset = supervisors()  # type: ignore[attr-defined]
        mine = Patient.objects.filter(pk__in=patients).order_by("sort_name")
        self.fields["patients"].queryset = mine  # type: ignore[attr-defined]

    def clean_trainees(self) -> Any:
        chosen = self.cleaned_data["trainees"]
        alone = [person.display_name for person in chosen if not is_supervised(person, today())]
        if alone:
            raise forms.ValidationError(
                f"Nobody supervises {', '.join(alone)} by a registration in force. An administrator records it."
            )
        return chosen

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last, end = given.get("sessions_from"), given.get("sessions_to"), given.get("ends_on")
        if first and last and last < first:
            self.add_error("sessions_to", "The last session is before the first.")
        if end and not today() <= end <= years_after(today(), 1):
            self.add_error("ends_on", "Choose a day from today to a year from now.")
        return given


class PackageForm(forms.Form):
    """Which notes leave, who hands them over, and that the author has read them. Nothing is ticked beforehand."""

    package = forms.UUIDField(widget=forms.HiddenInput)
    notes = forms.MultipleChoiceField(
        label="Notes that leave",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose the notes that leave.", "invalid_choice": "Choose from the notes listed."},
    )
    recipient = forms.ChoiceField(
        label="Who receives them",
        error_messages={
            "required": "Say who receives them.",
            "invalid_choice": "The authorization does not name them.",
        },
    )
    named_staff = SeveralStaffField(
        queryset=Staff.objects.none(),
        label="Who hands the locked file over",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Name at least one person.", "invalid_choice": "Choose from the people listed."},
    )
    us_in_other_words = forms.BooleanField(
        label="I made sure: by this name the form means this practice",
        error_messages={
            "required": "Make sure whom the form means. If it is somebody else, it permits nothing here: have one "
            "signed that names the practice."
        },
    )
    smallest = forms.BooleanField(
        label="I have read each note I chose. This is the smallest set that satisfies the authorization.",
        error_messages={"required": "Confirm that you have read them and that nothing can be left out."},
    )

    def __init__(
        self,
        *args: Any,
        author: Staff,
        choices: list[tuple[str, str]],
        recipients: list[str],
        other_discloser: str = "",
        **kwargs: Any,
    ) -> None:
        """`other_discloser`: what the form calls the one who may release, where it is no name of ours (A2)."""
        super().__init__(*args, **kwargs)
        self.author = author
        self.fields["us_in_other_words"].help_text = f"The form says who may release: “{other_discloser}”"
        if not other_discloser:
            del self.fields["us_in_other_words"]
        recipient = self.fields["recipient"]
        assert isinstance(recipient, forms.ChoiceField)  # noqa: S101 - for the type checker
        recipient.choices = [(name, name) for name in recipients]
        notes, staff = self.fields["notes"], self.fields["named_staff"]
        assert isinstance(notes, forms.MultipleChoiceField) and isinstance(staff, SeveralStaffField)  # noqa: S101
        notes.choices = choices
        staff.queryset = staff_for_hand_over(author)

    def clean_package(self) -> UUID:
        package: UUID = self.cleaned_data["package"]
        if not given_to(self.author.pk, package):
            raise forms.ValidationError("This page is out of date. Open it again from the authorization.")
        return package


class DeclineForm(forms.Form):
    """Why an author releases nothing under an authorization."""

    reason = forms.CharField(
        label="Why",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with the authorization, where everybody who works with it reads it, and not in the letter. "
        "Say nothing of what notes there are, or whether there are any.",
        error_messages={"required": "Say why, in a few words.", "max_length": "At most 500 characters."},
    )


MARK = re.compile(r"note:(\d{1,7}):(\d{1,7})")


class LeaveOutForm(forms.Form):
    """Which passages stay behind when a note is released: sentences and words, both as note:START:END."""

    reason = forms.CharField(
        label="Why",
        required=False,
        max_length=500,
        help_text="Sealed with the note, and never part of what leaves.",
        error_messages={"max_length": "At most 500 characters."},
    )
    nothing_left = forms.BooleanField(
        label="I have read the whole note: nothing about anybody else remains", required=False
    )

    def __init__(self, data: Any = None, *, length: int, **options: Any) -> None:
        super().__init__(data, **options)
        self.spans: list[Span] = []
        self.understood = True
        for given in data.getlist("mark") if data is not None else ():
            found = MARK.fullmatch(given)
            span = Span(int(found[1]), int(found[2])) if found else Span(0, 0)
            if span.start < span.end <= length:
                self.spans.append(span)
            else:
                self.understood = False

    def clean(self) -> dict[str, Any]:
        if not self.understood:  # who marked it would take it for left out
            raise forms.ValidationError(
                "Part of what was marked is not in this note. Nothing was saved. What was understood is still ticked: "
                "look at it, mark what is missing, and save again."
            )
        return super().clean() or {}
