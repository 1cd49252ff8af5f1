"""Custody when an author cannot act."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0006_moved")]

    operations: list = []
