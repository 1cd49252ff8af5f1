"""The system account the embedded server runs as, and what that account can reach."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SYSTEM_USER = "practice-db"
USERADD = ("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent")


class ServerFailed(Exception):
    """The embedded server cannot do what was asked; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Account:
    """A system user with its own group."""

    name: str
    uid: int
    gid: int

    def run_as(self) -> dict[str, Any]:
        """Arguments for `subprocess` that run a program as this account, with none of our groups or environment."""
        own: dict[str, Any] = {"umask": 0o077, "cwd": "/", "stdin": subprocess.DEVNULL}
        own["env"] = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
        if os.geteuid() == 0:
            own |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return own


def server_account() -> Account:
    """Who the server runs as: the person who starts it, or, when that is root, a system user made for it."""
    found = pwd.getpwuid(os.geteuid()) if os.geteuid() != 0 else _system_user()
    if found.pw_uid == 0 or (os.geteuid() == 0 and found.pw_gid == 0):
        raise ServerFailed(f"The system user {found.pw_name} has root's rights; the database server needs one without.")
    return Account(found.pw_name, found.pw_uid, found.pw_gid)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    command = [*USERADD, "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        # two checkouts may start at once: the second useradd fails, the look-up below does not
        subprocess.run(command, check=False, capture_output=True)  # noqa: S603 - fixed words
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, KeyError) as error:
        raise ServerFailed(
            "The database server must not run as root, and its system user could not be made. Run: " + " ".join(command)
        ) from error


def reachable_by_all(path: Path) -> bool:
    """Whether any system user may walk to `path` (every folder on the way is world-traversable)."""
    return all(folder.stat().st_mode & 0o001 for folder in [path, *path.parents] if folder.is_dir())


def make_folder(path: Path, mode: int, account: Account | None = None) -> Path:
    """Make a folder with exactly `mode`, owned by `account` or by us; missing parents are made 0755.

    Folders that exist above it keep their permissions.
    """
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)
    path.mkdir(exist_ok=True)
    if account and os.geteuid() == 0:
        os.chown(path, account.uid, account.gid)
    path.chmod(mode)
    return path
