"""The data folder: everything the product keeps outside its databases stands below it."""

import hashlib
import os
from pathlib import Path

from practice.infrastructure.databases.account import make_folder, reachable_by_all

CHECKOUT = Path(__file__).resolve().parents[3]
SYSTEM_ROOT = Path("/var/lib/practice-records")


def short_hash(path: Path) -> str:
    """Eight characters that name a path."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:8]


def choose_data_folder(configured: Path | None, checkout: Path = CHECKOUT) -> Path:
    """Where the data goes: the configured folder, or `var/` in the checkout.

    Started as root the database server is another user and must be able to walk to its files. Where the checkout is
    closed to others (below root's home, say) we do not open it: the data goes to /var/lib instead.
    """
    if configured:
        return configured.absolute()
    if os.geteuid() == 0 and not reachable_by_all(checkout):
        return SYSTEM_ROOT / f"{checkout.name}-{short_hash(checkout)}"
    return checkout / "var"


def make_data_folder(path: Path) -> Path:
    """Make the data folder if it is missing: closed to others, or only to be walked through when we are root."""
    if not path.exists():
        make_folder(path, 0o711 if os.geteuid() == 0 else 0o700)
    return path
