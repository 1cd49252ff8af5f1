"""What the gate asks beyond the basis."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("releases", "0002_redaction")]

    operations: list = []
