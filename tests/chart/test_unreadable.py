"""A note that cannot be opened is shown as it is: there, unchanged, never as empty, with no editor over it."""

import pytest
from django.db import connection
from django.urls import reverse

from practice.infrastructure.envelope import Unreadable
from records.chart.actions.notes import save_draft
from records.chart.models import ChartNote

pytestmark = pytest.mark.django_db


def stored(note: ChartNote) -> bytes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sections FROM chart_chartnote WHERE id = %s", [note.pk])
        return bytes(cursor.fetchone()[0])


@pytest.fixture
def damaged(draft: ChartNote) -> ChartNote:
    changed = bytearray(stored(draft))
    changed[-1] ^= 1
    with connection.cursor() as cursor:
        cursor.execute("UPDATE chart_chartnote SET sections = %s WHERE id = %s", [bytes(changed), draft.pk])
    return draft


def test_its_page_says_so_and_has_no_editor(signed_in, hale, damaged):
    for name in ("note-edit", "note-sign"):
        page = signed_in(hale).get(reverse(name, args=[damaged.pk]))
        assert page.status_code == 500
        assert "is encrypted and cannot be opened" in page.text and "kept unchanged" in page.text
        assert "<textarea" not in page.text


def test_the_chart_around_it_still_opens(signed_in, hale, lindqvist, damaged):
    page = signed_in(hale).get(reverse("patient-page", args=[lindqvist.pk]))
    assert page.status_code == 200
    assert "Cannot be opened. It is kept unchanged" in page.text


def test_a_search_does_not_hide_it(signed_in, hale, lindqvist, damaged):
    page = signed_in(hale).post(reverse("patient-page", args=[lindqvist.pk]), {"words": "sleeping"})
    assert "Cannot be opened." in page.text


def test_nothing_is_written_over_it(signed_in, hale, damaged):
    before = stored(damaged)
    with pytest.raises(Unreadable):
        save_draft(by=hale, note_id=damaged.pk, sections={"data": "new"}, base_version=damaged.version)
    answer = signed_in(hale).post(
        reverse("note-save", args=[damaged.pk]),
        {"version": damaged.version, "window": "w", "s_data": "new"},
        headers={"x-requested-with": "autosave"},
    )
    assert answer.status_code == 500
    assert stored(damaged) == before
