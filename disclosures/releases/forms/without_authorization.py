"""Psychotherapy notes that their author releases under an exception, without an authorization."""

from typing import Any
from uuid import UUID

from django import forms

from disclosures.ledger.rules import Basis
from practice.people.models import Staff
from records.psychotherapy.forms import PackageForm
from records.psychotherapy.ids import given_to
from records.psychotherapy.policies import staff_for_hand_over

from ..rules import EXCEPTIONS_OF_BASIS, PNException, note_facts
from .grounds import BASIS_WORDS
from .hand_over import NotesHandOverForm
from .release import ReleaseFields

# A threat is warned of, not packed; training is a grant of access, and the author's own treatment a use.
NOT_PACKED = (PNException.SERIOUS_THREAT, PNException.OWN_TRAINING, PNException.ORIGINATOR_TREATMENT)


def own_grounds() -> dict[Basis, PNException]:
    """The bases on which an author may pack notes without an authorization, each with the exception it stands for."""
    return {
        basis: exception
        for basis, possible in EXCEPTIONS_OF_BASIS.items()
        for exception in possible
        if exception not in NOT_PACKED
    }


def ground_words(basis: Basis) -> str:
    """An exception in words; where several bases stand for it, which of them."""
    exception = own_grounds()[basis]
    words = BASIS_WORDS[basis]
    if exception == PNException.REQUIRED_BY_LAW and basis != Basis.B_REQUIRED_BY_LAW:
        return f"{exception.label}: {words[:1].lower()}{words[1:]}"
    return exception.label


class OwnGroundForm(ReleaseFields):
    """To whom, why, on which exception with all that it asks for, and which notes. Nothing is ticked beforehand."""

    rests_on_record = True
    package = forms.UUIDField(widget=forms.HiddenInput)
    notes = PackageForm.base_fields["notes"]
    named_staff = PackageForm.base_fields["named_staff"]
    smallest_set_confirmed = forms.BooleanField(
        label="I have read each note I chose. This is the smallest set that serves.", required=False
    )

    def __init__(self, *args: Any, author: Staff, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.author, self.exception = author, own_grounds()[Basis(self.basis)]
        # the description is made of what is chosen
        self.ask_facts(fact for fact in note_facts(self.exception, self.basis) if fact.key != "description")
        if under_review := self.fields.get("fact_originator_under_review"):
            under_review.label = f"The investigation is of me, {author.display_name}, who wrote these notes"
            under_review.help_text = "Not the practice, its bills, a colleague or the patient."
        notes: Any = self.fields["notes"]
        notes.choices = choices
        staff: Any = self.fields["named_staff"]
        staff.queryset = staff_for_hand_over(author)

    def notes_author(self) -> Staff:
        """Whoever fills this in: they pack their own notes only."""
        return self.author

    def clean_package(self) -> UUID:
        package: UUID = self.cleaned_data["package"]
        if not given_to(self.author.pk, package):
            raise forms.ValidationError("This page is out of date. Open it again from the patient's notes.")
        return package


class OwnGroundHandOverForm(NotesHandOverForm):
    """What the person at the desk knows; what the recipient is, the author said."""

    recipient_kind = None  # type: ignore[assignment]
