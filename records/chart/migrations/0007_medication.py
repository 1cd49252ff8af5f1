"""Medication kept here and its monitoring."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chart", "0006_plans")]

    operations: list = []
