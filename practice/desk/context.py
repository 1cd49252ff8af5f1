"""What the frame around every page shows: the practice's name, where this person can go, what they are."""

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest

from practice.compliance.models import PracticeProfile
from practice.infrastructure.letterhead import last_read
from practice.people.models import Patient, Staff
from practice.people.rules import Role

from .links import path_to
from .navigation import ACTS, BAR, MENU, Place
from .patient import head


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another page: its words and its path."""

    words: str
    href: str


class Frame:
    """Read lazily by `base.html`, so that a page without the frame (the 404 page) asks the database nothing."""

    def __init__(self, staff: Staff | None) -> None:
        self.staff = staff

    @cached_property
    def practice_name(self) -> str:
        last_read.name = PracticeProfile.objects.values_list("name", flat=True).first() or ""
        return last_read.name or "Practice records"

    @cached_property
    def practice_phone(self) -> str:
        last_read.phone = PracticeProfile.objects.values_list("phone", flat=True).first() or ""
        return last_read.phone

    @cached_property
    def roles(self) -> str:
        """The person's roles in words: "Clinician, supervisor"."""
        words = ", ".join(Role(role).label for role in self.staff.roles) if self.staff else ""
        return words.capitalize() or "No role yet"

    @cached_property
    def may_search(self) -> bool:
        return self.staff is not None and self.staff.has_role(*(set(Role) - {Role.ADMINISTRATOR}))

    @cached_property
    def links(self) -> list[Link]:
        return self._open(BAR)

    @cached_property
    def acts(self) -> list[Link]:
        return self._open(ACTS)

    @cached_property
    def menu(self) -> list[Link]:
        return self._open(MENU)

    def about(self, patient: Patient, current: str) -> dict[str, object]:
        """What the header over a patient's pages shows to this person; `current` is the key of the open tab."""
        if self.staff is None:
            return {}
        return head(self.staff, patient, current)

    def _open(self, places: tuple[Place, ...]) -> list[Link]:
        staff = self.staff
        if staff is None:
            return []
        return [
            Link(place.words, href)
            for place in places
            if staff.has_role(*place.roles) and (href := path_to(place.url_name))
        ]


def frame(request: HttpRequest) -> dict[str, Frame]:
    """Context processor: `frame` for base.html."""
    user = getattr(request, "user", None)
    return {"frame": Frame(user if user is not None and user.is_authenticated else None)}
