"""By which names a form may call whoever releases from here (A2)."""

from django.db.models import Q

from practice.compliance.queries import practice_profile
from practice.people.models import Staff

from ..models import Authorization
from ..rules.coverage import names_us
from ..rules.elements import is_blank


def our_names(authorization: Authorization | None = None) -> tuple[str, ...]:
    """The practice, everybody who works here, and the author whose notes an authorization is about, also when gone."""
    here = Q(is_active=True)
    if authorization is not None and authorization.pn_originator_id:
        here |= Q(pk=authorization.pn_originator_id)
    people = Staff.objects.filter(here).only("username", "title", "full_name")
    names = [name for one in people for name in (one.full_name, one.display_name)]
    return (practice_profile().name, *dict.fromkeys(names))


def other_discloser(authorization: Authorization) -> str:
    """Whom a form lets release where that is no name of ours, so that somebody has to say whom it means; else ""."""
    said = authorization.discloser
    return "" if is_blank(said) or names_us(said, our_names(authorization)) else said
