"""Who opened what. The trail holds no names; they are put in here, for those who may know them."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from practice.audit.actions import record
from practice.audit.models import AuditEntry
from practice.audit.queries import accesses
from practice.audit.rules import AuditEvent, Outcome

from ..forms.accesses import AccessFilterForm
from ..models import Patient, Staff
from ..policies import patients_visible_to, require_act
from ..rules import Act
from .pages import staff_of

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry as read: the patient's name only when the reader may know it."""

    entry: AuditEntry
    what: str
    detail: str
    patient: Patient | None
    refused: bool


@require_GET
def access_own(request: HttpRequest) -> HttpResponse:
    """What the person did themselves."""
    staff = staff_of(request)
    require_act(staff, Act.AUDIT_READ_OWN)
    found = accesses(actor_id=staff.pk)
    return _list(request, staff, found, {"title": "Your accesses", "own": True})


@require_GET
def access_all(request: HttpRequest) -> HttpResponse:
    """The whole trail, for the compliance officer. Reading it is an entry too."""
    staff = staff_of(request)
    require_act(staff, Act.AUDIT_READ_ALL)
    form = AccessFilterForm(request.GET or None)
    found = AuditEntry.objects.none()
    if not form.is_bound:
        found = accesses()
    elif form.is_valid():
        found = _found(form.cleaned_data)
    record(by=staff, event=AuditEvent.VIEWED, subject_type=AuditEntry, subject_id="all", detail="audit_trail")
    keep = urlencode({key: value for key, value in request.GET.items() if value and key != "page"})
    return _list(request, staff, found, {"title": "Accesses", "form": form, "keep": f"{keep}&" if keep else ""})


def _found(asked: dict[str, Any]) -> QuerySet[AuditEntry]:
    wanted = {key: asked[key] for key in ("event", "outcome", "from_on", "until_on")}
    if asked["actor"]:
        wanted["actor_id"] = asked["actor"].pk
    if asked["number"] is not None:
        patient = Patient.objects.filter(number=asked["number"]).first()
        if patient is None:
            return AuditEntry.objects.none()
        wanted["patient_id"] = patient.pk
    return accesses(**wanted)


def _list(request: HttpRequest, staff: Staff, found: QuerySet[AuditEntry], context: dict[str, Any]) -> HttpResponse:
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    ids = {entry.patient_id for entry in page.object_list if entry.patient_id}
    known = patients_visible_to(staff).in_bulk(ids)
    shown = [
        Shown(entry, _what(entry), _detail(entry), known.get(entry.patient_id), entry.outcome == Outcome.REFUSED)
        for entry in page.object_list
    ]
    return render(request, "people/accesses.html", context | {"page": page, "shown": shown})


def _detail(entry: AuditEntry) -> str:
    """The code of an entry as words; of a reference only its kind."""
    kind, _colon, reference = entry.detail.partition(":")
    words = kind.replace("_", " ")
    return f"for a {words}" if reference else words


def _what(entry: AuditEntry) -> str:
    """The act in words: an event, or which fields of what were written."""
    model = entry.content_type.model_class()
    kind = str(model._meta.verbose_name) if model else entry.content_type.model
    if entry.event != AuditEvent.CHANGED:
        return f"{AuditEvent(entry.event).label}: {kind}"
    verb = {AuditEntry.Action.CREATE: "Added", AuditEntry.Action.DELETE: "Removed"}.get(entry.action, "Changed")
    fields = ", ".join(sorted(name.replace("_", " ") for name in entry.changes or {} if name != "id"))
    return f"{verb}: {kind} ({fields})" if verb == "Changed" else f"{verb}: {kind}"
