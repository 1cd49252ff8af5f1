"""Every letter to a patient goes where the patient asked for letters to go; no form asks why (R-224, R-225)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPER = ROOT / "templates" / "documents"
WINDOW = '{% include "documents/_letter_to.html" %}'
# Paper that is no letter to the patient, and why. What is not here must carry the address window.
NO_LETTER = {
    "base.html": "what every paper is made from",
    "chart_package.html": "goes to the recipient of the release; the gate holds its address against the patient's wish",
    "cover.html": "goes to the recipient of the release; the gate holds its address against the patient's wish",
    "fax_cover.html": "lies on top of a fax to the recipient, and names no patient",
    "psychotherapy_package.html": "goes to the recipient of the release; the gate holds its address too",
    "compelled_slip.html": "goes to the court or office that compels the release",
    "internal_chart.html": "stays in the practice",
    "safety_plan.html": "is given to the patient in the room",
    "signed_authorization.html": "is what was signed, kept as it was shown",
    "authorization_form.html": "is a form to be signed",
    "signed_form.html": "is what was signed, kept as it was shown",
}
# Code that may read the addresses of a patient by itself, and why.
READS_ADDRESSES = {
    "practice/people/models/__init__.py": "names them",
    "practice/people/models/patient.py": "keeps them",
    "practice/people/actions/contact.py": "writes them down",
    "practice/people/views/contact.py": "ends them",
    "practice/people/queries.py": "is where `letter_address` decides, and shows the details page",
    "records/chart/fhir_import.py": "takes those of another system over",
    "records/chart/exchange/bundle.py": "writes the chart as data, the confidential address left out",
}


def lines_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(path.name for path in PAPER.glob("[!_]*.html")))
def test_every_letter_carries_the_address_window(name: str) -> None:
    if name not in NO_LETTER:
        assert WINDOW in lines_of(PAPER / name), (
            f"{name} may be a letter to a patient: print the address by `{WINDOW}` with `letter=letter_address(...)`, "
            "or say in NO_LETTER why it is none."
        )


def test_every_letter_is_given_the_address_that_the_patient_asked_for() -> None:
    letters = [name.name for name in PAPER.glob("[!_]*.html") if WINDOW in lines_of(name)]
    assert {"accounting.html", "restriction_letter.html"} <= set(letters)
    given = re.compile(r'letter_address\(.*"letter": |LetterAddress.*"letter": |"letter": letter_address\(', re.DOTALL)
    for name in letters:
        makers = [text for text in map(lines_of, product()) if f"documents/{name}" in text]
        assert makers and all(given.search(text) for text in makers), name


def product() -> list[Path]:
    packages = ("practice", "authorizations", "records", "disclosures")
    return [
        path
        for package in packages
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts and "demo" not in path.parts
    ]


def test_nobody_reads_the_addresses_of_a_patient_past_the_one_function() -> None:
    touches = re.compile(r"patient\.addresses\b|\bPatientAddress\b")
    readers = {path.relative_to(ROOT).as_posix() for path in product() if touches.search(lines_of(path))}
    assert readers == set(READS_ADDRESSES)


def test_no_form_asks_why_a_patient_wants_to_be_reached_elsewhere() -> None:
    from practice.people.forms.patients import ContactWishForm
    from practice.people.models import ContactWish

    fields = ContactWishForm.base_fields
    assert set(fields) == {
        "means", "lines", "city", "state", "postal_code", "country", "value", "from_on", "older", "payment",
    }  # fmt: skip
    asked = " ".join(f"{field.label} {field.help_text}" for field in fields.values())
    assert not re.search(r"\b(why|reason|because)\b", asked, re.IGNORECASE)
    assert not {"reason", "why", "words", "note"} & {field.name for field in ContactWish._meta.get_fields()}
