from django.apps import AppConfig


class AuthorizationsConfig(AppConfig):
    name = "authorizations"
    label = "authorizations"

    def ready(self) -> None:
        from . import link_receivers  # noqa: F401 - it listens from here on
