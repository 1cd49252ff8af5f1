from django.apps import AppConfig


class LegalConfig(AppConfig):
    name = "disclosures.legal"
    label = "legal"

    def ready(self) -> None:
        from . import receivers  # noqa: F401 - it listens from here on
