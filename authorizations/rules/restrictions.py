"""What a patient asked the practice not to use or disclose, and whether that binds (164.522(a), R-220 to R-223).

Pure: the day is passed in. A request binds from the day the practice agrees. One that the practice must agree to
(paid in full, W-34) binds from the day it is received, whatever anybody answers, and no act of the practice ends it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from practice.infrastructure.refusals import Refusal

CITE = "45 CFR 164.522(a)"
MUST_AGREE_CITE = "45 CFR 164.522(a)(1)(vi)"


class RestrictedUse(TextChoices):
    """What for the patient may ask not to be spoken of (164.522(a)(1)(i)): nothing else can be restricted."""

    TREATMENT = "treatment", "Treatment by others"
    PAYMENT = "payment", "Payment"
    OPERATIONS = "operations", "The practice's own operations"
    FAMILY = "family", "Family and others involved in care"


class RestrictedRecipient(TextChoices):
    """Who is not to receive it, by kind; none of them means anybody."""

    PAYER = "payer", "Health plan or insurer"
    PROVIDER = "provider", "Another health care provider"
    FAMILY = "family", "Family or friends"
    BUSINESS_ASSOCIATE = "business_associate", "A service that works for the practice"
    OTHER = "other", "Somebody else"


class RestrictedKind(TextChoices):
    """Which records, by kind, in the words of a patient; none of them means all."""

    NOTE = "note", "Notes of sessions"
    SESSION = "session", "That there was a session, its time and length"
    MEASURE = "measure", "Questionnaires"
    RESULT = "result", "Test results"
    DIAGNOSIS = "diagnosis", "Diagnoses"
    OBSERVATION = "observation", "Symptoms and how things are going"
    MEDICATION = "medication", "Medication"
    PLAN = "plan", "Treatment plans"
    RISK = "risk", "Risk and safety"
    DOCUMENT = "document", "Letters and other documents"
    BILLING = "billing", "Bills and payments, with the sessions they name"


FEW = 4  # days named one by one in a sentence
ANY_KIND = "other"  # of documents that nobody has chosen yet
# Kinds of the chart's index that a patient's words mean as well. A bill is no item of it: its sessions are.
ALSO_MEANT = {"plan": {"plan_review"}, "risk": {"safety"}, "document": {"handover"}, "billing": {"session"}}


class RestrictionEventKind(TextChoices):
    """What happened to a request. The state is derived from these, never typed in."""

    AGREED = "agreed", "Agreed to"
    NOT_AGREED = "not_agreed", "Not agreed to"
    LETTER_SENT = "letter_sent", "The patient was told the answer"
    ENDED_WRITTEN = "ended_written", "The patient ended it in writing"
    ENDED_ORALLY = "ended_orally", "The patient ended it by word of mouth"
    ENDED_BY_NOTICE = "ended_by_notice", "The practice told the patient that it ends"
    ASKED_NOT_FURTHER = "asked_not_further", "A recipient in an emergency was asked not to use it further"
    RECORDED_IN_ERROR = "recorded_in_error", "Recorded by mistake"


# What was paid in full is kept from a plan for both of these at once: told under one name, it would be told.
PLAN_USES = frozenset({RestrictedUse.PAYMENT, RestrictedUse.OPERATIONS})
BY_PATIENT = frozenset({RestrictionEventKind.ENDED_WRITTEN, RestrictionEventKind.ENDED_ORALLY})


class RestrictionState(TextChoices):
    WAITING = "waiting", "Waits for an answer"
    IN_FORCE = "in_force", "In force"
    PAID_IN_FULL = "paid_in_full", "In force, paid in full"
    ENDED_FOR_NEW = "ended_for_new", "In force for what was on record before the notice"
    NOT_AGREED = "not_agreed", "Not agreed to"
    ENDED = "ended", "Ended"
    ERROR = "error", "Recorded by mistake"


BINDING = frozenset({RestrictionState.IN_FORCE, RestrictionState.PAID_IN_FULL, RestrictionState.ENDED_FOR_NEW})


@dataclass(frozen=True, slots=True)
class RestrictionFacts:
    """One request as the rules and the gate see it. Empty `recipients`, days and kinds mean anybody and everything.

    `ended_on`: the day the patient ended it. `notice_on`: the day the practice told the patient that it ends.
    """

    received_on: date
    uses: frozenset[RestrictedUse]
    recipients: frozenset[RestrictedRecipient] = frozenset()
    recipient_name: str = ""
    session_dates: frozenset[date] = frozenset()
    covers_from: date | None = None
    covers_to: date | None = None
    kinds: frozenset[RestrictedKind] = frozenset()
    paid_in_full: bool = False
    agreed_on: date | None = None
    refused_on: date | None = None
    ended_on: date | None = None
    notice_on: date | None = None
    in_error: bool = False
    link: str = ""
    id: str = ""

    @property
    def names_days(self) -> bool:
        return bool(self.session_dates or self.covers_from or self.covers_to)


def state(facts: RestrictionFacts, on: date) -> RestrictionState:
    """Where a request stands on a practice-local day. A paid-in-full one knows neither refusal nor notice, and that it
    was a mistake counts from the day the patient ended it (R-223)."""
    ended = facts.ended_on is not None and facts.ended_on <= on
    if facts.in_error and (ended or not facts.paid_in_full):
        return RestrictionState.ERROR
    if ended:
        return RestrictionState.ENDED
    if facts.paid_in_full:
        return RestrictionState.PAID_IN_FULL if facts.received_on <= on else RestrictionState.WAITING
    if facts.agreed_on is None or facts.agreed_on > on:
        refused = facts.refused_on is not None and facts.refused_on <= on
        return RestrictionState.NOT_AGREED if refused else RestrictionState.WAITING
    if facts.notice_on is not None and facts.notice_on <= on:
        return RestrictionState.ENDED_FOR_NEW
    return RestrictionState.IN_FORCE


def restricts(facts: RestrictionFacts, on: date, *, item_on: date | None, kind: str = "") -> bool:
    """Whether a document is restricted on a day. `item_on` is its day; of one without a day nothing is known, and the
    same holds for one without a kind, so that both are kept in.

    After the practice's notice only what came up to that day stays restricted (164.522(a)(2)(iii)).
    """
    stands = state(facts, on)
    if stands not in BINDING:
        return False
    if stands == RestrictionState.ENDED_FOR_NEW and item_on and facts.notice_on and item_on > facts.notice_on:
        return False
    return _of_these_days(facts, item_on) and _of_these_kinds(facts, kind)


def _of_these_days(facts: RestrictionFacts, day: date | None) -> bool:
    if day is None or not facts.names_days or day in facts.session_dates:
        return True
    if facts.covers_from is None and facts.covers_to is None:
        return False
    return (facts.covers_from is None or facts.covers_from <= day) and (
        facts.covers_to is None or day <= facts.covers_to
    )


def _of_these_kinds(facts: RestrictionFacts, kind: str) -> bool:
    meant = {str(one) for one in facts.kinds}
    for one in facts.kinds:
        meant |= ALSO_MEANT.get(str(one), set())
    return not meant or kind in ("", ANY_KIND) or kind in meant


def covered_words(facts: RestrictionFacts) -> str:
    """Which records a request covers: "Notes of sessions of Mar 3, 2026", "All records from Jan 5, 2026 on"."""
    kinds = joined([kind.label for kind in RestrictedKind if kind in facts.kinds]) or "All records"
    return f"{kinds}{_days_words(facts)}"


def _days_words(facts: RestrictionFacts) -> str:
    named, first, last = [_day(day) for day in sorted(facts.session_dates)], facts.covers_from, facts.covers_to
    if named:
        shown = joined(named) if len(named) <= FEW else f"{len(named)} days from {named[0]} to {named[-1]}"
        return f" of {shown}"
    if first and last:
        return f" from {_day(first)} to {_day(last)}"
    if first:
        return f" from {_day(first)} on"
    return f" up to {_day(last)}" if last else ""


def joined(words: list[str]) -> str:
    """ "Payment and family and others", with a small letter after the first."""
    rest = [word[:1].lower() + word[1:] if not word[1:2].isupper() and not _is_day(word) else word for word in words]
    shown = words[:1] + rest[1:]
    return ", ".join(shown[:-1]) + f" and {shown[-1]}" if len(shown) > 1 else "".join(shown)


def _is_day(word: str) -> bool:
    return any(char.isdigit() for char in word)


def refusals_of_request(facts: RestrictionFacts) -> Iterator[Refusal]:
    """What is missing or does not fit in a request as it is entered; all at once."""
    if not facts.uses:
        yield Refusal("RESTRICTION_USES", "It is not said what it is not to be used for.", "Tick at least one.", CITE)
    if facts.covers_from and facts.covers_to and facts.covers_to < facts.covers_from:
        yield Refusal("RESTRICTION_DAYS", "The last day is before the first.", "Check the two days.", CITE)
    if not facts.paid_in_full:
        return
    if facts.recipients != {RestrictedRecipient.PAYER} or facts.uses != PLAN_USES:
        yield Refusal(
            "RESTRICTION_PAID_MIXED",
            "What was paid in full is kept from a health plan, for payment and for operations, and from nobody else.",
            "Choose the health plan alone, and both uses. Record what else the patient asks for as a second request.",
            MUST_AGREE_CITE,
        )
    if not facts.names_days:
        yield Refusal(
            "RESTRICTION_PAID_WHICH",
            "It is not said which sessions were paid in full.",
            "Name their days, or the period.",
            MUST_AGREE_CITE,
        )
    yield from _days_to_come(facts)


def _days_to_come(facts: RestrictionFacts) -> Iterator[Refusal]:
    """What was paid in full lies behind: a mistyped year would leave the real session open to the plan."""
    late = sorted(day for day in facts.session_dates if day > facts.received_on)
    words = f"after {_day(facts.received_on)}, the day the practice received the request."
    if late:
        yield Refusal(
            "RESTRICTION_PAID_TO_COME",
            f"{' and '.join(map(_day, late))} {'is' if len(late) == 1 else 'are'} {words}",
            "Check the year. A session to come is recorded once it is paid.",
            MUST_AGREE_CITE,
        )
    if facts.covers_from and facts.covers_from > facts.received_on:
        yield Refusal(
            "RESTRICTION_PERIOD_TO_COME",
            f"{_day(facts.covers_from)} is {words}",
            "Check the year, or let the period begin on that day.",
            MUST_AGREE_CITE,
        )


def not_on_file(facts: RestrictionFacts, on_file: Collection[date]) -> str:
    """Which of the sessions that were paid in full are not there to be protected, as they are named in a sentence:
    "Mar 3, 2026", "this period"; empty when every day named, or one day of the period alone, has a session."""
    if not facts.paid_in_full:
        return ""
    if facts.session_dates:
        missing = sorted(facts.session_dates - set(on_file))
        return " or ".join(map(_day, missing))
    return "" if any(_of_these_days(facts, day) for day in on_file) else "this period"


def _day(day: date) -> str:
    return f"{day:%b %-d, %Y}"


def refusal_to_decline(facts: RestrictionFacts) -> Refusal | None:
    """Why the practice may not answer no: the plan is not told of what was paid in full (R-221)."""
    if not facts.paid_in_full:
        return None
    return Refusal(
        "RESTRICTION_MUST_AGREE",
        "This cannot be refused: it was paid in full, and the patient asked that the health plan is not told.",
        "Agree to it. Only the patient can end it later.",
        MUST_AGREE_CITE,
    )


def refusal_to_end_by_notice(facts: RestrictionFacts, on: date) -> Refusal | None:
    """Why the practice may not end it by telling the patient: never what was paid in full, else only what is agreed."""
    if facts.paid_in_full:
        return Refusal(
            "RESTRICTION_NOT_BY_PRACTICE",
            "The practice cannot end this: it was paid in full.",
            "Only the patient can end it, in writing or by word of mouth.",
            "45 CFR 164.522(a)(2)(iii)(A)",
        )
    return refusal_to_end(facts, on)


def refusal_to_mark_as_error(facts: RestrictionFacts) -> Refusal | None:
    """Why a request may not be marked as recorded by mistake. What was paid in full would end so by the practice's word
    alone: it binds until the patient ends it, and can be marked after that (R-223)."""
    if facts.in_error:
        return Refusal("RESTRICTION_MARKED", "This is marked as recorded by mistake already.", "See its history.")
    if not facts.paid_in_full or facts.ended_on is not None:
        return None
    return Refusal(
        "RESTRICTION_PATIENT_ENDS_IT",
        "This cannot be marked as a mistake while it binds: it was paid in full, and only the patient ends it.",
        "Ask the patient. If they agree that it was a mistake, enter that they end it; then it can be marked.",
        "45 CFR 164.522(a)(2)(iii)(A)",
    )


def refusal_to_end(facts: RestrictionFacts, on: date) -> Refusal | None:
    """Why there is nothing to end on a day."""
    if state(facts, on) in BINDING:
        return None
    words = "This is not in force, so there is nothing to end."
    return Refusal("RESTRICTION_NOT_IN_FORCE", words, "See where it stands.", "45 CFR 164.522(a)(2)")
