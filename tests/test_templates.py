"""Every template compiles, those too that a test only posts to."""

from pathlib import Path

from django.conf import settings
from django.template.loader import get_template

TEMPLATES = Path(settings.BASE_DIR) / "templates"


def test_every_template_compiles() -> None:
    found = sorted(path.relative_to(TEMPLATES) for path in TEMPLATES.rglob("*.*") if path.suffix in (".html", ".txt"))
    assert found
    for path in found:
        get_template(str(path))
