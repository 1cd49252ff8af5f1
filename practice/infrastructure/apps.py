from django.apps import AppConfig


class InfrastructureConfig(AppConfig):
    name = "practice.infrastructure"
    label = "infrastructure"
