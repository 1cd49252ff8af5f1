from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    name = "disclosures.releases"
    label = "releases"
