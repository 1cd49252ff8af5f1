"""What a form names decides what is ticked; what it names in words of its own is shown, and compared by a person."""

import pytest
from django.urls import reverse

from authorizations.rules.preparing import named_records
from disclosures.releases.models import Release

from .conftest import note_keys

pytestmark = pytest.mark.django_db
WORDS = "Notes of the summer only. No test results."


def page_for(patient, form):
    return f"{reverse('release-new', args=[patient.pk])}?basis={form.pk}"


def test_what_the_marks_of_a_form_name_is_ticked_and_nothing_else_can_be(signed_in, dana, chart, paper):
    form = paper(info_kinds=["note"], info_description=named_records(["CHART"], info_kinds=["note"]))
    page = signed_in(dana).get(page_for(chart, form))
    assert set(page.context["form"]["items"].value()) == set(note_keys(chart))
    rows = [row for _, rows in page.context["years"] for row, _ in rows]
    assert all((row.refusal is None) == (row.info.kind == "note") for row in rows)
    assert len(rows) > len(note_keys(chart)) and "within_words" not in page.context["form"].fields


def test_where_a_form_uses_its_own_words_they_are_shown_and_nothing_is_ticked(signed_in, dana, chart, paper):
    form = paper(info_description=WORDS)
    page = signed_in(dana).get(page_for(chart, form))
    assert page.context["form"]["items"].value() == []
    assert page.text.count(WORDS) == 2, "above the documents, and where it is said that they were compared"
    kinds = paper(info_description=WORDS, info_kinds=["note"])
    page = signed_in(dana).get(page_for(chart, kinds))
    assert set(page.context["form"]["items"].value()) == set(note_keys(chart))
    assert "within_words" in page.context["form"].fields, "the kinds were read off the paper; the words still decide"


def test_no_release_is_sent_for_approval_before_somebody_compared_them(signed_in, dana, hale, chart, paper):
    form = paper(info_description=WORDS)
    client, path = signed_in(dana), page_for(chart, form)
    typed = client.get(path).context["form"].initial | {"items": note_keys(chart), "approver": hale.pk}
    typed |= {"recipient_kind": "attorney", "identity_verified": "called back", "method": "in_person"}
    refused = client.post(path, typed)
    assert "It is not said that what was chosen is what the form’s own words name." in refused.text
    assert 'href="#id_within_words"' in refused.text and not Release.objects.exists()
    client.post(path, typed | {"within_words": "on"})
    release = Release.objects.get()
    assert WORDS in signed_in(hale).get(reverse("release-approve", args=[release.pk])).text


def test_a_form_that_lets_somebody_else_release_is_used_only_once_somebody_said_that_it_means_us(
    signed_in, dana, hale, chart, paper
):
    form = paper(discloser="County Hospital")
    client, path = signed_in(dana), page_for(chart, form)
    page = client.get(path)
    assert page.text.count("“County Hospital”") == 2, "above the documents, and where it is said whom it means"
    typed = page.context["form"].initial | {"items": note_keys(chart), "approver": hale.pk}
    typed |= {"recipient_kind": "attorney", "identity_verified": "called back", "method": "in_person"}
    refused = client.post(path, typed)
    assert "This authorization lets “County Hospital” release, which is no name of this practice." in refused.text
    assert 'href="#id_within_discloser"' in refused.text and not Release.objects.exists()
    client.post(path, typed | {"within_discloser": "on"})
    assert Release.objects.get().facts["within_discloser"] == "yes"
    assert "“County Hospital”" in signed_in(hale).get(reverse("release-approve", args=[Release.objects.get().pk])).text


@pytest.mark.parametrize("ours", ["cedar street counseling", "County Hospital; Dr. Miriam Hale", "Miriam Hale"])
def test_nobody_is_asked_whom_a_form_means_that_names_us(signed_in, dana, chart, paper, ours):
    page = signed_in(dana).get(page_for(chart, paper(discloser=ours)))
    assert "within_discloser" not in page.context["form"].fields
