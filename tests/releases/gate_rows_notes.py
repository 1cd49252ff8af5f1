"""The gate about psychotherapy notes: a sentence, what is proposed, and exactly the reasons it must give."""

from dataclasses import replace
from datetime import date, timedelta

from authorizations.rules import (
    ConditionedOn,
    ConditioningGround,
    ConditioningStatement,
    MinorRule,
    RecordClass,
    SignerRole,
)
from disclosures.ledger.rules import Basis
from disclosures.releases.rules import (
    Act,
    Item,
    LegalProcess,
    PaperSays,
    PNException,
    Policies,
    PolicyRefusal,
    RecipientKind,
)
from practice.infrastructure.refusals import Refusal

from .proposals import (
    CHART_AUTHORIZATION,
    ITEM_DAY,
    NOON,
    NOTES_AUTHORIZATION,
    QUASHED,
    TODAY,
    YESTERDAY,
    documented,
    exceptional,
    notes,
    ordered,
)

NOT_TOLD = Refusal("PATIENT_NOT_TOLD", "Not told.", "Tell the patient.", "Practice policy P-08")
FIFTEEN = date(TODAY.year - 15, 3, 1)

ROWS = [
    ("A note-specific authorization the author approved", notes(), set()),
    ("P-09: without the author's approval it stays", notes(originator_approved=False), {"PN_ORIGINATOR_APPROVAL"}),
    (
        "R-059, P-09: what its author declined to release stays, valid as the authorization is",
        notes(authorization=replace(NOTES_AUTHORIZATION, declined_by=frozenset({"hale"}))),
        {"PN_ORIGINATOR_DECLINED"},
    ),
    (
        "R-059: another therapist's decision holds up none of this author's notes",
        notes(authorization=replace(NOTES_AUTHORIZATION, declined_by=frozenset({"osei"}))),
        set(),
    ),
    (
        "R-059: a judge's order does not ask what was declined",
        ordered(authorization=replace(NOTES_AUTHORIZATION, declined_by=frozenset({"hale"}))),
        set(),
    ),
    ("P-16: somebody confirms the smallest set", notes(smallest_set_confirmed=False), {"PN_SMALLEST_SET"}),
    (
        "An authorization for the chart does not open the notes",
        notes(authorization=CHART_AUTHORIZATION),
        {"AUTH_NOT_THESE_RECORDS"},
    ),
    (
        "R-008: a joint note needs the others' authorizations",
        notes(items=(Item("pn-1", ITEM_DAY, names_others=True),)),
        {"NAMES_OTHERS"},
    ),
    (
        "P-10: copies to the patient on an authorization only",
        notes(basis=Basis.B_TO_INDIVIDUAL, authorization=None, recipient_kind=RecipientKind.PATIENT),
        {"PN_TO_INDIVIDUAL_NEEDS_AUTHORIZATION"},
    ),
    (
        "164.502(a)(1)(i): calling somebody the patient makes them nobody else",
        notes(
            basis=Basis.B_TO_INDIVIDUAL,
            authorization=None,
            recipient_kind=RecipientKind.PATIENT,
            recipient_name="Karl Lindqvist",
            patient_names=("Tobias Lindqvist",),
            policies=Policies(to_individual_authorization=False),
        ),
        {"RECIPIENT_NOT_INDIVIDUAL"},
    ),
    (
        "R-031: with that policy off it is the author's discretion",
        notes(
            basis=Basis.B_TO_INDIVIDUAL,
            authorization=None,
            recipient_kind=RecipientKind.PATIENT,
            policies=Policies(to_individual_authorization=False),
        ),
        set(),
    ),
    (
        "R-022, W-29: a colleague covering for the author reads nothing",
        notes(act=Act.USE, basis=Basis.B_TREATMENT, authorization=None),
        {"PN_NO_EXCEPTION"},
    ),
    (
        "W-29: with an authorization that names the colleague, they do",
        notes(
            act=Act.USE,
            recipient_name="Dr. Kofi Osei",
            authorization=replace(NOTES_AUTHORIZATION, recipient_name="Dr. Kofi Osei"),
        ),
        set(),
    ),
    (
        "W-29: a training grant carries through its last day",
        exceptional(
            Basis.B_OPERATIONS, PNException.OWN_TRAINING, act=Act.USE, grant_until=TODAY, originator_approved=False
        ),
        set(),
    ),
    (
        "W-29: and not a day longer",
        exceptional(Basis.B_OPERATIONS, PNException.OWN_TRAINING, act=Act.USE, grant_until=YESTERDAY),
        {"TRAINING_GRANT_NOT_LIVE"},
    ),
    (
        "The author reads their own notes for treatment",
        notes(
            act=Act.USE,
            basis=Basis.B_TREATMENT,
            authorization=None,
            actor_is_originator=True,
            smallest_set_confirmed=False,
        ),
        set(),
    ),
    (
        "The author's own reading does not let them disclose for treatment",
        notes(basis=Basis.B_TREATMENT, authorization=None, actor_is_originator=True),
        {"PN_NO_EXCEPTION"},
    ),
    (
        "W-22: an attorney's subpoena with every assurance opens no notes",
        exceptional(
            Basis.B_SUBPOENA_ASSURANCE,
            PNException.REQUIRED_BY_LAW,
            process=LegalProcess.ATTORNEY_OR_CLERK_SUBPOENA,
            counsel_reviewed=True,
        ),
        {"PN_SUBPOENA_NOT_ENOUGH"},
    ),
    ("W-22: the judge's order does, for the notes it names, author asked or not", ordered(), set()),
    ("W-22, P-07: not before counsel has looked", ordered(counsel_reviewed=False), {"COUNSEL_REVIEW"}),
    (
        "W-22, R-212: a note the order does not name stays sealed",
        ordered(items=(Item("pn-9", ITEM_DAY, outside_scope=True),)),
        {"OUTSIDE_SCOPE"},
    ),
    (
        "An order that nobody signed as judge",
        ordered(process=LegalProcess.DISCOVERY_REQUEST),
        {"NOT_AN_ORDER", "PN_PROCESS_NOT_COMPULSION"},
    ),
    (
        "R-028: a report that is only permitted opens no notes",
        exceptional(Basis.B_CHILD_ABUSE, PNException.REQUIRED_BY_LAW, "law", originator_approved=False),
        {"MISSING_LAW"},
    ),
    (
        "R-028: a report the statute compels does",
        exceptional(Basis.B_CHILD_ABUSE, PNException.REQUIRED_BY_LAW, originator_approved=False),
        set(),
    ),
    (
        "R-024: a suit by somebody else is no defense against the patient",
        exceptional(Basis.B_OPERATIONS, PNException.DEFENSE, "brought_by_individual"),
        {"MISSING_BROUGHT_BY_INDIVIDUAL"},
    ),
    (
        "Quality review is an operation outside the list",
        notes(basis=Basis.B_OPERATIONS, authorization=None, facts=documented(PNException.DEFENSE)),
        {"PN_OPERATIONS_NOT_LISTED"},
    ),
    (
        "R-025: an audit of bills is not oversight of the author",
        exceptional(Basis.B_OVERSIGHT, PNException.OVERSIGHT_ORIGINATOR, "originator_under_review"),
        {"MISSING_ORIGINATOR_UNDER_REVIEW"},
    ),
    (
        "R-025: oversight of another therapist opens no note of this author",
        exceptional(
            Basis.B_OVERSIGHT,
            PNException.OVERSIGHT_ORIGINATOR,
            facts=documented(PNException.OVERSIGHT_ORIGINATOR) | {"originator_under_review": "osei"},
        ),
        {"PN_OVERSIGHT_OF_ANOTHER"},
    ),
    (
        "R-025: a name that somebody wrote stands in for nobody",
        exceptional(
            Basis.B_OVERSIGHT,
            PNException.OVERSIGHT_ORIGINATOR,
            facts=documented(PNException.OVERSIGHT_ORIGINATOR) | {"originator_under_review": "Dr. Hale, as documented"},
        ),
        {"PN_OVERSIGHT_OF_ANOTHER"},
    ),
    (
        "R-025: of two notes the one that somebody else wrote holds the other up",
        exceptional(
            Basis.B_OVERSIGHT,
            PNException.OVERSIGHT_ORIGINATOR,
            items=(Item("pn-1", ITEM_DAY, originator_id="hale"), Item("pn-2", ITEM_DAY, originator_id="osei")),
        ),
        {"PN_OVERSIGHT_OF_ANOTHER"},
    ),
    (
        "R-025: notes of whom nobody knows the author are nobody's",
        exceptional(Basis.B_OVERSIGHT, PNException.OVERSIGHT_ORIGINATOR, items=(Item("pn-1", ITEM_DAY),)),
        {"PN_OVERSIGHT_OF_ANOTHER"},
    ),
    (
        "R-025: oversight of who wrote these notes does",
        exceptional(Basis.B_OVERSIGHT, PNException.OVERSIGHT_ORIGINATOR),
        set(),
    ),
    (
        "R-024: proof beside, it must be said that the patient brought the proceeding",
        exceptional(Basis.B_OPERATIONS, PNException.DEFENSE, "brought_by"),
        {"MISSING_BROUGHT_BY"},
    ),
    (
        "R-024: a proceeding that an heir brought is not the patient's",
        exceptional(
            Basis.B_OPERATIONS,
            PNException.DEFENSE,
            facts=documented(PNException.DEFENSE) | {"brought_by": "the patient's heir"},
        ),
        {"PN_NOT_THE_PATIENTS_ACTION"},
    ),
    (
        "HHS asks, the author need not approve",
        exceptional(Basis.B_HHS, PNException.HHS, originator_approved=False),
        set(),
    ),
    ("A coroner asks about the dead", exceptional(Basis.B_CORONER, PNException.CORONER), set()),
    (
        "W-28: a serious and imminent threat, all documented",
        exceptional(Basis.B_SERIOUS_THREAT, PNException.SERIOUS_THREAT, identity_verified=""),
        set(),
    ),
    (
        "W-28, P-15: what was weighed is written down",
        exceptional(Basis.B_SERIOUS_THREAT, PNException.SERIOUS_THREAT, "alternatives"),
        {"MISSING_ALTERNATIVES"},
    ),
    (
        "R-030: an emergency is no threat",
        exceptional(Basis.B_TREATMENT, PNException.SERIOUS_THREAT, emergency=True),
        {"PN_NO_EXCEPTION"},
    ),
    (
        "Claiming a threat under another basis opens nothing",
        exceptional(Basis.B_PAYMENT, PNException.SERIOUS_THREAT),
        {"PN_NO_EXCEPTION"},
    ),
    (
        "R-008: a joint note with the authorization of each person it speaks of",
        notes(items=(Item("pn-1", ITEM_DAY, names_others=True, others_agreed=True),)),
        set(),
    ),
    (
        "R-008: a joint note of which the author burnt out what speaks of the others",
        notes(items=(Item("pn-1", ITEM_DAY, names_others=True, others_redacted=True),)),
        set(),
    ),
    (
        "R-008, R-024: a suit by one patient opens no note about another",
        exceptional(Basis.B_OPERATIONS, PNException.DEFENSE, items=(Item("pn-1", ITEM_DAY, names_others=True),)),
        {"NAMES_OTHERS"},
    ),
    (
        "R-008, R-200: an order about one patient opens no note that speaks of another too",
        ordered(items=(Item("pn-1", ITEM_DAY, names_others=True),)),
        {"NAMES_OTHERS"},
    ),
    (
        "R-008: unless the order names them both, or what speaks of the other is left out",
        ordered(
            items=(
                Item("pn-1", ITEM_DAY, names_others=True, others_agreed=True),
                Item("pn-2", ITEM_DAY, names_others=True, others_redacted=True),
            )
        ),
        set(),
    ),
    (
        "R-008: nor does a report that a law asks of the author",
        exceptional(
            Basis.B_CHILD_ABUSE, PNException.REQUIRED_BY_LAW, items=(Item("pn-1", ITEM_DAY, names_others=True),)
        ),
        {"NAMES_OTHERS"},
    ),
    (
        "R-008: HHS sees the notes as they are",
        exceptional(Basis.B_HHS, PNException.HHS, items=(Item("pn-1", ITEM_DAY, names_others=True),)),
        set(),
    ),
    (
        "R-008: to stop a threat a joint note is used as it is",
        exceptional(
            Basis.B_SERIOUS_THREAT, PNException.SERIOUS_THREAT, items=(Item("pn-1", ITEM_DAY, names_others=True),)
        ),
        set(),
    ),
    (
        "P-31: no insurer gets psychotherapy notes, not even on an authorization",
        notes(recipient_kind=RecipientKind.PAYER),
        {"PN_NEVER_TO_PAYER"},
    ),
    (
        "P-31: with that policy off, the patient's authorization is enough, as the rule says",
        notes(recipient_kind=RecipientKind.PAYER, policies=Policies(payers_never_notes=False)),
        set(),
    ),
    (
        "For payment they never leave, whatever the policies say",
        notes(
            basis=Basis.B_PAYMENT,
            authorization=None,
            recipient_kind=RecipientKind.PAYER,
            policies=Policies(payers_never_notes=False, payers_required_only=False),
        ),
        {"PN_NO_EXCEPTION"},
    ),
    (
        "R-029: a compelled report of adult abuse still says when the patient was told",
        exceptional(Basis.B_ADULT_ABUSE, PNException.REQUIRED_BY_LAW),
        {"MISSING_PATIENT_INFORMED"},
    ),
    (
        "W-15: on its last day a note-specific authorization still carries",
        notes(authorization=replace(NOTES_AUTHORIZATION, expires_on=TODAY)),
        set(),
    ),
    (
        "W-15: the day after, it does not",
        notes(authorization=replace(NOTES_AUTHORIZATION, expires_on=YESTERDAY)),
        {"AUTH_DEFECT_EXPIRED"},
    ),
    (
        "W-16: known by then, the event has ended it",
        notes(authorization=replace(NOTES_AUTHORIZATION, event_known_on=TODAY)),
        {"AUTH_DEFECT_EXPIRED"},
    ),
    (
        "W-17: the seven notes not yet sent are blocked by the revocation that came first",
        notes(authorization=replace(NOTES_AUTHORIZATION, revocation_received_at=NOON - timedelta(hours=3)), at=NOON),
        {"AUTH_DEFECT_REVOKED"},
    ),
    (
        "W-17: the five sent before it stand",
        notes(authorization=replace(NOTES_AUTHORIZATION, revocation_received_at=NOON + timedelta(hours=3)), at=NOON),
        set(),
    ),
    (
        "R-041: a form for these notes that lets a hospital release permits this practice nothing",
        notes(our_names=("Cedar Street",), authorization=replace(NOTES_AUTHORIZATION, discloser="County Hospital")),
        {"AUTH_NOT_THIS_DISCLOSER"},
    ),
    (
        "W-18: a call to stop holds them at once, by policy",
        notes(authorization=replace(NOTES_AUTHORIZATION, held_since=NOON), at=NOON),
        {"AUTH_ON_HOLD"},
    ),
    (
        "W-18: what a call held is among the reasons whatever else is wrong",
        notes(authorization=replace(NOTES_AUTHORIZATION, held_since=NOON, stmt_redisclosure=False), at=NOON),
        {"AUTH_ON_HOLD", "AUTH_DEFECT_INCOMPLETE"},
    ),
    (
        "W-17: who called and then wrote has taken it back; nobody waits for an answer any more",
        notes(
            authorization=replace(
                NOTES_AUTHORIZATION,
                held_since=NOON - timedelta(hours=3),
                revocation_received_at=NOON - timedelta(hours=1),
            ),
            at=NOON,
        ),
        {"AUTH_DEFECT_REVOKED"},
    ),
    (
        "W-19: chart and psychotherapy notes on one form carry neither",
        notes(
            authorization=replace(NOTES_AUTHORIZATION, record_classes=frozenset({RecordClass.CHART, RecordClass.PN}))
        ),
        {"AUTH_DEFECT_COMPOUND"},
    ),
    (
        "W-19: two recipients of psychotherapy notes on one form are accepted",
        notes(
            authorization=replace(NOTES_AUTHORIZATION, recipient_name="Alvarez & Stone, attorneys; Dr. Ann Reyes"),
            recipient_name="Dr. Ann Reyes",
        ),
        set(),
    ),
    (
        "W-20: a form without an expiration or a redisclosure statement is incomplete",
        notes(authorization=replace(NOTES_AUTHORIZATION, expires_on=None, stmt_redisclosure=False)),
        {"AUTH_DEFECT_INCOMPLETE"},
    ),
    (
        "W-20: “none” as expiration is for research only",
        notes(authorization=replace(NOTES_AUTHORIZATION, expires_on=None, expires_event="none")),
        {"AUTH_DEFECT_INCOMPLETE"},
    ),
    (
        "W-21: a parent who does not say by what authority has not signed for the child",
        notes(authorization=replace(NOTES_AUTHORIZATION, signer_role=SignerRole.PARENT, patient_born_on=FIFTEEN)),
        {"AUTH_DEFECT_INCOMPLETE"},
    ),
    (
        "W-21: where the minor consented alone the parent cannot sign at all",
        notes(
            authorization=replace(
                NOTES_AUTHORIZATION,
                signer_role=SignerRole.PARENT,
                authority_description="mother",
                patient_born_on=FIFTEEN,
                minor_rule=MinorRule.M2,
            )
        ),
        {"AUTH_DEFECT_INCOMPLETE"},
    ),
    (
        "P-23: a form on which treatment depends is refused for psychotherapy notes",
        notes(
            authorization=replace(
                NOTES_AUTHORIZATION,
                conditioned_on=ConditionedOn.TREATMENT,
                conditioning_ground=ConditioningGround.CARE_FOR_THIRD_PARTY,
                stmt_conditioning=ConditioningStatement.CONSEQUENCES,
            )
        ),
        {"AUTH_DEFECT_CONDITIONED"},
    ),
    (
        "Section 8: a warrant opens the notes it names, counsel heard",
        ordered(process=LegalProcess.COURT_WARRANT),
        set(),
    ),
    (
        "Section 8: so does a subpoena that a judge has signed",
        ordered(process=LegalProcess.JUDGE_SUBPOENA),
        set(),
    ),
    (
        "Section 8: and a grand jury's, within its terms",
        ordered(process=LegalProcess.GRAND_JURY_SUBPOENA),
        set(),
    ),
    (
        "Section 8: a letter or a call opens nothing",
        ordered(process=LegalProcess.INFORMAL_REQUEST),
        {"NOT_AN_ORDER", "PN_PROCESS_NOT_COMPULSION"},
    ),
    (
        "Section 8: an agency's demand only where a law requires it, and not before counsel",
        exceptional(
            Basis.B_LAW_ENFORCEMENT,
            PNException.REQUIRED_BY_LAW,
            process=LegalProcess.ADMIN_SUBPOENA,
            counsel_reviewed=False,
            originator_approved=False,
        ),
        {"COUNSEL_REVIEW"},
    ),
    (
        "R-021: law enforcement without a paper opens no notes, whatever it is called",
        exceptional(Basis.B_LAW_ENFORCEMENT, PNException.REQUIRED_BY_LAW, process=""),
        {"PN_POLICE_WITHOUT_PROCESS"},
    ),
    (
        "R-021: an informal request of law enforcement opens none either",
        exceptional(
            Basis.B_LAW_ENFORCEMENT, PNException.REQUIRED_BY_LAW, process=LegalProcess.INFORMAL_REQUEST, paper=None
        ),
        {"PN_POLICE_WITHOUT_PROCESS"},
    ),
    (
        "R-021: required by law says whether a paper came or a law asks by itself; a blank is no answer",
        exceptional(Basis.B_REQUIRED_BY_LAW, PNException.REQUIRED_BY_LAW, process=""),
        {"PROCESS_UNSAID"},
    ),
    (
        "P-07: a statute without a paper opens no notes before counsel has looked",
        exceptional(Basis.B_REQUIRED_BY_LAW, PNException.REQUIRED_BY_LAW, counsel_reviewed=False),
        {"COUNSEL_REVIEW"},
    ),
    (
        "P-07: a report that a statute asks of whoever treats the patient does not wait for counsel",
        exceptional(Basis.B_CHILD_ABUSE, PNException.REQUIRED_BY_LAW, counsel_reviewed=False),
        set(),
    ),
    (
        "P-07: with that gate off counsel is not asked",
        exceptional(
            Basis.B_REQUIRED_BY_LAW,
            PNException.REQUIRED_BY_LAW,
            counsel_reviewed=False,
            policies=Policies(counsel_gate=False),
        ),
        set(),
    ),
    (
        "W-22: an order that nobody recorded with its scan carries no notes",
        ordered(paper=None),
        {"PAPER_NOT_ON_RECORD"},
    ),
    (
        "W-22: what stands against the paper in its own record stands against the release",
        ordered(paper=PaperSays(reasons=(QUASHED,), policies=(PolicyRefusal("P-08", NOT_TOLD),))),
        {"PAPER_OVER", "PATIENT_NOT_TOLD"},
    ),
    (
        "R-200: an order reaches whom it names as recipient and nobody else",
        ordered(paper=PaperSays(recipient="Clerk of the Circuit Court")),
        {"PAPER_OTHER_RECIPIENT"},
    ),
    (
        "What was given out under an order is judged by the day it left, not by its record since",
        ordered(paper=None, planned=False),
        set(),
    ),
    (
        "R-212: an order without days opens no note that its author did not compare with its words",
        ordered(facts=documented(PNException.REQUIRED_BY_LAW)),
        {"SCOPE_NOT_COMPARED"},
    ),
    (
        "P-16: even under an order somebody confirms the narrowest set",
        ordered(smallest_set_confirmed=False),
        {"PN_SMALLEST_SET"},
    ),
    (
        "P-09: HHS, a court and the law do not wait for the author",
        ordered(originator_approved=False),
        set(),
    ),
    (
        "P-09: oversight, a defense or a coroner do",
        exceptional(Basis.B_CORONER, PNException.CORONER, originator_approved=False),
        {"PN_ORIGINATOR_APPROVAL"},
    ),
]
