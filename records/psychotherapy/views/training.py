"""Training grants: an author opens signed notes to one trainee or supervisor, for a time."""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from practice.people.models import Staff
from practice.people.policies import require_role
from practice.people.rules import CLINICAL_ROLES
from records.psychotherapy import vault
from records.psychotherapy.forms import GrantForm
from records.psychotherapy.rules import training_ends_at
from records.psychotherapy.sheets import names_of
from records.psychotherapy.vault import Grant


@dataclass(frozen=True, slots=True)
class GrantLine:
    """One grant in a list, with the names it is about."""

    grant: Grant
    mine: bool
    other: str
    patients: str
    supervisor: str
    live: bool


@require_http_methods(["GET", "POST"])
def grant_list(request: HttpRequest) -> HttpResponse:
    """What the person opened to others and what others opened to them; and, with notes of one's own, a new grant."""
    staff = cast(Staff, request.user)
    require_role(staff, *sorted(CLINICAL_ROLES))
    patients = {patient for head in vault.my_notes(staff) for patient in head.patients}
    form = GrantForm(request.POST or None, author=staff, patients=patients)
    if request.method == "POST" and form.is_valid():
        _give(staff, form)
        messages.success(request, "Opened for training. Every opening is written down and shown to you here.")
        return redirect("psychotherapy-grant-list")
    context = {"lines": _lines(staff), "form": form if patients else None}
    return render(request, "psychotherapy/training.html", context)


def _give(staff: Staff, form: GrantForm) -> None:
    """One grant for each person who may read: each is taken back by itself."""
    asked, now = form.cleaned_data, timezone.now()
    reads = asked["supervisor_reads"] and asked["supervisor"] != staff
    for person in [*asked["trainees"], *([asked["supervisor"]] if reads else [])]:
        vault.give_training_grant(
            staff,
            to=person,
            patients=[patient.pk for patient in asked["patients"]],
            sessions_from=asked["sessions_from"],
            sessions_to=asked["sessions_to"],
            program=asked["program"],
            supervisor=asked["supervisor"],
            trainees=list(asked["trainees"]),
            skill_area=asked["skill_area"],
            identity_considered=asked["identity_considered"],
            starts_at=now,
            ends_at=training_ends_at(asked["ends_on"]),
        )


def _lines(staff: Staff) -> list[GrantLine]:
    grants, now = vault.my_training_grants(staff), timezone.now()
    people = Staff.objects.in_bulk(
        {person for grant in grants for person in (grant.author, grant.grantee, grant.supervisor)}
    )
    names = names_of(patient for grant in grants for patient in grant.patients)
    return [
        GrantLine(
            grant,
            grant.author == staff.pk,
            people[grant.grantee if grant.author == staff.pk else grant.author].display_name,
            ", ".join(sorted(names.get(patient, "") for patient in grant.patients)),
            people[grant.supervisor].display_name,
            grant.taken_back_at is None and grant.starts_at <= now < grant.ends_at,
        )
        for grant in grants
    ]


@require_POST
def grant_end(request: HttpRequest, grant_id: UUID) -> HttpResponse:
    """Takes a grant back at once."""
    if not vault.end_training_grant(cast(Staff, request.user), grant_id):
        raise Http404
    messages.success(request, "Taken back. The notes are closed to them from now on.")
    return redirect("psychotherapy-grant-list")
