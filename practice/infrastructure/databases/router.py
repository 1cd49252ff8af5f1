"""Which database a model lives in: the sealed app in its own, everything else in the practice's."""

from typing import Any

from django.db.models import Model

DEFAULT = "default"
PSYCHOTHERAPY = "psychotherapy"
ALIASES = (DEFAULT, PSYCHOTHERAPY)


def alias_of(app_label: str) -> str:
    """The database alias of an app's tables."""
    return PSYCHOTHERAPY if app_label == PSYCHOTHERAPY else DEFAULT


class Router:
    """Django's routing hooks. Relations never cross: the other side is named by a plain UUID."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        return alias_of(model._meta.app_label)

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        return alias_of(model._meta.app_label)

    def allow_relation(self, left: Model, right: Model, **hints: Any) -> bool:
        return alias_of(left._meta.app_label) == alias_of(right._meta.app_label)

    def allow_migrate(self, db: str, app_label: str, model_name: str | None = None, **hints: Any) -> bool:
        return db == alias_of(app_label)
