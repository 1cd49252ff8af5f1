"""Forms around signing: who signs and how they are known, the signature, what a scan shows. They save nothing."""

import json
from collections.abc import Sequence
from datetime import date
from typing import Any, cast

from django import forms

from ..actions.signing import CONSENT, OWN_NAME, Mark
from ..models import Signature
from ..queries.signing import SELF, PossibleSigner, Signer
from ..rules.choices import IdentityCheck
from ..rules.signing import ELEMENTS
from .recording import day_field, not_in_future, text_field

IN_PERSON = (IdentityCheck.KNOWN, IdentityCheck.PHOTO_ID, IdentityCheck.DETAILS)
MOST_BYTES = 400_000


def _ways_to_know(checks: Sequence[IdentityCheck]) -> forms.ChoiceField:
    return forms.ChoiceField(
        label="How you know who signs",
        choices=[(check.value, check.label) for check in checks],
        widget=forms.RadioSelect,
        error_messages={"required": "Say how you know."},
    )


class SignerForm(forms.Form):
    """Who signs: the patient, or somebody who may sign for them. Those who may not are not among the choices."""

    who = forms.ChoiceField(
        label="Who signs", widget=forms.RadioSelect, error_messages={"required": "Choose who signs."}
    )
    identity_how = _ways_to_know(IN_PERSON)

    def __init__(self, *args: Any, signers: Sequence[PossibleSigner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.possible = {one.key: one.signer for one in signers if not self.is_barred(one)}
        who = cast(forms.ChoiceField, self.fields["who"])
        who.choices = [(key, self._label(signer)) for key, signer in self.possible.items()]
        if len(self.possible) == 1:
            who.initial = next(iter(self.possible))

    @staticmethod
    def is_barred(one: PossibleSigner) -> bool:
        return bool(one.refusals)

    @staticmethod
    def _label(signer: Signer) -> str:
        return f"{signer.name}, the patient" if signer.for_self else f"{signer.name}. {signer.authority}"

    @property
    def signer(self) -> Signer:
        return self.possible[self.cleaned_data["who"]]


class SignForm(forms.Form):
    """The signature on a screen. A typed name and a drawn signature count the same; without a script one types."""

    document_sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    how = forms.ChoiceField(
        label="Your signature",
        choices=[("typed", "Type my name"), ("drawn", "Draw it with a finger or pen")],
        initial="typed",
        widget=forms.RadioSelect,
        required=False,
    )
    typed = forms.CharField(
        label="Type your name",
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "words"}),
    )
    drawn = forms.CharField(widget=forms.HiddenInput, required=False, max_length=MOST_BYTES)
    # its words are those of the form: TextToSign.intent
    intent = forms.BooleanField(error_messages={"required": "Tick this if you want to sign."})
    consent = forms.BooleanField(
        label=CONSENT, error_messages={"required": "Tick this, or ask for a paper form instead."}
    )

    own_name = forms.BooleanField(label=OWN_NAME, required=False)

    mark: Mark
    asks_name = False

    def ask_name(self) -> None:
        """The typed name is the signer's in part only: the form comes back with the question."""
        self.asks_name = True

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("how") == "drawn":
            self.mark = _drawn(given.get("drawn", ""))
            if not self.mark.drawn:
                self.add_error("drawn", "Draw your signature in the box, or type your name.")
        else:
            self.mark = Mark(typed=given.get("typed", ""))
            if not any(letter.isalpha() for letter in self.mark.typed):
                self.add_error("typed", "Type your name.")
        return given


class PaperForm(SignerForm):
    """A tick for each element that can be seen on the scan, which is kept already; and who signed.

    `paper` names the scan that stood beside the ticks: they say nothing of another.
    """

    who = forms.ChoiceField(
        label="Who signed", widget=forms.RadioSelect, error_messages={"required": "Choose who signed."}
    )
    identity_how = _ways_to_know((*IN_PERSON, IdentityCheck.COMPARED))
    paper = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput)
    signed_on = day_field("Date beside the signature", help_text="Leave it empty if the paper has none.")
    on_paper = forms.MultipleChoiceField(
        choices=[(element, element) for element in ELEMENTS], widget=forms.CheckboxSelectMultiple, required=False
    )

    @staticmethod
    def is_barred(one: PossibleSigner) -> bool:
        """A paper that the wrong person signed is filed and shown as faulty; nobody signs as somebody's stranger."""
        return any(refusal.code.startswith("PR_") for refusal in one.refusals)

    def clean_signed_on(self) -> date | None:
        return not_in_future(self.cleaned_data["signed_on"])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if "A6" not in given.get("on_paper", []):
            self.add_error(
                "on_paper", "Without a signature the paper stays a draft. Have it signed, then scan it again."
            )
        return given


class CorrectPaperForm(PaperForm):
    """The same once more, for a paper that was filed with a mistake, and what the mistake was."""

    why = text_field(
        "What was wrong with the record", 500, 2, required=True, error_messages={"required": "Say it in a few words."}
    )

    def __init__(self, *args: Any, filed: Signature, signers: Sequence[PossibleSigner], **kwargs: Any) -> None:
        """`filed`: who stands there stays choosable, whatever became of their authority since."""
        key = str(filed.representative_id or SELF)
        kept = [PossibleSigner(one.key, one.signer, []) if one.key == key else one for one in signers]
        initial = {"who": key, "identity_how": filed.identity_how, "signed_on": filed.signed_on}
        super().__init__(*args, signers=kept, initial=initial, **kwargs)


def _drawn(sent: str) -> Mark:
    """The strokes that the pad sends as {"width", "height", "strokes": [[[x, y], …], …]}; whatever else is no mark."""
    try:
        pad = json.loads(sent)
        strokes = [[(float(x), float(y)) for x, y in stroke] for stroke in pad["strokes"]]
        return Mark(drawn=strokes, width=int(pad["width"]), height=int(pad["height"]))
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return Mark()
