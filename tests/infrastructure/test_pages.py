"""Addresses said far from a view: real ones for staff, none for people outside, and no second way to make one."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from django.urls import NoReverseMatch

from practice.infrastructure.pages import page

# what runs in the process for people outside as well as in the clinic
SHARED = {"rules", "policies", "queries", "actions", "documents", "tasks"}
APPS = ("authorizations", "disclosures", "records", "practice/outside", "practice/people", "practice/worklist")


def test_an_address_is_a_page_of_the_clinic_and_nothing_for_people_outside() -> None:
    assert page("form-list") == "/authorizations/forms/"
    with pytest.raises(NoReverseMatch):
        page("no-such-page")
    with override_settings(**settings.OUTSIDE):
        assert page("form-list") == ""


def test_what_people_outside_set_going_never_looks_for_a_page_of_the_clinic() -> None:
    modules = [path for app in APPS for path in (settings.BASE_DIR / app).rglob("*.py")]
    found = [_name(path) for path in modules if SHARED & {*path.parts, path.stem} and _reverses(path.read_text())]
    assert len(modules) > 200 and not found


def _reverses(text: str) -> bool:
    return any("practice.outside_urls" not in line for line in re.findall(r".*\breverse\(.*", text))


def _name(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))
