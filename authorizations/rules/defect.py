"""One thing wrong with an authorization, in words, with what makes it right."""

from dataclasses import dataclass

AUTH_DEFECT_EXPIRED = "AUTH_DEFECT_EXPIRED"
AUTH_DEFECT_INCOMPLETE = "AUTH_DEFECT_INCOMPLETE"
AUTH_DEFECT_REVOKED = "AUTH_DEFECT_REVOKED"
AUTH_DEFECT_COMPOUND = "AUTH_DEFECT_COMPOUND"
AUTH_DEFECT_CONDITIONED = "AUTH_DEFECT_CONDITIONED"
AUTH_DEFECT_FALSE = "AUTH_DEFECT_FALSE"
# The practice's own form without counsel's approval: a matter of practice policy P-22, never of the rule alone.
AUTH_FORM_NOT_APPROVED = "AUTH_FORM_NOT_APPROVED"
# Signed, as somebody typed, but nothing of it is here: neither a scan nor what was signed on a screen.
AUTH_NO_DOCUMENT = "AUTH_NO_DOCUMENT"
# Not a defect of the paper: what stands in the system is not what the paper says.
AUTH_RECORDED_IN_ERROR = "AUTH_RECORDED_IN_ERROR"


@dataclass(frozen=True, slots=True)
class Defect:
    """`code` and `element` (A1 to A7, RS1 to RS4, F1, D1 to D5) are stable; `words` and `remedy` are read by people.

    `policy` names the practice policy (P-…) when the rule alone would not call this a defect; otherwise it is empty.
    `link` is a path inside the product where the remedy is, or empty.
    """

    code: str
    element: str
    words: str
    remedy: str
    cite: str
    policy: str = ""
    link: str = ""


def incomplete(element: str, words: str, remedy: str, cite: str) -> Defect:
    """A required element or statement that is missing or wrong (D2, 164.508(b)(2)(ii))."""
    return Defect(AUTH_DEFECT_INCOMPLETE, element, words, remedy, f"45 CFR 164.508{cite}, (b)(2)(ii)")
