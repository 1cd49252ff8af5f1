"""How much of a chart is chosen."""

from collections.abc import Collection

NOTE = "note"
SESSION = "session"  # says no more than that somebody came
MANY = 3  # of what says more, below which a chart is whole only when nothing at all stays behind
NEARLY = 0.9


def as_good_as_whole(chosen: Collection[str], chart: Collection[str]) -> bool:
    """Whether this choice is the whole chart in all but name (R-185): by the kinds of what is chosen and of all there
    is, one for each item.

    It is when every item is chosen. Session records left out make no difference: of everything else nine items in ten
    are as good as all of it, and so are all notes, for they tell the treatment. In a chart with fewer than three notes
    (or fewer than three items beside sessions) that rule would call any choice the whole: there only all of it is.
    """
    if not chosen:
        return False
    said, all_said = (sum(kind != SESSION for kind in kinds) for kinds in (chosen, chart))
    notes, all_notes = (sum(kind == NOTE for kind in kinds) for kinds in (chosen, chart))
    return (
        len(chosen) >= len(chart)
        or (all_said >= MANY and said >= NEARLY * all_said)
        or (all_notes >= MANY and notes >= all_notes)
    )
