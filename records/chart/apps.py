from django.apps import AppConfig


class ChartConfig(AppConfig):
    name = "records.chart"
    label = "chart"

    def ready(self) -> None:
        from authorizations.queries.on_file import session_days_are_told_by

        from .queries.sessions import session_days

        session_days_are_told_by(session_days)
