from django.apps import AppConfig


class PsychotherapyConfig(AppConfig):
    name = "records.psychotherapy"
    label = "psychotherapy"
