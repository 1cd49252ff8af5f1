"""The practice's forms: new versions, what counsel said, the yearly review; and authorizations prepared from them."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Unpack, cast
from uuid import UUID, uuid5

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.compliance.queries import policy, practice_profile
from practice.infrastructure import days
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal, Refused
from practice.outside.actions import stop_links_to
from practice.outside.rules import LinkPurpose
from practice.people.models import Patient, Staff
from practice.people.policies import require_act
from practice.people.rules import Act, Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind

from .. import queries
from ..documents.form import named_of
from ..models import Authorization, FormReview, FormVersion
from ..queries.forms import form_in_use, usable_form
from ..rules import ConditionedOn, ConditioningStatement, EventKind, RecordClass, SignerRole
from ..rules.form_versions import REVIEW_NOTICE_DAYS, FormKind, ReviewOutcome, kind_for, review_due
from ..rules.preparing import (
    described,
    is_conditioned,
    own_words,
    own_words_of_part,
    parts_of,
    problems_before_signing,
)
from ..rules.wording import LONGEST_TEXT, wordings_of, words_missing
from .events import checked, lock_for_release
from .recording import Elements, record_authorization

# what is not carried from one paper to the next: its signature, and what the next form says by itself
NOT_PREPARED = frozenset(
    {
        "signature_method", "signed_on", "representative", "authority_description", "signer_name", "signer_role",
        "stmt_revocation", "stmt_conditioning", "stmt_redisclosure", "stmt_remuneration", "combined_with",
        "template_version", "minor_rule",
    }
)  # fmt: skip


def make_version(*, by: Staff, kind: FormKind, texts: Mapping[str, str]) -> FormVersion:
    """Keep new words for a form as its next version; it cannot be used before counsel approved it.

    Raises Refused for who may not, for a text that the form needs and lacks (all are named), and for one too long.
    """
    require_act(by, Act.POLICY_CHANGE)
    kept = {wording.key: str(texts.get(wording.key, "")).strip() for wording in wordings_of(kind)}
    explainer = policy("P-18", days.today()).value is True
    if missing := words_missing(kind, kept, explainer_required=explainer):
        headings = ", ".join(wording.heading for wording in missing)
        words, remedy = f"The form does not say everything it must: {headings}.", "Write these texts."
        raise Refused(Refusal("FORM_WORDS_MISSING", words, remedy, "45 CFR 164.508(c)"))
    if any(len(text) > LONGEST_TEXT for text in kept.values()):
        words = f"One of the texts is longer than {LONGEST_TEXT:,} characters."
        raise Refused(Refusal("FORM_WORDS_TOO_LONG", words, "Nothing was saved; shorten it."))
    with transaction.atomic():
        advisory_lock(f"form:{kind}")
        newest = FormVersion.objects.filter(kind=kind).first()
        if newest is not None and newest.texts == kept:
            return newest
        number = newest.number + 1 if newest else 1
        version = FormVersion.objects.create(kind=kind, number=number, texts=kept, made_by=by)
        record(by=by, event=AuditEvent.RECORDED, subject=version, detail=version.code)
        add_task(kind=TaskKind.FORM_REVIEW, due_on=None, subject=version, role=Role.COMPLIANCE_OFFICER)
    return version


def record_review(
    *, by: Staff, version: FormVersion, outcome: ReviewOutcome, counsel: str, reviewed_on: date, file_note: str
) -> FormReview:
    """Record what counsel said about a version, on which day, and where the answer is kept (P-22).

    Raises Refused for who may not, for a day to come or before the version was written, and without name or note.
    """
    require_act(by, Act.POLICY_CHANGE)
    if not counsel.strip() or not file_note.strip():
        words = "Who counsel is, and where the answer is kept, must be on record."
        raise Refused(Refusal("FORM_REVIEW_INCOMPLETE", words, "Name both."))
    if reviewed_on > days.today():
        raise Refused(Refusal("FORM_REVIEW_IN_FUTURE", "This day is in the future.", "Give the day of the answer."))
    if version.made_by_id is not None and reviewed_on < days.local_date(version.made_at):
        words = "Counsel cannot have read this version before it was written."
        raise Refused(Refusal("FORM_REVIEW_TOO_EARLY", words, "Give the day of the answer on this version."))
    with transaction.atomic():
        review = FormReview.objects.create(
            version=version,
            outcome=outcome,
            counsel=counsel.strip(),
            reviewed_on=reviewed_on,
            file_note=file_note.strip(),
            recorded_by=by,
        )
        record(by=by, event=AuditEvent.APPROVED, subject=version, detail=outcome.value)
        for other in FormVersion.objects.filter(kind=version.kind, number__lte=version.number):
            close_task(kind=TaskKind.FORM_REVIEW, subject=other, by=by)
        tend_form_reviews(days.today())
    return review


def tend_form_reviews(on: date) -> int:
    """Ask the compliance officer for the review of each form 30 days before it is overdue, and for one that lacks
    approval at all. Out: how many forms need it. Safe to run twice.
    """
    asked = 0
    for kind in FormKind:
        used = form_in_use(kind, on)
        due = review_due(used.said(), on) if used else None
        if used is not None and due is not None and days.add_days(due, -REVIEW_NOTICE_DAYS) > on:
            continue
        subject = used or FormVersion.objects.filter(kind=kind).first()
        if subject is not None:
            add_task(kind=TaskKind.FORM_REVIEW, due_on=due, subject=subject, role=Role.COMPLIANCE_OFFICER)
            asked += 1
    return asked


@checked
def prepare_authorization(
    *,
    by: Staff,
    patient: Patient,
    new_id: UUID | None = None,
    prepared_from: Authorization | None = None,
    own_words: str = "",
    **elements: Unpack[Elements],
) -> Authorization:
    """Prepare one authorization from the form in use, ready to be signed; it permits nothing before that.

    `new_id` makes a second click find what the first one made. `own_words` stand beside what is marked. A draft given
    as `prepared_from` is replaced by the new one. Raises Refused where no approved form may be used (P-22), for records
    that need separate forms (R-045, R-046), for a condition that the law or P-23 forbids, and for what is missing.
    """
    advisory_lock(f"prepare-authorization:{patient.pk}")
    if new_id is not None and (made := _made_before(new_id, patient)):
        return made
    return _prepare(by, patient, new_id, prepared_from, own_words, elements)


@checked
def prepare_separately(
    *,
    by: Staff,
    patient: Patient,
    new_id: UUID,
    prepared_from: Authorization | None = None,
    own_words: str = "",
    **elements: Unpack[Elements],
) -> list[Authorization]:
    """Prepare one document for each group of records that may share a form, from what was entered for all (R-046).

    Both or none: what refuses one refuses all. A second click finds what the first one made.
    """
    advisory_lock(f"prepare-authorization:{patient.pk}")
    made = []
    for part in parts_of(elements.get("record_classes", ()), is_conditioned=_conditioned(elements)):
        part_id = uuid5(new_id, "+".join(part))
        own = own_words_of_part(own_words, part)
        found = _made_before(part_id, patient)
        made.append(found or _prepare(by, patient, part_id, prepared_from, own, _for_part(elements, part)))
    return made


def split_authorization(*, by: Staff, authorization: Authorization) -> list[Authorization]:
    """Prepare separate documents out of one that joins what it may not join, from what was entered; to be signed anew.

    The joined one stays as it is: evidence of what the patient signed. A second click finds what the first one made.
    """
    row = authorization
    elements = {name: getattr(row, name) for name in Elements.__annotations__ if name not in NOT_PREPARED}
    elements |= {"conditioned_on": ConditionedOn.NOTHING.value, "conditioning_ground": ""}
    own = own_words(row.info_description, named_of(row))
    del elements["info_description"]
    return prepare_separately(
        by=by, patient=row.patient, new_id=row.pk, prepared_from=row, own_words=own, **cast(Elements, elements)
    )


def _conditioned(elements: Elements) -> bool:
    return is_conditioned(elements.get("conditioned_on", ""))


def _for_part(elements: Elements, part: list[str]) -> Elements:
    """What goes into one of several documents."""
    given: dict[str, Any] = dict(elements) | {"record_classes": part}
    if RecordClass.PN in part:
        given |= {"info_kinds": [], "conditioned_on": "", "conditioning_ground": ""}
    else:
        given |= {"pn_scope": "", "pn_originator": None, "pn_session_dates": []}
    if RecordClass.CHART not in part:
        given["info_kinds"] = []
    return cast(Elements, given)


def _made_before(new_id: UUID, patient: Patient) -> Authorization | None:
    return Authorization.objects.filter(pk=new_id, patient=patient).first()


def _prepare(
    by: Staff,
    patient: Patient,
    new_id: UUID | None,
    prepared_from: Authorization | None,
    own: str,
    elements: Elements,
) -> Authorization:
    on = days.today()
    version, refusal = usable_form(kind_for(elements.get("record_classes", ())), on, page("form-list"))
    if refusal is not None:
        raise Refused(refusal)
    given: dict[str, Any] = {key: value for key, value in elements.items() if key not in NOT_PREPARED}
    consequences = (
        ConditioningStatement.CONSEQUENCES if _conditioned(elements) else ConditioningStatement.NOT_CONDITIONED
    )
    given |= {
        "template_version": version,
        "discloser": given.get("discloser") or practice_profile().name,
        "signer_role": SignerRole.INDIVIDUAL,
        "stmt_revocation": True,
        "stmt_conditioning": consequences,
        "stmt_redisclosure": True,
        "stmt_remuneration": bool(given.get("remuneration_applies")),
    }
    given["info_description"] = described(named_of(Authorization(patient=patient, **given)), own)
    made = record_authorization(
        by=by, patient=patient, new_id=new_id, prepared_from=prepared_from, **cast(Elements, given)
    )
    facts = queries.facts_of(queries.for_release(made.pk), form_review=policy("P-22", on).value is True)
    problems = problems_before_signing(facts, on, pn_conditioning_forbidden=policy("P-23", on).value is True)
    if problems:
        first = problems[0]
        raise Refused(Refusal(first.code, first.words, first.remedy, first.cite))
    if prepared_from is not None:
        replace_draft(by=by, authorization=prepared_from)
    return made


def replace_draft(*, by: Staff, authorization: Authorization) -> bool:
    """Mark a prepared form that nobody signed as replaced. Out: whether it was one; anything else stays as it is."""
    locked = lock_for_release(authorization.pk)
    line = queries.line_of(locked, days.today())
    is_draft = locked.template_version_id is not None and not line.facts.is_signed
    if not is_draft or line.facts.recorded_in_error_on:
        return False
    locked.events.create(kind=EventKind.RECORDED_IN_ERROR, happened_on=days.today(), how="", recorded_by=by)
    stop_links_to(by=by, purpose=LinkPurpose.SIGN, subject_id=locked.pk)
    return True
