"""Finding a diagnosis among the codes of ICD-10-CM, against what one would write first: every word anywhere."""

from django.db.models import Q

from practice.infrastructure.days import today
from records.chart.actions.icd import load_release
from records.chart.management.commands.load_icd10 import packaged
from records.chart.models import IcdTerm
from records.chart.queries.icd import search_codes
from tests import databases

from .measure import Row, by_turns

TYPED = ("ptsd", "major depr rec", "adjustment anxiety", "alcohol use severe", "F33.1", "fracture left", "un")


def search_of_codes() -> list[Row]:
    """Seven searches, the first twenty hits of each; the baseline looks through the same terms with ILIKE."""
    entries, label = packaged()
    load_release(label=label, source="bench", entries=entries)
    databases.connect_superuser("default").execute("ANALYZE")  # as autovacuum would have done

    def ours() -> None:
        for typed in TYPED:
            assert search_codes(typed, today())

    def scan() -> None:
        for typed in TYPED:
            wanted = Q()
            for word in typed.replace(".", "").split():
                wanted &= Q(words__icontains=word)
            list(IcdTerm.objects.filter(wanted).select_related("code").order_by("-mental", "code__code")[:20])

    mine, theirs = by_turns(ours, scan, turns=9)
    searches = len(TYPED)
    name = f"ICD-10-CM: one search of {len(entries):,} codes"
    return [Row(name, mine / searches, "ILIKE scan of the same terms", theirs / searches)]
