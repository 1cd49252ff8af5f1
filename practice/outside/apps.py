from django.apps import AppConfig


class OutsideConfig(AppConfig):
    name = "practice.outside"
    label = "outside"
