"""Warnings that were entered in a minute."""

from uuid import UUID

from ..models import Release


def of_same_warning(release: Release) -> list[UUID]:
    """The releases of one warning whose record is still to be completed, this one included; empty when it is not.

    What a warning is called stands in its encrypted facts, so the patient's few open ones are read one by one.
    """
    waiting = Release.objects.filter(patient_id=release.patient_id, minimum_entry=True, completed_at=None)
    same = waiting.filter(prepared_by_id=release.prepared_by_id, record_class=release.record_class)
    name = release.facts.get("warning")
    return [row.pk for row in same if row.pk == release.pk or (name and row.facts.get("warning") == name)]
