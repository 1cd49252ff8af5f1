from django.apps import AppConfig


class InfrastructureConfig(AppConfig):
    name = "practice.infrastructure"
    label = "infrastructure"

    def ready(self) -> None:
        from practice.infrastructure import checks  # noqa: F401 - registers them
