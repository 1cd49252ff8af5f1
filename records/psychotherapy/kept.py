"""What is ticked and typed on a release page while its author leaves passages out of a note on the page beside it.

It rides along in the bodies of the requests: words about sealed notes stand in no address and in no session.
"""

from collections.abc import Collection

from django.forms import Form
from django.http import HttpResponseRedirect, QueryDict

KEPT = "kept"
LEAVE_OUT = "leave_out"  # the button on a release page that leads here


class SentOn(HttpResponseRedirect):
    """To another page of ours, with the body that was sent."""

    status_code = 307


def to_keep(posted: QueryDict) -> str:
    """What a page carries for the release page it came from; "" when it came from none."""
    if LEAVE_OUT not in posted:
        return posted.get(KEPT, "")
    fields = posted.copy()
    for name in ("csrfmiddlewaretoken", LEAVE_OUT):
        fields.pop(name, None)
    return fields.urlencode()


def put_back(form: Form, posted: QueryDict, *, but: Collection[str] = ()) -> None:
    """The release page as it was left. Nothing is checked or saved yet; `but` names what is to be said again."""
    left = QueryDict(posted.get(KEPT, ""))
    for name, field in form.fields.items():
        if name not in but:
            form.initial[name] = field.widget.value_from_datadict(left, {}, name)
