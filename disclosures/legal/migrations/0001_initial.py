"""Legal papers and compelled releases."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True

    dependencies = [("releases", "0004_leaving")]

    operations: list = []
