"""Treatment plans."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chart", "0005_diagnoses")]

    operations: list = []
