from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "disclosures.releases"
    label = "releases"

    def ready(self) -> None:
        from . import link_receivers, receivers  # noqa: F401 - they listen from here on
