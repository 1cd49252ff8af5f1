"""What counts as the whole chart, which leaves only for a stated reason (R-185)."""

from typing import Any

import pytest

from disclosures.ledger.rules import Basis
from disclosures.releases import actions
from disclosures.releases.actions import GateRefused
from disclosures.releases.documents import package
from disclosures.releases.models import Release
from disclosures.releases.queries import item_key
from disclosures.releases.rules import RecipientKind
from disclosures.releases.rules.extent import as_good_as_whole
from practice.people.models import Patient, Staff
from records.chart.documents import release_items

from .conftest import draft_of, signed_note

NOTE, SESSION, MEASURE, PLAN = "note", "session", "measure", "plan"


@pytest.mark.parametrize(
    ("chosen", "chart", "whole"),
    [
        ([], [], False),
        ([], [NOTE], False),
        ([NOTE], [NOTE], True),  # all there is
        ([NOTE], [NOTE, SESSION], False),  # of a chart of a document or two only all of it is the whole
        ([NOTE, NOTE], [NOTE, NOTE, SESSION, SESSION], False),
        ([NOTE, NOTE, SESSION, SESSION], [NOTE, NOTE, SESSION, SESSION], True),
        ([NOTE] * 3, [NOTE] * 3 + [SESSION] * 3, True),  # session records left out make no difference
        ([NOTE] * 3 + [MEASURE], [NOTE] * 3 + [MEASURE] + [SESSION] * 9, True),
        ([NOTE] * 3, [NOTE] * 3 + [MEASURE] * 8, True),  # every note: the treatment is told in them
        ([NOTE] * 2, [NOTE] * 3 + [MEASURE], False),
        ([NOTE, MEASURE, PLAN], [NOTE, MEASURE, PLAN, SESSION], True),
        ([NOTE, MEASURE], [NOTE, MEASURE, PLAN, SESSION], False),
        ([NOTE] * 18 + [MEASURE] * 10, [NOTE] * 20 + [MEASURE] * 10 + [SESSION] * 20, True),  # nine in ten
        ([NOTE] * 16 + [MEASURE] * 10, [NOTE] * 20 + [MEASURE] * 10 + [SESSION] * 20, False),
        ([MEASURE] * 10, [NOTE] * 20 + [MEASURE] * 10, False),
        ([SESSION] * 20, [NOTE] * 20 + [SESSION] * 20, False),
    ],
)
def test_nearly_all_of_a_chart_is_the_whole_of_it(chosen: list[str], chart: list[str], whole: bool) -> None:
    assert as_good_as_whole(chosen, chart) is whole


@pytest.mark.django_db
def test_leaving_out_one_session_record_does_not_spare_the_reason(dana: Staff, hale: Staff, chart: Patient) -> None:
    signed_note(hale, chart, 10)
    keys = [item_key(info) for info in release_items(chart)]
    session = next(key for key in keys if key.startswith("session"))
    given: dict[str, Any] = {"basis": Basis.B_OPERATIONS, "recipient_kind": RecipientKind.BUSINESS_ASSOCIATE}
    given["facts"] = {"operation": "yearly audit of the notes"}
    draft = draft_of(chart, None, recipient_name="Prairie Billing", **given)
    keys.remove(session)
    with pytest.raises(GateRefused) as refused:
        actions.prepare_release(by=dana, release=draft, keys=keys, approver=hale)
    assert refused.value.decision.codes() == {"WHOLE_CHART_UNJUSTIFIED"}
    draft.justification = "the yearly audit reads every note"
    release = actions.prepare_release(by=dana, release=draft, keys=keys, approver=hale)
    assert release.whole_chart and not release.every_item


@pytest.mark.parametrize(
    ("kind", "whole"),
    [
        (RecipientKind.PATIENT, True), (RecipientKind.REPRESENTATIVE, True), (RecipientKind.PROVIDER, True),
        (RecipientKind.ATTORNEY, False), (RecipientKind.PAYER, False), (RecipientKind.COURT, False),
        (RecipientKind.OTHER, False),
    ],
)  # fmt: skip
def test_numbers_and_addresses_go_as_data_to_the_patient_and_who_takes_over_the_treatment_alone(
    kind, whole, monkeypatch
):
    for name in ("chart_bundle", "part_bundle"):
        monkeypatch.setattr(package, name, lambda *_, name=name, **__: name.encode())
    release = Release(every_item=True, recipient_kind=kind, patient=Patient())
    assert package._data(release, []) == (b"chart_bundle" if whole else b"part_bundle")
