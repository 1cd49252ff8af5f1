"""What every form must say: one text for each element and statement of section 3.1, and what psychotherapy notes are.

Headings and places to fill in belong to the product; the words between them are the practice's own, and its counsel's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from authorizations.rules.form_versions import FormKind
from authorizations.rules.reading import Reading, reading_of

BOTH = frozenset(FormKind)
LONGEST_TEXT = 3_000
# what the form puts in when it is printed
PRACTICE, ADDRESS = "{practice}", "{address}"
IN_BRACES = re.compile(r"\{[^{}]*\}?|\}")
# a single text above this grade is said even where the form as a whole reads well; a shorter one than this says nothing
HARD_PART, FEWEST_WORDS = 11.0, 3


@dataclass(frozen=True, slots=True)
class Wording:
    """One text of a form. `element` is the line of the checklist it stands for, empty where the law asks for none."""

    key: str
    heading: str
    element: str
    cite: str
    about: str
    kinds: frozenset[FormKind] = BOTH


WORDING = (
    Wording("title", "Title", "", "", "What the form is called, on top of the paper."),
    Wording("intro", "What this form does", "F1", "(c)(3)", "In two or three short sentences."),
    Wording("explainer", "What psychotherapy notes are", "P-18", "", "In plain words; the practice’s policy P-18."),
    Wording("information", "Which records", "A1", "(c)(1)(i)", "Above the choices."),
    Wording("discloser", "Who may give them out", "A2", "(c)(1)(ii)", "Above the name."),
    Wording("recipient", "Who may get them", "A3", "(c)(1)(iii)", "Above name and address."),
    Wording("purpose", "What they are for", "A4", "(c)(1)(iv)", "Above the purpose."),
    Wording("expiration", "When this ends", "A5", "(c)(1)(v)", "A date, or something that has to do with the patient."),
    Wording(
        "revocation", "You can take this back", "RS1", "(c)(2)(i)",
        f"That it is done in writing, how, and what it cannot undo. {PRACTICE} and {ADDRESS} are filled in.",
    ),
    Wording("conditioning", "You do not have to sign", "RS2", "(c)(2)(ii)(A)", "That nothing depends on signing."),
    Wording(
        "consequences", "What happens if you do not sign", "RS2", "(c)(2)(ii)(B)",
        "Printed instead, only where the law lets something depend on signing.", frozenset({FormKind.RECORDS}),
    ),
    Wording("redisclosure", "Who else may see them", "RS3", "(c)(2)(iii)", "That the recipient may pass them on."),
    Wording("remuneration", "Payment", "RS4", "(a)(3)(ii), (a)(4)(ii)", "Printed only where somebody pays for it."),
    Wording("copy", "Your copy", "F2", "(c)(4)", "That the patient gets one."),
    Wording("signature", "Signature", "A6", "(c)(1)(vi)", "Above the line to sign on."),
    Wording("authority", "If you sign for somebody else", "A7", "(c)(1)(vi)", "How you may act for the patient."),
)  # fmt: skip
BY_KEY = {wording.key: wording for wording in WORDING}


def wordings_of(kind: FormKind) -> list[Wording]:
    """The texts that a form of this kind is made of, in the order of the paper."""
    return [wording for wording in WORDING if kind in wording.kinds]


def words_missing(kind: FormKind, texts: Mapping[str, str], *, explainer_required: bool) -> list[Wording]:
    """The texts that a form of this kind lacks. Without policy P-18 it may do without the explanation."""
    return [
        wording
        for wording in wordings_of(kind)
        if not texts.get(wording.key, "").strip() and (explainer_required or wording.key != "explainer")
    ]


def reading_of_form(kind: FormKind, texts: Mapping[str, str]) -> Reading:
    """How a form of this kind reads: all its texts but the title, which is no sentence. Headings and boxes to tick are
    the product's own and few words each, so they are not counted either: they would flatter the rest.
    """
    return reading_of("\n\n".join(texts.get(wording.key, "") for wording in _read(kind)))


def hardest_part(kind: FormKind, texts: Mapping[str, str]) -> tuple[Wording, float]:
    """The one text with the highest grade, which the grade of the whole may hide."""
    grades = [(wording, reading_of(texts.get(wording.key, "")).grade) for wording in _read(kind)]
    return max(grades, key=lambda one: one[1])


def doubts_about(kind: FormKind, texts: Mapping[str, str]) -> list[str]:
    """What to look at again before counsel reads it: a warning, never a refusal."""
    found = []
    for wording in wordings_of(kind):
        text = texts.get(wording.key, "")
        for written in IN_BRACES.findall(text):
            if written not in (PRACTICE, ADDRESS):
                known = f"only {PRACTICE} and {ADDRESS} are filled in"
                found.append(f"{wording.heading}: “{written}” prints as it stands; {known}.")
        reading = reading_of(text)
        if wording.key == "title" or not text.strip():
            continue
        if reading.words < FEWEST_WORDS:
            found.append(f"{wording.heading}: “{text.strip()}” is hardly a sentence.")
        elif reading.grade > HARD_PART:
            found.append(f"{wording.heading}: it reads at grade {reading.grade}. Use shorter sentences.")
    return found


def _read(kind: FormKind) -> list[Wording]:
    return [wording for wording in wordings_of(kind) if wording.key != "title"]
