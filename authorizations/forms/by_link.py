"""Whom a link to sign is for, and how its code reaches them."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.utils.html import format_html

from practice.outside.forms import LinkForm

from ..queries.signing import PossibleSigner, Signer
from .signing import SignerForm


class SigningLinkForm(LinkForm):
    """Who signs, of those who may; then what every link asks."""

    who = forms.ChoiceField(
        label="Who signs", widget=forms.RadioSelect, error_messages={"required": "Choose who signs."}
    )
    way_agreed = forms.BooleanField(
        label="They were asked, and agree to a link this once",
        required=False,
        help_text="Needed where the patient asked to be reached in another way than by e-mail.",
    )
    field_order = ["who", "code_given", "way_agreed", "days"]

    def __init__(
        self,
        *args: Any,
        signers: Sequence[PossibleSigner],
        numbers: Sequence[str] = (),
        asked: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if not asked:
            del self.fields["way_agreed"]
        if numbers:
            code = self.fields["code_given"]
            code.help_text = format_html("{} On file: {}.", code.help_text, "; ".join(numbers))
        self.possible = {one.key: one.signer for one in signers if not one.refusals}
        who = cast(forms.ChoiceField, self.fields["who"])
        who.choices = [(key, SignerForm._label(signer)) for key, signer in self.possible.items()]
        if len(self.possible) == 1:
            who.initial = next(iter(self.possible))

    @property
    def signer(self) -> Signer:
        return self.possible[self.cleaned_data["who"]]
