"""Measures and their answers."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chart", "0007_medication")]

    operations: list = []
