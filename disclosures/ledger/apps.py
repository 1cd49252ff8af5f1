from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "disclosures.ledger"
    label = "ledger"
