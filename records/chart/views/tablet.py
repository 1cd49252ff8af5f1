"""The one screen in the patient's hands: the questions of a measure, and how to give the tablet back."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from practice.people.handed_over import HandedOver, finish, screen_of
from practice.people.models import Patient, Staff
from practice.people.rules import initials

from ..actions.measures import keep_patient_answers
from ..forms.measures import MeasureForm
from ..rules.measures import COVERED_AFTER, Definition, definition

SCREEN = "measure-tablet"


@login_not_required
@require_http_methods(["GET", "POST"])
def measure_tablet(request: HttpRequest) -> HttpResponse:
    """The questions, for the patient alone. Giving the tablet back keeps what was answered so far."""
    held = screen_of(request, SCREEN)
    questions = definition(held.about["code"], int(held.about["version"]))
    if held.done:
        return render(request, "chart/tablet_done.html", {"support": held.about.get("support") == "yes"})
    patient = Patient.objects.get(pk=held.about["patient"])
    form = MeasureForm(request.POST or None, definition=questions)
    left_out = []
    if request.method == "POST" and form.is_valid():
        then = request.POST.get("then", "")
        left_out = form.missing
        if then in ("stop", "unfinished") or not left_out:
            _keep(request, held, patient, questions, form.answers)
            return redirect(SCREEN)
    context = {
        "form": form,
        "definition": questions,
        "who": initials(patient.legal_name),
        "left_out": left_out,
        "cover_after": COVERED_AFTER,
    }
    return render(request, "chart/tablet.html", context)


def _keep(
    request: HttpRequest, held: HandedOver, patient: Patient, questions: Definition, answers: dict[str, int]
) -> None:
    """Keep what was answered, if anything was; whoever handed the tablet over goes on at what came of it."""
    if not answers:
        finish(request)
        return
    measure = keep_patient_answers(
        by=Staff.objects.get(pk=held.by),
        patient=patient,
        definition=questions,
        answers=answers,
        measure_id=UUID(held.about["measure"]),
    )
    page = "measure-alarm" if measure.alarm else "measure-open"
    finish(request, back=reverse(page, args=[measure.pk]), support="yes" if measure.alarm else "no")
