from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "practice.worklist"
    label = "worklist"
