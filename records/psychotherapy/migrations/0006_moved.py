"""Where a moved sentence came from and went."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0005_attachments")]

    operations: list = []
