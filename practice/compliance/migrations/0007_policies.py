"""Policies P-31 to P-34 (insurers, compelled releases, covers), where a practice was set up before there were any."""

from django.db import migrations

from practice.compliance.rules import FIRST_DAY, POLICIES


def seed(apps, schema_editor):
    setting = apps.get_model("compliance", "PolicySetting")
    for code in ("P-31", "P-32", "P-33", "P-34"):
        if not setting.objects.filter(code=code).exists():
            reason = "The value in force from the start."
            setting.objects.create(code=code, value=POLICIES[code].default, from_on=FIRST_DAY, reason=reason)


class Migration(migrations.Migration):
    dependencies = [("compliance", "0006_associates")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
