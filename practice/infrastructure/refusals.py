"""How the product says no: a refusal carries its code, its words and what would make it right."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be done.

    `code` is stable and for tests and records; `words` is the sentence a person reads; `remedy` says who can do it or
    what is missing; `cite` stands behind a "Why?"; `link` is a path inside the product where the remedy is, or empty.
    """

    code: str
    words: str
    remedy: str = ""
    cite: str = ""
    link: str = ""


class Refused(Exception):
    """An insider asked for something they may not do. Shown as an explained 403 page, never as an error.

    The message is the code alone: exceptions reach logs, and words may describe a person's situation. `recorded` says
    that whoever refused has written the attempt into the audit trail; otherwise the page that shows it does.
    """

    def __init__(self, refusal: Refusal, *, recorded: bool = False) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.recorded = recorded
