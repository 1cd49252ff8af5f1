"""The pages that show several rooms at once."""

from typing import cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.people.models import Patient, Staff

from .home import ledger_state, my_patients
from .lines import summary
from .search import find_patients, read_query
from .worklist import home_groups
from .worklist.alarms import alarm_lines

AT_ONCE = 8


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What is next for this person."""
    staff = cast(Staff, request.user)
    found = home_groups(staff)
    context = {
        "alarms": alarm_lines(staff),
        "groups": found,
        "summary": summary(found),
        "my_patients": my_patients(staff),
        "ledger": ledger_state(staff),
    }
    return render(request, "desk/home.html", context)


@require_POST
def patient_search(request: HttpRequest) -> HttpResponse:
    """Patients by name, birth date or number; by POST, so that no name stands in a URL or a log of URLs.

    While somebody types (`find.js`) the first few; on Enter the whole list, or straight to the only one.
    """
    staff = cast(Staff, request.user)
    asked = request.POST.get("q", "")[:100]
    sought = read_query(asked)
    if request.headers.get("X-Requested-With") == "find":
        found = find_patients(staff, sought, AT_ONCE)
        return render(request, "desk/hits.html", {"found": found, "sought": sought})
    found = find_patients(staff, sought)
    record(by=staff, event=AuditEvent.SEARCHED, subject_type=Patient, detail="patients")
    if len(found.patients) == 1:
        return redirect("patient-page", found.patients[0].pk)
    return render(request, "desk/search.html", {"found": found, "asked": asked, "sought": sought})


@require_http_methods(["GET", "POST"])
def session_extend(request: HttpRequest) -> HttpResponse:
    """POST: somebody is working on a page without loading another, so the sign-in stays open; empty answer, 204.

    GET: who is signed in now, and the token for forms: after signing in again in another tab a page goes on with it.
    """
    if request.method == "POST":
        return HttpResponse(status=204)
    return JsonResponse({"user": str(request.user.pk), "csrf": get_token(request)})
