"""Signing a prepared form, on a screen or on paper. The form stays as it was prepared; a row is added that signs it."""

import hashlib
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.compliance.queries import practice_profile
from practice.infrastructure import days
from practice.infrastructure.pdf import PdfFailed, render_pdf
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.templatetags.look import day
from practice.outside.actions import stop_links_to
from practice.outside.rules import LinkPurpose
from practice.people.models import Staff
from practice.people.rules import Role
from practice.worklist.rules import TaskKind

from .. import queries, rules
from ..documents.signing import TextToSign, text_to_sign
from ..models import Authorization, AuthorizationEvent, Signature, SignedDocument, SignedPaper
from ..queries.signing import Signer, lacking, refusal_to_sign, refusal_to_sign_on_screen, refusals_to, unsignable
from ..queries.standing import names_of
from ..rules import EventKind
from ..rules.choices import IdentityCheck, SignatureMark, SignatureWay
from ..rules.names import NameMatch, match_of_name
from .events import COPY_WITHIN_DAYS, ask, checked, lock_for_release

CONSENT = "I agree to sign electronically. I may ask for a paper form instead, and I get a copy of what I sign."
OWN_NAME = "What I typed is my own name. I am the person named here as signing."
MOST_STROKES, MOST_POINTS = 200, 20_000
WIDEST = 4_000  # points of a screen

Stroke = Sequence[Sequence[float]]

CHANGED = Refusal(
    "DOCUMENT_CHANGED",
    "This form was changed while it was being read.",
    "Read it again as it stands now, then sign.",
    "45 CFR 164.508(c)",
)
NO_MARK = Refusal("SIGNATURE_MISSING", "There is no signature yet.", "Type your name, or draw your signature.")
OTHER_NAME = Refusal(
    "SIGNATURE_OTHER_NAME",
    "This is not the name of the person who signs this form.",
    "Type your own name as it stands on the form, or draw your signature.",
    "45 CFR 164.508(c)(1)(vi)",
)
NAME_QUESTIONED = Refusal(
    "SIGNATURE_NAME_QUESTIONED",
    "",
    "Sign with your own name as it stands there; or tick that what you typed is your own name too.",
    "45 CFR 164.508(c)(1)(vi)",
)
NO_INTENT = Refusal(
    "SIGNATURE_WITHOUT_INTENT", "Signing needs both boxes ticked.", "Tick them, or say that you do not want to sign."
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What the signer put there: a typed name, or strokes of [x, y] points on a pad of `width` by `height`."""

    typed: str = ""
    drawn: Sequence[Stroke] = ()
    width: int = 0
    height: int = 0

    @property
    def kind(self) -> SignatureMark:
        return SignatureMark.DRAWN if self.drawn else SignatureMark.TYPED


@dataclass(frozen=True, slots=True)
class Client:
    """Where it was signed: the address of the connection and what the device says it is."""

    ip: str | None = None
    device: str = ""


def sign(
    *,
    by: Staff | None,
    authorization: Authorization,
    way: SignatureWay,
    signer: Signer,
    mark: Mark,
    intent: bool,
    consent_electronic: bool,
    identity_checked_by: Staff,
    identity_how: IdentityCheck,
    document_sha256: str,
    client: Client,
    own_name: bool = False,
    at: datetime | None = None,
) -> Signature:
    """Sign a prepared form on a screen (R-058), and freeze what was shown together with the signature.

    `by` is whoever handed the screen over, None for a link. `document_sha256` is of the text the signer was shown: it
    must be the text as it stands. Raises Refused for a form signed already or useless, somebody who may not sign it, no
    mark, a typed name that is not the signer's (one in part, until `own_name` says it is), no intent or consent, or a
    text that changed; then nothing is kept.
    """
    now = at or timezone.now()
    mark = _checked_mark(mark)
    if not (intent and consent_electronic):
        raise Refused(NO_INTENT)
    text = text_to_sign(authorization)
    if document_sha256 != text.sha256:
        raise Refused(CHANGED)
    _check_signable(queries.for_release(authorization.pk), signer, days.local_date(now))
    if mark.kind == SignatureMark.TYPED:
        match = match_of_name(mark.typed, names_of(authorization.patient, signer.representative))
        if match == NameMatch.OTHER:
            raise Refused(OTHER_NAME)
        if match == NameMatch.LIKE and not own_name:
            words = f"You typed “{mark.typed}”. The form says “{signer.name}”."
            raise Refused(replace(NAME_QUESTIONED, words=words))
    given = {
        "way": way,
        "mark": mark.kind,
        "signed_on": days.local_date(now),
        "signed_at": now,
        "zone": timezone.get_default_timezone_name(),
        "intent_words": f"{text.intent} {OWN_NAME}" if own_name else text.intent,
        "consent_words": CONSENT,
        "identity_checked_by": identity_checked_by,
        "identity_how": identity_how,
        "document_sha256": text.sha256,
        "ip": client.ip,
        "device": client.device[:300],
    }
    # drawn up before the lock is taken: it lasts a second, and a release must not wait for it
    pdf = signed_pdf(authorization, text, Signature(**given, **who_signed(signer)), mark)
    with transaction.atomic():
        locked = lock_for_release(authorization.pk)
        if text_to_sign(locked).sha256 != text.sha256:
            raise Refused(CHANGED)
        _check_signable(locked, signer, days.local_date(now))
        signature = _add(by, locked, signer, given)
        SignedDocument.objects.create(
            signature=signature,
            shown=text.plain,
            typed=mark.typed,
            drawn=[[list(point) for point in stroke] for stroke in mark.drawn],
            pdf=pdf,
            size=len(pdf),
            pdf_sha256=hashlib.sha256(pdf).hexdigest(),
            made_at=now,
        )
    return signature


@checked
def hand_over_to_sign(*, by: Staff, authorization: Authorization, signer: Signer) -> None:
    """Note that a screen with this form goes into the signer's hands. Raises Refused where it could not be signed."""
    _check_signable(queries.for_release(authorization.pk), signer, days.today())
    record(
        by=by,
        event=AuditEvent.RECORDED,
        subject=authorization,
        patient_id=authorization.patient_id,
        detail="screen_handed_over",
    )


@checked
def sign_on_paper(
    *,
    by: Staff,
    authorization: Authorization,
    paper: SignedPaper,
    signer: Signer,
    signed_on: date | None,
    on_paper: Collection[str],
    identity_how: IdentityCheck,
) -> Signature:
    """Sign by the scan of a signed paper, kept with the form before, with what somebody saw on it (W-20).

    What is not in `on_paper` counts as missing, whatever was prepared: defects are derived from it. Raises Refused for
    a form signed already, a day to come, and a paper without a signature, which leaves the form a draft.
    """
    locked = lock_for_release(authorization.pk)
    if refusal := refusal_to_sign(locked):
        raise Refused(refusal)
    check_paper(locked, signed_on, on_paper)
    check_signer(locked, signer, signed_on)
    if paper.authorization_id != locked.pk or paper.event_id is not None:
        raise Refused(Refusal("SCAN_OF_ANOTHER", "This scan belongs to another form.", "File the scan of this one."))
    given = {
        "way": SignatureWay.PAPER,
        "mark": SignatureMark.HAND,
        "signed_on": signed_on,
        "identity_checked_by": by,
        "identity_how": identity_how,
        "document_sha256": paper.sha256,
        "not_on_paper": lacking(locked, on_paper),
    }
    return _add(by, locked, signer, given)


def check_paper(locked: Authorization, signed_on: date | None, on_paper: Collection[str]) -> None:
    """Raises Refused for a paper without a signature, and for a day beside it that cannot be."""
    if "A6" not in on_paper:
        raise Refused(Refusal("PAPER_NOT_SIGNED", "Nobody signed this paper.", "Have it signed, then scan it again."))
    if signed_on is not None and signed_on > days.today():
        raise Refused(Refusal("SIGNED_IN_THE_FUTURE", "This day is in the future.", "Give the day on the paper."))
    prepared_on = days.local_date(locked.received_at)
    if locked.template_version_id is not None and signed_on is not None and signed_on < prepared_on:
        words = f"This form was prepared on {day(prepared_on)}: nobody signed it on an earlier day."
        raise Refused(
            Refusal("SIGNED_BEFORE_PREPARED", words, "Look at the day on the paper, or scan the right paper.")
        )


def check_signer(locked: Authorization, signer: Signer, signed_on: date | None) -> None:
    """Raises Refused for somebody who signs for the patient without the authority to."""
    if refusals := _against_representative(locked, signer, signed_on or days.today()):
        raise Refused(refusals[0])


@transaction.atomic
def decline(*, by: Staff | None, authorization: Authorization, way: SignatureWay) -> AuthorizationEvent | None:
    """Keep that the signer did not want to sign; said twice it is kept once. None where it is signed by now.

    `by` is who handed the screen over; nobody where the signer was alone with their own device.
    """
    locked = lock_for_release(authorization.pk)
    facts = queries.facts_of(locked)
    if facts.is_signed or facts.recorded_in_error_on is not None:
        return None
    if facts.declined_on is not None:
        return locked.events.filter(kind=EventKind.SIGNING_DECLINED).order_by("recorded_at").last()
    event = AuthorizationEvent.objects.create(
        authorization=locked,
        kind=EventKind.SIGNING_DECLINED,
        happened_on=days.today(),
        how=way.label,
        recorded_by=by,
    )
    record(by=by, event=AuditEvent.RECORDED, subject=locked, patient_id=locked.patient_id, detail="signing_declined")
    return event


@checked
def put_aside(*, by: Staff, authorization: Authorization, why: str) -> AuthorizationEvent:
    """Put a form aside that nobody wants signed any more, with the reason. It was never signed: nothing is revoked.

    Raises Refused for one that is signed, replaced or put aside already, and without a reason.
    """
    locked = lock_for_release(authorization.pk)
    refusal = refusal_to_sign(locked)
    if refusal is not None and refusal.code != "AUTHORIZATION_DECLINED":
        raise Refused(refusal)
    if not why.strip():
        raise Refused(Refusal("EVENT_WITHOUT_WORDS", "This is not complete.", "Say why it is put aside."))
    return _unsigned_event(by, locked, EventKind.PUT_ASIDE, why)


@checked
def offer_again(*, by: Staff, authorization: Authorization, why: str) -> AuthorizationEvent:
    """Offer a form again that they did not want to sign, or that was put aside; on purpose, and with the reason.

    Raises Refused for a form that is signed or replaced, or waits for its signature anyway, and without a reason.
    """
    locked = lock_for_release(authorization.pk)
    refusal = refusal_to_sign(locked)
    if refusal is None:
        raise Refused(Refusal("AUTHORIZATION_OFFERED", "This form waits for its signature already.", "Have it signed."))
    if refusal.code not in ("AUTHORIZATION_DECLINED", "AUTHORIZATION_PUT_ASIDE"):
        raise Refused(refusal)
    if not why.strip():
        raise Refused(Refusal("EVENT_WITHOUT_WORDS", "This is not complete.", "Say why it is offered again."))
    return _unsigned_event(by, locked, EventKind.OFFERED_AGAIN, why)


def _unsigned_event(by: Staff, locked: Authorization, kind: EventKind, why: str) -> AuthorizationEvent:
    event = AuthorizationEvent.objects.create(
        authorization=locked, kind=kind, happened_on=days.today(), how=why.strip(), recorded_by=by
    )
    record(by=by, event=AuditEvent.RECORDED, subject=locked, patient_id=locked.patient_id, detail=kind.value)
    return event


def client_of(request: HttpRequest) -> Client:
    """The device a request came from: the connection's own address, or what our own proxy says of it."""
    address = request.META.get("REMOTE_ADDR")
    if settings.BEHIND_PROXY:  # the proxy overwrites this header: docs/operations.md
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or address
    return Client(address or None, request.headers.get("User-Agent", ""))


def signed_pdf(authorization: Authorization, text: TextToSign, signature: Signature, mark: Mark) -> bytes:
    """The form with the signature under it and the hashed text attached. Raises Refused when it cannot be made."""
    context = {
        "title": text.title,
        "practice": practice_profile(),
        "text": text,
        "patient": authorization.patient,
        "signature": signature,
        "typed": mark.typed,
        "paths": [_path(stroke) for stroke in mark.drawn],
        "mark": mark,
        "document_number": str(authorization.pk)[:8],
        "document_hash": text.sha256,
    }
    attached = [("what-was-signed.txt", text.plain.encode(), "text/plain")]
    try:
        return render_pdf("documents/signed_authorization.html", context, attachments=attached)
    except PdfFailed:
        words = "The signed document could not be made just now. Nothing is signed yet."
        raise Refused(Refusal("SIGNED_PDF_FAILED", words, "Try once more.")) from None


def _check_signable(authorization: Authorization, signer: Signer, on: date) -> None:
    if refusal := refusal_to_sign_on_screen(authorization):
        raise Refused(refusal)
    if wrong := unsignable(authorization, on):
        words = f"This form cannot be signed as it stands. {wrong[0].words}"
        raise Refused(Refusal("FORM_WOULD_BE_USELESS", words, wrong[0].remedy, wrong[0].cite))
    if refusals := refusals_to(authorization, signer, on):
        raise Refused(refusals[0])


def _against_representative(authorization: Authorization, signer: Signer, on: date) -> list[Refusal]:
    """A faulty paper is kept all the same; but nobody signs for the patient without the authority to."""
    return [
        refusal
        for refusal in refusals_to(authorization, signer, on)
        if refusal.code.startswith(("PR_", "AUTHORIZATION_"))
    ]


def who_signed(signer: Signer) -> dict[str, Any]:
    return {
        "signer_role": signer.role,
        "signer_name": signer.name,
        "representative": signer.representative,
        "authority_description": signer.authority,
    }


def _add(by: Staff | None, locked: Authorization, signer: Signer, given: dict[str, Any]) -> Signature:
    """Add the row that signs, note it, and owe the patient a copy where the practice asked for the signature (F2)."""
    now = timezone.now()
    signature = Signature.objects.create(
        authorization=locked, recorded_by=by, recorded_at=now, **given, **who_signed(signer)
    )
    stop_links_to(by=by, purpose=LinkPurpose.SIGN, subject_id=locked.pk)
    way = SignatureWay(given["way"]).value.lower()
    record(by=by, event=AuditEvent.SIGNED, subject=locked, patient_id=locked.patient_id, detail=f"signed_{way}")
    if rules.copy_due(queries.facts_of(locked)):
        due_on = days.add_days(days.local_date(now), COPY_WITHIN_DAYS)
        ask(TaskKind.AUTHORIZATION_COPY, due_on, locked, Role.FRONT_DESK)
    return signature


def _checked_mark(mark: Mark) -> Mark:
    """The mark with its strokes inside the pad, at most so many of them. Raises Refused where there is nothing."""
    typed = " ".join(mark.typed.split())[:300]
    if not mark.drawn:
        if not any(letter.isalpha() for letter in typed):
            raise Refused(NO_MARK)
        return Mark(typed=typed)
    points = [point for stroke in mark.drawn for point in stroke]
    inside = 0 < mark.width <= WIDEST and 0 < mark.height <= WIDEST
    if not inside or len(mark.drawn) > MOST_STROKES or not 2 <= len(points) <= MOST_POINTS:
        raise Refused(NO_MARK)
    if not all(len(point) == 2 and all(_number(value) for value in point) for point in points):
        raise Refused(NO_MARK)
    drawn = [
        [(round(min(max(x, 0), mark.width), 1), round(min(max(y, 0), mark.height), 1)) for x, y in stroke]
        for stroke in mark.drawn
        if stroke
    ]
    return Mark(drawn=drawn, width=mark.width, height=mark.height)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _path(stroke: Stroke) -> str:
    """One stroke as an SVG path; a dot is a line of no length, which a round cap shows."""
    first, *rest = stroke
    return f"M{first[0]} {first[1]}" + "".join(f"L{x} {y}" for x, y in rest or [first])
