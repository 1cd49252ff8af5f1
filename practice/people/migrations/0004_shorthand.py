"""Each person's own abbreviations."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields


class Migration(migrations.Migration):
    dependencies = [("people", "0003_way_in_waits")]

    operations = [
        migrations.CreateModel(
            name="Shorthand",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("entries", practice.infrastructure.fields.EncryptedJSONField(default=dict)),
                (
                    "staff",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shorthand",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"default_permissions": ()},
        ),
    ]
