"""Passages about others left out of a package."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0009_compelled")]

    operations: list = []
