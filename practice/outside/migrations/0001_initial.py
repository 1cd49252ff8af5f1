"""Links for patients and recipients."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [("people", "0005_representatives")]

    operations: list = []
