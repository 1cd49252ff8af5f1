"""Bad combinations of settings, reported before the start rather than found in use."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.db.utils import DatabaseError
from django.http.request import validate_host

from practice.infrastructure.databases.router import DEFAULT, PSYCHOTHERAPY

POWERS = """
    SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls,
           EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid)
    FROM pg_roles r WHERE rolname = current_user
"""


@register(Tags.security)
def two_logins(**kwargs: Any) -> list[CheckMessage]:
    """The everyday login must not be the one that reads the sealed database."""
    if settings.DATABASES[DEFAULT]["USER"] == settings.DATABASES[PSYCHOTHERAPY]["USER"]:
        return [
            Error("Both databases are used with the same login.", hint="See docs/operations.md.", id="practice.E001")
        ]
    return []


@register(Tags.security)
def keys_apart(**kwargs: Any) -> list[CheckMessage]:
    """Keys beside the sealed bytes, or in a folder that is served, protect nothing."""
    keyring = Path(settings.KEYRING_FILE).resolve()
    apart = [settings.STATIC_ROOT]
    if settings.EMBEDDED_SERVER:
        apart.append(settings.EMBEDDED_SERVER.cluster)
    if settings.MODE == "production":
        apart.append(settings.BASE_DIR)
    for folder in apart:
        if keyring.is_relative_to(Path(folder).resolve()):
            hint = f"Move it out of {folder} and set PRACTICE_KEYRING_FILE."
            return [Error("The keyring stands in a folder it must be kept apart from.", hint=hint, id="practice.E002")]
    return []


@register(Tags.security, deploy=True)
def passwords_hashed_slowly(**kwargs: Any) -> list[CheckMessage]:
    """Argon2 first: the first hasher makes every new password."""
    if settings.PASSWORD_HASHERS[0].rpartition(".")[2] != "Argon2PasswordHasher":
        return [Error("Passwords are not hashed with argon2.", id="practice.E003")]
    return []


@register(Tags.security)
def practice_time(**kwargs: Any) -> list[CheckMessage]:
    """Legal days are counted in the practice's own time zone."""
    if settings.TIME_ZONE not in available_timezones():
        return [Error(f"{settings.TIME_ZONE} is no time zone.", hint="Set PRACTICE_TIME_ZONE.", id="practice.E004")]
    return []


@register(Tags.security, deploy=True)
def sessions_in_the_database(**kwargs: Any) -> list[CheckMessage]:
    """A sign-in must end everywhere at once, and be read as data, never as code."""
    if not settings.SESSION_ENGINE.endswith(".db") or not settings.SESSION_SERIALIZER.endswith("JSONSerializer"):
        return [Error("Sign-ins must be kept in the database, as JSON.", id="practice.E005")]
    return []


@register(Tags.security)
def two_hosts(**kwargs: Any) -> list[CheckMessage]:
    """Links for patients have a host of their own, so that the clinic's host need not be reached from outside."""
    host = settings.OUTSIDE_HOST
    if settings.MODE == "production" and settings.SIDE == "clinic" and validate_host(host, settings.ALLOWED_HOSTS):
        hint = "Give PRACTICE_OUTSIDE_HOST a name that is not among PRACTICE_ALLOWED_HOSTS. See docs/operations.md."
        return [Error("Links for patients and the clinic are under the same host.", hint=hint, id="practice.E007")]
    return []


@register(Tags.database)
def logins_without_power(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """The application's logins are no superusers, bypass nothing and are members of nothing (`check --database`)."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute(POWERS)
                powers, member = cursor.fetchone()
        except DatabaseError:
            found.append(Warning(f"The database {alias} does not answer.", id="practice.W006"))
            continue
        if powers or member:
            words = f"The login used on {alias} has powers it must not have, or is a member of another role."
            found.append(Error(words, hint="See docs/operations.md.", id="practice.E006"))
    return found
