"""Attendance, place, code and series of sessions."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("chart", "0002_guards_and_formats")]

    operations: list = []
