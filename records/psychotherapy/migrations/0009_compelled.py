"""Packages made without showing their text."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0008_destruction")]

    operations: list = []
