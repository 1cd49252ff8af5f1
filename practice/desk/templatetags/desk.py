"""The patient header, for pages about one patient: `{% load desk %}{% patient_header patient "authorizations" %}`."""

from typing import Any

from django import template

from practice.desk.patient import pills, tabs
from practice.people.models import Patient

register = template.Library()


@register.inclusion_tag("components/patient_header.html", takes_context=True)
def patient_header(context: dict[str, Any], patient: Patient, current: str = "", side: str = "") -> dict[str, Any]:
    """Name, age, number, what must not be missed, and the tabs that are open to the person who looks.

    `current` is the key of the tab this page belongs to; `side` a few words shown at the right.
    """
    user = context["request"].user
    return {"patient": patient, "pills": pills(patient), "tabs": tabs(user, patient, current), "side": side}
