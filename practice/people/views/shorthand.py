"""A person's own abbreviations: the page to keep them, and what the editor asks for."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ..actions.shorthand import forget_shorthand, set_shorthand
from ..forms.shorthand import ShorthandForm
from ..models import Shorthand, Staff
from .pages import staff_of


def entries_of(staff: Staff) -> dict[str, str]:
    """The person's abbreviations, in the order of the alphabet."""
    row = Shorthand.objects.filter(staff=staff).first()
    return dict(sorted(row.entries.items())) if row else {}


@require_http_methods(["GET", "POST"])
def shorthand(request: HttpRequest) -> HttpResponse:
    """All of them, and one more."""
    staff = staff_of(request)
    entries = entries_of(staff)
    form = ShorthandForm(request.POST or None, entries=entries)
    if request.method == "POST" and form.is_valid():
        set_shorthand(by=staff, short=form.cleaned_data["short"], long=form.cleaned_data["long"])
        messages.success(request, "Kept. It is written out in every note you open from now on.")
        return redirect("shorthand")
    return render(request, "people/shorthand.html", {"entries": entries, "form": form})


@require_POST
def shorthand_remove(request: HttpRequest) -> HttpResponse:
    """Forget one."""
    forget_shorthand(by=staff_of(request), short=request.POST.get("short", ""))
    messages.success(request, "Removed.")
    return redirect("shorthand")


@require_GET
def shorthand_mine(request: HttpRequest) -> HttpResponse:
    """For the editor: {"pt": "patient", …}."""
    return JsonResponse(entries_of(staff_of(request)))
