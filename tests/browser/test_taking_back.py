"""A patient's revocation followed through the browser: the call, the hold, the letter, who is told, what is stopped."""

from collections.abc import Callable

from playwright.sync_api import expect

from authorizations.models import Authorization, RevocationLetter
from disclosures.releases import actions
from disclosures.releases.models import Release
from disclosures.releases.rules import ReleaseState
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from practice.worklist.rules import TaskState
from tests.releases.conftest import (  # noqa: F401  fixtures of the area
    LAWYER,
    approved,
    chart,
    paper,
    pdf,
    prepared,
    profile,
)

from .conftest import Visit
from .visitor import WIDE, Visitor


def test_a_patients_revocation_followed_through_the_browser(
    a_visit: Visit,
    dana: Staff,
    chart: Patient,  # noqa: F811
    paper: Callable[..., Authorization],  # noqa: F811
    approved: Callable[..., Release],  # noqa: F811
) -> None:
    authorization = paper(individual_initiated=True)
    sent, waiting = approved(authorization=authorization), approved(authorization=authorization)
    actions.commit_release(by=dana, release_id=sent.pk)
    actions.deliver(by=dana, release_id=sent.pk)
    with a_visit(WIDE) as visitor:
        page = visitor.page
        visitor.sign_in(dana, f"/authorizations/{authorization.pk}/")
        take_back(visitor, "By word of mouth", "Called front desk")
        expect(page.get_by_text("On hold. Nothing goes out.")).to_be_visible()
        visitor.look("on hold, the form to send")
        page.get_by_role("link", name="The form was sent").click()
        page.get_by_label("How, for example", exact=False).fill("By mail")
        page.get_by_role("button", name="Record it").click()
        expect(page.get_by_text("Revocation form sent to the patient")).to_be_visible()
        visitor.go(f"/releases/{waiting.pk}/")
        expect(page.get_by_text("Blocked. The patient took it back by word of mouth")).to_be_visible()

        visitor.go(f"/authorizations/{authorization.pk}/")
        take_back(visitor, "In writing", "The signed form by mail")
        expect(page.get_by_text("Nothing more goes out under it.")).to_be_visible()
        expect(page.get_by_text("2 documents of the chart").first).to_be_visible()
        page.get_by_role("button", name="Make the letter").click()
        page.get_by_role("link", name="It was sent").click()
        page.get_by_label("How, for example", exact=False).fill("By mail")
        page.get_by_role("button", name="It was sent").click()
        page.get_by_role("link", name="Told, or why not").click()
        visitor.look("who is to be told")
        page.get_by_label("How, and who", exact=False).fill("Called; spoke to J. Stone")
        page.get_by_label("They were told").check()
        page.get_by_role("button", name="Record it").click()
        expect(page.get_by_text("Called; spoke to J. Stone")).to_be_visible()
        visitor.look("the revocation, everything done")

        visitor.go(f"/releases/{waiting.pk}/hand-over/")
        expect(page.get_by_text("It was revoked in writing.", exact=False).first).to_be_visible()
        expect(page.get_by_role("button", name="Hand over and enter in the ledger")).to_have_count(0)
        visitor.look("the hand-over refused in words")
    assert Release.objects.get(pk=waiting.pk).state == ReleaseState.APPROVED
    assert RevocationLetter.objects.get().listed == 1
    about = Task.objects.filter(state=TaskState.OPEN).exclude(subject_id=sent.pk)
    assert not about.exists(), "everything that followed is done"


def take_back(visitor: Visitor, way: str, how: str) -> None:
    page = visitor.page
    page.get_by_role("link", name="Record a revocation").click()
    page.get_by_label(way, exact=True).check()
    page.get_by_label("The patient", exact=True).check()
    page.get_by_label("How it came in").fill(how)
    page.get_by_role("button", name="Record it").click()
