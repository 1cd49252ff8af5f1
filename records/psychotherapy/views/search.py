"""Searching one's own sealed notes."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from practice.people.models import Staff
from practice.people.policies import require_role
from practice.people.rules import CLINICAL_ROLES
from records.psychotherapy import vault
from records.psychotherapy.forms import SearchForm
from records.psychotherapy.sheets import names_of
from records.psychotherapy.vault import Found


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def search(request: HttpRequest) -> HttpResponse:
    """The form, and below it what was found: opened in memory for this answer, and kept nowhere."""
    staff = cast(Staff, request.user)
    require_role(staff, *sorted(CLINICAL_ROLES))
    mine = {patient for head in [*vault.my_drafts(staff), *vault.my_notes(staff)] for patient in head.patients}
    asked = request.POST if request.method == "POST" else None
    form = SearchForm(asked, patients=mine, initial={"patient": _asked_patient(request)})
    found = None
    if asked is not None and form.is_valid():
        given = form.cleaned_data
        found = vault.search_mine(
            staff,
            given["words"],
            kinds=given["kinds"] or vault.SEARCHED_KINDS,
            patient=given["patient"].pk if given["patient"] else None,
            first=given["first"],
            last=given["last"],
        )
    context = {"form": form, "found": found, **(_named(found) if found else {})}
    return render(request, "psychotherapy/search.html", context)


def _asked_patient(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("patient", ""))
    except ValueError:
        return None


def _named(found: Found) -> dict[str, object]:
    heads = [*(hit.head for hit in found.hits), *found.unreadable]
    names = names_of(patient for head in heads for patient in head.patients)

    def words(patients: tuple[UUID, ...]) -> str:
        return ", ".join(sorted(names[one] for one in patients if one in names))

    return {
        "hits": [(hit, words(hit.head.patients)) for hit in found.hits],
        "shut": [(head, words(head.patients)) for head in found.unreadable],
    }
