"""Where each role can go: the links of the top bar and of the person menu, and where a task's work is done."""

from dataclasses import dataclass

from practice.people.rules import Role


@dataclass(frozen=True, slots=True)
class Place:
    """One link: its words, its URL name (without arguments) and the roles that are shown it."""

    words: str
    url_name: str
    roles: tuple[Role, ...]


BAR: tuple[Place, ...] = ()
MENU: tuple[Place, ...] = (
    Place("Policies", "policy-list", (Role.COMPLIANCE_OFFICER,)),
    Place("The practice", "profile-edit", (Role.ADMINISTRATOR,)),
)
