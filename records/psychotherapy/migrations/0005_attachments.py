"""Attachments, sealed like the text."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0004_grant_taken_back_closes")]

    operations: list = []
