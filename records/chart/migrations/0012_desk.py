"""What people set for their own writing."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chart", "0011_handover")]

    operations: list = []
