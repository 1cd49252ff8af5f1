"""The gate about the chart: a sentence, what is proposed, and exactly the reasons it must give."""

from dataclasses import replace
from datetime import date, timedelta

from authorizations.rules import PnScope, RecordClass
from disclosures.ledger.rules import Basis
from disclosures.releases.rules import (
    Item,
    LegalProcess,
    PaperSays,
    Policies,
    Proposal,
    Reach,
    RecipientKind,
    TreatmentOverride,
)
from disclosures.releases.rules.shared import NOT_ON_RECORD
from practice.infrastructure.refusals import Refusal

from .proposals import (
    CHART_AUTHORIZATION,
    ITEM_DAY,
    NOON,
    NOTES_AUTHORIZATION,
    QUASHED,
    TODAY,
    YESTERDAY,
    chart,
    on_basis,
)

ORDERED = {"issuer": "Circuit Court", "scope": "the chart"}
AFTERWARDS = Refusal("AFTER_IT_CAME", "Later.", "Leave it out.", "45 CFR 164.512(e)(1)(i)")
NOTE = Item("note-1", ITEM_DAY, kind="note")
SESSION = Item("session-1", ITEM_DAY, kind="session")
TOLD = {"items": (Item("note-1", ITEM_DAY, kind="note", names_others=True),)}

NOT_THE_PATIENT = {"RECIPIENT_NOT_INDIVIDUAL"}
# Names written for the recipient, where the patient is Tobias Erik Lindqvist, called Toby, Berg before.
NAMED: dict[str, set[str]] = {
    "Tobias Lindqvist": set(),
    "Lindqvist, Tobias E.": set(),
    "Mr. Tobias Erik Lindqvist": set(),
    "Toby": set(),
    "Toby Lindqvist": set(),
    "Tobias Berg": set(),
    "Karl Lindqvist": NOT_THE_PATIENT,
    "Toby Miller": NOT_THE_PATIENT,
    "Lindqvist": NOT_THE_PATIENT,
    "Tobias Lindqvist, c/o Karl Lindqvist": NOT_THE_PATIENT,
    "Mother of Tobias Lindqvist": NOT_THE_PATIENT,
}


def to(name: str) -> Proposal:
    known = ("Tobias Erik Lindqvist", "Toby", "Toby Lindqvist", "Tobias Berg")
    return on_basis(Basis.B_TO_INDIVIDUAL, recipient_name=name, patient_names=known, whole_chart=True)


ROWS = [
    ("A valid authorization carries the chart records it names", chart(), set()),
    ("Without an authorization that basis carries nothing", chart(authorization=None), {"AUTHORIZATION_MISSING"}),
    ("A release to nobody is refused", chart(recipient_name=" "), {"RECIPIENT_MISSING", "AUTH_NOT_THIS_RECIPIENT"}),
    ("A release of nothing is refused", chart(items=()), {"ITEMS_MISSING", "AUTH_NO_ITEMS"}),
    ("A release without a purpose is refused", on_basis(Basis.B_PUBLIC_HEALTH, purpose=""), {"PURPOSE_MISSING"}),
    ("A release without a basis is refused", chart(basis=""), {"BASIS_MISSING"}),
    ("Two kinds of record in one release are no kind", chart(record_class="CHART,PN"), {"RECORD_CLASS"}),
    ("A day that has not come is refused", chart(on=TODAY + timedelta(days=1)), {"DAY_IN_FUTURE"}),
    ("Whoever receives it was identified first", chart(identity_verified=""), {"IDENTITY_UNVERIFIED"}),
    ("Another recipient than the paper names", chart(recipient_name="Somebody else"), {"AUTH_NOT_THIS_RECIPIENT"}),
    ("Another purpose than the paper gives", chart(purpose="Curiosity"), {"AUTH_NOT_THIS_PURPOSE"}),
    (
        "An item outside the period the paper names",
        chart(items=(Item("old", date(2025, 12, 31)),)),
        {"AUTH_NOT_THESE_ITEMS"},
    ),
    (
        "A form for psychotherapy notes does not cover the chart",
        chart(authorization=NOTES_AUTHORIZATION),
        {"AUTH_NOT_THESE_RECORDS"},
    ),
    (
        "A form that somebody says is signed, of which nothing is on file, carries nothing",
        chart(authorization=replace(CHART_AUTHORIZATION, document_on_file=False)),
        {"AUTH_NO_DOCUMENT"},
    ),
    (
        "W-15: on its last day the authorization still carries",
        chart(authorization=replace(CHART_AUTHORIZATION, expires_on=TODAY)),
        set(),
    ),
    (
        "W-15: the day after, it does not",
        chart(authorization=replace(CHART_AUTHORIZATION, expires_on=YESTERDAY)),
        {"AUTH_DEFECT_EXPIRED"},
    ),
    (
        "W-16: an event nobody here knew of on that day ends nothing",
        chart(authorization=replace(CHART_AUTHORIZATION, event_known_on=TODAY), on=YESTERDAY),
        set(),
    ),
    (
        "W-16: from the day it is known, it does",
        chart(authorization=replace(CHART_AUTHORIZATION, event_known_on=TODAY)),
        {"AUTH_DEFECT_EXPIRED"},
    ),
    (
        "W-17: a revocation received a minute before blocks what is not yet out",
        chart(authorization=replace(CHART_AUTHORIZATION, revocation_received_at=NOON - timedelta(minutes=1)), at=NOON),
        {"AUTH_DEFECT_REVOKED"},
    ),
    (
        "W-17: what left a minute before the revocation stands",
        chart(authorization=replace(CHART_AUTHORIZATION, revocation_received_at=NOON + timedelta(minutes=1)), at=NOON),
        set(),
    ),
    (
        "W-18: a call to stop holds it at once, by policy",
        chart(authorization=replace(CHART_AUTHORIZATION, held_since=NOON), at=NOON),
        {"AUTH_ON_HOLD"},
    ),
    (
        "R-041: a form that lets a hospital release permits this practice nothing",
        chart(our_names=("Cedar Street",), authorization=replace(CHART_AUTHORIZATION, discloser="County Hospital")),
        {"AUTH_NOT_THIS_DISCLOSER"},
    ),
    (
        "R-041: it does where a person made sure that the form means this practice in other words",
        chart(our_names=("Cedar Street",), facts={"within_discloser": "yes"}),
        set(),
    ),
    (
        "R-041: a form that names several who may release, one of them somebody of ours",
        chart(
            our_names=("Cedar Street", "Dr. Miriam Hale"),
            authorization=replace(CHART_AUTHORIZATION, discloser="County Hospital; Dr. Miriam Hale"),
        ),
        set(),
    ),
    (
        "R-041: what a form names in words of its own, a person has compared with the documents",
        chart(authorization=replace(CHART_AUTHORIZATION, info_description="Notes of the summer. No test results.")),
        {"WORDS_NOT_COMPARED"},
    ),
    (
        "R-041: compared by a person, the form's own words carry",
        chart(
            authorization=replace(CHART_AUTHORIZATION, info_description="Notes of the summer. No test results."),
            facts={"within_words": "yes"},
        ),
        set(),
    ),
    (
        "W-19: chart and psychotherapy notes on one form carry neither",
        chart(
            authorization=replace(
                CHART_AUTHORIZATION,
                record_classes=frozenset({RecordClass.CHART, RecordClass.PN}),
                info_description="My chart and my psychotherapy notes",
                pn_scope=PnScope.DATE_RANGE,
            )
        ),
        {"AUTH_DEFECT_COMPOUND"},
    ),
    (
        "W-20: a form without an expiration or a redisclosure statement is incomplete",
        chart(authorization=replace(CHART_AUTHORIZATION, expires_on=None, stmt_redisclosure=False)),
        {"AUTH_DEFECT_INCOMPLETE"},
    ),
    (
        "A form whose work is done carries nothing more",
        chart(authorization=replace(CHART_AUTHORIZATION, fulfilled_on=YESTERDAY)),
        {"AUTH_FULFILLED"},
    ),
    (
        "The whole chart on an authorization needs no further reason",
        chart(whole_chart=True),
        set(),
    ),
    ("Treatment by an outside provider with the patient's permission", on_basis(Basis.B_TREATMENT), set()),
    (
        "P-14: without the permission the practice asks for it",
        on_basis(Basis.B_TREATMENT, treatment_permission=""),
        {"TREATMENT_PERMISSION"},
    ),
    (
        "P-14: one click with a reason goes on without it",
        on_basis(Basis.B_TREATMENT, treatment_permission="", override_code=TreatmentOverride.TREATING_NOW),
        set(),
    ),
    (
        "P-14: a reason that nobody offers is none",
        on_basis(Basis.B_TREATMENT, treatment_permission="", override_code="because"),
        {"TREATMENT_PERMISSION"},
    ),
    (
        "P-14: where the practice has switched it off, nobody asks",
        on_basis(Basis.B_TREATMENT, treatment_permission="", policies=Policies(treatment_permission=False)),
        set(),
    ),
    (
        "P-14: an emergency is never held up",
        on_basis(Basis.B_TREATMENT, treatment_permission="", emergency=True),
        set(),
    ),
    (
        "Treatment reaches providers only",
        on_basis(Basis.B_TREATMENT, recipient_kind=RecipientKind.ATTORNEY),
        {"RECIPIENT_NOT_OF_BASIS"},
    ),
    ("A payer gets what payment needs", on_basis(Basis.B_PAYMENT), set()),
    (
        "A payer gets no whole chart unexplained",
        on_basis(Basis.B_PAYMENT, whole_chart=True),
        {"WHOLE_CHART_UNJUSTIFIED"},
    ),
    (
        "R-185: the whole chart with a written reason",
        on_basis(Basis.B_PAYMENT, whole_chart=True, justification="appeal asks for the entire episode"),
        set(),
    ),
    ("To a provider for treatment the whole chart is exempt", on_basis(Basis.B_TREATMENT, whole_chart=True), set()),
    ("To the patient, the whole chart", on_basis(Basis.B_TO_INDIVIDUAL, whole_chart=True), set()),
    (
        "What is the patient's goes to the patient, not to a neighbor",
        on_basis(Basis.B_TO_INDIVIDUAL, recipient_kind=RecipientKind.FAMILY),
        {"RECIPIENT_NOT_INDIVIDUAL"},
    ),
    *(
        (f"What is the patient's goes to “{name}” as the patient: {'yes' if codes == set() else 'no'}", to(name), codes)
        for name, codes in NAMED.items()
    ),
    (
        "A representative shows the authority",
        on_basis(Basis.B_TO_INDIVIDUAL, recipient_kind=RecipientKind.REPRESENTATIVE),
        {"AUTHORITY_MISSING"},
    ),
    (
        "A representative with authority stands in for the patient",
        on_basis(Basis.B_TO_INDIVIDUAL, recipient_kind=RecipientKind.REPRESENTATIVE, authority="letters of May 1"),
        set(),
    ),
    (
        "A representative whom the record does not let act is refused, whatever is typed as their authority",
        on_basis(
            Basis.B_TO_INDIVIDUAL,
            recipient_kind=RecipientKind.REPRESENTATIVE,
            authority="letters of May 1",
            not_representative=NOT_ON_RECORD,
        ),
        {"PR_NOT_ON_RECORD"},
    ),
    (
        "Family is told what bears on its part, never the whole chart",
        on_basis(Basis.B_INVOLVED_IN_CARE, whole_chart=True, justification="they asked"),
        {"FAMILY_WHOLE_CHART"},
    ),
    (
        "W-22: the chart on an attorney's subpoena with proof of notice",
        on_basis(Basis.B_SUBPOENA_ASSURANCE, "order_agreed", "order_requested"),
        set(),
    ),
    (
        "R-203: a protective order asked for is assurance too",
        on_basis(
            Basis.B_SUBPOENA_ASSURANCE, "notice_attempted", "notice_sufficient", "objection_time_over", "order_agreed"
        ),
        set(),
    ),
    (
        "R-202: two thirds of a notice is no notice",
        on_basis(Basis.B_SUBPOENA_ASSURANCE, "objection_time_over", "order_agreed", "order_requested"),
        {"NO_SATISFACTORY_ASSURANCE", "MISSING_OBJECTION_TIME_OVER"},
    ),
    (
        "A letter is no subpoena",
        on_basis(Basis.B_SUBPOENA_ASSURANCE, process=LegalProcess.INFORMAL_REQUEST),
        {"NO_PROCESS"},
    ),
    ("A judge's order carries what it names", on_basis(Basis.B_COURT_ORDER), set()),
    (
        "R-201: a clerk's signature makes no order",
        on_basis(Basis.B_COURT_ORDER, process=LegalProcess.ATTORNEY_OR_CLERK_SUBPOENA),
        {"NOT_AN_ORDER"},
    ),
    (
        "R-212: an item outside the order's words stays here",
        on_basis(Basis.B_COURT_ORDER, items=(Item("a", ITEM_DAY), Item("b", ITEM_DAY, outside_scope=True))),
        {"OUTSIDE_SCOPE"},
    ),
    (
        "R-212: an order whose days nobody knows carries nothing that was not compared with its words",
        on_basis(Basis.B_COURT_ORDER, whole_chart=True, facts=ORDERED),
        {"SCOPE_NOT_COMPARED"},
    ),
    (
        "R-212: an order with a first day only is open at its end",
        on_basis(Basis.B_COURT_ORDER, facts=ORDERED | {"scope_from": "2026-03-01"}),
        {"SCOPE_NOT_COMPARED"},
    ),
    (
        "R-212: within the days it names nobody has to tick what was compared",
        on_basis(Basis.B_COURT_ORDER, facts=ORDERED | {"scope_from": "2026-03-01", "scope_to": "2026-05-31"}),
        set(),
    ),
    (
        "R-212: nor where it names single days",
        on_basis(Basis.B_COURT_ORDER, facts=ORDERED | {"scope_days": "2026-03-03 2026-05-05"}),
        set(),
    ),
    (
        "R-212: what already left is judged by what it was",
        on_basis(Basis.B_COURT_ORDER, facts=ORDERED, planned=False),
        set(),
    ),
    (
        "R-206: an agency's demand meets three conditions",
        on_basis(Basis.B_LAW_ENFORCEMENT, "specific_and_limited", process=LegalProcess.ADMIN_SUBPOENA),
        {"MISSING_SPECIFIC_AND_LIMITED"},
    ),
    (
        "R-206: an officer at the desk with no paper and no ground",
        on_basis(Basis.B_LAW_ENFORCEMENT, "narrow_ground", whole_chart=True, justification="asked"),
        {"MISSING_NARROW_GROUND", "INFORMAL_WHOLE_CHART"},
    ),
    (
        "Only the federal department is HHS",
        on_basis(Basis.B_HHS, recipient_kind=RecipientKind.AGENCY),
        {"RECIPIENT_NOT_OF_BASIS"},
    ),
    (
        "A threat is not held up by paperwork about identity",
        on_basis(Basis.B_SERIOUS_THREAT, identity_verified=""),
        set(),
    ),
    ("Nobody plans an incidental disclosure", on_basis(Basis.B_INCIDENTAL), {"NOT_PLANNABLE"}),
    (
        "R-072: one that happened is recorded as such: nobody asks whoever overhears something who they are",
        on_basis(Basis.B_INCIDENTAL, planned=False, identity_verified=""),
        set(),
    ),
    (
        "What is impermissible is never allowed, and for that reason alone",
        on_basis(Basis.B_IMPERMISSIBLE, identity_verified=""),
        {"NEVER_ALLOWED"},
    ),
    (
        "P-32: a payer gets progress notes",
        on_basis(Basis.B_PAYMENT, "required_documents", items=(NOTE, NOTE)),
        set(),
    ),
    (
        "P-32: a session record goes to a payer that requires it",
        on_basis(Basis.B_PAYMENT, items=(NOTE, SESSION)),
        set(),
    ),
    (
        "P-32: a measure nobody asked for does not go with the progress notes",
        on_basis(Basis.B_PAYMENT, "required_documents", items=(NOTE, Item("m", ITEM_DAY, kind="measure"))),
        {"PAYER_DOCUMENTS"},
    ),
    (
        "P-32, R-185: a reason for the whole chart does not say which documents the payer requires",
        on_basis(
            Basis.B_PAYMENT, "required_documents", items=(NOTE, SESSION), whole_chart=True, justification="appeal"
        ),
        {"PAYER_DOCUMENTS"},
    ),
    (
        "P-32: where the practice has switched it off, the minimum necessary alone decides",
        on_basis(
            Basis.B_PAYMENT, "required_documents", items=(SESSION,), policies=Policies(payers_required_only=False)
        ),
        set(),
    ),
    (
        "P-32: what the patient authorized is between patient and insurer",
        chart(recipient_kind=RecipientKind.PAYER, items=(SESSION,)),
        set(),
    ),
    (
        "R-185: a warrant compels what it names, the whole chart too",
        on_basis(Basis.B_LAW_ENFORCEMENT, process=LegalProcess.COURT_WARRANT, whole_chart=True),
        set(),
    ),
    (
        "R-185: an agency's demand for the whole chart needs a reason of its own",
        on_basis(Basis.B_LAW_ENFORCEMENT, process=LegalProcess.ADMIN_SUBPOENA, whole_chart=True),
        {"WHOLE_CHART_UNJUSTIFIED"},
    ),
    (
        "R-207: an attorney's subpoena is not turned into a law by calling it one",
        on_basis(Basis.B_REQUIRED_BY_LAW, process=LegalProcess.ATTORNEY_OR_CLERK_SUBPOENA),
        {"PROCESS_NOT_COMPULSION"},
    ),
    (
        "R-207: whether a paper came or a law asks by itself is said; a blank is no answer",
        on_basis(Basis.B_REQUIRED_BY_LAW, process=""),
        {"PROCESS_UNSAID"},
    ),
    (
        "R-208: under a paper that is not on record nothing leaves the chart",
        on_basis(Basis.B_COURT_ORDER, paper=None),
        {"PAPER_NOT_ON_RECORD"},
    ),
    (
        "R-208: a quashed paper carries nothing out of the chart either",
        on_basis(Basis.B_COURT_ORDER, paper=PaperSays(reasons=(QUASHED,))),
        {"PAPER_OVER"},
    ),
    (
        "R-212: what is later than the day a paper came stays here, whatever was compared, and under a subpoena too",
        on_basis(Basis.B_SUBPOENA_ASSURANCE, paper=PaperSays(reach=Reach(ITEM_DAY, AFTERWARDS))),
        {"AFTER_IT_CAME"},
    ),
    (
        "R-212: the day a paper came is the last that it reaches",
        on_basis(Basis.B_COURT_ORDER, items=(NOTE,), paper=PaperSays(reach=Reach(ITEM_DAY, AFTERWARDS))),
        set(),
    ),
    (
        "R-206: the few facts an officer may be told need no paper",
        on_basis(Basis.B_LAW_ENFORCEMENT, process=LegalProcess.INFORMAL_REQUEST, paper=None),
        set(),
    ),
    (
        "R-207: an authorized investigative demand is required by law",
        on_basis(Basis.B_REQUIRED_BY_LAW, process=LegalProcess.CID),
        set(),
    ),
    (
        "164.512(a)(1): a law reaches what it names and nothing else",
        on_basis(Basis.B_REQUIRED_BY_LAW, items=(Item("a", ITEM_DAY, outside_scope=True),)),
        {"OUTSIDE_SCOPE"},
    ),
    (
        "R-206: nor does an agency's demand reach further than it says",
        on_basis(
            Basis.B_LAW_ENFORCEMENT,
            process=LegalProcess.CID,
            items=(Item("a", ITEM_DAY, outside_scope=True),),
        ),
        {"OUTSIDE_SCOPE"},
    ),
    (
        "R-206: a grand jury's subpoena carries what it names",
        on_basis(Basis.B_LAW_ENFORCEMENT, process=LegalProcess.GRAND_JURY_SUBPOENA),
        set(),
    ),
    (
        "P-07 with the value ALL: counsel looks at papers about the chart too",
        on_basis(Basis.B_COURT_ORDER, policies=Policies(counsel_gate_chart=True)),
        {"COUNSEL_REVIEW"},
    ),
    (
        "R-026: an admission heard in therapy brings nobody the police",
        on_basis(Basis.B_LE_IDENTIFY_APPREHEND, "not_from_therapy"),
        {"MISSING_NOT_FROM_THERAPY"},
    ),
    (
        "164.512(j)(3): to find a person the police get a few facts, never the chart",
        on_basis(Basis.B_LE_IDENTIFY_APPREHEND, whole_chart=True, justification="they asked"),
        {"APPREHEND_WHOLE_CHART"},
    ),
    (
        "164.512(d)(2): an investigation of the patient is no oversight of health care",
        on_basis(Basis.B_OVERSIGHT, "about_health_care"),
        {"MISSING_ABOUT_HEALTH_CARE"},
    ),
    (
        "164.512(b)(1)(ii): a child abuse report goes to an authority that receives them, not to a relative",
        on_basis(Basis.B_CHILD_ABUSE, recipient_kind=RecipientKind.FAMILY),
        {"RECIPIENT_NOT_OF_BASIS"},
    ),
    (
        "R-029: with a report of adult abuse it is written when the patient was told",
        on_basis(Basis.B_ADULT_ABUSE, "patient_informed"),
        {"MISSING_PATIENT_INFORMED"},
    ),
    (
        "R-008: a group note that names another patient does not leave for one of them alone",
        chart(items=(Item("note-1", ITEM_DAY, kind="note", names_others=True),)),
        {"NAMES_OTHERS"},
    ),
    (
        "R-008: with the other's own authorization for the same release it does",
        chart(items=(Item("note-1", ITEM_DAY, kind="note", names_others=True, others_agreed=True),)),
        set(),
    ),
    (
        "R-008: or with what speaks of the other burnt out of it",
        chart(items=(Item("note-1", ITEM_DAY, kind="note", names_others=True, others_redacted=True),)),
        set(),
    ),
    (
        "R-008: nor does it reach the patient's own copy",
        on_basis(Basis.B_TO_INDIVIDUAL, items=(Item("note-1", ITEM_DAY, kind="note", names_others=True),)),
        {"NAMES_OTHERS"},
    ),
    *(
        (f"R-008: {words} about one patient does not reach what speaks of another too", on_basis(basis, **TOLD), codes)
        for basis, words, codes in (
            (Basis.B_COURT_ORDER, "a court's order", {"NAMES_OTHERS"}),
            (Basis.B_REQUIRED_BY_LAW, "what a law requires", {"NAMES_OTHERS"}),
            (Basis.B_CHILD_ABUSE, "a report of child abuse", {"NAMES_OTHERS"}),
            (Basis.B_ADULT_ABUSE, "a report of adult abuse", {"NAMES_OTHERS"}),
        )
    ),
    (
        "R-008: nor does a warrant",
        on_basis(Basis.B_LAW_ENFORCEMENT, process=LegalProcess.COURT_WARRANT, **TOLD),
        {"NAMES_OTHERS"},
    ),
    ("R-008: HHS sees whole records", on_basis(Basis.B_HHS, **TOLD), set()),
    (
        "164.512(b)(1)(ii): whoever reported child abuse was to say what they knew, whomever it was about",
        on_basis(Basis.B_CHILD_ABUSE, planned=False, **TOLD),
        set(),
    ),
    (
        "R-008: what a court orders by name it gets with the names",
        on_basis(Basis.B_COURT_ORDER, items=(Item("a", ITEM_DAY, kind="note", names_others=True, others_agreed=True),)),
        set(),
    ),
    (
        "R-008: nobody bleeds while an authorization of somebody else is looked for",
        on_basis(
            Basis.B_TREATMENT,
            emergency=True,
            items=(Item("note-1", ITEM_DAY, kind="note", names_others=True),),
        ),
        set(),
    ),
    (
        "W-16: a release on a day before the practice knew of the event was in order",
        chart(
            authorization=replace(
                CHART_AUTHORIZATION,
                signed_on=date(2026, 5, 1),
                recorded_on=date(2026, 5, 1),
                event_known_on=date(2026, 5, 20),
                expires_on=None,
                expires_event="end of custody case",
                expires_event_relates=True,
            ),
            items=(Item("note-1", ITEM_DAY),),
            on=date(2026, 5, 10),
        ),
        set(),
    ),
]
