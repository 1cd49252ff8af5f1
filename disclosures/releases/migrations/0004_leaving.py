"""How a package leaves: fax, a link, a return."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("releases", "0003_gate")]

    operations: list = []
