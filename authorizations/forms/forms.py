"""Forms about the practice's own forms, and about an authorization to prepare. They never save."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, cast
from uuid import uuid4

from django import forms

from practice.compliance.queries import policy
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from practice.people.rules import CLINICAL_ROLES

from .. import rules
from ..actions import Elements
from ..documents.form import named_of
from ..models import Authorization
from ..queries import AuthorizationLine
from ..queries.prepared import facts_asked
from ..rules import AUTH_DEFECT_COMPOUND, PnScope, RecordClass
from ..rules.form_versions import FormKind, ReviewOutcome
from ..rules.preparing import InfoKind, own_words, problems_before_signing
from ..rules.wording import LONGEST_TEXT, wordings_of
from .recording import SessionDatesField, StaffField, day_field, text_field

# the field beside which a problem is said; everything else stands above the form
FIELD_OF = {"A1": "record_classes", "A2": "discloser", "A3": "recipient_name", "A4": "purpose", "A5": "expires_on"}


class PrepareForm(forms.Form):
    """What a patient wants to sign. What would make the form useless is said here, all of it at once."""

    new_id = forms.UUIDField(widget=forms.HiddenInput)
    record_classes = forms.MultipleChoiceField(
        label="Which records",
        choices=rules.RecordClass.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Psychotherapy notes need a form of their own: tick both, and two forms are prepared.",
    )
    pn_scope = forms.ChoiceField(
        label="Which psychotherapy notes",
        choices=[("", "Choose"), *[choice for choice in rules.PnScope.choices if choice[0]]],
        required=False,
    )
    pn_originator = StaffField(
        label="Written by", queryset=Staff.objects.none(), required=False, empty_label="Choose the therapist"
    )
    pn_session_dates = SessionDatesField()
    info_kinds = forms.MultipleChoiceField(
        label="What of the chart", choices=InfoKind.choices, widget=forms.CheckboxSelectMultiple, required=False
    )
    covers_from = day_field("From", help_text="Leave both empty for everything.")
    covers_to = day_field("To")
    own_words = text_field("Anything else about which records", 1000, 2, help_text="In the patient’s words.")
    discloser = text_field("Who may give them out")
    recipient_name = text_field(
        "Who may get them", help_text="A person or an office. Several with a semicolon between them."
    )
    recipient_address = text_field("Address", 1000, 2)
    purpose = text_field("What for", 2000, 2)
    individual_initiated = forms.BooleanField(
        label="The patient asked for this, not the practice",
        required=False,
        help_text="Then “at my request” is enough for what it is for.",
    )
    expires_on = day_field("Ends on")
    expires_event = text_field("Or ends when", 500, help_text="For example “when my court case is over”.")
    expires_event_relates = forms.BooleanField(
        label="What happens has to do with the patient or with what it is for", required=False
    )
    conditioned_on = forms.ChoiceField(
        label="Does anything depend on signing?", choices=rules.ConditionedOn.choices, required=False
    )
    conditioning_ground = forms.ChoiceField(label="Reason", choices=rules.ConditioningGround.choices, required=False)
    remuneration_applies = forms.BooleanField(label="Somebody pays the practice for this release", required=False)

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient
        self.is_compound = False
        clinicians = Staff.objects.filter(roles__overlap=list(CLINICAL_ROLES)).order_by("full_name")
        cast(StaffField, self.fields["pn_originator"]).queryset = clinicians
        self.fields["new_id"].initial = uuid4

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        classes = given.get("record_classes") or []
        if RecordClass.PN not in classes:
            given |= {"pn_scope": "", "pn_originator": None, "pn_session_dates": []}
        elif given.get("pn_scope") != PnScope.SESSION_DATES:
            given["pn_session_dates"] = []
        if RecordClass.CHART not in classes:
            given["info_kinds"] = []
        names_nothing = RecordClass.CHART in classes and not given.get("info_kinds") and not given.get("own_words")
        if not self.errors:  # where something could not be read, nothing can be said of the whole
            self._say_problems(given)
        if names_nothing:
            self.add_error("info_kinds", "Tick what the patient wants sent, or say it in words below.")
        return given

    def _say_problems(self, given: dict[str, Any]) -> None:
        facts = facts_asked(self.patient, self.elements(given), named="psychotherapy notes")
        forbidden = policy("P-23", today()).value is True
        for problem in problems_before_signing(facts, today(), pn_conditioning_forbidden=forbidden):
            if problem.code == AUTH_DEFECT_COMPOUND and RecordClass.PN in facts.record_classes:
                self.is_compound = True
                continue
            field = FIELD_OF.get(problem.element)
            if problem.code == rules.AUTH_DEFECT_CONDITIONED:
                field = "conditioned_on"
            if problem.code == rules.AUTH_DEFECT_EXPIRED:
                field = "expires_on"
            self.add_error(field, f"{problem.words} {problem.remedy}")

    def elements(self, given: dict[str, Any] | None = None) -> Elements:
        """What the actions take, but for the id and the own words."""
        cleaned = self.cleaned_data if given is None else given
        return cast(Elements, {key: value for key, value in cleaned.items() if key not in ("new_id", "own_words")})


def initial_to_prepare(source: Authorization) -> dict[str, Any]:
    """What was entered before, for the next form."""
    names = [name for name in PrepareForm.base_fields if name not in ("new_id", "own_words")]
    own = own_words(source.info_description, named_of(source))
    return {**{name: getattr(source, name) for name in names}, "own_words": own}


class WordsForm(forms.Form):
    """The texts of one form, each with the line of the law it stands for."""

    def __init__(self, *args: Any, kind: FormKind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for wording in wordings_of(kind):
            cite = f" 45 CFR 164.508{wording.cite}." if wording.cite else ""
            self.fields[wording.key] = text_field(
                wording.heading,
                LONGEST_TEXT,
                1 if wording.key == "title" else 3,
                help_text=f"{wording.about}{cite}",
                required=wording.key != "explainer",
                error_messages={"required": "Every form must say this."},
            )


class ReviewForm(forms.Form):
    """What counsel said, on which day, and where the answer is kept."""

    outcome = forms.ChoiceField(
        label="Counsel says",
        choices=[
            (ReviewOutcome.APPROVED.value, "It may be used"),
            (ReviewOutcome.NOT_APPROVED.value, "It is not to be used"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    counsel = text_field(
        "Counsel",
        200,
        required=True,
        help_text="Name and office of the lawyer.",
        error_messages={"required": "Name the lawyer."},
    )
    reviewed_on = day_field("Day of the answer", required=True)
    file_note = text_field(
        "Where the answer is kept",
        500,
        2,
        required=True,
        help_text="For example “e-mail of that day, counsel folder”.",
        error_messages={"required": "Say where the answer is kept."},
    )

    stops_known = forms.BooleanField(required=False)

    def __init__(self, *args: Any, stopped_by: Callable[[date], Sequence[AuthorizationLine]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stopped_by = stopped_by
        self.stopped: Sequence[AuthorizationLine] = ()
        if not self.is_bound:
            del self.fields["stops_known"]  # asked only once it is known what the answer stops

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        is_against, on = given.get("outcome") == ReviewOutcome.NOT_APPROVED, given.get("reviewed_on")
        self.stopped = self.stopped_by(on) if is_against and on else ()
        known = given.pop("stops_known", False)
        if not self.stopped:
            del self.fields["stops_known"]
            return given
        count = len(self.stopped)
        what = "1 signed authorization" if count == 1 else f"{count} signed authorizations"
        self.fields["stops_known"].label = f"I know: {what} cannot be used any more"
        if not known:
            since = f"{what}, signed on or after the day of the answer, cannot be used any more."
            self.add_error("stops_known", f"{since} Tick it, or check the day.")
        return given

    def clean_reviewed_on(self) -> Any:
        on = self.cleaned_data["reviewed_on"]
        if on > today():
            raise forms.ValidationError("This day is in the future.")
        return on
