"""Passages left out before approval: gone from the paper and the data, untouched in the chart."""

import json
import re
from base64 import b64decode, b64encode
from collections import Counter
from io import BytesIO
from uuid import UUID

import pikepdf
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from disclosures.releases import actions
from disclosures.releases.actions.redact import Passage, black_out, keep_items, take_back
from disclosures.releases.documents import DATA_FILE, blocks_of, chart_package
from disclosures.releases.models import ChartPackage, Redaction
from disclosures.releases.queries import item_key
from disclosures.releases.queries.redaction import left_out_words
from disclosures.releases.rules import Method
from disclosures.releases.rules.redaction import RedactionReason
from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.infrastructure.blackout import BAR, Span
from practice.infrastructure.refusals import Refused
from records.chart.actions.documents import file_document
from records.chart.actions.notes import add_addendum
from records.chart.documents import release_items, render_context
from records.chart.exchange.bundle import chart_bundle, filed
from records.chart.exchange.part import part_bundle
from records.chart.exchange.restore import is_whole_chart
from records.chart.fhir import read_json
from records.chart.models import ChartNote
from tests.chart.test_filing import facts, taken
from tests.infrastructure.test_left_out_pages import SECRET, hidden_on_a_page, layered, streams_with

from .conftest import draft_of, note_keys, signed_note
from .test_order import pdf_text

pytestmark = pytest.mark.django_db

BROTHER = "Karl-Friedrich"
TEXT = f"Slept better. His brother {BROTHER} was arrested. Plans to call him."


@pytest.fixture
def chart(hale, lindqvist):
    """Tobias Lindqvist with one note that speaks of his brother, and one that does not."""
    signed_note(hale, lindqvist, 40, TEXT)
    signed_note(hale, lindqvist, 20)
    return lindqvist


@pytest.fixture
def waiting(prepared):
    """A release that waits for Dr. Hale, and its item that speaks of the brother."""

    def make(**changes):
        release = prepared(**changes)
        return release, next(item for item in release.items.all() if BROTHER in text_of(release, item))

    return make


def text_of(release, item):
    [block] = render_context([item.object_id], patient=release.patient)
    return block.written[0]["text"]


def place(release, item, words=BROTHER):
    start = text_of(release, item).index(words)
    return Passage("written.0", Span(start, start + len(words)))


def leave_out(hale, release, item, words=BROTHER, reason=RedactionReason.ANOTHER_PERSON, told=""):
    passages = [place(release, item, words)]
    return black_out(by=hale, release_id=release.pk, item_id=item.pk, passages=passages, reason=reason, words=told)


def everything_in(pdf):
    """Every string and every unpacked stream of a PDF, its description and its attachments."""
    found = []
    with pikepdf.open(BytesIO(pdf)) as document:
        for one in document.objects:
            if isinstance(one, pikepdf.Stream):
                found.append(one.read_bytes() if one.get("/Filter") != "/DCTDecode" else b"")
            found.append(repr(one).encode())
        with document.open_metadata() as about:
            found.append(repr(dict(about)).encode())
    return b"\n".join(found)


def test_what_is_left_out_is_nowhere_in_the_file_nor_in_its_data_and_the_chart_is_untouched(waiting, hale):
    release, item = waiting(method=Method.LOCKED_FILE, with_data=True)
    leave_out(hale, release, item)
    keep = [str(one.pk) for one in release.items.all()]
    actions.approve_release(by=hale, release_id=release.pk, keep=keep)
    pdf = bytes(ChartPackage.objects.get().content)
    text = pdf_text(pdf)
    assert "Karl" not in text
    assert "His brother left out was arrested" in text
    assert "Passages about other people were left out" in text
    assert b"Karl" not in everything_in(pdf)
    with pikepdf.open(BytesIO(pdf)) as document:
        data = document.attachments[DATA_FILE].get_file().read_bytes()
    assert b"Karl" not in data
    assert not is_whole_chart(read_json(data))
    written = [
        b64decode(entry["resource"]["content"][0]["attachment"]["data"]).decode()
        for entry in json.loads(data)["entry"]
        if entry["resource"]["resourceType"] == "DocumentReference"
    ]
    assert any("His brother [left out] was arrested" in one for one in written)
    assert "Karl" not in "".join(written)
    assert BROTHER in str(ChartNote.objects.get(pk=item.object_id).sections)
    assert "passages left out" in type(release).objects.get(pk=release.pk).description
    assert "Document 1 of 2, page 1 of 1" in text and "Document 2 of 2, page 1 of 1" in text
    assert "Page 3 of 3" in text
    assert text.count(f"{release.patient.legal_name}, born") == 3, "every page says whose record it is"


def test_the_clinician_reads_what_will_leave(waiting, hale, signed_in):
    release, item = waiting()
    client = signed_in(hale)
    path = reverse("release-approve", args=[release.pk])
    assert BROTHER in client.get(path).content.decode()
    leave_out(hale, release, item)
    page = client.get(path).content.decode()
    assert BROTHER not in page
    assert 'His brother <span class="left-out">left out</span> was arrested' in page
    assert "1 passage left out" in page


def test_how_much_is_left_out_is_said_in_words():
    passage, page = Redaction(where={"part": "written", "start": 0, "end": 4}), Redaction(where={"page": 2})
    assert [left_out_words(rows) for rows in ([], [passage], [page, page], [passage, page])] == [
        "",
        "1 passage left out",
        "2 pages left out",
        "1 passage and 1 page left out",
    ]


def test_what_was_added_since_the_page_was_opened_is_not_approved_unread(waiting, hale, signed_in):
    release, item = waiting()
    client = signed_in(hale)
    path = reverse("release-approve", args=[release.pk])
    read = re.search(r'name="read" value="([0-9a-f]{64})"', client.get(path).content.decode())[1]
    sent = {"read": read, "keep": [str(one.pk) for one in release.items.all()]}
    add_addendum(by=hale, note_id=item.object_id, text="His brother Karl called again.")
    page = client.post(path, sent).content.decode()
    assert "was added or corrected after you opened the page" in page and "Karl called again" in page
    assert not ChartPackage.objects.exists()
    now = re.search(r'name="read" value="([0-9a-f]{64})"', page)[1]
    client.post(path, sent | {"read": now})
    assert ChartPackage.objects.exists()


def test_reason_and_place_are_encrypted_and_what_stood_there_is_not_kept_again(waiting, hale):
    release, item = waiting()
    [row] = leave_out(hale, release, item, reason=RedactionReason.OTHER, told="his brother did not agree")
    with connection.cursor() as cursor:
        cursor.execute('SELECT words, "where" FROM releases_redaction')
        stored = b" ".join(bytes(cell) for cell in cursor.fetchone())
    assert b"agree" not in stored and b"written" not in stored
    assert BROTHER not in str(row.where) + row.words + str(row)
    entry = AuditEntry.objects.get(event=AuditEvent.REDACTED)
    assert (entry.actor, entry.detail) == (hale, "left_out")
    assert BROTHER not in str(AuditEntry.objects.values_list("changes", "object_repr", "detail"))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"passages": []}, "PASSAGE_NONE"),
        ({"reason": ""}, "PASSAGE_NO_REASON"),
        ({"reason": "other", "words": "  "}, "PASSAGE_NO_REASON"),
        ({"passages": [Passage("written.0", Span(0, 9999))]}, "PASSAGE_NOT_THERE"),
        ({"passages": [Passage("written.7", Span(0, 3))]}, "PASSAGE_NOT_THERE"),
        ({"passages": [Passage("written.0", Span(13, 14))]}, "PASSAGE_NONE"),  # a blank
        ({"pages": [1]}, "PASSAGE_NOT_THERE"),  # a note has no pages
    ],
)
def test_nothing_is_left_out_without_a_mark_that_fits_and_a_reason(waiting, hale, given, code):
    release, item = waiting()
    asked = {"passages": [place(release, item)], "reason": RedactionReason.BEYOND} | given
    with pytest.raises(Refused, match=code):
        black_out(by=hale, release_id=release.pk, item_id=item.pk, **asked)
    assert not Redaction.objects.exists()


def test_only_a_clinician_of_the_patient_leaves_something_out(waiting, hale, dana, castellanos, osei):
    release, item = waiting()
    for person in (dana, castellanos):
        with pytest.raises(Refused, match="APPROVAL_BY_CLINICIAN"):
            leave_out(person, release, item)
    with pytest.raises(Http404):
        leave_out(osei, release, item)
    [row] = leave_out(hale, release, item)
    with pytest.raises(Refused, match="APPROVAL_BY_CLINICIAN"):
        take_back(by=dana, release_id=release.pk, item_id=item.pk, redaction_id=row.pk)


def test_an_item_of_another_release_is_not_reached(waiting, hale):
    release, _item = waiting()
    _other, foreign = waiting()
    with pytest.raises(Http404):
        leave_out(hale, release, foreign)


def test_what_was_left_out_can_be_taken_back_and_both_stay_written_down(waiting, hale):
    release, item = waiting()
    [row] = leave_out(hale, release, item)
    take_back(by=hale, release_id=release.pk, item_id=item.pk, redaction_id=row.pk)
    assert BROTHER in str(blocks_of(release, [item])[0].written)
    row.refresh_from_db()
    assert row.taken_back_by == hale and row.taken_back_at
    assert AuditEntry.objects.filter(event=AuditEvent.REDACTED).count() == 2
    with pytest.raises(Http404):
        take_back(by=hale, release_id=release.pk, item_id=item.pk, redaction_id=row.pk)


def test_once_the_package_is_frozen_nothing_more_is_left_out_or_taken_back(waiting, hale, pdf):
    release, item = waiting()
    [row] = leave_out(hale, release, item)
    keep = [str(one.pk) for one in release.items.all()]
    actions.approve_release(by=hale, release_id=release.pk, keep=keep)
    with pytest.raises(Refused, match="PASSAGE_TOO_LATE"):
        leave_out(hale, release, item, "Slept")
    with pytest.raises(Refused, match="PASSAGE_TOO_LATE"):
        take_back(by=hale, release_id=release.pk, item_id=item.pk, redaction_id=row.pk)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Redaction.objects.create(item=item, reason=row.reason, made_by=hale)


def test_the_database_keeps_what_was_left_out(waiting, hale):
    release, item = waiting()
    leave_out(hale, release, item)
    for statement in ("UPDATE releases_redaction SET reason = 'beyond'", "DELETE FROM releases_redaction"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_passage_marked_while_the_package_was_made_stops_the_approval(waiting, hale, monkeypatch):
    release, item = waiting()

    def slow(*_args, **_more):
        leave_out(hale, release, item)
        return b"%PDF-", 1

    monkeypatch.setattr("disclosures.releases.actions.prepare.chart_package", slow)
    with pytest.raises(Refused, match="CHANGED_SINCE_READ"):
        actions.approve_release(by=hale, release_id=release.pk, keep=[str(i.pk) for i in release.items.all()])
    assert not ChartPackage.objects.exists()


def test_a_text_that_reads_otherwise_than_when_it_was_marked_does_not_leave(waiting, hale):
    release, item = waiting()
    [row] = leave_out(hale, release, item)
    moved = Redaction(item=item, reason=row.reason, made_by=hale, where=row.where | {"of": "0" * 64})
    moved.save(force_insert=True)
    with pytest.raises(Refused, match="TEXT_CHANGED"):
        actions.approve_release(by=hale, release_id=release.pk, keep=[str(item.pk)])


def test_ticks_are_kept_while_passages_are_marked(waiting, hale, signed_in):
    release, item = waiting()
    client, path = signed_in(hale), reverse("release-approve", args=[release.pk])
    answer = client.post(path, {"keep": [str(item.pk)], "leave_out": str(item.pk)})
    assert answer.url == reverse("release-redact", args=[release.pk, item.pk])
    assert client.get(path).content.decode().count("checked") == 1
    keep_items(by=hale, release_id=release.pk, keep=[str(one.pk) for one in release.items.all()])
    assert client.get(path).content.decode().count("checked") == 2


def test_sentences_are_left_out_by_a_plain_form_and_typed_words_come_back_with_an_error(waiting, hale, signed_in):
    release, item = waiting()
    client, path = signed_in(hale), reverse("release-redact", args=[release.pk, item.pk])
    mark = f"written.0:14:{14 + len(f'His brother {BROTHER} was arrested.')}"
    page = client.get(path).content.decode()
    assert mark in page and "<p>Progress note, " in page
    answer = client.post(path, {"mark": [mark, "written.0:0:5"], "words": "asked to", "reason": "none"})
    page = answer.content.decode()
    assert answer.status_code == 400 and "asked to" in page and page.count("checked") == 2
    assert not Redaction.objects.exists()
    assert client.post(path, {"mark": [mark], "reason": "beyond"}).status_code == 302
    page = client.get(path).content.decode()
    assert "sentence 2" in page and "It goes beyond what was asked for" in page
    assert BAR not in page
    client.post(path, {"take_back": str(Redaction.objects.get().pk)})
    assert Redaction.objects.get().taken_back_at


@pytest.mark.parametrize("mark", ["written.0:0", "written.0:5:2", "written.99:0:1", "x:0:1", "written.0:-1:2", "'"])
def test_a_mark_that_is_none_refuses_the_others_too_so_that_nobody_takes_it_for_left_out(
    waiting, hale, signed_in, mark
):
    release, item = waiting()
    path = reverse("release-redact", args=[release.pk, item.pk])
    answer = signed_in(hale).post(path, {"mark": ["written.0:0:5", mark], "reason": "beyond", "words": "asked to"})
    page = answer.content.decode()
    assert answer.status_code == 400 and "Nothing was left out" in page
    assert "asked to" in page and page.count("checked") == 2, "what was understood comes back"
    assert not Redaction.objects.exists()


def test_the_front_desk_is_not_told_what_is_left_out_or_why(waiting, hale, dana, signed_in):
    release, item = waiting()
    leave_out(hale, release, item, reason=RedactionReason.OTHER, told="heron")
    page = signed_in(dana).get(reverse("release-open", args=[release.pk])).content.decode()
    assert "heron" not in page and BROTHER not in page


def page_of(document, words):
    """A page that says these words."""
    page = document.add_blank_page()
    page.obj.Contents = document.make_stream(b"BT 0 0 Td (%s) Tj ET" % words)


@pytest.fixture
def scan(hale, lindqvist):
    """A filed scan of three pages; the second is about somebody else, the third lies on its side."""
    out = BytesIO()
    with pikepdf.new() as document:
        for words in (b"FIRST-PAGE", b"HER-PAGE", b"THIRD-PAGE"):
            page_of(document, words)
        document.pages[2].rotate(90, relative=True)
        document.save(out)
    filing = file_document(
        by=hale, patient=lindqvist, taken=taken(copy=out.getvalue(), pages=3), facts=facts(source="Bayview")
    )
    return next(info for info in release_items(lindqvist) if info.id == filing.document_id)


def test_pages_of_a_scan_stand_where_they_belong_and_a_page_left_out_is_not_in_the_file(hale, dana, paper, scan, chart):
    draft = draft_of(chart, paper(), method=Method.LOCKED_FILE, with_data=True)
    keys = [*note_keys(chart), item_key(scan)]
    release = actions.prepare_release(by=dana, release=draft, keys=keys, approver=hale)
    item = release.items.get(object_id=scan.id)
    black_out(by=hale, release_id=release.pk, item_id=item.pk, pages=[2], reason=RedactionReason.ANOTHER_PERSON)
    pdf, pages = chart_package(release, list(release.items.all()), approved_by=hale)
    assert pages == 1 + 2 + 4  # the cover, two notes, what is said of the scan and its three pages
    everything = everything_in(pdf)
    assert not any(words in everything for words in (b"FIRST-PAGE", b"HER-PAGE", b"THIRD-PAGE")), "pictures alone"
    text = pdf_text(pdf)
    place = re.search(r"Document (\d) of 3, page 3 of 4", text)
    assert place and "page left out" in text and "on the pages that follow" in text
    with pikepdf.open(BytesIO(pdf)) as document:
        data = json.loads(document.attachments[DATA_FILE].get_file().read_bytes())
        said = {str(one.Alt) for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one}
    assert said == {"Page 1 of a scanned document", "Page 3 of a scanned document"}
    [given] = [one["resource"] for one in data["entry"] if one["resource"]["id"] == str(scan.id)]
    assert given["content"] == [{"attachment": {"title": "Not given out as data: see the paper."}}], "R4 wants content"


def test_a_picture_leaves_as_data_under_the_kind_it_is(hale, lindqvist):
    picture = taken(copy=b"jpeg bytes", copy_kind="jpeg", kind="tiff")
    filing = file_document(by=hale, patient=lindqvist, taken=picture, facts=facts(source="Bayview"))
    [attachment] = [one["attachment"] for one in filed(filing.document, None)["content"]]
    assert attachment["contentType"] == "image/jpeg"


def test_what_a_file_may_show_beyond_its_paper_leaves_as_data_neither_alone_nor_with_the_whole_chart(hale, lindqvist):
    copy = hidden_on_a_page(layered)
    of = file_document(by=hale, patient=lindqvist, taken=taken(copy=copy, pages=2), facts=facts(source="Bayview"))
    [block] = render_context([of.document_id], patient=lindqvist)
    for bundle in (part_bundle(lindqvist, [block], at=timezone.now()), chart_bundle(lindqvist, at=timezone.now())):
        entries = {entry["resource"]["id"]: entry["resource"] for entry in json.loads(bundle)["entry"]}
        given = b64decode(entries[str(of.document_id)]["content"][0]["attachment"]["data"])
        with pikepdf.open(BytesIO(given)) as pictures:
            assert len(pictures.pages) == 2
        assert not streams_with(given, SECRET) and not streams_with(given, b"seen words"), "pictures, as on the paper"
        assert b64encode(copy) not in bundle


def test_data_of_a_part_holds_what_was_chosen_and_names_nobody_else(hale, chart):
    keys = note_keys(chart)
    [block] = render_context([UUID(keys[0].partition(":")[2])], patient=chart)
    bundle = json.loads(part_bundle(chart, [block], at=timezone.now()))
    kinds = Counter(entry["resource"]["resourceType"] for entry in bundle["entry"])
    assert kinds == {"Patient": 1, "Practitioner": 1, "DocumentReference": 1}
    patient = bundle["entry"][0]["resource"]
    assert set(patient) == {"resourceType", "id", "identifier", "name", "birthDate"}
    assert "extension" not in json.dumps(bundle) and "identifier" not in bundle
