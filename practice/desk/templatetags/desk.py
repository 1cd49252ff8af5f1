"""Another name for the patient header of `look`."""

from django import template

from practice.infrastructure.templatetags.look import patient_header

register = template.Library()
register.inclusion_tag("components/patient_header.html", takes_context=True)(patient_header)
