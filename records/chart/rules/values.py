"""Results, numbers, units and code systems as people read them. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import models


class ResultCategory(models.TextChoices):
    SURVEY = "survey", "Questionnaire"
    VITAL_SIGNS = "vital-signs", "Vital signs"
    LABORATORY = "laboratory", "Laboratory"
    SOCIAL_HISTORY = "social-history", "Social history"


# Code systems by the names that people know; another one is shown as it was given.
CODE_SYSTEMS = {
    "http://snomed.info/sct": "SNOMED CT",
    "http://loinc.org": "LOINC",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
}


def shown_value(number: Decimal | None, unit: str, text: str, components: Sequence[Mapping[str, str]]) -> str:
    """A result as people read it: "182.93 cm", "< 5 mg/dL", "Never smoker"; components in their order."""
    if components:
        return ", ".join(
            " ".join(
                filter(None, [part["title"], part["text"], shown_number(part["number"]), shown_unit(part["unit"])])
            )
            for part in components
        )
    amount = "" if number is None else shown_number(f"{number.normalize():f}")
    return " ".join(filter(None, [text, amount, shown_unit(unit) if amount else ""]))


def shown_number(words: str) -> str:
    """A number with at most two decimals, small ones with two figures; what is not a number stays as it is."""
    whole, point, decimals = words.partition(".")
    if not point or not whole.removeprefix("-").isdigit() or not decimals.isdigit():
        return words
    value = Decimal(words)
    fine = -value.adjusted() + 1 if value and abs(value) < 1 else 2
    return f"{round(value, max(fine, 2)).normalize():f}"


def shown_unit(unit: str) -> str:
    """A UCUM unit as people write it: "{score}" and "1" count things and are left out, "mm[Hg]" is "mmHg"."""
    plain = unit.strip("{}").replace("[", "").replace("]", "")
    return "" if plain.lower() in {"score", "1", "nominal"} else plain
