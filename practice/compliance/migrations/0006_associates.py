"""Business associates."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("compliance", "0005_placement"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="BusinessAssociate",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=200)),
                ("what_for", models.CharField(max_length=300)),
                ("contact", models.TextField(blank=True, help_text="How to reach them.")),
                (
                    "agreement_on",
                    models.DateField(blank=True, help_text="Day of the signed agreement on file.", null=True),
                ),
                ("acts_on_authorizations", models.BooleanField(default=False)),
                (
                    "ended_on",
                    models.DateField(blank=True, help_text="Last day they worked for the practice.", null=True),
                ),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["name", "recorded_at"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("name__regex", "\\S"), ("what_for__regex", "\\S")),
                        name="compliance_businessassociate_is_described",
                    )
                ],
            },
        ),
    ]
