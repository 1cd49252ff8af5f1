"""Documents received and scanned: who files them, who reads them, how they are kept and what leaves."""

from datetime import date, timedelta
from io import BytesIO
from uuid import uuid4

import pikepdf
import psycopg
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.infrastructure.copies import TakenIn, take_in
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.actions.care import begin_care, end_care
from practice.people.rules import CareRole
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.chart.actions.documents import FilingFacts, correct_filing, file_document, mark_read, take_out
from records.chart.documents import release_items, render_context
from records.chart.filed_documents import with_documents
from records.chart.models import Document, DocumentFiling, DocumentReading
from records.chart.rules.documents import DocumentKind, filed_title, filing_refusals
from records.chart.searching import search_chart
from records.chart.timeline import EntryKind, Span, entries, timeline
from tests.files import pdf, picture, run_on_opening, word

from .conftest import url

pytestmark = pytest.mark.django_db
DOCUMENTS = Span(EntryKind.DOCUMENT)
CANARY = "Bayview Hospital, ward of Dr. Nakamura"


def facts(**changes) -> FilingFacts:
    given = {"dated_on": today() - timedelta(days=7), "kind": "report", "source": CANARY, "from_outside": True}
    return FilingFacts(**{**given, **changes})


def taken(data: bytes = b"%PDF-1.7 original", kind: str = "pdf", **more) -> TakenIn:
    """A file as if it had been checked: the checking itself is tested in tests/infrastructure/test_copies.py."""
    import hashlib

    given = {"copy": pdf(), "copy_kind": "pdf", "pages": 1}
    return TakenIn(kind, data, hashlib.sha256(data).hexdigest(), **{**given, **more})


WORD = taken(b"PK word", "docx", copy=b"", copy_kind="", pages=0)


@pytest.fixture
def filed(dana, lindqvist) -> DocumentFiling:
    return file_document(by=dana, patient=lindqvist, taken=taken(), facts=facts())


def form(**changes):
    given = {"dated_on": "2026-03-02", "kind": "letter", "source": "Dr. Falk", "from_outside": "yes"}
    given["scans"] = SimpleUploadedFile("scan.pdf", pdf())
    return {**given, **changes}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, None),
        ({"dated_on": date(2026, 3, 3)}, None),  # written a day ahead of us
        ({"dated_on": date(2026, 3, 4)}, "dated_on"),
        ({"dated_on": date(1899, 12, 31)}, "dated_on"),
        ({"source": "  "}, "source"),
        ({"source": "", "from_outside": False}, None),
    ],
)
def test_a_document_needs_a_day_that_can_be_and_from_outside_a_source(change, field):
    given = {"dated_on": date(2026, 3, 1), "source": "Dr. Falk", "from_outside": True, "on": date(2026, 3, 2)}
    assert list(filing_refusals(**{**given, **change})) == ([field] if field else [])


def test_a_document_is_called_by_its_kind_and_its_source():
    assert filed_title("report", " Bayview Hospital ") == "Report, Bayview Hospital"
    assert filed_title("consent", "") == "Consent or agreement"
    assert all(DocumentKind(kind).label for kind in DocumentKind.values)


def test_original_copy_and_source_are_kept_encrypted_and_the_original_byte_for_byte(filed):
    with connection.cursor() as cursor:
        cursor.execute("SELECT original, shown FROM chart_document")
        original, shown = map(bytes, cursor.fetchone())
        cursor.execute("SELECT source FROM chart_documentfiling")
        (source,) = map(bytes, cursor.fetchone())
    assert b"original" not in original and b"%PDF" not in shown and b"Bayview" not in source
    document = Document.objects.get()
    assert document.original == b"%PDF-1.7 original"
    assert document.shown.startswith(b"%PDF-") and document.shown != document.original
    assert filed.title == f"Report, {CANARY}"


def test_nothing_of_what_a_document_is_called_stands_in_audit_or_tasks(filed):
    rows = list(AuditEntry.objects.values()) + list(Task.objects.values())
    assert rows and "Bayview" not in str(rows)
    assert AuditEntry.objects.filter(event=AuditEvent.FILED, detail="report").count() == 1


def test_each_who_treats_the_patient_is_asked_to_read_it_and_saying_so_ends_the_task(hale, osei, dana, lindqvist):
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=today())
    filing = file_document(by=dana, patient=lindqvist, taken=taken(), facts=facts())
    tasks = Task.objects.filter(kind=TaskKind.DOCUMENT_REVIEW, state=TaskState.OPEN)
    assert {task.person for task in tasks} == {hale, osei}
    assert {task.due_on for task in tasks} == {today() + timedelta(days=3)}
    document = filing.document
    first = mark_read(by=hale, document=document).read_at
    assert mark_read(by=hale, document=document).read_at == first, "said twice it stays as it was said first"
    assert [task.person for task in tasks.all()] == [osei]
    assert document.readings.count() == 2


def test_whoever_files_a_document_themselves_is_not_asked_to_read_it(hale, lindqvist):
    file_document(by=hale, patient=lindqvist, taken=taken(), facts=facts())
    assert not Task.objects.filter(kind=TaskKind.DOCUMENT_REVIEW).exists()


def test_two_clicks_file_a_document_once_and_another_person_is_told_that_it_is_there(dana, hale, lindqvist, filed):
    again = file_document(by=dana, patient=lindqvist, taken=taken(), facts=facts(source="Somewhere else"))
    assert again == filed
    with pytest.raises(Refused, match="DOCUMENT_HERE_ALREADY"):
        file_document(by=hale, patient=lindqvist, taken=taken(), facts=facts())
    assert Document.objects.count() == 1


@pytest.mark.parametrize("who", ["osei", "castellanos", "brook"])
def test_who_may_neither_open_the_chart_nor_file_files_nothing(request, lindqvist, who):
    with pytest.raises(Refused):
        file_document(by=request.getfixturevalue(who), patient=lindqvist, taken=taken(), facts=facts())


def test_a_correction_keeps_how_it_was_filed_before(hale, filed):
    pk = filed.document_id
    new = correct_filing(by=hale, document_id=pk, seen=filed.pk, facts=facts(kind="laboratory"))
    assert new.replaces == filed
    assert [one.kind for one in DocumentFiling.objects.order_by("filed_at")] == ["report", "laboratory"]
    assert correct_filing(by=hale, document_id=pk, seen=new.pk, facts=facts(kind="laboratory")) == new
    with pytest.raises(Refused, match="DOCUMENT_CORRECTED_MEANWHILE"):
        correct_filing(by=hale, document_id=pk, seen=filed.pk, facts=facts(kind="court"))


def test_a_document_taken_out_is_kept_and_nowhere_to_be_seen(hale, lindqvist, filed, signed_in):
    take_out(by=hale, document_id=filed.document_id, reason="Belongs to Ruth")
    assert Document.objects.count() == 1
    assert not release_items(lindqvist) and not list(timeline(lindqvist, hale, DOCUMENTS))
    with pytest.raises(LookupError):
        render_context([filed.document_id], patient=lindqvist)
    browser = signed_in(hale)
    for name in ("document-open", "document-view", "document-original", "document-correct", "document-take-out"):
        assert browser.get(url(name, filed.document_id)).status_code == 404
    page = browser.get(url("patient-documents", lindqvist.pk)).text
    assert "was taken out of this chart" in page and "Bayview" not in page and "Ruth" not in page
    assert Task.objects.get(kind=TaskKind.DOCUMENT_REVIEW).state == TaskState.DROPPED
    with pytest.raises(Refused, match="DOCUMENT_TAKEN_OUT"):
        take_out(by=hale, document_id=filed.document_id, reason="Again")
    assert file_document(by=hale, patient=lindqvist, taken=taken(), facts=facts()).document_id != filed.document_id


@pytest.mark.parametrize("table", ["chart_document", "chart_documentfiling", "chart_documentcancellation"])
@pytest.mark.parametrize("statement", ["UPDATE {0} SET id = id", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_not_even_the_database_superuser_changes_or_deletes_documents_by_mistake(superuser, table, statement):
    with pytest.raises(psycopg.errors.RestrictViolation):
        superuser("default").execute(statement.format(table))


def test_only_when_somebody_said_they_read_it_changes_in_a_reading(filed):
    reading = DocumentReading.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        DocumentReading.objects.filter(pk=reading.pk).update(asked_at=reading.asked_at)
    with pytest.raises(DatabaseError), transaction.atomic():
        reading.delete()
    readings = DocumentReading.objects.filter(pk=reading.pk)
    readings.update(read_at=timezone.now())
    with pytest.raises(IntegrityError, match="only grows"), transaction.atomic():
        readings.update(read_at=None)


def test_documents_stand_in_the_line_of_time_by_the_day_on_them(hale, lindqvist, filed):
    (line,) = entries(timeline(lindqvist, hale, DOCUMENTS))
    assert (line.kind, line.on, line.row.title) == (EntryKind.DOCUMENT, filed.dated_on, filed.title)
    assert [entry.id for entry in search_chart(lindqvist, hale, "report bayview", Span())] == [filed.pk]


def test_lists_never_load_the_bytes(hale, lindqvist, signed_in, django_assert_max_num_queries):
    for number in range(60):
        file_document(by=hale, patient=lindqvist, taken=taken(b"%d" % number), facts=facts(source=f"Source {number}"))
    browser = signed_in(hale)
    with django_assert_max_num_queries(40) as queries:
        page = browser.get(url("patient-documents", lindqvist.pk))
    assert "1–50 of 60" in page.text
    assert not [one["sql"] for one in queries.captured_queries if '"chart_document"."original"' in one["sql"]]
    assert (
        "Source 3," not in page.text
        and browser.get(url("patient-documents", lindqvist.pk) + "?page=2").status_code == 200
    )


def test_a_chart_is_filtered_by_kind_and_year_and_says_when_nothing_fits(hale, lindqvist, signed_in):
    file_document(by=hale, patient=lindqvist, taken=taken(b"a"), facts=facts(kind="court", dated_on=date(2019, 5, 1)))
    file_document(by=hale, patient=lindqvist, taken=taken(b"b"), facts=facts(source="Lab", kind="laboratory"))
    browser, list_url = signed_in(hale), url("patient-documents", lindqvist.pk)
    assert "Laboratory result, Lab" not in browser.get(list_url + "?kind=court").text
    assert "Court paper, Bayview" in browser.get(list_url + "?year=2019&kind=court").text
    assert "No document like this" in browser.get(list_url + "?year=2018").text
    assert "Laboratory result, Lab" in browser.get(list_url + "?kind=nonsense&year=soon").text


def test_the_empty_list_says_what_belongs_here(hale, lindqvist, signed_in):
    assert "Referrals, letters, reports" in signed_in(hale).get(url("patient-documents", lindqvist.pk)).text


def test_front_desk_files_and_gets_a_receipt_and_opens_nothing(dana, lindqvist, signed_in):
    browser = signed_in(dana)
    answer = browser.post(url("document-file", lindqvist.pk), form(), follow=True)
    assert "Letter, Dr. Falk" in answer.text and "Filed by you today" in answer.text
    document = Document.objects.get()
    assert f'{url("document-open", document.pk)}"' not in answer.text
    for name in ("document-open", "document-view", "document-original"):
        assert browser.get(url(name, document.pk)).status_code == 404
    assert browser.get(url("patient-documents", lindqvist.pk)).status_code == 404


def test_front_desk_mends_its_own_filing_the_same_day_only(dana, filed, signed_in, monkeypatch):
    browser = signed_in(dana)
    page = url("document-correct", filed.document_id)
    given = {"seen": filed.pk, "dated_on": "2026-03-02", "kind": "court", "source": "Court", "from_outside": "yes"}
    assert browser.post(page, given).status_code == 302
    assert filed.document.filings.count() == 2
    monkeypatch.setattr("records.chart.queries.documents.today", lambda: today() + timedelta(days=1))
    assert browser.get(page).status_code == 404
    assert browser.get(url("document-take-out", filed.document_id)).status_code == 404


def test_a_solo_practitioner_in_care_opens_what_front_desk_could_not(solo, lindqvist, signed_in):
    begin_care(by=solo, patient=lindqvist, staff=solo, role=CareRole.TREATING, from_on=today())
    filing = file_document(by=solo, patient=lindqvist, taken=taken(), facts=facts())
    assert signed_in(solo).get(url("document-open", filing.document_id)).status_code == 200


def test_care_that_ended_closes_the_documents_too(hale, lindqvist, filed, signed_in):
    end_care(by=hale, care=lindqvist.care_relationships.get(), until_on=today() - timedelta(days=1))
    assert signed_in(hale).get(url("document-view", filed.document_id)).status_code == 403


def test_what_was_typed_comes_back_with_the_sentence(hale, lindqvist, signed_in):
    given = form(scans=SimpleUploadedFile("x.pdf", b"hello"), source="Dr. Falk's office")
    page = signed_in(hale).post(url("document-file", lindqvist.pk), given).text
    assert "This is not a PDF, JPEG, PNG, TIFF or Word file" in page
    assert "Dr. Falk&#x27;s office" in page and not Document.objects.exists()


def test_of_several_files_each_refused_one_is_named_and_nothing_is_filed(hale, lindqvist, signed_in):
    files = [SimpleUploadedFile("good.pdf", pdf()), SimpleUploadedFile("bad.pdf", b"hello")]
    page = signed_in(hale).post(url("document-file", lindqvist.pk), form(scans=files)).text
    assert "bad.pdf: This is not" in page and "good.pdf:" not in page
    assert not Document.objects.exists()


def test_several_sound_files_are_several_documents(hale, lindqvist, signed_in):
    files = [SimpleUploadedFile("a.pdf", pdf()), SimpleUploadedFile("b.png", picture("PNG"))]
    assert (
        "2 documents are filed"
        in signed_in(hale).post(url("document-file", lindqvist.pk), form(scans=files), follow=True).text
    )
    assert sorted(Document.objects.values_list("kind", "shown_kind", "pages")) == [("pdf", "pdf", 1), ("png", "png", 1)]


def test_a_page_that_sends_files_by_itself_is_told_what_became_of_each(hale, lindqvist, signed_in):
    browser, page, head = signed_in(hale), url("document-file", lindqvist.pk), {"X-Requested-With": "filing"}
    answer = browser.post(page, form(), headers=head)
    assert answer.status_code == 201 and answer.json()["filed"] == "Filed: Letter, Dr. Falk, of Mar 2, 2026, 1 page"
    answer = browser.post(page, form(source="", scans=SimpleUploadedFile("x", b"")), headers=head)
    assert answer.status_code == 422
    assert "This file is empty" in str(answer.json()["problems"]["scans"])
    assert "Say whom" in str(answer.json()["problems"]["source"])


def test_what_is_shown_is_the_safe_copy_and_what_is_downloaded_the_original(hale, lindqvist, signed_in):
    hostile = pdf(run_on_opening)
    filing = file_document(by=hale, patient=lindqvist, taken=take_in(BytesIO(hostile)), facts=facts())
    browser = signed_in(hale)
    shown = browser.get(url("document-view", filing.document_id))
    assert b"JavaScript" not in shown.content and shown["Content-Disposition"].startswith("inline")
    original = browser.get(url("document-original", filing.document_id))
    assert original.content == hostile and original["Content-Disposition"].startswith("attachment")
    for answer in (shown, original):
        assert "no-store" in answer["Cache-Control"] and answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"] and CANARY not in str(answer.headers)
    assert AuditEntry.objects.filter(event=AuditEvent.DOWNLOADED, detail="original").count() == 1


def test_a_word_document_is_downloaded_and_never_shown(hale, lindqvist, signed_in):
    data = word()
    filing = file_document(by=hale, patient=lindqvist, taken=take_in(BytesIO(data)), facts=facts())
    browser = signed_in(hale)
    assert "Word document is not shown here" in browser.get(url("document-open", filing.document_id)).text
    assert browser.get(url("document-view", filing.document_id)).status_code == 404
    assert browser.get(url("document-original", filing.document_id)).content == data


def test_the_task_on_the_home_page_leads_to_the_document(hale, filed, signed_in):
    browser = signed_in(hale)
    reading = DocumentReading.objects.get()
    home = browser.get("/").text
    assert url("document-reading", reading.pk) in home and "Report of" in home and "Bayview" not in home
    page = browser.get(url("document-reading", reading.pk), follow=True).text
    assert "I have read it" in page and "Bayview" in page
    browser.post(url("document-read", filed.document_id))
    assert url("document-reading", reading.pk) not in browser.get("/").text
    assert "I have read it" not in browser.get(url("document-open", filed.document_id)).text


def test_a_package_names_each_document_and_carries_the_pages_of_the_copy(hale, lindqvist):
    two = pdf(lambda document: document.add_blank_page())
    report = file_document(by=hale, patient=lindqvist, taken=taken(copy=two, pages=2), facts=facts())
    letter = file_document(by=hale, patient=lindqvist, taken=WORD, facts=facts(kind="letter", source="Dr. Falk"))
    items = {item.id: item.title for item in release_items(lindqvist)}
    assert items[letter.document_id] == "Letter, Dr. Falk (Word document, pages not included)"
    blocks = render_context(items, patient=lindqvist)
    said = {block.id: dict(block.facts)["Pages"] for block in blocks}
    assert said[report.document_id].startswith("2 pages, at the end, marked “Document 1 of ")
    assert said[letter.document_id].startswith("Not included")
    with pikepdf.open(BytesIO(with_documents(pdf(), blocks))) as package:
        assert len(package.pages) == 3
    assert with_documents(b"unchanged", [block for block in blocks if not block.number]) == b"unchanged"


def test_a_document_that_does_not_exist_and_one_of_a_stranger_look_the_same(osei, castellanos, filed, signed_in):
    for ident in (filed.document_id, uuid4()):
        assert signed_in(castellanos).get(url("document-open", ident)).status_code == 404
    assert signed_in(osei).get(url("document-open", uuid4())).status_code == 404
