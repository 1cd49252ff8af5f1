"""Policies of authorizations and releases."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("compliance", "0006_associates")]

    operations: list = []
