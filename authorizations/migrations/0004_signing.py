"""How an authorization was signed, and by whom checked."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0003_forms")]

    operations: list = []
