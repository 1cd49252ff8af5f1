"""What a patient wrote to end a restriction, as it came in."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

KEPT = """
CREATE TRIGGER restriction_papers_are_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON authorizations_restrictionpaper
    FOR EACH STATEMENT EXECUTE FUNCTION authorizations_refuse_change();
"""
NOT_KEPT = "DROP TRIGGER restriction_papers_are_kept ON authorizations_restrictionpaper;"


class Migration(migrations.Migration):
    dependencies = [
        ("authorizations", "0007_answers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RestrictionPaper",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("data", practice.infrastructure.fields.EncryptedBinaryField()),
                (
                    "kind",
                    models.CharField(choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")], max_length=4),
                ),
                ("size", models.PositiveIntegerField(help_text="Bytes.")),
                ("pages", models.PositiveSmallIntegerField(default=1)),
                ("sha256", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paper",
                        to="authorizations.restrictionevent",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["pdf", "jpeg", "png"])),
                        name="authorizations_restrictionpaper_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="authorizations_restrictionpaper_whole_hash",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)), name="authorizations_restrictionpaper_not_empty"
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEPT, NOT_KEPT),
    ]
