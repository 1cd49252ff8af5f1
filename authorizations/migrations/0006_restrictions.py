"""What the patient asked the practice not to use or disclose."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0005_taking_back")]

    operations: list = []
