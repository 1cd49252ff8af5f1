"""Legal papers: what each kind compels, what must stand on record, what can be answered. Values in, values out.

45 CFR 164.512(a), (e), (f); 164.508(a)(2)(ii); R-200 to R-212, P-07, P-08.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import TextChoices

from disclosures.ledger.rules import Basis
from disclosures.releases.rules import LegalProcess, RecipientKind
from practice.infrastructure.refusals import Refusal


class PaperKind(TextChoices):
    """What came in, by who signed it. The LP codes are those of the gate; HHS and a statute are no legal process."""

    COURT_ORDER = "LP_COURT_ORDER", "Order signed by a judge or administrative tribunal"
    COURT_WARRANT = "LP_COURT_WARRANT", "Court-ordered warrant"
    JUDGE_SUBPOENA = "LP_JUDGE_SUBPOENA", "Subpoena signed by a judicial officer"
    GRAND_JURY_SUBPOENA = "LP_GRAND_JURY_SUBPOENA", "Grand jury subpoena"
    ATTORNEY_OR_CLERK_SUBPOENA = "LP_ATTORNEY_OR_CLERK_SUBPOENA", "Subpoena signed by an attorney or a court clerk"
    DISCOVERY_REQUEST = "LP_DISCOVERY_REQUEST", "Discovery request"
    ADMIN_SUBPOENA = "LP_ADMIN_SUBPOENA", "Administrative subpoena or summons"
    CID = "LP_CID", "Civil or authorized investigative demand"
    HHS = "HHS", "Letter of HHS in a compliance review"
    STATUTE = "STATUTE", "A statute or regulation that requires it"
    INFORMAL_REQUEST = "LP_INFORMAL_REQUEST", "Letter or telephone call"

    @property
    def process(self) -> str:
        """The gate's code of legal process, or "" where there is none."""
        return self.value if self.value in LegalProcess.values else ""


# On what ground psychotherapy notes leave under each (R-021, section 8). A kind that is not here never carries them.
NOTES_BASIS: Final[dict[PaperKind, Basis]] = {
    PaperKind.COURT_ORDER: Basis.B_COURT_ORDER,
    PaperKind.COURT_WARRANT: Basis.B_COURT_ORDER,
    PaperKind.JUDGE_SUBPOENA: Basis.B_COURT_ORDER,
    PaperKind.GRAND_JURY_SUBPOENA: Basis.B_REQUIRED_BY_LAW,
    PaperKind.ADMIN_SUBPOENA: Basis.B_REQUIRED_BY_LAW,
    PaperKind.CID: Basis.B_REQUIRED_BY_LAW,
    PaperKind.STATUTE: Basis.B_REQUIRED_BY_LAW,
    PaperKind.HHS: Basis.B_HHS,
}
# The ground on which a release from the chart is prepared.
CHART_BASIS: Final[dict[PaperKind, Basis]] = {
    PaperKind.COURT_ORDER: Basis.B_COURT_ORDER,
    PaperKind.COURT_WARRANT: Basis.B_COURT_ORDER,
    PaperKind.JUDGE_SUBPOENA: Basis.B_COURT_ORDER,
    PaperKind.GRAND_JURY_SUBPOENA: Basis.B_LAW_ENFORCEMENT,
    PaperKind.ATTORNEY_OR_CLERK_SUBPOENA: Basis.B_SUBPOENA_ASSURANCE,
    PaperKind.DISCOVERY_REQUEST: Basis.B_SUBPOENA_ASSURANCE,
    PaperKind.ADMIN_SUBPOENA: Basis.B_LAW_ENFORCEMENT,
    PaperKind.CID: Basis.B_LAW_ENFORCEMENT,
    PaperKind.STATUTE: Basis.B_REQUIRED_BY_LAW,
    PaperKind.HHS: Basis.B_HHS,
}
RECIPIENTS: Final = (
    RecipientKind.COURT,
    RecipientKind.ATTORNEY,
    RecipientKind.LAW_ENFORCEMENT,
    RecipientKind.AGENCY,
    RecipientKind.HHS,
    RecipientKind.OTHER,
)


class Names(TextChoices):
    """Whether the paper names psychotherapy notes. What is unclear is asked, not guessed (section 8)."""

    EXPRESSLY = "expressly", "Yes, expressly"
    UNCLEAR = "unclear", "It is not clear"
    NOT = "not", "No"


class EntryKind(TextChoices):
    """What is written down about a paper after it came in."""

    COUNSEL = "counsel", "Counsel’s review"
    NOTICE = "notice", "Telling the patient"
    RESPONSE = "response", "Response"
    REACH = "reach", "Sessions after it came"


class CounselAnswer(TextChoices):
    """What counsel said (P-07)."""

    COMPELS = "COMPELS", "It must be complied with, within its terms"
    NARROW = "NARROW", "It must be complied with after it is narrowed or made clear"
    OBJECT = "OBJECT", "Object, or ask the court to quash or protect"
    NOT_BINDING = "NOT_BINDING", "It does not bind the practice"


class NoticeAnswer(TextChoices):
    """Whether the patient knows (P-08)."""

    TOLD = "TOLD", "The patient was told"
    KNOWS = "KNOWS", "The patient was a party, or was served with it"
    ATTEMPTED = "ATTEMPTED", "Tried at the last known address, and not reached"
    PROHIBITED = "PROHIBITED", "The paper or a law forbids telling"


class ReachAnswer(TextChoices):
    """Whether the paper's own words name sessions held after the day it came. Unasked, it reaches what there was."""

    LATER = "LATER", "Its own words name sessions held after the day it came"
    NOT_LATER = "NOT_LATER", "It does not name later sessions"


class ResponseKind(TextChoices):
    """What can be answered (R-208); several in sequence."""

    NEGOTIATE_SCOPE = "NEGOTIATE_SCOPE", "Asked the sender to narrow it"
    VERIFY_COURT_AUTHORITY = "VERIFY_COURT_AUTHORITY", "Checked whether it carries the weight of a court"
    SEEK_AUTHORIZATION = "SEEK_AUTHORIZATION", "Asked the patient for an authorization"
    NOTIFY_PATIENT = "NOTIFY_PATIENT", "Told the patient"
    OBJECT_IN_WRITING = "OBJECT_IN_WRITING", "Objected in writing"
    ASSERT_PRIVILEGE = "ASSERT_PRIVILEGE", "Asserted the patient’s privilege"
    MOTION_TO_QUASH = "MOTION_TO_QUASH", "Moved to quash"
    MOTION_PROTECTIVE_ORDER = "MOTION_PROTECTIVE_ORDER", "Moved for a protective order"
    REFER_COUNSEL = "REFER_COUNSEL", "Referred to counsel"
    COMPLY_LIMITED = "COMPLY_LIMITED", "Complied in part"
    COMPLY_FULL = "COMPLY_FULL", "Complied in full"
    CLOSED = "CLOSED", "Withdrawn, quashed or over"


# After one of these the day of the response is no longer waited for.
ANSWERED: Final = frozenset(
    {
        ResponseKind.OBJECT_IN_WRITING,
        ResponseKind.MOTION_TO_QUASH,
        ResponseKind.MOTION_PROTECTIVE_ORDER,
        ResponseKind.COMPLY_FULL,
        ResponseKind.CLOSED,
    }
)
# While one of these is undecided nothing leaves: only counsel's answer recorded after it lets the paper go on.
FIGHTS: Final = frozenset(
    {
        ResponseKind.OBJECT_IN_WRITING,
        ResponseKind.ASSERT_PRIVILEGE,
        ResponseKind.MOTION_TO_QUASH,
        ResponseKind.MOTION_PROTECTIVE_ORDER,
    }
)
# What keeps psychotherapy notes from leaving under a paper.
STOPS: Final = FIGHTS | {ResponseKind.CLOSED}
ANSWERS: Final = {
    EntryKind.COUNSEL: CounselAnswer,
    EntryKind.NOTICE: NoticeAnswer,
    EntryKind.RESPONSE: ResponseKind,
    EntryKind.REACH: ReachAnswer,
}


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What is known of a paper when psychotherapy notes are to leave under it. `counsel`, `notice`: the latest, or "".

    `whole`: its document is on file and it is written down how the sender's authority was checked. `over`: it was
    withdrawn or quashed; for good, another paper is recorded as another. `fought`: since counsel's latest answer the
    practice objected or went to court. `several`: it names other patients too; `named_since`: whom it names was put
    down or corrected after that answer. `not_told`: of how many of them it is not recorded whether they know.
    """

    kind: PaperKind
    names: Names
    counsel: str
    notice: str
    whole: bool
    counsel_gate: bool = True  # P-07
    notify_patient: bool = True  # P-08
    over: bool = False
    fought: bool = False
    several: bool = False
    named_since: bool = False
    not_told: int = 0


TELLING: Final = (
    "Under “Telling the patient” record that they were told, that you tried at the last known address and did not "
    "reach them, or what forbids telling."
)


def reasons_not_to_compel(facts: PaperFacts, *, alone: bool) -> Iterator[Refusal]:
    """Everything that stands against packing psychotherapy notes under this paper; nothing is asked of the notes.

    `alone`: a solo practice, where counsel's review takes the second person's place whatever P-07 says. Where several
    patients are named it is needed as well: what speaks of another person leaves on that reading alone.
    """
    cite = "45 CFR 164.508(a)(2)(ii), 164.512(a), (e)(1)(i)"
    if facts.kind not in NOTES_BASIS:
        yield Refusal(
            "PN_PROCESS_NOT_COMPULSION",
            "This paper does not open psychotherapy notes: no judge signed it and no law compels it.",
            "Object, assert privilege or ask for an order; or ask the patient for an authorization for these notes.",
            cite,
        )
    elif facts.kind == PaperKind.HHS and facts.names == Names.NOT:
        yield Refusal(
            "PN_NOT_NAMED",
            "The letter of HHS does not ask for psychotherapy notes.",
            "Have counsel ask HHS whether it does. When a letter comes that does, record that one.",
            "45 CFR 164.508(a)(2)(ii), 164.502(a)(2)(ii)",
        )
    elif facts.kind != PaperKind.HHS and facts.names != Names.EXPRESSLY:
        yield Refusal(
            "PN_NOT_NAMED",
            "The paper does not expressly name psychotherapy notes.",
            "Have counsel ask the court or the sender to make it clear. When a clearer paper comes, record that one.",
            "45 CFR 164.512(e)(1)(i)",
        )
    yield from _as_it_stands(facts)
    yield from _counsel(facts, alone or facts.several)
    if facts.counsel and facts.named_since:
        yield Refusal(
            "NAMED_SINCE_COUNSEL",
            "Whom this paper names was changed here after counsel’s latest answer.",
            "Have counsel compare the patients put down here with the paper, and record that answer.",
            "45 CFR 164.512(e)(1)(i), practice policy P-07",
        )
    if not facts.notify_patient or facts.kind == PaperKind.HHS:
        return  # what HHS asks for does not wait for a policy of the practice: telling the patient stays a task
    if facts.several and facts.not_told:
        yield Refusal(
            "PATIENT_NOT_TOLD",
            "It is not recorded of each patient the paper names that they were told, or why not.",
            f"{TELLING} Do so for each of them.",
            "Practice policy P-08",
        )
    elif not facts.notice:
        yield Refusal(
            "PATIENT_NOT_TOLD",
            "It is not recorded that the patient was told, or why not.",
            TELLING,
            "Practice policy P-08",
        )


def reasons_of_paper(facts: PaperFacts) -> Iterator[Refusal]:
    """What stands against giving out anything under this paper, records of the chart too."""
    yield from _as_it_stands(facts)
    if facts.counsel:
        yield from _counsel(facts, always=False)


# The practice's policy behind a reason; a reason that is not here is the regulation's.
POLICY_OF: Final = {
    "COUNSEL_REVIEW": "P-07", "COUNSEL_AGAINST": "P-07", "NAMED_SINCE_COUNSEL": "P-07", "PATIENT_NOT_TOLD": "P-08",
}  # fmt: skip


def _as_it_stands(facts: PaperFacts) -> Iterator[Refusal]:
    """Genuine, neither over nor fought."""
    if not facts.whole:
        yield Refusal(
            "PAPER_NOT_VERIFIED",
            "The scan, or how the sender’s authority was checked, is missing.",
            "Record the paper again with both.",
            "45 CFR 164.514(h)",
        )
    if facts.over:
        yield Refusal(
            "PAPER_OVER",
            "This paper was withdrawn or quashed, or is over. Nothing leaves under it.",
            "If the court or the sender asks again, record the paper that says so.",
            "45 CFR 164.512(a), (e)(1)(i), (f)(1)",
        )
    elif facts.fought:
        yield Refusal(
            "PAPER_FOUGHT",
            "Since counsel’s latest answer the practice objected to this paper, or asked a court to stop it.",
            "Wait until it is decided. Then have counsel’s answer recorded anew.",
            "45 CFR 164.512(e)(1)(i), practice policy P-07",
        )


def _counsel(facts: PaperFacts, always: bool) -> Iterator[Refusal]:
    if not facts.counsel:
        if facts.counsel_gate or always:
            yield Refusal(
                "COUNSEL_REVIEW",
                "Counsel’s review of this paper is not recorded.",
                "Record counsel’s name, the day and the answer.",
                "Practice policy P-07",
            )
    elif facts.counsel != CounselAnswer.COMPELS:
        yield Refusal(
            "COUNSEL_AGAINST",
            "Counsel’s latest answer is not that it must be complied with as it stands.",
            "Follow that answer first. A later answer of counsel’s is recorded beside it.",
            "Practice policy P-07",
        )


def refusal_to_name(kind: PaperKind, names: Names, *, again: bool) -> Refusal | None:
    """Why another patient is not put down as named by this paper, or None. `again`: this one is named already."""
    if kind not in NOTES_BASIS or names != Names.EXPRESSLY:
        return Refusal(
            "NAMING_NO_USE",
            "This paper opens no psychotherapy notes, so nobody else is put down here.",
            "For records from the chart, record the paper with each patient it names.",
            "45 CFR 164.508(a)(2)(ii)",
        )
    if again:
        return Refusal("NAMING_AGAIN", "This patient is on the list already.", "Choose another one.")
    return None


def refusal_to_note(
    kind: EntryKind, code: str, on: date, words: str, *, received_on: date, today: date
) -> Refusal | None:
    """Why an entry about a paper is not taken, or None."""
    if code not in ANSWERS[kind].values:
        return Refusal("PAPER_ANSWER", "Choose one of the answers.")
    if not received_on <= on <= today:
        return Refusal("PAPER_DAY", "The day lies between the day the paper came and today.", "Correct the day.")
    if kind == EntryKind.NOTICE and code == NoticeAnswer.PROHIBITED and not words.strip():
        return Refusal("PAPER_FORBIDDEN_BY", "Say what forbids it: the passage of the order, or the law.")
    if kind == EntryKind.NOTICE and code == NoticeAnswer.ATTEMPTED and not words.strip():
        return Refusal("PAPER_TRIED_HOW", "Say how it was tried, at which address, and what came of it.")
    if kind == EntryKind.REACH and code == ReachAnswer.LATER and not words.strip():
        return Refusal("PAPER_LATER_BY", "Copy the words of the paper that name later sessions.")
    return None
