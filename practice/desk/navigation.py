"""Where each role can go: links of the top bar, buttons of the home page, entries of the person menu."""

from dataclasses import dataclass

from practice.people.rules import Role


@dataclass(frozen=True, slots=True)
class Place:
    """One link: its words, its URL name (without arguments) and the roles that are shown it."""

    words: str
    url_name: str
    roles: tuple[Role, ...]


CLINICAL = (Role.CLINICIAN, Role.TRAINEE, Role.SUPERVISOR)

# The one or two places a role goes to all day.
BAR: tuple[Place, ...] = (
    Place("Sessions", "session-day", CLINICAL),
    Place("Releases", "release-list-all", (Role.FRONT_DESK, Role.COMPLIANCE_OFFICER)),
    Place("Ledger", "ledger-state", (Role.COMPLIANCE_OFFICER,)),
    Place("Staff", "staff-list", (Role.ADMINISTRATOR,)),
)
# What a role begins.
ACTS: tuple[Place, ...] = (
    Place("Record a disclosure", "record-start", (Role.FRONT_DESK, Role.COMPLIANCE_OFFICER)),
    Place("Enter a warning", "threat-start", (Role.CLINICIAN, Role.SUPERVISOR)),
    Place("Prepare a release", "release-start", (Role.FRONT_DESK,)),
    Place("File a document", "document-scan", (Role.FRONT_DESK,)),
    Place("Scan an authorization", "authorization-scan", (Role.FRONT_DESK,)),
    Place("New accounting", "accounting-start", (Role.COMPLIANCE_OFFICER,)),
    Place("New patient", "patient-new", (Role.FRONT_DESK, Role.CLINICIAN)),
    Place("Invite somebody", "staff-new", (Role.ADMINISTRATOR,)),
)
MENU: tuple[Place, ...] = (
    Place(
        "What if? Ask the gate", "gate-ask", (Role.FRONT_DESK, Role.COMPLIANCE_OFFICER, Role.CLINICIAN, Role.SUPERVISOR)
    ),
    Place("My psychotherapy notes", "psychotherapy-home", CLINICAL),
    Place("My abbreviations", "shorthand", CLINICAL),
    Place("Note formats", "format-list", (Role.CLINICIAN, Role.SUPERVISOR)),
    Place(
        "Custody of psychotherapy notes",
        "psychotherapy-custody-list",
        (*CLINICAL, Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR),
    ),
    Place("Compelled releases", "compelled-list", (*CLINICAL, Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR)),
    Place("Legal papers", "legal-paper-list", (Role.FRONT_DESK, Role.COMPLIANCE_OFFICER)),
    Place("What belongs where", "placement-list", (*CLINICAL, Role.COMPLIANCE_OFFICER)),
    Place("Authorization forms", "form-list", (Role.COMPLIANCE_OFFICER, Role.FRONT_DESK, Role.CLINICIAN)),
    Place("Business associates", "associate-list", (Role.COMPLIANCE_OFFICER,)),
    Place("Practice policies", "policy-list", (Role.COMPLIANCE_OFFICER,)),
    Place("The practice on letters", "profile-edit", (Role.ADMINISTRATOR,)),
    Place("All accesses", "access-all", (Role.COMPLIANCE_OFFICER,)),
    Place("New ways in", "way-in-list", (Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR)),
    Place("Your accesses", "access-own", tuple(Role)),
)
