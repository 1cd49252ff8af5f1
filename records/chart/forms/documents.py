"""Forms of documents: they check and convert; they never save."""

from typing import Any

from django import forms

from practice.infrastructure.copies_forms import FilesField
from practice.infrastructure.days import today

from ..actions.documents import FilingFacts
from ..models import DocumentFiling
from ..rules.documents import REASON_LIMIT, SOURCE_LIMIT, DocumentKind, filing_refusals


class FilingForm(forms.Form):
    """How a document is filed."""

    dated_on = forms.DateField(
        label="Date on the document",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Give a day, for example 03/14/2026.", "required": "Give the day."},
    )
    kind = forms.ChoiceField(
        label="Kind",
        choices=[("", "Choose a kind"), *DocumentKind.choices],
        error_messages={"required": "Choose what kind of document it is."},
    )
    source = forms.CharField(
        label="From",
        max_length=SOURCE_LIMIT,
        required=False,
        help_text="Whom it is from, as it stands on it. It becomes part of the title.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    from_outside = forms.TypedChoiceField(
        label="Who made it",
        choices=[("yes", "Somebody else: it came from outside"), ("no", "This practice")],
        coerce=lambda value: value == "yes",
        initial="yes",
        widget=forms.RadioSelect,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "dated_on" in given and "from_outside" in given:
            found = filing_refusals(
                dated_on=given["dated_on"],
                source=given.get("source", ""),
                from_outside=given["from_outside"],
                on=today(),
            )
            for field, refusal in found.items():
                self.add_error(field, f"{refusal.words} {refusal.remedy}")
        return given

    def facts(self) -> FilingFacts:
        names = ("dated_on", "kind", "source", "from_outside")
        return FilingFacts(**{name: self.cleaned_data[name] for name in names})


class NewDocumentForm(FilingForm):
    """One or more files, filed alike."""

    scans = FilesField(label="Files", help_text="PDF, JPEG, PNG, TIFF or Word, each up to 25 MB.")
    field_order = ["scans", "dated_on", "kind", "source", "from_outside"]


class CorrectFilingForm(FilingForm):
    """The same, for a document that is filed already; `seen` is the filing it was typed over."""

    seen = forms.UUIDField(widget=forms.HiddenInput)

    @staticmethod
    def initial_of(filing: DocumentFiling) -> dict[str, Any]:
        return {
            "seen": filing.pk,
            "dated_on": filing.dated_on,
            "kind": filing.kind,
            "source": filing.source,
            "from_outside": "yes" if filing.from_outside else "no",
        }


class TakeOutForm(forms.Form):
    """Why a document does not belong in this chart."""

    reason = forms.CharField(
        label="Reason",
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        error_messages={"required": "Say why it does not belong here."},
    )
