"""Versioned form texts, approved by counsel."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0002_append_only")]

    operations: list = []
