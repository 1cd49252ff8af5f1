from django.apps import AppConfig


class LegalConfig(AppConfig):
    name = "disclosures.legal"
    label = "legal"

    def ready(self) -> None:
        from disclosures.releases.queries.papers import papers_are_kept_by

        from . import receivers  # noqa: F401 - it listens from here on
        from .standing import Keeper

        papers_are_kept_by(Keeper())
