"""The project keeps its shape: imports run downwards, no migration is missing, nothing outside the agreed places."""

import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
LINT = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]

# one line put into one file, and the contract that must then be broken
BREAKS = [
    ("records/chart/rules/notes.py", "import records.psychotherapy.models", "the two record apps never meet"),
    ("practice/infrastructure/jobs.py", "import practice.people.models", "Apps depend downwards only"),
    ("practice/people/policies.py", "import practice.people.actions", "Inside an app"),
    ("practice/desk/navigation.py", "import records.psychotherapy.models", "reached by the vault alone"),
    ("practice/people/queries.py", "import practice.people.views", "Only URL files import views"),
    ("disclosures/ledger/rules.py", "import disclosures.ledger.models", "Rules know nothing"),
    ("records/chart/actions/notes.py", "import cryptography", "Cryptography is done in one place"),
    ("authorizations/actions/recording.py", "import weasyprint", "One module renders PDFs"),
]


def lint_imports(where: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(LINT, cwd=where, capture_output=True, text=True, check=False)


def test_imports_run_downwards() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


def test_each_import_contract_breaks_when_it_should(tmp_path: Path) -> None:
    """All of them broken at once in one copy, because a look at all imports takes seconds."""
    for package in ("practice", "records", "authorizations", "disclosures"):
        for source in (ROOT / package).rglob("*.py"):
            copy = tmp_path / source.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    for path, line, _contract in BREAKS:
        broken = tmp_path / path
        broken.write_text(f"{broken.read_text()}\n{line}\n")
    done = lint_imports(tmp_path)
    verdicts = [words for words in done.stdout.splitlines() if words.endswith("BROKEN")]
    assert [contract for _, _, contract in BREAKS if not any(contract in words for words in verdicts)] == [], (
        done.stdout
    )
    assert done.returncode != 0


def test_no_migration_is_missing(db: None) -> None:
    told = StringIO()
    try:
        call_command("makemigrations", check_changes=True, dry_run=True, stdout=told)
    except SystemExit:
        pytest.fail(told.getvalue())


def test_nothing_stands_outside_the_agreed_places() -> None:
    agreed = {
        *("manage.py", "pyproject.toml", "README.md", "Makefile", "requirements.lock", "requirements-dev.lock"),
        *("CHANGELOG.md", "LICENSE", "NOTICE", ".ci", ".gitignore", ".gitattributes", "docs", "practice", "records"),
        *("authorizations", "disclosures", "templates", "tests"),
    }
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split(
        "\n"
    )
    assert {line.split("/")[0] for line in listed if line} <= agreed
