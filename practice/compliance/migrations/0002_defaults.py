"""Every policy begins at its default, the stricter value; the practice's profile begins empty, its log with a name."""

import uuid

from django.db import migrations

from practice.compliance.rules import FIRST_DAY, POLICIES


def seed(apps, schema_editor):
    setting = apps.get_model("compliance", "PolicySetting")
    reason = "The stricter value, in force from the start."
    for spec in POLICIES.values():
        setting.objects.create(code=spec.code, value=spec.default, from_on=FIRST_DAY, reason=reason)
    # the origin names one disclosure log for ever; it says nothing about the practice
    apps.get_model("compliance", "PracticeProfile").objects.create(
        id=1, name="Practice records", address="", phone="", privacy_contact_phone="", log_origin=f"log-{uuid.uuid4()}"
    )


class Migration(migrations.Migration):
    dependencies = [("compliance", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
