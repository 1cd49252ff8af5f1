from django.apps import AppConfig


class LegalConfig(AppConfig):
    name = "disclosures.legal"
    label = "legal"
