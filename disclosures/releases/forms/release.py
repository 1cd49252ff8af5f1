"""Forms of releases: they check and convert what was typed, and build an unsaved release; they never save."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from authorizations.models import Authorization
from authorizations.queries.disclosers import other_discloser
from authorizations.rules.coverage import words_to_compare
from disclosures.ledger.rules import Basis
from practice.people.confidential import LetterAddress
from practice.people.models import Staff

from ..models import Release
from ..queries.papers import PAPER, PaperOnRecord
from ..rules import (
    PACKAGE_METHODS,
    Fact,
    LegalProcess,
    Method,
    RecipientKind,
    TreatmentOverride,
    chart_facts,
)
from ..rules.documentation import AUTHOR, WITHIN_WORDS
from ..rules.restrictions import NOT_MEANT
from ..rules.ways import AGREED, in_words, wishes

DAYS_TYPED = ("scope_from", "scope_to")
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
# Bases on which legal process is named.
WITH_PROCESS = (Basis.B_COURT_ORDER, Basis.B_SUBPOENA_ASSURANCE, Basis.B_LAW_ENFORCEMENT, Basis.B_REQUIRED_BY_LAW)
# What may be said there instead of a paper; of psychotherapy notes the gate takes the first alone.
WITHOUT_PAPER: dict[str, tuple[str, ...]] = {
    Basis.B_REQUIRED_BY_LAW: (LegalProcess.STATUTE,),
    Basis.B_LAW_ENFORCEMENT: (LegalProcess.INFORMAL_REQUEST,),
}
# Where the whole chart needs no reason.
WHOLE_CHART_EXEMPT = (
    Basis.B_AUTHORIZATION, Basis.B_TO_INDIVIDUAL, Basis.B_TREATMENT, Basis.B_HHS, Basis.B_REQUIRED_BY_LAW,
    Basis.B_COURT_ORDER,
)  # fmt: skip


def text(label: str, *, rows: int = 0, required: str = "", help_text: str = "", limit: int = 2000) -> forms.CharField:
    """A text field; `required` is the sentence shown when it is empty."""
    return forms.CharField(
        label=label,
        required=bool(required),
        max_length=limit,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput(),
        error_messages={"required": required, "max_length": f"At most {limit:,} characters."},
    )


def fact_field(fact: Fact) -> forms.Field:
    """The field for one thing a basis asks to be documented. The gate, not the form, says when it is missing."""
    if fact.is_one:
        return forms.BooleanField(label=fact.label, required=False)
    if fact.choices:
        return forms.ChoiceField(label=fact.label, required=False, choices=[("", "Choose"), *fact.choices])
    return text(fact.label, rows=2 if fact.long else 0)


ADDRESS_HELP = "As on the envelope; needed when it is mailed."
FAX_HELP = "Needed for a fax. Check it with the recipient: a wrong digit sends the records to a stranger."


def ask_address(form: forms.Form, data: dict[str, Any]) -> None:
    """Put an error at the address when something is to be mailed to nowhere."""
    if data.get("method") == Method.MAIL and not data.get("recipient_address", "").strip():
        form.add_error("recipient_address", "Give the postal address: it is to be mailed.")


def ask_fax_number(form: forms.Form, data: dict[str, Any]) -> None:
    """Put an error at the fax number when something is to be faxed to nowhere."""
    digits = sum(letter.isdigit() for letter in data.get("fax_number", ""))
    if data.get("method") == Method.FAX and digits < 7:
        form.add_error("fax_number", "Give the fax number, with area code: it is to be faxed.")


def ask_agreement(form: forms.Form, asked: tuple[LetterAddress, ...]) -> None:
    """Ask for the patient's word on the way only where they asked for a certain one. What is posted names the wishes
    that were on the page, so that a tick answers for no later one."""
    if not asked:
        del form.fields[AGREED]
        return
    form.fields[AGREED].help_text = f"They asked to be reached {in_words(asked)}. Needed for another way only."
    form.fields[AGREED].widget.attrs["value"] = wishes(asked)


def agreement(form: forms.Form) -> dict[str, str]:
    """The fact that the patient agreed to this way, as ticked on the page; empty where the wishes changed since."""
    if not form.cleaned_data.get(AGREED):
        return {}
    posted, shown = form.data.get(form.add_prefix(AGREED)), form.fields[AGREED].widget.attrs["value"]
    return {AGREED: shown} if posted == shown else {}


Parts = list[tuple[str, list[str]]]
TO_WHOM = [
    "recipient_name",
    "recipient_kind",
    "within_class",
    NOT_MEANT,
    "recipient_address",
    "purpose",
    "identity_verified",
    "authority",
]
GROUND_FIELDS = [
    "within_discloser", "within_words", "paper", "process", "paper_on_record", "scope_from", "scope_to", "within_scope",
    "counsel_review", "emergency", "emergency_why",
    "treatment_permission", "override_code", "override_reason",
]  # fmt: skip


# What a person compared with the form and says of it.
TICKED = ("within_class", "within_words", "within_discloser", "within_scope")


class ReleaseFields(forms.Form):
    """What every release and every recorded disclosure says: to whom, what for, on what ground."""

    own_first: Parts = []
    own_last: Parts = []
    rests_on_record = False  # what is prepared names a legal paper on record; of the rest its kind is enough

    recipient_name = text("Who receives it", required="Name the person or office that receives it.", limit=300)
    recipient_kind = forms.ChoiceField(
        label="What the recipient is",
        choices=[("", "Choose"), *RecipientKind.choices],
        error_messages={"required": "Choose what the recipient is."},
    )
    recipient_address = text("Address, if known", rows=2, limit=1000)
    purpose = text(
        "What it is for",
        required="Say what it is for. If the patient gave no reason: at the request of the patient.",
        limit=500,
    )
    identity_verified = text(
        "How you know it is them",
        help_text="For example: known to the practice, identity card seen, called back on a published number.",
        limit=500,
    )
    within_class = forms.BooleanField(required=False)
    within_words = forms.BooleanField(
        label="The form names the records in its own words. I compared them: they name all that is chosen",
        required=False,
    )
    within_discloser = forms.BooleanField(
        label="The form calls the one who may release by another name. I made sure: it means this practice",
        required=False,
    )
    not_the_restricted_recipient = forms.BooleanField(
        label="Not the one whom the patient named in a restriction: I made sure", required=False
    )
    way_agreed = forms.BooleanField(
        label="If it goes to the patient: they were asked, and agree to this way this once", required=False
    )
    authority = text("By what authority they act for the patient", rows=2)
    paper = forms.ChoiceField(
        label="Legal paper",
        help_text="Those on record for this patient. What you leave empty below is taken from it.",
        error_messages={
            "required": "Choose the paper that asks for it.",
            "invalid_choice": "Choose one of the papers on record.",
        },
    )
    process = forms.ChoiceField(label="Legal paper", error_messages={"required": "Choose what asks for it."})
    counsel_review = text("Counsel's review: who, when, answer", rows=2)
    scope_from = forms.DateField(label="Covers records from", required=False, widget=DAY)
    scope_to = forms.DateField(
        label="Covers records to",
        required=False,
        widget=DAY,
        help_text="Where the paper names days, those count.",
    )
    within_scope = forms.BooleanField(
        label="I compared each document chosen with the words of the paper or the law: they expressly name it",
        help_text="Needed where not both days are known.",
        required=False,
    )
    emergency = forms.BooleanField(label="Emergency treatment", required=False)
    emergency_why = text(
        "If it is: what is the emergency, and what of these records its treatment needs",
        help_text="Kept with your name and the time. After a day it is asked anew.",
        limit=500,
    )
    treatment_permission = text("The patient's permission: form or conversation, and day", limit=500)
    override_code = forms.ChoiceField(
        label="Shared without it, because",
        required=False,
        choices=[("", "Does not apply"), *TreatmentOverride.choices],
    )
    override_reason = text("What else is to be said of that", limit=500)

    def __init__(
        self,
        *args: Any,
        basis: str,
        authorization: Authorization | None = None,
        restricted: Sequence[str] = (),
        asked: tuple[LetterAddress, ...] = (),
        papers: Sequence[PaperOnRecord] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.basis, self.authorization = basis, authorization
        ask_agreement(self, asked)
        self.facts: tuple[Fact, ...] = ()
        named_class = authorization.recipient_class if authorization and not authorization.recipient_name else ""
        self.fields[
            "within_class"
        ].label = f"The authorization names a group: {named_class}. The recipient is one of it"
        self._keep("within_class", only_if=bool(named_class))
        own_words = words_to_compare(authorization) if authorization else ""
        self.fields["within_words"].help_text = f"“{own_words}”"
        self._keep("within_words", only_if=bool(own_words))
        another = other_discloser(authorization) if authorization else ""
        self.fields["within_discloser"].help_text = f"“{another}”"
        self._keep("within_discloser", only_if=bool(another))
        self.restricted = set(restricted)
        # what is posted names the requests that were on the page, so that a tick answers for no later one
        self.fields[NOT_MEANT].widget.attrs["value"] = " ".join(restricted)
        self._keep(NOT_MEANT, only_if=bool(restricted))
        self.papers = {str(one.id): one for one in papers}
        self._ask_process()
        self._keep("scope_from", "scope_to", "within_scope", only_if=basis in WITHIN_WORDS)
        self._keep("authority", only_if=basis == Basis.B_TO_INDIVIDUAL)
        for_treatment = ("emergency", "emergency_why", "treatment_permission", "override_code", "override_reason")
        self._keep(*for_treatment, only_if=basis == Basis.B_TREATMENT)

    def _ask_process(self) -> None:
        """Which paper it rests on, where one is on record; else of what kind it was."""
        on_paper = self.basis in WITH_PROCESS
        self._keep("paper", only_if=on_paper and self.rests_on_record)
        self._keep("process", "counsel_review", only_if=on_paper and not self.rests_on_record)
        by_law = self.basis == Basis.B_REQUIRED_BY_LAW
        kinds = [one for one in LegalProcess.choices if by_law or one[0] != LegalProcess.STATUTE]
        if (process := self.fields.get("process")) is not None:
            choices: Any = process
            choices.choices, process.required = [("", "Choose" if by_law else "None"), *kinds], by_law
        elif (paper := self.fields.get("paper")) is not None:
            listed: Any = paper
            without = [one for one in kinds if one[0] in WITHOUT_PAPER.get(self.basis, ())]
            listed.choices = [("", "Choose"), *((key, one.label) for key, one in self.papers.items()), *without]

    def chosen_paper(self) -> PaperOnRecord | None:
        """The paper on record that was chosen; None where it is none, or not asked for."""
        return self.papers.get(self.cleaned_data.get("paper", ""))

    def _keep(self, *names: str, only_if: bool) -> None:
        if not only_if:
            for name in names:
                del self.fields[name]

    def ask_facts(self, facts: Iterable[Fact]) -> None:
        """Add a field for each fact, once."""
        wanted = {fact.key: fact for fact in facts if fact.key not in self.base_fields}  # what has a field of its own
        self.facts = tuple(wanted.values())
        for fact in self.facts:
            self.fields[f"fact_{fact.key}"] = fact_field(fact)

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The visible fields under their headings, in the order in which they are asked."""
        ground = [*GROUND_FIELDS, *[f"fact_{fact.key}" for fact in self.facts]]
        parts = [*self.own_first, ("To whom", TO_WHOM), ("What this ground asks for", ground), *self.own_last]
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in parts]

    def clean_emergency_why(self) -> str:
        why = str(self.cleaned_data["emergency_why"]).strip()
        if self.cleaned_data.get("emergency") and not why:
            raise forms.ValidationError("Say what the emergency is, and what its treatment needs.")
        return why if self.cleaned_data.get("emergency") else ""

    def clean_scope_to(self) -> Any:
        first, last = self.cleaned_data.get("scope_from"), self.cleaned_data["scope_to"]
        if first and last and last < first:
            raise forms.ValidationError("The last day is before the first.")
        return last

    def documented(self) -> dict[str, str]:
        """The facts as typed, blank ones left out."""
        data = self.cleaned_data
        found = {fact.key: self._said(fact, data.get(f"fact_{fact.key}", "")) for fact in self.facts}
        found |= {name: data[name].isoformat() for name in DAYS_TYPED if data.get(name)}
        found |= {name: "yes" for name in TICKED if data.get(name)}
        found |= self.not_meant() | agreement(self)
        if paper := self.chosen_paper():
            asked = {fact.key for fact in self.facts}
            said = {key: value for key, value in paper.facts.items() if key in (PAPER, *asked)}
            typed = {key: value for key, value in found.items() if value and not (paper.days and key in DAYS_TYPED)}
            found = said | typed | dict(paper.days)
        return {key: value for key, value in found.items() if value}

    def not_meant(self) -> dict[str, str]:
        """The requests whose recipient somebody made sure this is not, of those that were on the page."""
        posted = self.data.get(self.add_prefix(NOT_MEANT), "") if self.cleaned_data.get(NOT_MEANT) else ""
        return {NOT_MEANT: " ".join(one for one in posted.split() if one in self.restricted)}

    def _said(self, fact: Fact, given: Any) -> str:
        """What is kept of a fact: its words, or whom its tick stands for."""
        if fact.is_one == AUTHOR:
            author = self.notes_author()
            return str(author.pk) if given and author else ""
        return fact.is_one if given and fact.is_one else str(given or "")

    def notes_author(self) -> Staff | None:
        """Who wrote the psychotherapy notes, where it is of such and known."""
        author: Staff | None = self.cleaned_data.get("author")
        return author

    def fill(self, release: Release) -> Release:
        """Put what was typed onto an unsaved release."""
        for name in (
            "recipient_name", "recipient_kind", "recipient_address", "purpose", "identity_verified", "authority",
            "process", "counsel_review", "emergency", "emergency_why", "treatment_permission", "override_code",
            "override_reason", "method", "fax_number", "justification", "disclosed_on", "description", "exception",
            "smallest_set_confirmed", "with_data", "whole_chart",
        ):  # fmt: skip
            if name in self.cleaned_data:
                setattr(release, name, self.cleaned_data[name])
        if "paper" in self.fields:
            paper = self.chosen_paper()
            release.process = paper.process if paper else self.cleaned_data["paper"]
            release.counsel_review = paper.counsel if paper else ""
        release.basis, release.authorization, release.facts = self.basis, self.authorization, self.documented()
        return release


class NewReleaseForm(ReleaseFields):
    """A chart package to prepare: the fields above, how it leaves, who approves, and the documents."""

    rests_on_record = True
    own_last = [("On its way", ["method", AGREED, "fax_number", "with_data", "approver", "justification"])]

    method = forms.ChoiceField(
        label="How it leaves",
        choices=[("", "Choose"), *[(method.value, method.label) for method in PACKAGE_METHODS]],
        error_messages={"required": "Choose how it is handed over."},
    )
    fax_number = text("Fax number", help_text=FAX_HELP, limit=40)
    with_data = forms.BooleanField(
        label="Also as data for another records system (FHIR R4)",
        required=False,
        help_text="Of what is chosen, as a file inside the locked file or the download.",
    )
    approver = forms.ModelChoiceField(
        label="Who reads and approves it",
        queryset=Staff.objects.none(),
        empty_label="Choose",
        error_messages={
            "required": "Choose a clinician who cares for this patient.",
            "invalid_choice": "Choose a clinician who cares for this patient.",
        },
    )
    justification = text("If it is the whole chart: why all of it", rows=2)
    items = forms.MultipleChoiceField(
        required=True,
        error_messages={
            "required": "Choose at least one document.",
            "invalid_choice": "One of the documents chosen is not in this chart any more. Choose again.",
        },
    )

    def __init__(self, *args: Any, approvers: Any, keys: Iterable[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.ask_facts(chart_facts(self.basis))
        self.fields["recipient_address"].label = "Postal address"
        self.fields["recipient_address"].help_text = ADDRESS_HELP
        self._keep("justification", only_if=self.basis not in WHOLE_CHART_EXEMPT)
        approver: Any = self.fields["approver"]
        approver.queryset = approvers
        approver.label_from_instance = lambda staff: staff.display_name
        items: Any = self.fields["items"]
        items.choices = [(key, key) for key in keys]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        ask_address(self, data)
        ask_fax_number(self, data)
        return data
