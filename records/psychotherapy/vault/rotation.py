"""Putting a new root key in place: every key it wraps is wrapped anew, no text is touched.

Work of the maintenance login, which reads wrapped keys and no note. Row by row, each in a transaction of its own:
killed at any row, every key opens under exactly the root key its row names, and a second run goes on where the
first stopped.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from practice.infrastructure.databases.logins import PSYCHOTHERAPY_MAINTENANCE
from practice.infrastructure.databases.owner import as_login
from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.keys import KeyUnavailable, keyring
from records.psychotherapy.models import AuthorKey, Event, WrappedKey
from records.psychotherapy.rules import EventKind

from .seals import PURPOSE, place_of_author_key, place_of_package_key
from .session import ALIAS

Row = AuthorKey | WrappedKey


@dataclass(frozen=True, slots=True)
class Rotation:
    """What a run found and did. `total` keys before it; `left` still name an older root key after it."""

    total: int
    rewrapped: int
    failed: int
    left: int
    gone: int

    @property
    def complete(self) -> bool:
        return self.failed == self.left == self.gone == 0


def rewrap_keys(progress: Callable[[int, int], None] = lambda done, of: None) -> Rotation:
    """Wraps every key that an older root key wraps under the current one. Safe to repeat and to run beside the product.

    A key that does not open is left as it is and counted; nothing is deleted. Raises KeyUnavailable without a current
    root key.
    """
    current = keyring().current(PURPOSE)
    with as_login(ALIAS, PSYCHOTHERAPY_MAINTENANCE):
        total = len(_wrapped_by_root())
        waiting = [row for row in _wrapped_by_root() if row.root_key_id != current]
        results = []
        for done, row in enumerate(waiting, start=1):
            results.append(_rewrap(row, current))
            progress(done, len(waiting))
        after = _wrapped_by_root()
    left = sum(row.root_key_id != current for row in after)
    return Rotation(total, results.count(True), results.count(False), left, max(total - len(after), 0))


def _wrapped_by_root() -> list[Row]:
    """Keys of authors, and of packages: what the root key wraps itself."""
    return [*AuthorKey.objects.order_by("id"), *WrappedKey.objects.filter(author_key=None).order_by("id")]


def _rewrap(row: Row, current: str) -> bool:
    place = place_of_author_key(row) if isinstance(row, AuthorKey) else place_of_package_key(row)
    try:
        key = keyring().unwrap(PURPOSE, row.root_key_id, bytes(row.wrapped), place)
    except (Unreadable, KeyUnavailable):
        return False
    root_key_id, wrapped = keyring().wrap(PURPOSE, key, place)
    if root_key_id != current or keyring().unwrap(PURPOSE, root_key_id, wrapped, place) != key:
        return False  # another key became current meanwhile, or what was just wrapped does not open
    with transaction.atomic(using=ALIAS):
        same = type(row).objects.filter(pk=row.pk, root_key_id=row.root_key_id)
        if same.update(root_key_id=root_key_id, wrapped=wrapped) != 1:
            return False
        Event.objects.create(
            actor=None, author=row.author, kind=EventKind.KEY_REWRAPPED, detail=f"{row.root_key_id} {root_key_id}"
        )
    return True
