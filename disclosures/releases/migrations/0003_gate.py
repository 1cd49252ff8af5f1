"""What the gate asks to be kept: the override of P-14, and warnings entered in a minute."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields


class Migration(migrations.Migration):
    dependencies = [
        ("releases", "0002_redaction"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="release",
            name="completed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="release",
            name="completed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="minimum_entry",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="release",
            name="override_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="release",
            name="override_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="release",
            name="override_code",
            field=models.CharField(
                blank=True,
                choices=[
                    ("treating_now", "The provider is treating the patient now and needs it"),
                    ("referred", "The patient was referred there, or comes from there"),
                    ("not_reached", "The patient cannot be reached in time"),
                    ("not_withheld", "Holding it back would hinder lawful care (45 CFR 171)"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="release",
            name="override_reason",
            field=practice.infrastructure.fields.EncryptedTextField(
                default="", help_text="What else is to be said of it."
            ),
        ),
        migrations.AlterField(
            model_name="release",
            name="verdict",
            field=models.JSONField(blank=True, default=dict, help_text="The gate's last answer: codes only."),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("override_at__isnull", True), ("override_by__isnull", True), ("override_code", "")),
                    models.Q(
                        models.Q(("override_code", ""), _negated=True),
                        ("override_at__isnull", False),
                        ("override_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="releases_release_override_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(("minimum_entry", False), ("state", "recorded"), _connector="OR"),
                name="releases_release_minimum_is_recorded",
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("completed_at__isnull", True), ("completed_by__isnull", True)),
                    models.Q(("completed_at__isnull", False), ("completed_by__isnull", False), ("minimum_entry", True)),
                    _connector="OR",
                ),
                name="releases_release_completed_by_somebody",
            ),
        ),
    ]
