from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "practice.desk"
    label = "desk"
