"""What leaves the chart on paper: only what was chosen, of this patient, signed, and marked when it may not leave."""

from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import page
import pypdf
import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from practice.compliance.queries import practice_profile
from practice.people.models import Patient
from records.chart import documents
from records.chart.actions.notes import add_addendum, save_draft, sign_note, start_note
from records.chart.actions.sessions import start_session
from records.chart.models import ChartNote

from .conftest import recently

pytestmark = pytest.mark.django_db
BUNDLE = Path(__file__).parents[1] / "data" / "invented_patient.json"


@pytest.fixture
def imported(dana, hale) -> Patient:
    call_command("import_fhir", str(BUNDLE), by="dana", clinician="hale", verbosity=0)
    return Patient.objects.get(identifiers__value="C-7731")


def test_the_index_for_a_release_names_signed_notes_and_holds_no_text(hale, lindqvist, signed, dap):
    start_note(by=hale, patient=lindqvist, format=dap)
    items = documents.release_items(lindqvist)
    assert [item.id for item in items if item.kind == "note"] == [signed.pk]
    assert [item.kind for item in items] == ["session", "note"]
    assert "Sleeping" not in repr(items)


def test_the_index_has_every_kind_of_an_imported_chart(imported):
    kinds = [item.kind for item in documents.release_items(imported)]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "result": 4,  # five results on two days in four categories
        "session": 2,
        "diagnosis": 2,
        "medication": 3,
        "plan": 1,
    }


def test_the_index_takes_the_same_number_of_queries_however_long_the_chart(hale, lindqvist, signed, dap):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            documents.release_items(lindqvist)
        return len(seen)

    few = queries()
    for _ in range(10):
        note = start_note(by=hale, patient=lindqvist, format=dap)
        save_draft(by=hale, note_id=note.pk, sections={"data": "x"}, base_version=1)
        sign_note(by=hale, note_id=note.pk, seen_version=2)
    assert queries() == few
    assert len(documents.release_items(lindqvist)) == 12


def test_a_chosen_note_comes_whole_with_its_addenda(hale, lindqvist, signed):
    add_addendum(by=hale, note_id=signed.pk, text="He called on Friday.")
    (block,) = documents.render_context([signed.pk], patient=lindqvist)
    assert [part["text"] for part in block.written] == [
        "Sleeping five hours.",
        "Anxiety, improving.",
        "Continue weekly.",
    ]
    assert block.signed.startswith("Signed by Dr. Miriam Hale, ")
    assert block.addenda[0]["text"] == "He called on Friday."


def test_every_item_of_the_index_can_be_set_on_paper(imported):
    items = documents.release_items(imported)
    blocks = documents.render_context([item.id for item in items], patient=imported)
    assert len(blocks) == len(items)
    values = [row[1] for block in blocks if block.kind == "result" for row in block.rows]
    assert "Systolic 118.23 mmHg, Diastolic 74 mmHg" in values


def test_a_draft_and_an_item_of_somebody_elses_chart_are_not_set(hale, osei, lindqvist, abernathy, signed, dap):
    draft = start_note(by=hale, patient=lindqvist, format=dap)
    theirs = start_session(by=osei, patient=abernathy, started_at=recently())
    for ident in (draft.pk, theirs.pk, uuid4()):
        with pytest.raises(LookupError, match="1 of 2"):
            documents.render_context([signed.pk, ident], patient=lindqvist)


def internal_pdf(note: ChartNote, by) -> bytes:
    return documents.internal_note_pdf(note, practice=practice_profile(), printed_by=by)


def test_an_internal_print_says_so_on_every_page_and_is_accessible(hale, lindqvist, dap, tmp_path):
    lindqvist.legal_name = "Tobias שלום مريم Żółkiewski-Lindqvist"
    lindqvist.save()
    note = start_note(by=hale, patient=lindqvist, format=dap)
    long = "\n\n".join(f"Paragraph {number}. {'He spoke of the week at work. ' * 12}" for number in range(40))
    save_draft(by=hale, note_id=note.pk, sections={"data": long, "plan": "<b>Weekly</b>"}, base_version=1)
    pdf = internal_pdf(sign_note(by=hale, note_id=note.pk, seen_version=2), hale)
    pages = [" ".join(p.extract_text().split()) for p in pypdf.PdfReader(BytesIO(pdf)).pages]
    assert len(pages) >= 4
    assert all("Internal copy, not for release" in text for text in pages)
    whole = " ".join(pages)
    assert all(f"Paragraph {number}." in whole for number in range(40))
    assert "<b>Weekly</b>" in whole
    (tmp_path / "note.pdf").write_bytes(pdf)
    result = page.validate_pdf(str(tmp_path / "note.pdf"), profile=page.ValidationProfile.PDF_UA_1)
    assert [str(failure) for failure in result.failures] == []


def test_a_draft_that_is_printed_says_that_it_is_not_signed(hale, draft):
    text = pypdf.PdfReader(BytesIO(internal_pdf(draft, hale))).pages[0].extract_text()
    assert "Not signed" in text


def test_times_on_paper_are_the_practices(hale, lindqvist, session):
    (block,) = documents.render_context([session.pk], patient=lindqvist)
    assert "2:00 pm to 2:53 pm, 53 min, video" in dict(block.facts)["When"]
    assert session.stopped_at - session.started_at == timedelta(minutes=53)
