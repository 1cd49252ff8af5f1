"""Risk and safety plans."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chart", "0008_measures")]

    operations: list = []
