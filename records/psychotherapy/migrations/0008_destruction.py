"""Destruction of signed notes after their retention."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0007_custody")]

    operations: list = []
