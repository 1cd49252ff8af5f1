"""The handbook names every setting the program reads, and nothing that is not there."""

import re
from pathlib import Path

from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.BASE_DIR)
NAME = re.compile(r"\b(?:PRACTICE|DATABASE|PSYCHOTHERAPY)_[A-Z_]*[A-Z]\b")
HANDBOOK = (ROOT / "docs" / "operations.md").read_text()


def read_by_the_program() -> set[str]:
    found: set[str] = set()
    for package in ("practice", "records", "authorizations", "disclosures"):
        for path in (ROOT / package).rglob("*.py"):
            found |= set(re.findall(r"[\"']((?:PRACTICE|DATABASE|PSYCHOTHERAPY)_[A-Z_]*[A-Z])[\"']", path.read_text()))
    return {name for name in found if name.startswith("PRACTICE_") or name.endswith("_URL")}


def test_every_setting_is_explained() -> None:
    assert read_by_the_program() <= set(NAME.findall(HANDBOOK))


def test_every_command_in_the_handbook_exists() -> None:
    assert set(re.findall(r"manage\.py ([a-z_0-9]+)", HANDBOOK)) <= set(get_commands())


def test_every_make_target_in_readme_and_handbook_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    words = HANDBOOK + (ROOT / "README.md").read_text()
    assert set(re.findall(r"(?:`|^|&& )make ([a-z-]+)", words, re.MULTILINE)) <= targets


def test_the_ci_runs_the_readmes_test_command() -> None:
    assert (ROOT / ".ci" / "run").read_text().rstrip().endswith("exec make test")
    assert "make test" in (ROOT / "README.md").read_text()
