"""A paper reaches the sessions held until the day it came: later ones only where its own words name them."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from disclosures.ledger.rules import Basis
from disclosures.legal.actions import NotCompelled, add_entry, confirm_compelled, pack_compelled
from disclosures.legal.models import LegalPaper, PaperEntry
from disclosures.legal.rules import EntryKind, ReachAnswer
from disclosures.releases import actions
from disclosures.releases.actions import GateRefused
from disclosures.releases.models import Release
from disclosures.releases.queries import chart_index, proposal_of
from disclosures.releases.queries.papers import papers_about
from disclosures.releases.rules import Method
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from records.psychotherapy.compelled_rules import Compelled, Scope
from tests.files import pdf
from tests.legal.conftest import FIRST, LAST, Recorded, begin, seen
from tests.legal.test_pages import scan, typed
from tests.psychotherapy.conftest import DAY, write_draft, write_note
from tests.releases.conftest import note_keys, signed_note, small_pdf

SignedIn = Callable[[Staff], Client]
CAME, BEFORE = DAY - timedelta(days=10), DAY - timedelta(days=20)
WORDS = "and of every session held until the trial"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("sentence", "named", "reached"),
    [
        ("all of it was held by then", Scope((BEFORE,), FIRST, CAME), Scope((BEFORE,), FIRST, CAME)),
        ("the period ends later", Scope((), FIRST, LAST), Scope((), FIRST, CAME)),
        ("one of the days is later", Scope((BEFORE, LAST)), Scope((BEFORE,))),
        ("the period is later, a day is not", Scope((BEFORE,), LAST, LAST), Scope((BEFORE,))),
        ("all of it is later", Scope((LAST,), LAST, LAST), Scope()),
    ],
)
def test_of_what_a_paper_names_the_sessions_until_it_came_are_reached(
    sentence: str, named: Scope, reached: Scope
) -> None:
    assert named.until(CAME) == reached and named.ends_by(CAME) == (named == reached), sentence


def say(by: Staff, paper: LegalPaper, code: ReachAnswer, words: str = "") -> None:
    add_entry(by=by, paper=paper, kind=EntryKind.REACH, code=code, on=today(), words=words)


def test_a_session_after_the_paper_came_is_packed_only_where_its_own_words_name_it(
    recorded: Recorded, hale: Staff, castellanos: Staff, brook: Staff, dana: Staff, lindqvist: Patient,
    signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    packed: list[date] = []
    monkeypatch.setattr(
        "disclosures.legal.actions.package_pdf",
        lambda chosen, **more: packed.extend(one.head.session_on for one in chosen) or pdf(),
    )
    write_note(hale, lindqvist, session_on=BEFORE)
    write_draft(hale, lindqvist, session_on=DAY)
    paper = recorded(received_on=CAME)

    def refused(act: Callable[[], object]) -> list[str]:
        with pytest.raises(NotCompelled) as found:
            act()
        return [reason.code for reason in found.value.reasons]

    def carried_out(last: date) -> Compelled:
        begun = begin(castellanos, paper, hale, brook, dana, scope=Scope((), FIRST, last))
        confirm_compelled(by=brook, compelled=begun)
        return pack_compelled(by=brook, compelled=seen(brook, begun))

    assert refused(lambda: carried_out(LAST)) == ["AFTER_IT_CAME"]
    assert refused(lambda: carried_out(LAST + timedelta(days=1))) == ["OUTSIDE_SCOPE"]
    assert carried_out(CAME).package and packed == [BEFORE]
    for nobody in (dana, hale, brook):
        with pytest.raises(Refused):
            say(nobody, paper, ReachAnswer.LATER, WORDS)
    with pytest.raises(Refused, match="PAPER_LATER_BY"):
        say(castellanos, paper, ReachAnswer.LATER, " ")
    say(castellanos, paper, ReachAnswer.LATER, WORDS)
    begun = begin(castellanos, paper, hale, brook, dana)
    page = signed_in(brook).get(reverse("compelled-open", args=[begun.id])).content.decode()
    assert WORDS in page and "never signed is packed too" in page, "the second person compares them with the paper"
    say(castellanos, paper, ReachAnswer.NOT_LATER)  # it was a mistake
    assert refused(lambda: confirm_compelled(by=brook, compelled=begun)) == ["AFTER_IT_CAME"]
    say(castellanos, paper, ReachAnswer.LATER, WORDS)
    assert carried_out(LAST).package and packed == [BEFORE, BEFORE, DAY]


def test_its_author_and_the_chart_are_bound_by_the_same_day_and_a_paper_of_later_sessions_alone_opens_nothing(
    recorded: Recorded, hale: Staff, castellanos: Staff, brook: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    paper = recorded(received_on=CAME)
    assert papers_about(lindqvist)[0].days == {"scope_from": FIRST.isoformat(), "scope_to": CAME.isoformat()}
    officer, path = signed_in(castellanos), reverse("compelled-new", args=[paper.pk])
    form = officer.get(path).context["form"]
    assert form["last"].value() == CAME
    shown = officer.get(reverse("legal-paper-open", args=[paper.pk])).content.decode()
    assert "the day it came" in shown and reverse("legal-paper-add", args=[paper.pk, "reach"]) in shown
    later = recorded(received_on=CAME, scope_from=None, scope_to=None, session_days=[DAY])
    with pytest.raises(NotCompelled) as found:
        begin(castellanos, later, hale, brook, scope=Scope((DAY,)))
    assert [one.code for one in found.value.reasons] == ["AFTER_IT_CAME"]


def of_the_chart(paper: LegalPaper, basis: Basis = Basis.B_COURT_ORDER, **facts: str) -> Release:
    """An unsaved release of the chart under a paper, with what somebody typed or ticked."""
    (listed,) = papers_about(paper.patient)
    return Release(
        patient=paper.patient, record_class="CHART", basis=basis, process=listed.process, method=Method.IN_PERSON,
        recipient_name=paper.recipient_name, recipient_kind=paper.recipient_kind, purpose=paper.purpose,
        recipient_address=paper.recipient_address, identity_verified=paper.verified, facts=listed.facts | facts,
    )  # fmt: skip


@pytest.mark.parametrize("step", ["approve", "commit", "deliver"])
def test_a_later_session_stays_here_at_every_step_once_it_is_recorded_that_the_paper_does_not_name_it(
    recorded: Recorded, hale: Staff, castellanos: Staff, dana: Staff, lindqvist: Patient,
    monkeypatch: pytest.MonkeyPatch, step: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("disclosures.releases.actions.prepare.chart_package", lambda *_, **__: (small_pdf(), 1))
    signed_note(hale, lindqvist, 3)
    paper = recorded(received_on=CAME)
    say(castellanos, paper, ReachAnswer.LATER, WORDS)
    draft = of_the_chart(paper, scope_from=FIRST.isoformat(), scope_to=LAST.isoformat())
    release = actions.prepare_release(by=dana, release=draft, keys=note_keys(lindqvist), approver=hale)
    steps: dict[str, Callable[[], object]] = {
        "approve": lambda: actions.approve_release(
            by=hale, release_id=release.pk, keep=[str(row.pk) for row in release.items.all()]
        ),
        "commit": lambda: actions.commit_release(by=dana, release_id=release.pk),
        "deliver": lambda: actions.deliver(by=dana, release_id=release.pk),
    }
    for one, act in steps.items():
        if one == step:
            break
        act()
    say(castellanos, paper, ReachAnswer.NOT_LATER)  # it was a mistake
    with pytest.raises(GateRefused) as refused:
        steps[step]()
    assert refused.value.decision.codes() == {"AFTER_IT_CAME"}
    say(castellanos, paper, ReachAnswer.LATER, WORDS)
    assert steps[step]()


@pytest.mark.parametrize("facts", [{"within_scope": "yes"}, {"scope_from": "2020-01-01", "scope_to": LAST.isoformat()}])
def test_a_paper_that_names_no_days_reaches_what_there_was_when_it_came_whatever_is_ticked_or_typed(
    recorded: Recorded, hale: Staff, castellanos: Staff, dana: Staff, lindqvist: Patient, facts: dict[str, str]
) -> None:
    signed_note(hale, lindqvist, 30)
    signed_note(hale, lindqvist, 3)
    paper = recorded(received_on=CAME, scope_from=None, scope_to=None)
    draft, (later, earlier) = of_the_chart(paper, **facts), note_keys(lindqvist)
    lines = {line.key: line.refusal for line in chart_index(lindqvist, proposal_of(draft, [], on=today()))}
    assert lines[later] and lines[later].code == "AFTER_IT_CAME" and lines[earlier] is None
    with pytest.raises(GateRefused) as refused:
        actions.prepare_release(by=dana, release=draft, keys=[later, earlier], approver=hale)
    (reason,) = refused.value.decision.reasons
    assert (reason.code, reason.link) == ("AFTER_IT_CAME", reverse("legal-paper-open", args=[paper.pk]))
    assert actions.prepare_release(by=dana, release=draft, keys=[earlier], approver=hale).pk
    say(castellanos, paper, ReachAnswer.LATER, WORDS)
    draft = of_the_chart(paper, **facts)
    assert actions.prepare_release(by=dana, release=draft, keys=[later, earlier], approver=hale).pk


def test_a_period_beyond_the_day_it_came_and_a_due_day_before_it_are_asked_about_once(
    dana: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    client, path = signed_in(dana), reverse("legal-paper-new", args=[lindqvist.pk])
    slips = {"received_on": CAME, "response_due_on": BEFORE}
    first = client.get(path).content.decode()
    assert "later_days" not in first and "due_before" not in first
    asked = client.post(path, typed(lindqvist, **slips) | {"document": scan()})
    form = asked.context["form"]
    assert asked.status_code == 422 and set(form.errors) == {"response_due_on", "scope_to", "document"}
    page = asked.content.decode()
    assert "later_days" in page and "due_before" in page and "the day it came" in page
    sure = {"due_before": "on", "later_days": "on", "document": scan()}
    assert client.post(path, typed(lindqvist, **slips) | sure).status_code == 302
    paper = LegalPaper.objects.get()
    assert paper.scope_to == LAST and paper.response_due_on == BEFORE and not PaperEntry.objects.exists()
