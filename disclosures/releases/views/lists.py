"""The worklist, a patient's releases, one release."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from disclosures.ledger.models import Entry
from disclosures.ledger.queries import covered_by_checkpoint
from disclosures.ledger.rules import Basis
from practice.outside.queries import links_about
from practice.outside.rules import LinkPurpose
from practice.people.models import Staff
from practice.people.rules import Role

from ..forms import BASIS_WORDS
from ..models import Release
from ..policies import (
    open_patient_for_release,
    open_release,
    patients_for_release,
    refusal_to_approve,
    refusal_to_open_package,
    refusal_to_warn,
    releases_visible_to,
    require_release_work,
)
from ..queries import (
    asking_is_due,
    covers_to_hand_over,
    ended_lines,
    exceptional_lines,
    line_of,
    lines_of,
    open_lines,
    package_of,
    steps_of,
    verdict_now,
    verdict_words,
)
from ..queries.blocked import Block, block_of, blocked_steps, covers_with_blocks, with_blocks
from ..queries.frozen import OPEN, changes_since_approval, in_short
from ..queries.named import entries_about_others
from ..queries.release import entries_of
from ..queries.remedies import explained
from ..queries.steps import way_words
from ..queries.threat import threat_facts
from ..queries.wishes import wishes_about
from ..rules import Decision, Method, ReleaseState

SHOWN = {
    "all": "All open",
    "mine": "Waiting on me",
    "clinician": "Waiting on a clinician",
    "ready": "Ready to hand over",
    "ended": "Ended lately",
    "claimed": "In an emergency or without permission",
}


@require_safe
def worklist(request: HttpRequest) -> HttpResponse:
    staff = cast(Staff, request.user)
    require_release_work(staff)
    lines = with_blocks(open_lines(staff))
    sorts = {
        "all": lines,
        "mine": [line for line in lines if line.mine],
        "clinician": [line for line in lines if line.release.state == ReleaseState.AWAITING_APPROVAL],
        "ready": [line for line in lines if line.release.state == ReleaseState.APPROVED and not line.blocked],
        "ended": ended_lines(staff),
        "claimed": exceptional_lines(staff),
    }
    chosen = request.GET.get("show", "all")
    chosen = chosen if chosen in sorts else "all"
    tabs = [(key, words, len(sorts[key])) for key, words in SHOWN.items()]
    covers = covers_with_blocks(covers_to_hand_over(staff))
    context = {"lines": sorts[chosen], "tabs": tabs, "chosen": chosen, "covers": covers}
    return render(request, "releases/worklist.html", context)


@require_safe
def patient_releases(request: HttpRequest, patient_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    patient = open_patient_for_release(staff, patient_id)
    rows = releases_visible_to(staff).filter(patient=patient).order_by("-prepared_at")
    context = {
        "patient": patient,
        "lines": with_blocks(lines_of(rows, staff)),
        "may_warn": refusal_to_warn(staff, patient) is None,
    }
    return render(request, "releases/patient_releases.html", context)


def _about_others(release: Release, staff: Staff) -> list[tuple[str, Entry]]:
    """The entries of other patients of whom something left with it; a stranger's name is not shown."""
    found = entries_about_others(release)
    known = patients_for_release(staff).in_bulk([one.patient_id for one in found]) if found else {}
    return [(known[one.patient_id].legal_name if one.patient_id in known else ANOTHER, one) for one in found]


ANOTHER = "Another patient"


def _gate_today(release: Release, *, stopped: bool) -> Decision | None:
    """The gate's answer, with its remedies. Its yes is not said beside why nothing may leave."""
    decision = verdict_now(release)
    if stopped and decision.allowed:
        return None
    return explained(decision, patient_id=release.patient_id, authorization_id=release.authorization_id)


@require_safe
def release_open(request: HttpRequest, release_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    *earlier, entry = entries_of(release) or [None]
    pending = release.state in (ReleaseState.AWAITING_APPROVAL, ReleaseState.APPROVED)
    package = None if release.package else package_of(release)
    may_approve = refusal_to_approve(staff, release.patient) is None
    block = block_of(release)
    changed = changes_since_approval(release) if release.state in OPEN and not block.words else []
    stopped = block if block.words else Block("", in_short(changed))
    steps = [] if release.state == ReleaseState.RECORDED else steps_of(release, entry, may_approve=may_approve)
    context = {
        "release": release,
        "patient": release.patient,
        "blocked": block.words,
        "sha256": release.sha256 or (package.sha256 if package else ""),
        "changed": changed,
        "steps": blocked_steps(steps, stopped) if stopped.words and release.served_at is None else steps,
        "items": release.items.all(),
        "decision": _gate_today(release, stopped=bool(stopped.words)) if pending else None,
        "package": package,
        "entry": entry,
        "earlier": earlier,
        "about_others": _about_others(release, staff),
        "may_complete": release.prepared_by_id == staff.pk or staff.has_role(Role.COMPLIANCE_OFFICER),
        "way_words": way_words(release),
        "threat_facts": threat_facts(release, staff),
        "ground": BASIS_WORDS[Basis(release.basis)],
        "entered_as": BASIS_WORDS[Basis(entry.basis)] if entry else "",
        "verdict_words": verdict_words(release),
        "signed": entry is not None and covered_by_checkpoint(entry),
        "may_withdraw": pending,
        "asking_due": asking_is_due(release),
        "may_get": release.state == ReleaseState.COMMITTED and release.method != Method.DOWNLOAD and not stopped.words,
        "wishes": wishes_about(release) if pending else [],
        "exception": line_of(release, staff).exception if pending else "",
        "others_package": refusal_to_open_package(staff, release),
        "taken_over": release.taken_over.all(),
        "links": links_about(LinkPurpose.DOWNLOAD, release.pk) if release.method == Method.DOWNLOAD else [],
    }
    return render(request, "releases/release.html", context)
