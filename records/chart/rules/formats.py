"""Note formats as data: what a section is, and what a practice's own format must be. Pure."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db import models

from practice.infrastructure.refusals import Refusal

MOST_SECTIONS = 30
NAME_LIMIT, LABEL_LIMIT, HINT_LIMIT = 60, 60, 200
KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")

Section = Mapping[str, Any]


class SectionKind(models.TextChoices):
    """How a section is written. A section that does not say is a text."""

    TEXT = "text", "Text"
    LINE = "line", "One line"
    CHOICE = "choice", "One of a list"


def section_kind(section: Section) -> str:
    """How this section is written."""
    return str(section.get("kind", SectionKind.TEXT))


def prose_keys(sections: Sequence[Section]) -> list[str]:
    """The keys of the sections that hold free text, in their order."""
    return [section["key"] for section in sections if section_kind(section) == SectionKind.TEXT]


def missing_labels(sections: Sequence[Section], texts: Mapping[str, str]) -> list[str]:
    """The labels of the sections that must say something before signing, and do not."""
    return [one["label"] for one in sections if one.get("required") and not texts.get(one["key"], "").strip()]


def new_key() -> str:
    """A key for a new section that no other format has: text is carried over between sections of the same key."""
    return f"own_{uuid4().hex[:12]}"


def made_sections(given: Sequence[Mapping[str, str]], before: Sequence[Section]) -> list[dict[str, Any]]:
    """The sections of a new version: title and hint as given, and what else the section before of the same key says.

    `given` are rows of key, label and hint in their order; a row without a key of the version before is a new section.
    """
    known = {section["key"]: section for section in before}
    return [
        {
            **known.get(row["key"], {}),
            "key": row["key"] if row["key"] in known else new_key(),
            "label": " ".join(row["label"].split()),
            "hint": " ".join(row["hint"].split()),
        }
        for row in given
    ]


def format_refusals(name: str, sections: Sequence[Section], *, taken: bool) -> list[Refusal]:
    """Why a format cannot be as given: its name, how many sections, their titles. Empty when it can."""
    found = []
    labels = [section["label"].strip().casefold() for section in sections]
    if not name.strip():
        found.append(Refusal("FORMAT_NO_NAME", "A format needs a name.", "Say what it is for, in a word or two."))
    if taken:
        found.append(Refusal("FORMAT_NAME_TAKEN", "There is a format of this name already.", "Give it another name."))
    if not sections:
        found.append(Refusal("FORMAT_EMPTY", "A format needs at least one section.", "Add a section."))
    if len(sections) > MOST_SECTIONS:
        found.append(
            Refusal("FORMAT_TOO_LONG", f"A format has at most {MOST_SECTIONS} sections.", "Join some of them.")
        )
    if not all(labels):
        found.append(Refusal("FORMAT_NO_TITLE", "Every section needs a title.", "Fill it in, or remove the section."))
    if len(set(filter(None, labels))) < len([label for label in labels if label]):
        found.append(Refusal("FORMAT_SAME_TITLE", "Two sections have the same title.", "Give one of them another."))
    if (
        any(len(section["label"]) > LABEL_LIMIT or len(section["hint"]) > HINT_LIMIT for section in sections)
        or len(name) > NAME_LIMIT
    ):
        found.append(
            Refusal(
                "FORMAT_WORDS_TOO_LONG",
                f"Names and titles have at most {LABEL_LIMIT} characters, hints {HINT_LIMIT}.",
                "Shorten them.",
            )
        )
    return found
