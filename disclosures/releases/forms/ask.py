"""What somebody asks the gate before promising anything. It builds a proposal and nothing else."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from authorizations.models import Authorization
from authorizations.rules import RecordClass
from authorizations.rules.restrictions import ANY_KIND, RestrictionFacts
from disclosures.ledger.rules import Basis
from practice.people.models import Patient

from ..models import Release
from ..rules import EXCEPTIONS_OF_BASIS, Fact, Item, PaperSays, PNException, chart_facts, note_facts
from ..rules.documentation import AUTHOR
from ..rules.restrictions import NOT_MEANT
from .release import DAY, GROUND_FIELDS, TICKED, WHOLE_CHART_EXEMPT, Parts, ReleaseFields

# What is a text where it is done is a tick here: whether it would be on record, not what it says.
TICKS = {
    "identity_verified": "Who they are and may receive is checked, and it is written how",
    "authority": "It is on record by what authority they act for the patient",
    "counsel_review": "Counsel’s review of the paper is recorded",
    "treatment_permission": "The patient’s permission is on record",
    "justification": "If it is the whole chart: it is written why all of it is needed",
}


def _tick(label: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


class AskForm(ReleaseFields):
    """A release as somebody imagines it: what would be on record is ticked, not written."""

    own_first: Parts = [
        ("What would leave", ["whole_chart", "other_documents", "dated_from", "dated_to", "names_others", "settled"])
    ]
    own_last: Parts = [("", ["exception", "smallest_set_confirmed", "approved", "justification"])]

    whole_chart = _tick("The whole chart")
    other_documents = _tick("Not only progress notes, also other documents")
    dated_from = forms.DateField(label="Records dated from", required=False, widget=DAY)
    dated_to = forms.DateField(label="to", required=False, widget=DAY)
    names_others = _tick("It also speaks of another patient (joint or group session)")
    settled = _tick("and each of them authorized the same release, or is redacted out of it")
    exception = forms.ChoiceField(label="Exception", required=False, choices=[("", "None"), *PNException.choices])
    smallest_set_confirmed = _tick("It is confirmed as the smallest set that serves")
    paper_on_record = _tick("The paper is on record with its scan, nothing stands against it, and the patient was told")
    approved = _tick("The author of the notes has approved it")
    justification = _tick(TICKS["justification"])

    def __init__(self, *args: Any, record_class: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.record_class = record_class
        notes = record_class == RecordClass.PN
        possible = EXCEPTIONS_OF_BASIS.get(Basis(self.basis), ())
        for name in ("recipient_address", "emergency_why", "override_reason", "scope_from", "scope_to"):
            self.fields.pop(name, None)
        for name in ("recipient_name", "recipient_kind", "purpose"):
            self.fields[name].required = False
        # a name and days are weighed against a paper, and against what the patient asked to be kept from somebody
        weighed = self.authorization is not None or bool(self.restricted)
        self._keep("recipient_name", "dated_from", "dated_to", only_if=weighed)
        self._keep("paper_on_record", only_if="process" in self.fields)
        if "process" in self.fields:
            self.fields["process"].required = False  # nothing chosen is an answer too
        self._keep("whole_chart", only_if=not notes)
        self._keep("other_documents", only_if=not notes and self.basis == Basis.B_PAYMENT)
        self._keep("justification", only_if=not notes and self.basis not in WHOLE_CHART_EXEMPT)
        self._keep("smallest_set_confirmed", "approved", only_if=notes)
        self._keep("exception", only_if=notes and len(possible) > 1)
        if notes:
            for name in ("emergency", "treatment_permission", "override_code"):
                self.fields.pop(name, None)
        for name in TICKS.keys() & self.fields.keys():
            self.fields[name] = _tick(TICKS[name])
        asked = [fact for code in possible for fact in note_facts(code, self.basis)] if notes else ()
        self.ask_facts(asked or (() if notes else chart_facts(self.basis)))

    def ask_facts(self, facts: Any) -> None:
        """A tick for each fact, once; the description is what is being asked about."""
        wanted: dict[str, Fact] = {fact.key: fact for fact in facts if fact.key != "description"}
        self.facts = tuple(wanted.values())
        for fact in self.facts:
            self.fields[f"fact_{fact.key}"] = _tick(fact.label)

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """As on the pages where it is done."""
        to_whom = ["recipient_name", "recipient_kind", "within_class", NOT_MEANT, "purpose", "identity_verified"]
        to_whom += ["authority"]
        ground = [*GROUND_FIELDS, *[f"fact_{fact.key}" for fact in self.facts], *self.own_last[0][1]]
        parts = [("To whom", to_whom), *self.own_first, ("What would be on record", ground)]
        return [(title, [self[name] for name in names if name in self.fields]) for title, names in parts]

    def documented(self) -> dict[str, str]:
        """The facts that are ticked."""
        ticked = [fact for fact in self.facts if self.cleaned_data.get(f"fact_{fact.key}")]
        found = {fact.key: fact.is_one or "yes" for fact in ticked}
        return found | self.not_meant() | {name: "yes" for name in TICKED if self.cleaned_data.get(name)}

    def imagined(self, patient: Patient | None) -> Release:
        """An unsaved release with what was said; nobody saves it."""
        data = self.cleaned_data
        release = Release(record_class=self.record_class, basis=self.basis, authorization=self.authorization)
        if patient is not None:
            release.patient = patient
        release.recipient_name = data.get("recipient_name") or "Somebody"
        for name in ("recipient_kind", "purpose", "process", "exception", "override_code"):
            setattr(release, name, data.get(name, ""))
        for name in ("whole_chart", "emergency", "smallest_set_confirmed"):
            setattr(release, name, data.get(name, False))
        for name in TICKS:
            setattr(release, name, "yes" if data.get(name) else "")
        release.facts, release.description = self.documented(), "as asked"
        return release

    def imagined_paper(self) -> PaperSays | None:
        """The record of the legal paper as somebody imagines it."""
        data = self.cleaned_data
        return PaperSays(counsel=bool(data.get("counsel_review"))) if data.get("paper_on_record") else None

    def items(self, restrictions: Iterable[RestrictionFacts] = ()) -> list[Item]:
        """What would leave, as whoever asks describes it: no record is looked at.

        A period is its first and its last day, and the days between them on which a restriction begins, ends or falls.
        """
        data = self.cleaned_data
        first, last = data.get("dated_from"), data.get("dated_to")
        between = {day for one in restrictions for day in _days_of(one) if first and last and first < day < last}
        days: list[date | None] = [*sorted({*filter(None, (first, last)), *between})] or [None]
        author = str(self.authorization.pn_originator_id or "") if self.authorization else AUTHOR
        others, settled = bool(data.get("names_others")), bool(data.get("settled"))
        kind = ANY_KIND if data.get("other_documents") or data.get("whole_chart") else ""
        return [
            Item("as asked", day, originator_id=author, kind=kind, names_others=others, others_agreed=settled)
            for day in days
        ]


def _days_of(one: RestrictionFacts) -> set[date]:
    return {*one.session_dates, *(day for day in (one.covers_from, one.covers_to) if day)}


def ask_defaults(authorization: Authorization | None) -> dict[str, Any]:
    """What the paper says already."""
    if authorization is None:
        return {}
    return {"recipient_name": authorization.recipient_name.split(";")[0].strip(), "purpose": authorization.purpose}
