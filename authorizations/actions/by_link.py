"""Signing a prepared form by a link, on the signer's own device; the signature uses the link up."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.outside.actions import NewLink, expire_link, make_link, use_link
from practice.outside.models import Link
from practice.outside.queries import expired_links
from practice.outside.rules import CodeGiven, LinkPurpose
from practice.outside.signals import LinkSpent
from practice.people.confidential import Goes, Means, Way, goes
from practice.people.models import Staff
from practice.people.queries import asked_ways

from .. import queries
from ..models import Authorization, AuthorizationEvent, Signature
from ..policies import authorizations_visible_to, check_may_record
from ..queries.signing import Signer, refusal_to_sign_on_screen, refusals_to, signer_of, unsignable
from ..rules import EventKind
from ..rules.choices import IdentityCheck, SignatureWay
from .recording import record_copy_downloaded
from .signing import Client, Mark, decline, sign

KNOWN_BY = {CodeGiven.BY_PHONE: IdentityCheck.CODE_BY_PHONE, CodeGiven.IN_PERSON: IdentityCheck.CODE_IN_PERSON}
COPY_HOW = "Downloaded by the signer, right after signing by link"


def make_signing_link(
    *, by: Staff, authorization: Authorization, signer: Signer, days: int, code_given: CodeGiven, agreed: bool = False
) -> NewLink:
    """A link for one person to read and sign a prepared form. Raises Refused for a form or a signer that cannot.

    `agreed`: they were asked, and agree to this way this once.
    """
    check_may_record(by, authorization.patient)
    if refusal := _refusal(authorization, signer, today()) or _refusal_of_way(
        authorization, signer, code_given, agreed
    ):
        raise Refused(refusal)
    return make_link(
        by=by,
        purpose=LinkPurpose.SIGN,
        subject_id=authorization.pk,
        patient=authorization.patient,
        representative=signer.representative,
        days=days,
        code_given=code_given,
    )


def _refusal_of_way(
    authorization: Authorization, signer: Signer, code_given: CodeGiven, agreed: bool
) -> Refusal | None:
    """Why nobody is sent a link, or called with its code: the patient asked to be reached otherwise (R-224).

    What the wish does not speak of is asked of the signer, this once. Who signs for the patient has telephone and
    e-mail of their own, and is asked in the patient's stead.
    """
    means = _wished(authorization)
    link = goes(Way.LINK, means)
    call = goes(Way.PHONE, means) if code_given == CodeGiven.BY_PHONE else Goes.YES  # in person is always there
    if signer.representative is None and (link == Goes.NO or call != Goes.YES):
        return Refusal(
            "CONFIDENTIAL_MEANS",
            "The patient asked to be reached in another way.",
            "Give the code in person, or have the form signed here.",
            "45 CFR 164.522(b)(1)(i)",
        )
    if agreed or (link == call == Goes.YES):
        return None
    return Refusal(
        "CONFIDENTIAL_ASK",
        "The patient asked to be reached in a certain way, and it is not said whether a link is right for them.",
        "Ask whoever signs, and tick that they agreed; or have the form signed here.",
        "45 CFR 164.522(b)(1)(i)",
    )


def _wished(authorization: Authorization) -> list[Means]:
    return [one.means for one in asked_ways(authorization.patient, today())]


def may_call_nobody(authorization: Authorization, signers: Iterable[Signer]) -> bool:
    """Whether none of those who may sign can be given the code by telephone."""
    forbidden = goes(Way.PHONE, _wished(authorization)) != Goes.YES
    return forbidden and all(one.representative is None for one in signers)


def note_expired_links(now: datetime) -> int:
    """Close the signing links whose time is over, and ask whoever made one where the form still waits. Out: how many.

    Safe to run twice; a link is dead at its minute, whether or not this has run.
    """
    links = expired_links(LinkPurpose.SIGN, now)
    for link in links:
        form = Authorization.objects.filter(pk=link.subject_id, patient=link.patient_id).first()
        waits = form is not None and refusal_to_sign_on_screen(queries.for_release(form.pk)) is None
        expire_link(link=link, now=now, ask=waits)
    return len(links)


def form_of(link: Link) -> tuple[Authorization, Signer]:
    """What a link is for, as its maker may still see it, and who signs. Raises LinkSpent."""
    found = authorizations_visible_to(link.made_by).filter(pk=link.subject_id, patient=link.patient_id).first()
    if found is None:
        raise LinkSpent
    authorization = queries.for_release(found.pk)
    return authorization, signer_of(authorization, link.representative, today())


def check_link(link: Link) -> None:
    """Raises LinkSpent when the form is signed, corrected, useless or not this person's to sign by now."""
    authorization, signer = form_of(link)
    if _refusal(authorization, signer, today()) is not None:
        raise LinkSpent


def _refusal(authorization: Authorization, signer: Signer, on: date) -> Refusal | None:
    if refusal := refusal_to_sign_on_screen(authorization):
        return refusal
    if refusals := refusals_to(authorization, signer, on):
        return refusals[0]
    if defects := unsignable(authorization, on):
        words = f"Signed as it stands, it could not be used. {defects[0].words}"
        return Refusal("AUTHORIZATION_UNSIGNABLE", words, defects[0].remedy, defects[0].cite)
    return None


@transaction.atomic
def sign_by_link(
    *, link: Link, mark: Mark, intent: bool, consent: bool, document_sha256: str, client: Client, own_name: bool = False
) -> Signature:
    """Sign, and use the link up with it: both or neither. Raises LinkSpent, or Refused with what can be mended."""
    used = use_link(link=link)
    authorization, signer = form_of(used)
    return sign(
        by=None,
        authorization=authorization,
        way=SignatureWay.LINK,
        signer=signer,
        mark=mark,
        intent=intent,
        consent_electronic=consent,
        identity_checked_by=used.made_by,
        identity_how=KNOWN_BY[CodeGiven(used.code_given)],
        document_sha256=document_sha256,
        client=client,
        own_name=own_name,
    )


@transaction.atomic
def decline_by_link(*, link: Link) -> AuthorizationEvent | None:
    """They do not want to sign. The link is used up; the practice sees it on the form. Raises LinkSpent."""
    used = use_link(link=link)
    authorization, _ = form_of(used)
    return decline(by=None, authorization=authorization, way=SignatureWay.LINK)


def copy_for_signer(*, link: Link) -> bytes | None:
    """The signed PDF, for the browser that has just signed; that the copy was given is recorded once (F2).

    Out: None where nothing was signed by this link.
    """
    authorization, _ = form_of(link)
    signature = Signature.objects.filter(authorization=authorization, way=SignatureWay.LINK).first()
    if signature is None:
        return None
    if not authorization.events.filter(kind=EventKind.COPY_GIVEN).exists():
        record_copy_downloaded(authorization=authorization, how=COPY_HOW)
    return bytes(signature.document.pdf)
