"""A release by link: staff make the link; on the outside host its recipient fetches the file."""

import logging
from collections.abc import Iterator
from typing import cast

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice.infrastructure.refusals import Refused
from practice.outside.actions import refusal_to_make
from practice.outside.forms import LinkForm
from practice.outside.models import Link
from practice.outside.passes import passed_link
from practice.outside.queries import links_about
from practice.outside.refusing import spent
from practice.outside.rules import GRACE, CodeGiven, LinkPurpose
from practice.outside.signals import LinkSpent
from practice.people.models import Staff

from ..actions.download import download, note_opened, note_sent_whole, offer_download, release_of
from ..actions.gate import GateRefused
from ..actions.hand_over import Delivered
from ..models import Release
from ..policies import open_release
from ..queries import asked_of, package_of, verdict_now
from ..queries.frozen import changes_since_approval
from ..queries.release import may_not_call
from ..rules import Method, ReleaseState

logger = logging.getLogger("practice.releases")
CHUNK = 64 * 1024
BY_LINK = (ReleaseState.APPROVED, ReleaseState.COMMITTED)


@require_http_methods(["GET", "POST"])
def release_link(request: HttpRequest, release_id: str) -> HttpResponse:
    """Make the one-time link to a release; its address, code and passphrase are shown in this answer only."""
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    if release.method != Method.DOWNLOAD or release.state not in BY_LINK:
        return redirect("release-open", release.pk)
    form = LinkForm(request.POST or None, no_calls=may_not_call(release) is not None)
    offer, decision = None, None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            offer = offer_download(
                by=staff, release_id=release.pk, days=data["days"], code_given=CodeGiven(data["code_given"])
            )
        except GateRefused as refused:
            decision = refused.decision
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
    committed = release.state == ReleaseState.COMMITTED
    context = {
        "release": release,
        "patient": release.patient,
        "form": form,
        "offer": offer,
        "committed": committed,
        "changed": changes_since_approval(release),
        "decision": decision or verdict_now(release),
        "reach": asked_of(release),
        "links": links_about(LinkPurpose.DOWNLOAD, release.pk),
        "barred": refusal_to_make(release.patient),
    }
    return render(request, "releases/link.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def outside_download(request: HttpRequest) -> HttpResponseBase:
    """On the outside host: one button, and the file. Reading the page changes nothing."""
    link = passed_link(request, LinkPurpose.DOWNLOAD)
    if link is None:
        return spent(request)
    try:
        if request.method == "POST" and "opened" not in request.POST:
            return _file(download(link=link), link)
        if request.method == "POST" and link.used_at is not None:
            note_opened(link=link)
            return redirect("outside-download")
        release = release_of(link)
    except (LinkSpent, Release.DoesNotExist):
        return spent(request)
    until = link.used_at + GRACE if link.used_at else None
    context = {
        "release": release,
        "package": package_of(release),
        "until": until,
        "confirmed": release.state == ReleaseState.DELIVERED,
    }
    context["too_soon"] = request.method == "POST"  # they say it opened, and have not fetched it
    return render(request, "outside/download.html", context)


def _file(given: Delivered, link: Link) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_sent(given.content, link), content_type="application/pdf")
    response["Content-Length"] = str(len(given.content))
    response["Content-Disposition"] = f'attachment; filename="{given.filename}"'
    return response


def _sent(content: bytes, link: Link) -> Iterator[bytes]:
    """The file in pieces; when the last has been taken, that is noted. A broken download never gets there."""
    for start in range(0, len(content), CHUNK):
        yield content[start : start + CHUNK]
    try:
        note_sent_whole(link=link)
    except Exception:  # the file is out, and whether it arrived is asked after a day either way
        logger.exception("it could not be noted that a download was sent whole")
