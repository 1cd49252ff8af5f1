"""Areas of a filed scan blacked out before approval: the page leaves as a picture, and nothing else of it leaves."""

import json
from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest
from django.urls import reverse
from PIL import Image

from disclosures.releases import actions
from disclosures.releases.actions.redact import BlackArea, black_out, take_back
from disclosures.releases.documents import DATA_FILE, blocks_of, chart_package
from disclosures.releases.models import Redaction
from disclosures.releases.queries import item_key
from disclosures.releases.queries.redaction import left_out_words
from disclosures.releases.rules import Method
from disclosures.releases.rules.redaction import RedactionReason
from practice.infrastructure import copies
from practice.infrastructure.refusals import Refused
from records.chart.actions.documents import file_document
from records.chart.documents import release_items
from records.chart.models import Document
from tests.chart.test_filing import facts, taken

from .conftest import draft_of
from .test_order import pdf_text
from .test_redaction import everything_in

pytestmark = pytest.mark.django_db

NAME = (0.1, 0.05, 0.5, 0.1)  # where HER-NAME stands on the second page


def scan() -> bytes:
    """Three pages that inherit one dictionary of everything, as a scanner writes them; each draws a form and has a
    layer of text.
    """
    out = BytesIO()
    with pikepdf.new() as document:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        held = pikepdf.Dictionary(XObject=pikepdf.Dictionary(), Font=pikepdf.Dictionary(F1=font))
        for number, words in enumerate((b"FIRST-PAGE", b"HER-NAME", b"THIRD-PAGE")):
            drawn = document.make_stream(b"BT /F1 30 Tf 50 740 Td (%s) Tj 0 -400 Td (BELOW-%d) Tj ET" % (words, number))
            drawn.Type, drawn.Subtype, drawn.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 612, 792]
            drawn.Resources = pikepdf.Dictionary(Font=held.Font)
            held.XObject[f"/Fm{number}"] = drawn
            page = document.add_blank_page(page_size=(612, 792))
            page.obj.Contents = document.make_stream(b"/Fm%d Do BT /F1 9 Tf 3 Tr (%s) Tj ET" % (number, words))
            del page.obj.Resources
        document.Root.Pages.Resources = document.make_indirect(held)
        document.save(out)
    return out.getvalue()


@pytest.fixture
def waiting(hale, dana, paper, lindqvist):
    """A release of one filed scan that waits for Dr. Hale, and its item."""
    filing = file_document(by=hale, patient=lindqvist, taken=taken(copy=scan(), pages=3), facts=facts(source="Bayview"))
    info = next(info for info in release_items(lindqvist) if info.id == filing.document_id)
    draft = draft_of(lindqvist, paper(), method=Method.LOCKED_FILE, with_data=True)
    release = actions.prepare_release(by=dana, release=draft, keys=[item_key(info)], approver=hale)
    return release, release.items.get()


def blacken(hale, release, item, *areas, **more):
    drawn = areas or (BlackArea(2, NAME),)
    return black_out(
        by=hale, release_id=release.pk, item_id=item.pk, areas=drawn, reason=RedactionReason.ANOTHER_PERSON, **more
    )


def pictures_in(pdf):
    with pikepdf.open(BytesIO(pdf)) as document:
        return [
            one.read_raw_bytes()
            for one in document.objects
            if isinstance(one, pikepdf.Stream) and str(one.get("/Subtype", "")) == "/Image"
        ]


def described(pdf):
    with pikepdf.open(BytesIO(pdf)) as document:
        return [str(one.Alt) for one in document.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one]


def test_of_a_scan_with_a_black_area_nothing_leaves_but_pictures_of_its_pages_and_the_chart_is_untouched(
    waiting, hale, signed_in
):
    release, item = waiting
    before = sha256(Document.objects.get().shown).hexdigest()
    blacken(hale, release, item)
    pdf, pages = chart_package(release, [item], approved_by=hale)
    everything, text = everything_in(pdf), pdf_text(pdf)
    assert pages == 1 + 4 and "Black marks the place of each" in text
    assert not any(words in everything for words in (b"FIRST-PAGE", b"HER-NAME", b"BELOW-", b"THIRD-PAGE"))
    assert "HER-NAME" not in text and "BELOW-" not in text
    said = [f"Page {page} of a scanned document" for page in (1, 2, 3)]
    assert sorted(described(pdf)) == [said[0], f"{said[1]}, passages left out", said[2]]

    pictures = pictures_in(pdf)
    pages = [signed_in(hale).get(reverse("release-page", args=[release.pk, item.pk, page])) for page in (1, 2, 3)]
    assert sorted(pictures) == sorted(page.content for page in pages), "what was approved is what leaves"
    made = pages[1].content
    picture = Image.open(BytesIO(made)).convert("L")
    across, down = picture.size
    left, top, width, height = NAME
    box = (left * across + 8, top * down + 8, (left + width) * across - 8, (top + height) * down - 8)
    assert picture.crop(tuple(map(int, box))).getextrema()[1] < 8
    assert picture.crop((0, down // 2, across, down)).getextrema() == (0, 255), "what stands below is still to be read"

    assert pages[1]["Content-Type"] == "image/jpeg" and "no-store" in pages[1]["Cache-Control"]
    assert sha256(Document.objects.get().shown).hexdigest() == before

    with pikepdf.open(BytesIO(pdf)) as document:
        data = json.loads(document.attachments[DATA_FILE].get_file().read_bytes())
    [given] = [one["resource"] for one in data["entry"] if one["resource"]["id"] == str(item.object_id)]
    assert given["content"] == [{"attachment": {"title": "Not given out as data: see the paper."}}]


def test_the_clinician_draws_reads_what_will_leave_and_takes_it_back(waiting, hale, signed_in):
    release, item = waiting
    client, path = signed_in(hale), reverse("release-redact", args=[release.pk, item.pk])
    answer = client.post(path, {"area": ["2:1000:500:5000:1000", "9:0:0:9:9", "2:9000:0:2000:5"], "words": "asked to"})
    assert answer.status_code == 400
    assert answer.content.decode().count('name="area"') == 1, "what was drawn comes back with an error"
    assert not Redaction.objects.exists()
    assert "lies outside its page" in answer.content.decode()
    drawn = "2:1000:500:5000:1000"
    for odd in ({"area": [drawn, "2:9000:0:2000:5"]}, {"area": drawn, "page": "9"}, {"area": drawn, "mark": "title:0"}):
        assert client.post(path, odd | {"reason": "another_person"}).status_code == 400
        assert not Redaction.objects.exists(), "one mark that is none, and nothing is taken for left out"
    assert client.post(path, {"area": drawn, "reason": "another_person"}).status_code == 302
    row = Redaction.objects.get()
    assert row.where == {"page": 2, "area": [*NAME], "of": sha256(Document.objects.get().shown).hexdigest()}
    page = client.get(path).content.decode()
    assert "Page 2, area 10% from the left, 5% from the top, 50% wide, 10% high" in page
    approval = client.get(reverse("release-approve", args=[release.pk])).content.decode()
    assert "1 area left out" in approval
    assert reverse("release-page", args=[release.pk, item.pk, 2]) in approval
    client.post(path, {"take_back": str(row.pk)})
    [block] = blocks_of(release, [item])
    assert not block.areas and not block.burnt


def test_a_page_that_is_left_out_whole_is_shown_to_nobody_and_does_not_leave_as_a_picture(waiting, hale, signed_in):
    release, item = waiting
    blacken(hale, release, item, pages=[2])
    assert signed_in(hale).get(reverse("release-page", args=[release.pk, item.pk, 2])).status_code == 404
    [block] = blocks_of(release, [item])
    assert block.pages_out == (2,) and not block.areas


def test_an_area_drawn_on_another_copy_stops_the_approval(waiting, hale):
    release, item = waiting
    [row] = blacken(hale, release, item)
    moved = Redaction(item=item, reason=row.reason, made_by=hale, where=row.where | {"of": "0" * 64})
    moved.save(force_insert=True)
    with pytest.raises(Refused, match="TEXT_CHANGED"):
        actions.approve_release(by=hale, release_id=release.pk, keep=[str(item.pk)])
    take_back(by=hale, release_id=release.pk, item_id=item.pk, redaction_id=moved.pk)
    assert blocks_of(release, [item])


def test_an_area_that_is_not_on_a_page_is_refused(waiting, hale):
    release, item = waiting
    for page, area in (
        (4, NAME),  # behind the last page
        (2, (0.5, 0.5, 0.6, 0.1)),  # over the edge
        (2, (-0.1, 0.5, 0.5, 0.1)),  # before it
        (2, (0.5, 0.5, 0.0, 0.1)),  # without a size
    ):
        with pytest.raises(Refused, match="PASSAGE_NOT_THERE"):
            blacken(hale, release, item, BlackArea(page, area))
    assert not Redaction.objects.exists()


def test_more_pages_than_can_leave_as_pictures_are_refused_while_marking_and_nothing_is_marked(
    waiting, hale, monkeypatch
):
    release, item = waiting
    monkeypatch.setattr(copies, "MOST_PICTURES", 2)
    with pytest.raises(Refused, match="PICTURES_TOO_MANY"):
        blacken(hale, release, item)
    assert not Redaction.objects.exists()
    blacken(hale, release, item, pages=[1])
    assert Redaction.objects.count() == 2, "two pages stay, and leave as pictures"


def test_what_is_left_out_is_counted_by_kind():
    passage, page = {"part": "written.0", "start": 0, "end": 4}, {"page": 2}
    area = page | {"area": [*NAME], "of": ""}
    rows = [Redaction(where=where) for where in (passage, page, area, area)]
    assert left_out_words(rows) == "1 passage, 1 page and 2 areas left out"
    assert left_out_words(rows[2:]) == "2 areas left out"
