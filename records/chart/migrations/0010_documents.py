"""Documents received and scanned."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chart", "0009_safety")]

    operations: list = []
