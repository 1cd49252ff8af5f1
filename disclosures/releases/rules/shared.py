"""Reasons that chart and psychotherapy notes have in common."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from authorizations.rules import (
    AuthorizationStatus,
    Defect,
    ItemAsked,
    RecordClass,
    covers,
    defects,
    same_words,
    status,
)
from authorizations.rules.defect import AUTH_NO_DOCUMENT
from authorizations.rules.lifetime import is_on_hold
from authorizations.rules.names import is_named
from disclosures.ledger.rules import Basis, cite_of
from practice.infrastructure.refusals import Refusal

from . import documentation as docs
from .codes import Act, LegalProcess, MinimumNecessary, PNException, RecipientKind
from .documentation import Fact
from .proposal import Item, PolicyRefusal, Proposal

AUTH_FULFILLED = "AUTH_FULFILLED"
KEEPING = "R-056"  # every signed authorization is kept; not a practice's to switch off, so no P-number


def general_reasons(p: Proposal) -> Iterator[Refusal]:
    if p.record_class not in RecordClass.values:
        yield _unsaid("RECORD_CLASS", "It is not said what kind of record this is.", "Choose one kind of record.")
    if p.basis not in Basis.values:
        yield _unsaid("BASIS_MISSING", "No basis is given.", "Choose what allows this release.")
    if not p.items:
        yield _unsaid("ITEMS_MISSING", "Nothing is chosen.", "Choose at least one document.")
    if p.act == Act.DISCLOSURE and not p.recipient_name.strip():
        words = "It is released to nobody."
        yield _unsaid("RECIPIENT_MISSING", words, "Name the person or office that receives it.")
    if not p.purpose.strip():
        yield _unsaid("PURPOSE_MISSING", "No purpose is given.", "Say what it is for.")
    if p.on > p.today:
        yield _unsaid("DAY_IN_FUTURE", "The day has not come yet.", "Use today or an earlier day.")
    if not p.identity_verified.strip() and p.act == Act.DISCLOSURE and p.basis not in UNVERIFIED:
        yield Refusal(
            "IDENTITY_UNVERIFIED",
            "It is not recorded how the recipient's identity and authority were checked.",
            "Say how: known to the practice, identity card seen, called back, letterhead, badge.",
            "45 CFR 164.514(h)(1)",
        )


def _unsaid(code: str, words: str, remedy: str) -> Refusal:
    """Something without which no basis can be weighed."""
    return Refusal(code, words, remedy, "45 CFR 164.502(a)(1)")


# Good faith stands in for verification; of whoever overhears something by accident nobody asks who they are,
# and a mistake has its own reason.
UNVERIFIED = frozenset({Basis.B_SERIOUS_THREAT, Basis.B_INCIDENTAL, Basis.B_IMPERMISSIBLE})


def missing(facts: tuple[Fact, ...], given: Mapping[str, str], cite: str) -> Iterator[Refusal]:
    for fact in facts:
        if not str(given.get(fact.key, "")).strip():
            remedy = "Write it down, or choose another basis."
            yield Refusal(f"MISSING_{fact.key.upper()}", f"Not recorded: {_lower(fact.label)}.", remedy, cite)


def _lower(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def authorization_reasons(p: Proposal) -> Iterator[Refusal]:
    """Every defect of the authorization itself, then everything in which the release leaves its limits (R-041)."""
    if p.authorization is None:
        yield Refusal(
            "AUTHORIZATION_MISSING",
            "There is no authorization for this release.",
            "Record the patient's signed authorization, or ask for one.",
            "45 CFR 164.508(a)",
        )
        return
    for defect in _defects(p):
        if not defect.policy and not _only_not_kept(p, defect):
            yield Refusal(defect.code, defect.words, defect.remedy, defect.cite, defect.link)
    if p.record_class in RecordClass.values:
        yield from covers(
            p.authorization,
            record_class=p.record_class,
            recipient_name=p.recipient_name,
            recipient_class=p.recipient_class,
            purpose=p.purpose,
            items=tuple(ItemAsked(item.key, item.on, item.originator_id, item.kind) for item in p.items),
            on=p.on,
            ours=p.our_names,
            us_in_other_words=bool(p.facts.get("within_discloser")),
            words_compared=bool(p.facts.get("within_words")),
        )
    if _status(p) == AuthorizationStatus.FULFILLED:
        yield Refusal(
            AUTH_FULFILLED,
            "Everything this authorization was given for has been handed over.",
            "Ask the patient for a new authorization.",
            "45 CFR 164.508(a)(1)",
        )


def _only_not_kept(p: Proposal, defect: Defect) -> bool:
    """What has already gone out under a form that nobody has scanned was not against the law for that: the practice
    owes the paper, and the compliance officer looks at it. Before anything leaves it is a reason like any other.
    """
    return defect.code == AUTH_NO_DOCUMENT and not p.planned


def _defects(p: Proposal) -> list[Defect]:
    if p.authorization is None:
        return []
    return defects(p.authorization, on=p.on, at=p.at, pn_conditioning_forbidden=p.policies.conditioning_forbidden)


def _status(p: Proposal) -> AuthorizationStatus | None:
    if p.authorization is None:
        return None
    return status(p.authorization, p.on, at=p.at, pn_conditioning_forbidden=p.policies.conditioning_forbidden)


# Taken back in writing since, or entered wrongly: nobody waits for the patient's answer to a call any more.
NO_HOLD_SAID = frozenset({AuthorizationStatus.REVOKED, AuthorizationStatus.DEFECTIVE})


def authorization_policies(p: Proposal) -> Iterator[PolicyRefusal]:
    """What the practice adds to the rule about an authorization: the oral hold (P-06) and conditioning (P-23).

    P-06 decides, on the day of the call, whether a call holds. What it holds stays on hold whatever P-06 says later.
    """
    if p.basis != Basis.B_AUTHORIZATION:
        return
    for defect in _defects(p):
        if defect.policy or _only_not_kept(p, defect):
            yield PolicyRefusal(
                defect.policy or KEEPING, Refusal(defect.code, defect.words, defect.remedy, defect.cite, defect.link)
            )
    held = p.authorization is not None and is_on_hold(p.authorization, p.on, p.at)
    if held and _status(p) not in NO_HOLD_SAID:
        yield by_policy(
            "P-06",
            "AUTH_ON_HOLD",
            "The patient has asked to stop. This authorization is on hold.",
            "Wait for the patient's written answer, or for a new authorization.",
        )


def to_individual_reasons(p: Proposal) -> Iterator[Refusal]:
    if p.recipient_kind not in (RecipientKind.PATIENT, RecipientKind.REPRESENTATIVE):
        yield Refusal(
            "RECIPIENT_NOT_INDIVIDUAL",
            "The recipient is neither the patient nor somebody who acts for them.",
            "Choose the basis that applies, or record an authorization.",
            "45 CFR 164.502(a)(1)(i)",
        )
    if p.recipient_kind == RecipientKind.PATIENT and _is_somebody_else(p):
        yield Refusal(
            "RECIPIENT_NOT_INDIVIDUAL",
            f"“{p.recipient_name.strip()}” is not the patient's name on record.",
            "Write the patient's name as it is on record. Somebody who acts for the patient is put on record as their "
            "representative, and chosen as that here.",
            "45 CFR 164.502(a)(1)(i), 164.514(h)",
        )
    if p.recipient_kind == RecipientKind.REPRESENTATIVE and not p.authority.strip():
        yield Refusal(
            "AUTHORITY_MISSING",
            "It is not recorded by what authority this person acts for the patient.",
            "See the document that gives the authority and write down what it is.",
            "45 CFR 164.502(g), 164.514(h)",
        )
    if p.recipient_kind == RecipientKind.REPRESENTATIVE and p.not_representative:
        yield p.not_representative


def _is_somebody_else(p: Proposal) -> bool:
    """Whether the recipient has a name, and it is none of the patient's. Asked without a patient there is none."""
    return bool(p.patient_names and p.recipient_name.strip()) and not is_named(p.recipient_name, p.patient_names)


NOT_ON_RECORD = Refusal(
    "PR_NOT_ON_RECORD",
    "Nobody of this name is on record as somebody who acts for the patient.",
    "Enter the representative on the patient's page, with the document that gives the authority.",
    "45 CFR 164.502(g), 164.514(h)",
)

# Bases that reach one kind of recipient only.
RECIPIENTS: dict[Basis, frozenset[RecipientKind]] = {
    Basis.B_TREATMENT: frozenset({RecipientKind.PROVIDER}),
    Basis.B_PAYMENT: frozenset({RecipientKind.PAYER, RecipientKind.PROVIDER, RecipientKind.BUSINESS_ASSOCIATE}),
    Basis.B_HHS: frozenset({RecipientKind.HHS}),
    Basis.B_INVOLVED_IN_CARE: frozenset({RecipientKind.FAMILY}),
    Basis.B_OVERSIGHT: frozenset({RecipientKind.AGENCY}),
    Basis.B_LAW_ENFORCEMENT: frozenset({RecipientKind.LAW_ENFORCEMENT}),
    Basis.B_LE_IDENTIFY_APPREHEND: frozenset({RecipientKind.LAW_ENFORCEMENT}),
    Basis.B_CORONER: frozenset({RecipientKind.CORONER}),
    Basis.B_CHILD_ABUSE: frozenset({RecipientKind.AGENCY, RecipientKind.LAW_ENFORCEMENT}),
    Basis.B_ADULT_ABUSE: frozenset({RecipientKind.AGENCY, RecipientKind.LAW_ENFORCEMENT}),
    Basis.B_NATIONAL_SECURITY: frozenset({RecipientKind.AGENCY, RecipientKind.LAW_ENFORCEMENT}),
    Basis.B_CUSTODIAL: frozenset({RecipientKind.AGENCY, RecipientKind.LAW_ENFORCEMENT}),
}


def recipient_reasons(p: Proposal, cite: str) -> Iterator[Refusal]:
    """A basis that is about one kind of recipient does not reach another."""
    allowed = RECIPIENTS.get(Basis(p.basis)) if p.basis in Basis.values else None
    if allowed and p.act == Act.DISCLOSURE and p.recipient_kind not in allowed:
        yield Refusal(
            "RECIPIENT_NOT_OF_BASIS",
            "This basis does not reach this kind of recipient.",
            "Correct the recipient's kind, or choose the basis that applies.",
            cite,
        )


def not_an_order() -> Refusal:
    return Refusal(
        "NOT_AN_ORDER",
        "This is not an order of a court or tribunal.",
        "Check who signed it. A paper signed by an attorney or a clerk needs proof of notice or a protective order.",
        "45 CFR 164.512(e)(1)",
    )


def scope_reasons(p: Proposal) -> Iterator[Refusal]:
    """R-212: what a paper or a law expressly names leaves under it, each document compared, and nothing else."""
    cite = "45 CFR 164.512(a)(1)" if p.basis == Basis.B_REQUIRED_BY_LAW else "45 CFR 164.512(e)(1)(i)"
    later = _after_it_came(p)  # which is a reason of its own
    if any(item.outside_scope and item not in later for item in p.items):
        yield Refusal(
            "OUTSIDE_SCOPE",
            "At least one document is not within what is expressly ordered or asked.",
            "Leave it out, or have the order clarified.",
            cite,
        )
    elif p.planned and p.basis in docs.WITHIN_WORDS and not _scope_said(p.facts):
        yield Refusal(
            "SCOPE_NOT_COMPARED",
            "Neither the days it covers are known, nor were the documents chosen compared with its words.",
            "Give both days, or compare each document with the words and tick that they expressly name it.",
            cite,
        )


def _scope_said(facts: Mapping[str, str]) -> bool:
    """Both days of a period, single days, or each document compared."""
    period = facts.get("scope_from") and facts.get("scope_to")
    return bool(period or facts.get("scope_days") or facts.get("within_scope"))


def others_reasons(p: Proposal) -> Iterator[Refusal]:
    """R-008: what one person allows, or is told of, and what is ordered of one person, does not reach what the record
    says of somebody else. Whoever reported already was to say what they knew, whomever it was about.
    """
    reported = p.basis in docs.MANDATED_REPORTS and not p.planned
    if not reported and asks_others(p.basis, emergency=p.emergency) and any(item.lacks_others for item in p.items):
        yield PAPER_NAMES_OTHERS if p.basis in ON_A_DEMAND else NAMES_OTHERS


def asks_others(basis: str, *, emergency: bool) -> bool:
    """Whether a release on this basis asks for the agreement of the others a record speaks of.

    What HHS, an oversight body or a threat demands does not; an emergency never waits.
    """
    if basis in OF_THE_NAMED:
        return True
    return basis in OF_ONE_PERSON and not (basis == Basis.B_TREATMENT and emergency)


NAMES_OTHERS = Refusal(
    "NAMES_OTHERS",
    "At least one of these also speaks of another patient.",
    "Get an authorization of each of them for this same release, have what speaks of them redacted, or leave it out.",
    "45 CFR 164.508(a), 164.502(a)",
)


PAPER_NAMES_OTHERS = replace(
    NAMES_OTHERS,
    remedy="Leave it out, or have what speaks of them redacted. Where the paper names them too, that is put down with "
    "the paper. An authorization of each of them for this same release will do as well.",
    cite="45 CFR 164.512(a)(1), (e)(1)(i), 164.502(a)",
)

# What a court, the police or a law asks about one person; whom else it reaches its paper has to say.
ON_A_DEMAND = frozenset({Basis.B_COURT_ORDER, Basis.B_REQUIRED_BY_LAW, Basis.B_LAW_ENFORCEMENT})
OF_THE_NAMED = ON_A_DEMAND | docs.MANDATED_REPORTS

# Bases that rest on one person: their agreement, their care, their claim, their case, their death.
OF_ONE_PERSON = frozenset(
    {
        Basis.B_AUTHORIZATION, Basis.B_TO_INDIVIDUAL, Basis.B_TREATMENT, Basis.B_PAYMENT, Basis.B_OPERATIONS,
        Basis.B_INVOLVED_IN_CARE, Basis.B_SUBPOENA_ASSURANCE, Basis.B_CORONER, Basis.B_FUNERAL, Basis.B_ORGAN,
        Basis.B_WORKERS_COMP, Basis.B_CUSTODIAL, Basis.B_RESEARCH_WAIVER,
    }
)  # fmt: skip


def by_policy(flag: str, code: str, words: str, remedy: str) -> PolicyRefusal:
    return PolicyRefusal(flag, Refusal(code, words, remedy, f"Practice policy {flag}"))


def process_unsaid(p: Proposal) -> Iterator[Refusal]:
    """A law asks by itself or through a paper; which of the two is said, and a blank says neither."""
    if not p.process:
        yield Refusal(
            "PROCESS_UNSAID",
            "It is not said whether a paper came, or a statute or regulation asks by itself.",
            "Choose the paper, or “A statute or regulation, no paper”.",
            "45 CFR 164.512(a), 164.103",
        )


def paper_reasons(p: Proposal) -> Iterator[Refusal]:
    """What is to leave under legal process rests on the paper as it stands on record at that moment."""
    if not p.planned:
        return
    if p.paper is None:
        if p.process in docs.ON_PAPER:
            yield Refusal(
                "PAPER_NOT_ON_RECORD",
                "This legal paper is not on record for this patient.",
                "Record it with its scan, then choose it here.",
                "45 CFR 164.514(h)(2)",
            )
        return
    yield from p.paper.reasons
    if (reach := p.paper.reach) and reach.refusal not in p.paper.reasons and _after_it_came(p):
        yield reach.refusal
    if p.paper.recipient and not same_words(p.paper.recipient, p.recipient_name):
        yield Refusal(
            "PAPER_OTHER_RECIPIENT",
            f"The paper says that the records go to {p.paper.recipient}.",
            "Name that recipient, as it is on record with the paper.",
            "45 CFR 164.512(e)(1)(i)",
        )


def _after_it_came(p: Proposal) -> list[Item]:
    """What is of a day after the last one that its legal paper reaches."""
    reach = p.paper.reach if p.paper else None
    return [item for item in p.items if reach and item.on and item.on > reach.until]


def paper_policies(p: Proposal) -> Iterator[PolicyRefusal]:
    """What the practice's policies say to the record of that paper: counsel's answer (P-07), notice (P-08)."""
    if p.planned and p.paper is not None:
        yield from p.paper.policies


def counsel_policy(p: Proposal) -> Iterator[PolicyRefusal]:
    """P-07: counsel looks at legal process before anything leaves under it, and at every law that is to open
    psychotherapy notes; a report that a law asks of whoever treats the patient does not wait for counsel.
    """
    by_law = p.record_class == RecordClass.PN and exception_of(p) == PNException.REQUIRED_BY_LAW
    asked = by_law or p.process not in ("", LegalProcess.STATUTE)
    if asked and p.basis not in docs.MANDATED_REPORTS and not p.counsel_reviewed:
        yield by_policy(
            "P-07",
            "COUNSEL_REVIEW",
            "Counsel's review of this legal paper is not recorded."
            if p.process != LegalProcess.STATUTE
            else "Counsel's review of this law is not recorded.",
            "The compliance officer records counsel's name, day and answer with the legal paper.",
        )


def exception_of(p: Proposal) -> PNException | None:
    """The exception this proposal claims: its author's own reading, or the one its basis can stand for."""
    if p.act == Act.USE and p.actor_is_originator and p.basis == Basis.B_TREATMENT:
        return PNException.ORIGINATOR_TREATMENT
    possible = docs.EXCEPTIONS_OF_BASIS.get(Basis(p.basis), ()) if p.basis in Basis.values else ()
    if len(possible) == 1:
        return possible[0]
    return next((code for code in possible if code == p.exception), None)


def minimum_necessary(p: Proposal) -> MinimumNecessary:
    """Whether the minimum-necessary rule applies to this release, or the exemption (R-181)."""
    if p.basis == Basis.B_AUTHORIZATION:
        return MinimumNecessary.AUTHORIZATION
    if p.basis == Basis.B_TO_INDIVIDUAL:
        return MinimumNecessary.INDIVIDUAL
    if p.basis == Basis.B_HHS:
        return MinimumNecessary.HHS
    if p.basis == Basis.B_TREATMENT and p.act == Act.DISCLOSURE:
        return MinimumNecessary.TREATMENT
    if p.basis in (Basis.B_REQUIRED_BY_LAW, Basis.B_COURT_ORDER):
        return MinimumNecessary.REQUIRED_BY_LAW
    if p.basis == Basis.B_LAW_ENFORCEMENT and p.process in docs.JUDICIAL:  # a warrant compels (164.103)
        return MinimumNecessary.REQUIRED_BY_LAW
    if exception_of(p) == PNException.REQUIRED_BY_LAW and p.record_class == RecordClass.PN:
        return MinimumNecessary.REQUIRED_BY_LAW
    return MinimumNecessary.APPLIES


def exception_cite(p: Proposal) -> str:
    exception = exception_of(p)
    return docs.EXCEPTION_CITES[exception] if exception else "45 CFR 164.508(a)(2)"


def cite_for(p: Proposal, is_notes: bool) -> str:
    if is_notes:
        return exception_cite(p)
    return cite_of(Basis(p.basis)) if p.basis in Basis.values else ""
