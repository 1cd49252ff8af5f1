"""ICD-10-CM and the history of diagnoses."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chart", "0004_notes")]

    operations: list = []
