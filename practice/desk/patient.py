"""What stands at the head of every page about one patient."""

from dataclasses import dataclass

from authorizations.queries.restrictions import restriction_marks
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from practice.people.policies import may_open_chart
from practice.people.queries import contact_marks
from practice.people.rules import MAJORITY, Act, age_on, may
from records.chart.queries.measures import open_alarm_of
from records.chart.queries.safety import has_plan

from .links import path_to


@dataclass(frozen=True, slots=True)
class Tab:
    """One part of a record: its key, its words, where it is, and who it is for."""

    key: str
    words: str
    url_name: str
    needs: str
    sealed: bool = False


@dataclass(frozen=True, slots=True)
class ShownTab:
    words: str
    href: str
    current: bool
    sealed: bool


TABS = (
    Tab("chart", "Chart", "patient-page", "chart"),
    Tab("plan", "Plan", "patient-plan", "chart"),
    Tab("diagnoses", "Diagnoses and medication", "patient-diagnoses", "chart"),
    Tab("results", "Measures", "patient-results", "chart"),
    Tab("safety", "Safety plan", "patient-safety", "chart"),
    Tab("documents", "Documents", "patient-documents", "chart"),
    Tab("authorizations", "Authorizations", "authorization-list", "authorizations"),
    Tab("releases", "Releases", "release-list", "releases"),
    Tab("disclosures", "Disclosures", "disclosure-list", "disclosures"),
    Tab("details", "Details", "patient-details", "details"),
    Tab("psychotherapy", "Psychotherapy notes", "psychotherapy-note-list", "clinical", sealed=True),
)


def rooms_open_to(staff: Staff, patient: Patient) -> set[str]:
    """Which parts of this patient's record the person may open: roles, and for the chart the care relationship too.

    "clinical" is open to every clinician: whether somebody keeps psychotherapy notes must not show in a tab.
    """
    rooms = {"details"}
    if may_open_chart(staff, patient):
        rooms.add("chart")
    if staff.is_clinical:
        rooms.add("clinical")
    if may(staff.roles, Act.AUTHORIZATION_RECORD):
        rooms.add("authorizations")
    if may(staff.roles, Act.DISCLOSURE_RECORD):
        rooms |= {"releases", "disclosures"}
    return rooms


def head(staff: Staff, patient: Patient, current: str) -> dict[str, object]:
    """Pills, tabs and the one button of the header."""
    rooms = rooms_open_to(staff, patient)
    button = None
    if "chart" in rooms and not patient.closed_on and (href := path_to("session-new", patient.pk)):
        button = {"words": "New note", "href": href}
    shown = pills(patient)
    alarm = None
    if "chart" in rooms:
        alarm = open_alarm_of(patient)
        shown = ([("Safety plan", "accent")] if has_plan(patient) else []) + shown
    return {"pills": shown, "tabs": tabs(rooms, patient, current), "button": button, "alarm": alarm}


def tabs(rooms: set[str], patient: Patient, current: str) -> list[ShownTab]:
    """The tabs of a patient's pages whose room is open, in their order."""
    shown = []
    for tab in TABS:
        if tab.needs in rooms and (href := path_to(tab.url_name, patient.pk)):
            shown.append(ShownTab(tab.words, href, tab.key == current, tab.sealed))
    return shown


def pills(patient: Patient) -> list[tuple[str, str]]:
    """What must not be missed about a patient: (words, kind of pill)."""
    shown = [(words, "") for words in contact_marks(patient, today())]
    shown += [(words, "accent") for words in restriction_marks(patient)]
    if patient.birth_date and age_on(patient.birth_date, today()) < MAJORITY and patient.acts_alone_on(today()):
        shown.append(("Minor, acts alone", ""))
    if patient.litigation_hold:
        shown.append(("Litigation hold", "accent"))
    if patient.died_on:
        shown.append(("Deceased", ""))
    if patient.closed_on:
        shown.append(("Closed", ""))
    return shown
