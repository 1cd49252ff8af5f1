"""Release without an authorization: the author's own page, for the exceptions that are disclosures."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from disclosures.ledger.rules import Basis
from practice.infrastructure.copies import Busy
from practice.infrastructure.days import today
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.models import Patient, Staff
from practice.people.policies import open_chart, require_role
from practice.people.rules import CLINICAL_ROLES
from records.psychotherapy.ids import new_id
from records.psychotherapy.kept import KEPT, put_back
from records.psychotherapy.vault import NotReleasable

from ..actions.gate import GateRefused
from ..actions.without_authorization import gives_all, offer_without_authorization, pack_without_authorization
from ..forms.without_authorization import OwnGroundForm, ground_words, own_grounds
from ..models import Release
from ..queries import restrictions_on
from ..queries.papers import known_from, papers_about
from ..queries.remedies import explained
from ..rules.documentation import EXCEPTION_CITES
from ..rules.shared import ON_A_DEMAND


@require_http_methods(["GET", "POST"])
@never_cache
def notes_release_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The author chooses the exception, documents it, reads and chooses the notes; the gate answers with every reason.

    The passphrase is on the answer to that and nowhere else.
    """
    staff = cast(Staff, request.user)
    require_role(staff, *sorted(CLINICAL_ROLES))
    patient = open_chart(staff, patient_id)
    choices = [(basis.value, ground_words(basis)) for basis in own_grounds()]
    asked = request.GET.get("basis", "")
    context = {"patient": patient, "choices": choices, "basis": asked}
    if asked not in dict(choices):
        return render(request, "releases/without_authorization.html", context)
    basis, now = Basis(asked), timezone.now()
    papers = papers_about(patient)
    found = offer_without_authorization(by=staff, patient_id=patient.pk, basis=basis, papers=papers)
    notes = [one for one in found if one.refusal is None]
    returning = KEPT in request.POST  # from leaving passages out
    form = OwnGroundForm(
        request.POST if request.method == "POST" and not returning else None,
        basis=asked,
        restricted=restrictions_on(patient, asked),
        papers=papers,
        author=staff,
        choices=[(str(one.head.id), str(one.head.id)) for one in notes],
        initial={
            "package": new_id(staff.pk),
            "fact_decided_by": staff.display_name,
            "fact_decided_at": f"{day(now)}, {time_of_day(now)}",
        }
        | known_from(papers, request.GET.get("paper", "")),
    )
    if returning:
        put_back(form, request.POST, but=["smallest_set_confirmed"])  # what leaves was changed meanwhile
    context |= {"form": form, "notes": notes, "left_out": [one for one in found if one.refusal]}
    context |= {"ground": ground_words(basis), "cite": EXCEPTION_CITES[own_grounds()[basis]], "decision": None}
    context |= {"as_it_is": gives_all(basis), "on_a_demand": basis in ON_A_DEMAND}
    status = 200
    if form.is_valid():
        try:
            return _packed(request, staff, patient, form, basis)
        except GateRefused as refused:
            context["decision"], status = explained(refused.decision, patient_id=patient.pk, form=form), 409
        except NotReleasable as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
            status = 409
        except (PdfFailed, Busy):
            form.add_error(None, "The file could not be made. Nothing was changed. Try again in a moment.")
            status = 409
    return render(request, "releases/without_authorization.html", context, status=status)


def _packed(request: HttpRequest, staff: Staff, patient: Patient, form: OwnGroundForm, basis: Basis) -> HttpResponse:
    release = form.fill(Release(patient=patient))
    release.exception = own_grounds()[basis]
    data = form.cleaned_data
    made = pack_without_authorization(
        by=staff,
        release=release,
        package_id=data["package"],
        note_ids=[UUID(note) for note in data["notes"]],
        named_staff=list(data["named_staff"]),
        ground=ground_words(basis),
        on=today(),
    )
    people = ", ".join(person.display_name for person in data["named_staff"])
    # shown in this answer only: kept in no session, no message and no log
    context = {"made": made, "line": {"staff": people}, "patient": patient}
    return render(request, "psychotherapy/package_made.html", context)
