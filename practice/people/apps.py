from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "practice.people"
    label = "people"

    def ready(self) -> None:
        from . import receivers  # noqa: F401  connects them
