"""Papers of those who act for a patient."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("people", "0004_shorthand")]

    operations: list = []
