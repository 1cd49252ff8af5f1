"""Work that begins with "for whom?": a page that finds the patient and leads on. Names go by POST, never by address."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from disclosures.releases.policies import require_release_work
from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.people.models import Patient, Staff
from practice.people.policies import require_act
from practice.people.rules import Act

from .search import Found, find_patients, read_query


@require_http_methods(["GET", "POST"])
def authorization_scan(request: HttpRequest) -> HttpResponse:
    """A signed authorization came in: whose is it?"""
    staff = cast(Staff, request.user)
    require_act(staff, Act.AUTHORIZATION_RECORD)
    return _choose(request, staff, "Scan an authorization", "authorization-new")


@require_http_methods(["GET", "POST"])
def document_scan(request: HttpRequest) -> HttpResponse:
    """A document came in: whose is it?"""
    staff = cast(Staff, request.user)
    require_act(staff, Act.DOCUMENT_FILE)
    return _choose(request, staff, "File a document", "document-file")


@require_http_methods(["GET", "POST"])
def release_start(request: HttpRequest) -> HttpResponse:
    """Records are to leave: whose?"""
    staff = cast(Staff, request.user)
    require_release_work(staff)
    return _choose(request, staff, "New release", "release-new")


@require_http_methods(["GET", "POST"])
def record_start(request: HttpRequest) -> HttpResponse:
    """Something was given out already: whose records?"""
    staff = cast(Staff, request.user)
    require_release_work(staff)
    return _choose(request, staff, "Record a disclosure", "disclosure-record")


@require_http_methods(["GET", "POST"])
def ask_start(request: HttpRequest) -> HttpResponse:
    """What if records were to leave: whose?"""
    staff = cast(Staff, request.user)
    require_release_work(staff)
    return _choose(request, staff, "What if?", "gate-ask-patient")


@require_http_methods(["GET", "POST"])
def threat_start(request: HttpRequest) -> HttpResponse:
    """Somebody was warned of a serious threat: from which patient?"""
    staff = cast(Staff, request.user)
    require_release_work(staff)
    return _choose(request, staff, "Warning of a serious threat", "threat-new")


@require_http_methods(["GET", "POST"])
def accounting_start(request: HttpRequest) -> HttpResponse:
    """A patient asks who received their records: which patient?"""
    staff = cast(Staff, request.user)
    require_act(staff, Act.ACCOUNTING_PREPARE)
    return _choose(request, staff, "New accounting", "accounting-new")


def _choose(request: HttpRequest, staff: Staff, title: str, url_name: str) -> HttpResponse:
    asked = request.POST.get("q", "")[:100]
    found: Found | None = None
    if request.method == "POST":
        found = find_patients(staff, read_query(asked))
        record(by=staff, event=AuditEvent.SEARCHED, subject_type=Patient, detail="patients")
        if len(found.patients) == 1:
            return redirect(url_name, found.patients[0].pk)
    context = {"title": title, "asked": asked, "found": found, "url_name": url_name}
    return render(request, "desk/choose_patient.html", context)
