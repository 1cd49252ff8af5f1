"""The product's mark where browsers look for it unasked, as beside a PDF, which cannot name it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def mark(request: HttpRequest) -> HttpResponse:
    """Leads to the picture that pages link to. Public, and the same for everybody."""
    return redirect(static("look/mark.svg"))
