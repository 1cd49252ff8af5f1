"""Handing a patient over."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chart", "0010_documents")]

    operations: list = []
