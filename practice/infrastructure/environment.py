"""Strict reading of what settings need: present, or a sentence that says what to set."""

import json
import os
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured
from environs.exceptions import EnvError

from practice.infrastructure.databases.folder import make_data_folder

T = TypeVar("T")


def required(read: Callable[[str], T], name: str, what: str) -> T:
    """The value of the environment variable `name`. Missing or empty, the start stops and says what it is for."""
    try:
        value = read(name)
    except EnvError as error:
        raise ImproperlyConfigured(f"{name} is not set or not valid. It is {what}. See docs/operations.md.") from error
    if not value:
        raise ImproperlyConfigured(f"{name} is empty. It is {what}. See docs/operations.md.")
    return value


def made_secret(folder: Path, name: str) -> str:
    """A random text for demo and tests, kept in `secrets.json` (0600) below the data folder; made on first reading."""
    path = make_data_folder(folder) / "secrets.json"
    kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if name in kept:
        return kept[name]
    kept[name] = secrets.token_urlsafe(48)
    draft = folder / f"secrets.{secrets.token_hex(4)}.new"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        json.dump(kept, handle, indent=1)
    try:
        if len(kept) == 1:
            os.link(draft, path)  # two processes at the first start: one file wins, both read it
            draft.unlink()
        else:
            draft.replace(path)
    except FileExistsError:
        draft.unlink()
        return made_secret(folder, name)
    return kept[name]


def outside_host(value: str) -> str:
    """The host name of links for patients, without scheme, port or wildcard; "" switches links off."""
    if value and not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", value):
        raise ImproperlyConfigured(
            "PRACTICE_OUTSIDE_HOST is a host name alone, in lower case, such as forms.example. See docs/operations.md."
        )
    return value


def outside_bind(value: str, clinic: str) -> str:
    """Where the process for links listens: beside the clinic's own, unless it is said."""
    host, _, port = clinic.rpartition(":")
    chosen = value or f"{host}:{int(port) + 1000 if int(port) + 1000 < 65536 else int(port) - 1000}"
    if chosen == clinic or not chosen.rpartition(":")[2].isdigit():
        raise ImproperlyConfigured(
            "PRACTICE_OUTSIDE_BIND must be an address and port of its own, such as 127.0.0.1:9000."
        )
    return chosen
