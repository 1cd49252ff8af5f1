"""What a request for restriction says on paper and on its page."""

from practice.compliance.queries import practice_profile
from practice.infrastructure.days import today
from practice.infrastructure.pdf import render_pdf
from practice.people.confidential import LetterAddress

from ..queries.restrictions import RestrictionLine, missing_sessions
from ..rules.restrictions import RestrictionEventKind, RestrictionState

TITLES = {
    RestrictionState.PAID_IN_FULL: "We will not tell your health plan",
    RestrictionState.IN_FORCE: "We agree to what you asked for",
    RestrictionState.NOT_AGREED: "We cannot agree to what you asked for",
    RestrictionState.ENDED: "The restriction you asked for has ended",
    RestrictionState.ENDED_FOR_NEW: "What we agreed to ends for new records",
}


def letter_about(line: RestrictionLine, to: LetterAddress | None, *, notice: bool = False) -> bytes:
    """The letter to the patient: where their request stands, or that the practice ends it. Raises PdfFailed."""
    return render_pdf("documents/restriction_letter.html", letter_context(line, to, notice=notice))


def letter_context(line: RestrictionLine, to: LetterAddress | None, *, notice: bool = False) -> dict[str, object]:
    """What the letter shows."""
    row = line.row
    answers = (RestrictionEventKind.AGREED, RestrictionEventKind.NOT_AGREED)
    answer = next((event for event in row.events.all() if event.kind in answers), None)
    return {
        "title": TITLES[RestrictionState.ENDED_FOR_NEW if notice else line.state],
        "practice": practice_profile(),
        "patient": row.patient,
        "letter": to,
        "line": line,
        "missing": missing_sessions(line),
        "notice": notice,
        "state": "notice" if notice else line.state.value,
        "answer": answer,
        "written_on": today(),
    }


def history_of(line: RestrictionLine) -> list[dict[str, object]]:
    """What happened, the first first: day, what, words, who."""
    row = line.row
    how = "in writing" if row.in_writing else "by word of mouth"
    who = row.representative.name if row.representative else "the patient"
    asked = {"on": row.received_on, "what": f"Asked for, {how}, by {who}", "words": "", "by": row.recorded_by}
    return [asked] + [
        {
            "on": event.happened_on,
            "what": RestrictionEventKind(event.kind).label,
            "words": event.words,
            "by": event.recorded_by,
        }
        for event in row.events.all()
    ]
