"""What follows a revocation."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0004_signing")]

    operations: list = []
