"""Run every measurement on fresh clones of the test databases; print the table and write var/bench.json."""

import json
import os
import sys
from collections.abc import Callable

os.environ.setdefault("PRACTICE_MODE", "test")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "practice.settings")


def main() -> int:
    import django

    django.setup()

    from django.conf import settings
    from django.test.utils import setup_test_environment

    from tests import databases
    from tests.bench import codes, documents, guard, imports, ledger, notes, people, sealed_search, writers
    from tests.bench.measure import Row, table

    setup_test_environment()
    templates = databases.build_templates()
    rows: list[Row] = []
    measurements: list[Callable[[], list[Row]]] = [
        notes.sealed_note,
        people.visible_patients,
        notes.patient_page,
        notes.note_page,
        writers.twenty_writers,
        writers.typing,
        imports.import_bundles,
        codes.search_of_codes,
        guard.guard,
        sealed_search.sealed_search,
        ledger.append,
        ledger.verify,
        documents.accounting,
    ]
    wanted = sys.argv[1:]
    for measurement in measurements:
        if wanted and measurement.__name__ not in wanted:
            continue
        print(f"measuring {measurement.__name__} ...", file=sys.stderr, flush=True)  # noqa: T201
        databases.clone(templates, "bench")
        rows.extend(measurement())
    databases.drop_clones()
    print(table(rows))  # noqa: T201
    target = settings.BASE_DIR / "var" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps([row.as_json() for row in rows], indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
