"""What a cover says to the recipient, and that the file under it says the same; how a page words the steps."""

from datetime import timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from disclosures.ledger.rules import Basis
from disclosures.releases.documents import package
from disclosures.releases.documents.package import _cover_context
from disclosures.releases.models import Release
from disclosures.releases.queries.steps import steps_of, way_words
from disclosures.releases.rules import Method, ReleaseState
from practice.infrastructure.blackout import LEFT_OUT, NOTES_LEFT_OUT
from practice.infrastructure.days import today
from records.psychotherapy import documents, vault

pytestmark = pytest.mark.django_db
MAY_PASS_ON = "may no longer be protected by federal privacy rules"
ON_TWO_SHEETS = "in two parts on two sheets"
FOR_THIS_ONLY = "Please use what you have received for this purpose only."


def cover(patient, **changes):
    release = Release(
        patient=patient, number="REL-2026-0001", recipient_name="Dr. Ines Falk", purpose="Care", **changes
    )
    return cover_of(release)


def cover_of(release):
    return render_to_string("documents/cover.html", _cover_context(release, []) | {"title": "Records enclosed"})


def sealed_file(monkeypatch, hale, patient, *, passages_out=1, **ground):
    """The words of the file of a sealed package, without its making."""
    made = []
    monkeypatch.setattr(documents, "render_pdf", lambda name, context: made.append(render_to_string(name, context)))
    monkeypatch.setattr(documents, "fill_pages", lambda pdf, pages: pdf)
    head = vault.NoteHead(
        id=patient.pk, session_on=today() - timedelta(days=3), patients=(patient.pk,), author=hale.pk,
        session=None, addendum_to=None, signed_at=timezone.now(), saved_at=timezone.now(),
    )  # fmt: skip
    one = vault.Releasable(head, "He was silent.", None, passages_out=passages_out)
    documents.package_pdf(
        [one], author=hale, patient=patient, recipient="Dr. Falk", package_id=patient.pk, on=today(), **ground
    )
    return made[0]


def test_a_doctor_reads_whose_treatment_it_is_what_may_be_done_with_it_and_the_fax_number(lindqvist):
    page = cover(lindqvist, basis=Basis.B_TREATMENT, method=Method.FAX, fax_number="415 555 0134")
    assert "The patient&#x27;s treatment by the recipient" in page and "Your treatment" not in page
    assert "Fax 415 555 0134" in page and FOR_THIS_ONLY in page


def test_the_sheet_on_top_of_a_fax_names_neither_patient_nor_purpose_and_counts_the_pages(monkeypatch, approved):
    made = []
    monkeypatch.setattr(
        package, "render_pdf", lambda name, context: made.append(render_to_string(name, context)) or b"%PDF"
    )
    release = approved(method=Method.FAX, fax_number="415 555 0134")
    package.cover_sheet(release)
    assert "415 555 0134" in made[0] and "Alvarez &amp; Stone" in made[0] and "2, this one included" in made[0]
    for secret in (release.patient.legal_name, release.purpose, release.description, "mental", "Psychotherapy"):
        assert secret not in made[0], secret


def test_the_cover_of_a_letter_shows_the_address_where_the_envelope_has_its_window(lindqvist):
    page = cover(
        lindqvist, method=Method.MAIL, basis=Basis.B_TREATMENT, recipient_address="12 Main St.\nPeoria, IL 61602"
    )
    assert '<div class="letter-to"><p dir="auto">Dr. Ines Falk</p><p dir="auto">12 Main St.</p>' in page


def test_the_cover_and_the_sealed_file_carry_one_notice(monkeypatch, hale, lindqvist):
    for basis, ground, notice in ((Basis.B_AUTHORIZATION, "", MAY_PASS_ON), (Basis.B_CORONER, "x", FOR_THIS_ONLY)):
        on_cover = cover(lindqvist, basis=basis, record_class="PN")
        in_file = sealed_file(monkeypatch, hale, lindqvist, ground=ground)
        assert notice in on_cover and notice in in_file
        assert "released further" not in in_file
    assert MAY_PASS_ON not in cover(lindqvist, basis=Basis.B_TO_INDIVIDUAL)


def test_cover_and_file_say_that_passages_were_left_out_and_nothing_of_which(monkeypatch, hale, lindqvist):
    sealed = {"basis": Basis.B_AUTHORIZATION, "record_class": "PN"}
    assert LEFT_OUT in cover(lindqvist, **sealed, facts={"passages_out": "yes"})
    assert LEFT_OUT not in cover(lindqvist, **sealed)
    assert NOTES_LEFT_OUT in cover(lindqvist, **sealed, facts={"notes_left_out": "yes"})
    assert LEFT_OUT in sealed_file(monkeypatch, hale, lindqvist)
    assert LEFT_OUT not in sealed_file(monkeypatch, hale, lindqvist, passages_out=0)


def test_a_revocation_is_spoken_of_only_where_there_is_something_to_revoke(lindqvist, dana):
    def words(basis):
        release = Release(
            patient=lindqvist, basis=basis, state=ReleaseState.COMMITTED, prepared_by=dana, method=Method.MAIL
        )
        return " ".join(step["words"] for step in steps_of(release, None, may_approve=False))

    assert "Until then a revocation still stops it." in words(Basis.B_AUTHORIZATION)
    assert "revocation" not in words(Basis.B_TREATMENT) + words(Basis.B_COURT_ORDER)


def test_a_locked_file_that_is_mailed_is_called_one(lindqvist):
    sealed = Release(patient=lindqvist, record_class="PN", package=lindqvist.pk, method=Method.MAIL)
    assert way_words(sealed) == "Locked file on a medium, by mail"
    assert way_words(Release(patient=lindqvist, record_class="CHART", method=Method.MAIL)) == Method.MAIL.label
