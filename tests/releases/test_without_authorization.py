"""An author releases psychotherapy notes under an exception: documented, asked at the gate twice, sealed till then."""

from datetime import timedelta
from hashlib import sha256
from unittest.mock import Mock
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from authorizations.rules import RecordClass
from disclosures.ledger.models import Entry
from disclosures.ledger.rules import Basis
from disclosures.legal.actions import add_entry, name_patient, record_paper
from disclosures.legal.rules import CounselAnswer, EntryKind, NoticeAnswer, ReachAnswer, ResponseKind
from disclosures.releases.actions import GateRefused, commit_notes_package, deliver, without_authorization
from disclosures.releases.actions.without_authorization import (
    offer_without_authorization,
    pack_without_authorization,
)
from disclosures.releases.forms.without_authorization import own_grounds
from disclosures.releases.models import Release
from disclosures.releases.queries import entry_of
from disclosures.releases.queries.others import with_others
from disclosures.releases.queries.papers import papers_about
from disclosures.releases.queries.steps import steps_of
from disclosures.releases.rules import Item, LegalProcess, Method, PNException, RecipientKind, note_facts
from disclosures.releases.rules.documentation import AUTHOR, PATIENT
from disclosures.releases.rules.shared import RECIPIENTS
from practice.audit.models import AuditEntry
from practice.infrastructure.blackout import Span
from practice.infrastructure.copies import BUSY, Busy
from practice.infrastructure.days import today
from practice.worklist.models import Task
from records.psychotherapy import vault
from records.psychotherapy.ids import new_id
from records.psychotherapy.models import Event, Package
from records.psychotherapy.rules import EventKind
from tests.everybody import make_patient
from tests.files import pdf
from tests.legal.conftest import SCAN, add_counsel, add_notice, paper_of, respond
from tests.psychotherapy.conftest import write_note
from tests.releases.test_covers import ON_TWO_SHEETS, cover_of

pytestmark = pytest.mark.django_db
CANARY, SECRET = "the kingfisher said nothing at all", "Bar complaint of the marsh harrier"


@pytest.fixture
def no_press(monkeypatch):
    """A page without text instead of the package: where only the way there is looked at."""
    monkeypatch.setattr("disclosures.releases.actions.without_authorization.package_pdf", lambda *args, **more: pdf())


def kind_for(basis):
    return next(iter(sorted(RECIPIENTS.get(basis, {RecipientKind.ATTORNEY}))))


def documented(basis, author=None):
    of_one = {AUTHOR: str(author.pk) if author else "", PATIENT: PATIENT}
    return {fact.key: of_one.get(fact.is_one, SECRET) for fact in note_facts(own_grounds()[basis], basis)}


def claimed(patient, basis, **changes):
    given = {
        "patient": patient,
        "basis": basis,
        "exception": own_grounds()[basis],
        "recipient_name": "Rowan Pike",
        "recipient_kind": kind_for(basis),
        "purpose": "As demanded",
        "identity_verified": "letterhead, called back",
        "facts": documented(basis) | {"within_scope": "yes"},
        "smallest_set_confirmed": True,
    }
    if basis == Basis.B_COURT_ORDER:
        given |= {"process": LegalProcess.COURT_ORDER}
    return Release(**{**given, **changes})


@pytest.fixture
def order(castellanos, lindqvist):
    """A judge's order for these notes on record, seen by counsel, the patient told."""
    paper = record_paper(by=castellanos, paper=paper_of(lindqvist, recipient_name="Rowan Pike"), document=SCAN)
    add_counsel(castellanos, paper)
    add_notice(castellanos, paper)
    return paper


def under(paper, facts=None):
    """The facts of a release that rests on a paper on record."""
    days = {"scope_from": paper.scope_from.isoformat(), "scope_to": paper.scope_to.isoformat()}
    return (facts or documented(Basis.B_COURT_ORDER)) | days | {"paper": str(paper.pk)}


def pack(by, release, note, to):
    return pack_without_authorization(
        by=by, release=release, package_id=uuid4(), note_ids=[note], named_staff=[to], ground="x", on=today()
    )


def test_own_training_treatment_and_threat_are_not_packed():
    assert set(own_grounds().values()) == {
        PNException.DEFENSE,
        PNException.HHS,
        PNException.REQUIRED_BY_LAW,
        PNException.OVERSIGHT_ORIGINATOR,
        PNException.CORONER,
    }


@pytest.mark.parametrize("basis", [Basis.B_OPERATIONS, Basis.B_HHS, Basis.B_COURT_ORDER, Basis.B_OVERSIGHT,
                                   Basis.B_CORONER])  # fmt: skip
def test_each_exception_needs_every_field_of_the_documentation_table(no_press, hale, dana, lindqvist, order, basis):
    note, whole = write_note(hale, lindqvist), under(order, documented(basis, hale))
    for key in documented(basis).keys() - {"description"}:
        with pytest.raises(GateRefused) as refused:
            pack(hale, claimed(lindqvist, basis, facts=whole | {key: " "}), note, dana)
        assert f"MISSING_{key.upper()}" in refused.value.decision.codes()
    assert vault.my_packages(hale) == []
    assert pack(hale, claimed(lindqvist, basis, facts=whole), note, dana).cover.own_ground


def refused_in_the_vault(staff):
    """The refused attempts that the sealed log tells of."""
    with vault.open_as(staff) as actor:
        return list(Event.objects.filter(kind=EventKind.REFUSED, actor=actor).values_list("detail", flat=True))


def codes_of(by, release, note, to):
    """Why the gate does not let an author pack it."""
    with pytest.raises(GateRefused) as refused:
        pack(by, release, note, to)
    return refused.value.decision.codes()


def test_what_a_law_or_a_court_asks_of_an_author_rests_on_the_paper_as_it_stands_on_record(
    no_press, hale, dana, castellanos, lindqvist, order
):
    note, facts = write_note(hale, lindqvist), under(order)
    claim = claimed(lindqvist, Basis.B_COURT_ORDER, facts=facts)
    typed = claimed(lindqvist, Basis.B_COURT_ORDER, counsel_review="I asked, and it is fine")
    assert codes_of(hale, typed, note, dana) == {"PAPER_NOT_ON_RECORD"}
    elsewhere = claimed(lindqvist, Basis.B_COURT_ORDER, facts=facts, recipient_name="J. Frost")
    assert codes_of(hale, elsewhere, note, dana) == {"PAPER_OTHER_RECIPIENT"}
    add_counsel(castellanos, order, CounselAnswer.OBJECT)
    assert codes_of(hale, claim, note, dana) == {"COUNSEL_AGAINST"}
    add_counsel(castellanos, order)
    respond(castellanos, order, ResponseKind.MOTION_TO_QUASH)
    assert codes_of(hale, claim, note, dana) == {"PAPER_FOUGHT"}
    respond(castellanos, order, ResponseKind.CLOSED)
    assert codes_of(hale, claim, note, dana) == {"PAPER_OVER"}


def test_an_author_opens_no_notes_by_leaving_open_what_asks_for_them(no_press, hale, dana, lindqvist):
    note = write_note(hale, lindqvist)
    claim = claimed(lindqvist, Basis.B_REQUIRED_BY_LAW, recipient_kind=RecipientKind.ATTORNEY, counsel_review="")
    assert codes_of(hale, claim, note, dana) == {"PROCESS_UNSAID", "COUNSEL_REVIEW"}
    claim.process = LegalProcess.STATUTE
    assert codes_of(hale, claim, note, dana) == {"COUNSEL_REVIEW"}
    assert codes_of(hale, claimed(lindqvist, Basis.B_LAW_ENFORCEMENT), note, dana) >= {"PN_POLICE_WITHOUT_PROCESS"}


def test_the_author_chooses_a_paper_on_record_and_types_no_answer_of_counsels(
    no_press, hale, dana, lindqvist, order, signed_in
):
    note, client = write_note(hale, lindqvist), signed_in(hale)
    url = f"{reverse('notes-release-new', args=[lindqvist.pk])}?basis=B_COURT_ORDER&paper={order.pk}"
    form = client.get(url).context["form"]
    assert {"counsel_review", "process"}.isdisjoint(form.fields)
    assert (form["paper"].value(), form["recipient_name"].value()) == (str(order.pk), "Rowan Pike")
    typed = {
        "package": new_id(hale.pk), "notes": [note], "named_staff": [dana.pk], "recipient_name": "Rowan Pike",
        "recipient_kind": "court", "purpose": "As ordered", "identity_verified": "called the clerk",
        "fact_conditions_met": "not applicable", "fact_decided_by": "Dr. Hale", "fact_decided_at": "today",
        "fact_minimum_necessary_note": "as ordered", "smallest_set_confirmed": "on", "counsel_review": "none needed",
    }  # fmt: skip
    assert "Choose the paper that asks for it." in client.post(url, typed).content.decode()
    made = client.post(url, typed | {"paper": order.pk}).context["made"]
    claim = vault.package_claim(dana, made.cover.id)
    assert (claim["process"], claim["facts"]["scope"]) == (LegalProcess.COURT_ORDER, order.scope)
    assert claim["counsel_review"].startswith("J. Ortiz, attorney")
    assert claim["facts"]["scope_from"] == order.scope_from.isoformat()


def test_an_order_of_certain_days_opens_no_note_of_another_day(no_press, hale, dana, lindqvist, order):
    outside = write_note(hale, lindqvist, session_on=order.scope_from - timedelta(days=1))
    claim = claimed(lindqvist, Basis.B_COURT_ORDER, facts=under(order))
    assert codes_of(hale, claim, outside, dana) == {"OUTSIDE_SCOPE"}


@pytest.mark.committing
def test_a_session_after_the_order_came_stays_here_though_the_packing_had_let_it_pass(
    no_press, hale, dana, castellanos, lindqvist
):
    came = today() - timedelta(days=10)
    order = record_paper(
        by=castellanos, paper=paper_of(lindqvist, recipient_name="Rowan Pike", received_on=came), document=SCAN
    )
    add_counsel(castellanos, order)
    add_notice(castellanos, order)
    note, claim = write_note(hale, lindqvist), claimed(lindqvist, Basis.B_COURT_ORDER, facts=under(order))
    assert codes_of(hale, claim, note, dana) == {"AFTER_IT_CAME"}

    def say(code):
        words = "and of every session until the trial" if code == ReachAnswer.LATER else ""
        add_entry(by=castellanos, paper=order, kind=EntryKind.REACH, code=code, on=today(), words=words)

    say(ReachAnswer.LATER)
    made = pack(hale, claim, note, dana).cover
    desk = {"identity_verified": "badge seen", "method": Method.LOCKED_FILE}
    say(ReachAnswer.NOT_LATER)
    with pytest.raises(GateRefused, match="AFTER_IT_CAME"):
        commit_notes_package(by=dana, package_id=made.id, release=Release(**desk))
    say(ReachAnswer.LATER)
    release = commit_notes_package(by=dana, package_id=made.id, release=Release(**desk))
    say(ReachAnswer.NOT_LATER)
    with pytest.raises(GateRefused, match="AFTER_IT_CAME"):
        deliver(by=dana, release_id=release.pk)
    assert not Release.objects.get().served_at


@pytest.mark.committing
def test_what_its_author_read_and_packed_under_an_order_is_not_called_packed_by_two_whom_it_was_not_shown(
    no_press, hale, dana, lindqvist, order
):
    made = pack(hale, claimed(lindqvist, Basis.B_COURT_ORDER, facts=under(order)), write_note(hale, lindqvist), dana)
    desk = {"identity_verified": "badge seen", "method": Method.LOCKED_FILE}
    release = commit_notes_package(by=dana, package_id=made.cover.id, release=Release(**desk))
    prepared, approved, _, given_out, _ = steps_of(release, entry_of(release), may_approve=False)
    assert (prepared["title"], approved["title"]) == ("Prepared", "Read and approved")
    assert hale.display_name in prepared["words"] and hale.display_name in approved["words"]
    assert "a court, still stops it" in given_out["words"]
    page = cover_of(release)
    assert "passphrase comes to you separately, never together" in page and ON_TWO_SHEETS not in page


def test_oversight_of_anybody_but_the_author_opens_nothing_whatever_name_is_written(
    no_press, hale, osei, dana, lindqvist
):
    note = write_note(hale, lindqvist)
    for somebody in (str(osei.pk), "Dr. Somebody Else", hale.full_name):
        facts = documented(Basis.B_OVERSIGHT) | {"originator_under_review": somebody}
        with pytest.raises(GateRefused, match="PN_OVERSIGHT_OF_ANOTHER"):
            pack(hale, claimed(lindqvist, Basis.B_OVERSIGHT, facts=facts), note, dana)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"identity_verified": ""}, "IDENTITY_UNVERIFIED"),
        ({"smallest_set_confirmed": False}, "PN_SMALLEST_SET"),
        ({"process": LegalProcess.DISCOVERY_REQUEST}, "PN_PROCESS_NOT_COMPULSION"),
    ],
)
def test_the_gate_says_no_before_anything_is_made_and_the_sealed_log_alone_tells_of_it(
    no_press, hale, dana, lindqvist, order, changes, code
):
    note, before = write_note(hale, lindqvist), AuditEntry.objects.count()
    with pytest.raises(GateRefused, match=code):
        pack(hale, claimed(lindqvist, Basis.B_COURT_ORDER, facts=under(order), **changes), note, dana)
    assert vault.my_packages(hale) == []
    assert AuditEntry.objects.count() == before
    assert refused_in_the_vault(hale) == [code]


@pytest.fixture
def elena(hale):
    return make_patient(20411, "Elena", "Cordova", today().replace(year=1988, day=1), treated_by=hale)


def test_a_joint_note_stays_out_where_one_person_is_the_cause_or_is_asked_about(hale, lindqvist, elena):
    write_note(hale, lindqvist, elena)
    leaves = {Basis.B_HHS, Basis.B_OVERSIGHT}
    for basis in own_grounds():
        (one,) = offer_without_authorization(by=hale, patient_id=lindqvist.pk, basis=basis)
        assert (one.refusal is None, one.text is not None) == (basis in leaves, basis in leaves), basis


def test_an_order_about_one_patient_opens_a_joint_note_only_where_it_names_the_other_too(
    no_press, hale, dana, castellanos, lindqvist, elena, order
):
    note, claim = write_note(hale, lindqvist, elena), claimed(lindqvist, Basis.B_COURT_ORDER, facts=under(order))
    with pytest.raises(vault.NotReleasable, match="PN_SPEAKS_OF_OTHERS"):
        pack(hale, claim, note, dana)
    name_patient(by=castellanos, paper=order, patient_id=elena.pk)
    assert codes_of(hale, claim, note, dana) == {"NAMED_SINCE_COUNSEL", "PATIENT_NOT_TOLD"}
    add_counsel(castellanos, order)
    add_entry(by=castellanos, paper=order, kind=EntryKind.NOTICE, code=NoticeAnswer.TOLD, on=today(), about=elena)
    papers = papers_about(lindqvist)
    (one,) = offer_without_authorization(by=hale, patient_id=lindqvist.pk, basis=Basis.B_COURT_ORDER, papers=papers)
    assert one.text and not one.others_left_out
    made = pack(hale, claim, note, dana).cover
    assert made.speaks_of == {str(note): (elena.pk,)}
    law = claimed(lindqvist, Basis.B_REQUIRED_BY_LAW, process=LegalProcess.STATUTE)
    with pytest.raises(vault.NotReleasable, match="PN_SPEAKS_OF_OTHERS"):
        pack(hale, law, note, dana)


def test_a_joint_record_leaves_under_a_paper_for_as_long_as_that_names_the_other(
    no_press, hale, dana, castellanos, lindqvist, elena, order
):
    name_patient(by=castellanos, paper=order, patient_id=elena.pk)
    release = claimed(lindqvist, Basis.B_COURT_ORDER, facts=under(order))
    joint = [Item("pn", today(), originator_id=str(hale.pk))]
    for names in (True, False):
        if not names:
            name_patient(by=castellanos, paper=order, patient_id=elena.pk, named=False)
        (item,), relied = with_others(release, joint, {"pn": [elena.pk]}, on=today())
        assert (item.names_others, item.lacks_others, relied) == (True, not names, {})
    release.record_class = RecordClass.CHART
    theirs = record_paper(by=castellanos, paper=paper_of(elena), document=SCAN)
    assert not with_others(release, joint, {"pn": [elena.pk]}, on=today())[0][0].lacks_others, "the same scan"
    respond(castellanos, theirs, ResponseKind.CLOSED)
    assert with_others(release, joint, {"pn": [elena.pk]}, on=today())[0][0].lacks_others


def test_under_an_order_the_author_leaves_out_what_is_about_the_other_and_nothing_of_the_patients_own(
    hale, lindqvist, elena, signed_in
):
    own, client = write_note(hale, lindqvist, text=f"{CANARY}. Keep this."), signed_in(hale)
    joint = write_note(hale, lindqvist, elena, text="She wept. He kept this.")
    url = f"{reverse('notes-release-new', args=[lindqvist.pk])}?basis=B_COURT_ORDER"
    for note, end in ((own, len(CANARY)), (joint, 9)):
        vault.redact_note(
            hale, note_id=note, patient_id=lindqvist.pk, spans=[Span(0, end)], nothing_left=note == joint, reason="hers"
        )
    page = client.get(url).content.decode()
    assert CANARY in page and "He kept this." in page and "She wept" not in page
    path = f"{reverse('psychotherapy-leave-out-without', args=[lindqvist.pk, joint])}?basis=B_COURT_ORDER&only=others"
    assert f'formaction="{path.replace("&", "&amp;")}"' in page and f"notes/{own}/leave-out/" not in page
    assert "only what is about other people" in client.get(path).content.decode()


def test_nobody_packs_anothers_notes(no_press, hale, osei, dana, lindqvist):
    note = write_note(hale, lindqvist)
    with pytest.raises(vault.NotReleasable):
        pack(osei, claimed(lindqvist, Basis.B_HHS), note, dana)
    assert refused_in_the_vault(osei) == ["PN_NOTHING_CHOSEN"]


def test_what_was_documented_is_sealed_and_opens_for_the_named_staff_alone(no_press, hale, dana, osei, lindqvist):
    made = pack(hale, claimed(lindqvist, Basis.B_HHS), write_note(hale, lindqvist), dana)
    with vault.open_as(hale):
        row = Package.objects.get()
    assert SECRET.encode() not in bytes(row.claim) and SECRET not in repr(made.cover)
    assert vault.package_claim(dana, made.cover.id)["facts"]["request_letter"] == SECRET
    assert vault.package_claim(osei, made.cover.id) == vault.package_claim(hale, made.cover.id) == {}
    assert not (Release.objects.exists() or Task.objects.exists() or Entry.objects.exists())


def test_the_author_releases_it_on_the_page_and_the_gate_shows_every_reason(
    no_press, monkeypatch, hale, dana, lindqvist, signed_in
):
    note, client = write_note(hale, lindqvist, text=CANARY), signed_in(hale)
    url = reverse("notes-release-new", args=[lindqvist.pk])
    assert CANARY not in client.get(url).content.decode()
    assert url in client.get(reverse("psychotherapy-note-list", args=[lindqvist.pk])).content.decode()
    page = client.get(f"{url}?basis=B_HHS")
    assert CANARY in page.content.decode()
    typed = {
        "package": new_id(hale.pk), "notes": [note], "named_staff": [dana.pk], "recipient_name": "OCR, Region V",
        "recipient_kind": "agency", "purpose": "Compliance review", "fact_case_number": SECRET,
    }  # fmt: skip
    refused = client.post(f"{url}?basis=B_HHS", typed)
    assert refused.status_code == 409 and SECRET in refused.content.decode()
    assert {
        "RECIPIENT_NOT_OF_BASIS",
        "IDENTITY_UNVERIFIED",
        "MISSING_REQUEST_LETTER",
        "PN_SMALLEST_SET",
    } <= refused.context["decision"].codes()
    facts = {f"fact_{key}": SECRET for key in documented(Basis.B_HHS)}
    whole = typed | facts | {"recipient_kind": "hhs", "identity_verified": "badge", "smallest_set_confirmed": "on"}
    with monkeypatch.context() as now:
        now.setattr(without_authorization, "package_pdf", Mock(side_effect=Busy(BUSY)))
        busy = client.post(f"{url}?basis=B_HHS", whole)
    assert busy.status_code == 409 and "Try again in a moment" in busy.content.decode()
    assert SECRET in busy.content.decode() and "Compliance review" in busy.content.decode()
    made = client.post(f"{url}?basis=B_HHS", whole)
    assert made.status_code == 200 and made.context["made"].passphrase in made.content.decode()
    desk = signed_in(dana).get(reverse("notes-hand-over", args=[made.context["made"].cover.id]))
    assert "OCR, Region V" in desk.content.decode() and "Compliance review" in desk.content.decode()
    assert CANARY not in desk.content.decode()


def test_oversight_opens_notes_only_where_it_is_of_their_author(no_press, hale, dana, lindqvist, signed_in):
    note, client = write_note(hale, lindqvist), signed_in(hale)
    url = f"{reverse('notes-release-new', args=[lindqvist.pk])}?basis=B_OVERSIGHT"
    facts = {f"fact_{key}": SECRET for key in documented(Basis.B_OVERSIGHT)}
    typed = facts | {
        "package": new_id(hale.pk), "notes": [note], "named_staff": [dana.pk], "recipient_name": "Board of Psychology",
        "recipient_kind": "agency", "purpose": "Complaint", "identity_verified": "badge",
        "smallest_set_confirmed": "on", "fact_suspension_statement": "written",
    }  # fmt: skip
    del typed["fact_originator_under_review"]
    refused = client.post(url, typed)
    assert "MISSING_ORIGINATOR_UNDER_REVIEW" in refused.context["decision"].codes()
    assert "The investigation is of me, " + hale.display_name in refused.content.decode()
    made = client.post(url, typed | {"fact_originator_under_review": "Dr. Somebody Else"}).context["made"]
    claim = vault.package_claim(dana, made.cover.id)
    assert claim["facts"]["originator_under_review"] == str(hale.pk)


def test_an_author_leaves_passages_out_of_what_leaves_without_an_authorization_too(hale, osei, lindqvist, signed_in):
    note, client = write_note(hale, lindqvist, text=f"{CANARY}. Keep this."), signed_in(hale)
    back = f"{reverse('notes-release-new', args=[lindqvist.pk])}?basis=B_CORONER"
    path = f"{reverse('psychotherapy-leave-out-without', args=[lindqvist.pk, note])}?basis=B_CORONER"
    assert f'formaction="{path}"' in client.get(back).content.decode()
    assert back in client.get(path).content.decode()
    said = {"mark": f"note:0:{len(CANARY) + 1}", "reason": "about his brother"}
    assert client.post(path, said).headers["Location"] == back
    shown = client.get(back).content.decode()
    assert CANARY not in shown and "Keep this." in shown and "1 passage of it is left out" in shown
    assert signed_in(osei).get(path).status_code in (403, 404)


def test_what_the_author_ticked_and_typed_is_kept_while_passages_are_left_out_on_the_way(
    hale, dana, lindqvist, signed_in
):
    note, client = write_note(hale, lindqvist, text="He spoke of it. Keep this."), signed_in(hale)
    here = f"{reverse('notes-release-new', args=[lindqvist.pk])}?basis=B_OVERSIGHT"
    path = f"{reverse('psychotherapy-leave-out-without', args=[lindqvist.pk, note])}?basis=B_OVERSIGHT"
    typed = {
        "package": new_id(hale.pk), "notes": [note], "named_staff": [dana.pk], "recipient_name": "Board of Psychology",
        "recipient_kind": "agency", "purpose": "Complaint", "fact_agency": SECRET,
        "fact_originator_under_review": "on", "smallest_set_confirmed": "on", "leave_out": "",
    }  # fmt: skip
    way = client.post(path, typed)
    kept = way.context["kept"]
    assert way.status_code == 200 and client.session.get("kept") is None
    wrong = client.post(path, {"mark": "note:0:15", "reason": "x" * 501, "kept": kept})
    assert (wrong.status_code, wrong.context["kept"]) == (400, kept)
    saved = client.post(path, {"mark": "note:0:15", "reason": "about his brother", "kept": kept})
    assert (saved.status_code, saved.headers["Location"]) == (307, here), "no word of it stands in the address"
    for answer in (client.post(here, {"mark": "note:0:15", "kept": kept}), client.post(here, {"kept": kept})):
        page, form = answer.content.decode(), answer.context["form"]
        assert f'id="note-{note}" checked' in page and SECRET in page and "Board of Psychology" in page
        assert (form["package"].value(), form["named_staff"].value()) == (str(typed["package"]), [str(dana.pk)])
        assert form["fact_originator_under_review"].value() is True and form["recipient_kind"].value() == "agency"
        assert not form["smallest_set_confirmed"].value(), "what leaves was changed: it is read again"
        assert "is-invalid" not in page and "1 passage of it is left out" in page
    assert vault.my_packages(hale) == []


def test_a_court_a_law_and_hhs_are_given_the_text_as_it_is(hale, lindqvist, signed_in):
    note, client = write_note(hale, lindqvist, text=f"{CANARY}. Keep this."), signed_in(hale)
    left_out = [Span(0, len(CANARY))]
    vault.redact_note(
        hale, note_id=note, patient_id=lindqvist.pk, spans=left_out, nothing_left=False, reason="not for the board"
    )
    for basis, whole in (("B_COURT_ORDER", True), ("B_HHS", True), ("B_REQUIRED_BY_LAW", True),
                         ("B_OVERSIGHT", False), ("B_CORONER", False), ("B_OPERATIONS", False)):  # fmt: skip
        page = client.get(f"{reverse('notes-release-new', args=[lindqvist.pk])}?basis={basis}").content.decode()
        assert (CANARY in page, "It leaves as it is." in page) == (whole, whole), basis
        assert (f"notes/{note}/leave-out/" in page) is not whole


@pytest.mark.committing
def test_the_hand_over_asks_again_and_enters_basis_and_exception(hale, dana, lindqvist):
    made = pack(hale, claimed(lindqvist, Basis.B_OPERATIONS), write_note(hale, lindqvist, text=CANARY), dana)
    desk = {"identity_verified": "identity card seen", "method": Method.LOCKED_FILE}
    release = commit_notes_package(by=dana, package_id=made.cover.id, release=Release(**desk))
    entry = entry_of(release)
    assert (entry.basis, entry.includes_pn, entry.artefact_sha256) == (Basis.B_OPERATIONS, True, made.cover.sha256)
    assert (release.exception, release.verdict["exception"]) == (PNException.DEFENSE, PNException.DEFENSE)
    assert release.facts["caption"] == SECRET and release.authorization is None
    assert release.identity_verified == "letterhead, called back; at hand-over: identity card seen"
    assert (release.prepared_by, release.approver, release.committed_by) == (hale, hale, dana)
    assert sha256(deliver(by=dana, release_id=release.pk).content).hexdigest() == made.cover.sha256


@pytest.mark.committing
def test_a_claim_that_does_not_carry_any_more_stops_the_hand_over(no_press, monkeypatch, hale, dana, lindqvist):
    made = pack(hale, claimed(lindqvist, Basis.B_OPERATIONS), write_note(hale, lindqvist), dana)
    claim = {**vault.package_claim(dana, made.cover.id), "facts": {}}
    monkeypatch.setattr("records.psychotherapy.vault.packages._claim", lambda row: claim)
    with pytest.raises(GateRefused, match="MISSING_CAPTION"):
        commit_notes_package(by=dana, package_id=made.cover.id, release=Release(method=Method.LOCKED_FILE))
    assert not Release.objects.exists() and UUID(str(vault.my_packages(hale)[0].id)) == made.cover.id


@pytest.mark.committing
def test_what_is_quashed_after_its_author_packed_it_is_neither_handed_over_nor_given_out(
    no_press, hale, dana, castellanos, lindqvist, order
):
    note, desk = write_note(hale, lindqvist), {"identity_verified": "badge", "method": Method.LOCKED_FILE}
    made = pack(hale, claimed(lindqvist, Basis.B_COURT_ORDER, facts=under(order)), note, dana)
    respond(castellanos, order, ResponseKind.MOTION_TO_QUASH)
    with pytest.raises(GateRefused, match="PAPER_FOUGHT"):
        commit_notes_package(by=dana, package_id=made.cover.id, release=Release(**desk))
    add_counsel(castellanos, order)
    release = commit_notes_package(by=dana, package_id=made.cover.id, release=Release(**desk))
    respond(castellanos, order, ResponseKind.CLOSED)
    with pytest.raises(GateRefused, match="PAPER_OVER"):
        deliver(by=dana, release_id=release.pk)
