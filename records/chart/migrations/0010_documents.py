"""Documents received and scanned: they only grow, for the owner of the tables too."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

TABLES = ("chart_document", "chart_documentfiling", "chart_documentcancellation")
FORBID = "".join(
    f"CREATE TRIGGER {table}_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION chart_history_stands();\n"
    for table in TABLES
)
ALLOW = "".join(f"DROP TRIGGER {table}_stands ON {table};\n" for table in TABLES)
READING_STANDS = """
CREATE TRIGGER reading_stands BEFORE UPDATE OR DELETE ON chart_documentreading
    FOR EACH ROW EXECUTE FUNCTION chart_only_moves('read_at');
CREATE TRIGGER what_was_read_stands BEFORE UPDATE ON chart_documentreading
    FOR EACH ROW WHEN (OLD.read_at IS NOT NULL) EXECUTE FUNCTION chart_history_stands();
CREATE TRIGGER readings_are_not_emptied BEFORE TRUNCATE ON chart_documentreading
    FOR EACH STATEMENT EXECUTE FUNCTION chart_history_stands();
"""
READING_FALLS = """
DROP TRIGGER readings_are_not_emptied ON chart_documentreading;
DROP TRIGGER what_was_read_stands ON chart_documentreading;
DROP TRIGGER reading_stands ON chart_documentreading;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("chart", "0009_safety"),
        ("people", "0003_way_in_waits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("original", practice.infrastructure.fields.EncryptedBinaryField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG"), ("tiff", "TIFF"), ("docx", "DOCX")],
                        max_length=4,
                    ),
                ),
                ("size", models.PositiveIntegerField(help_text="Bytes of the original.")),
                ("sha256", models.CharField(help_text="Of the original.", max_length=64)),
                (
                    "shown",
                    practice.infrastructure.fields.EncryptedBinaryField(
                        help_text="The copy; empty for a Word document."
                    ),
                ),
                (
                    "shown_kind",
                    models.CharField(
                        blank=True, choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")], max_length=4
                    ),
                ),
                ("pages", models.PositiveIntegerField(default=0, help_text="Of the copy.")),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="people.patient"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DocumentCancellation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reason", practice.infrastructure.fields.EncryptedTextField()),
                ("cancelled_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "cancelled_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="cancellation", to="chart.document"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DocumentFiling",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("dated_on", models.DateField(help_text="The day that stands on the document.")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("referral", "Referral"),
                            ("letter", "Letter"),
                            ("report", "Report"),
                            ("test_result", "Test result"),
                            ("laboratory", "Laboratory result"),
                            ("prior_records", "Prior records"),
                            ("consent", "Consent or agreement"),
                            ("insurance", "Insurance paper"),
                            ("identity", "Identity paper"),
                            ("court", "Court paper"),
                            ("other", "Other document"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "source",
                    practice.infrastructure.fields.EncryptedTextField(help_text="Whom it is from, as people write it."),
                ),
                (
                    "from_outside",
                    models.BooleanField(help_text="Received from somebody else; never a psychotherapy note (R-006)."),
                ),
                ("filed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="filings", to="chart.document"
                    ),
                ),
                (
                    "filed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="chart.documentfiling",
                    ),
                ),
            ],
            options={
                "ordering": ["filed_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="DocumentReading",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="readings", to="chart.document"
                    ),
                ),
                (
                    "reader",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["asked_at"],
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["patient", "sha256"], name="chart_docum_patient_535ef5_idx"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["pdf", "jpeg", "png", "tiff", "docx"])), name="chart_document_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="chart_document_whole_hash"
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "docx"), ("pages", 0), ("shown_kind", "")),
                    models.Q(
                        models.Q(("kind", "docx"), _negated=True),
                        ("pages__gt", 0),
                        ("shown_kind__in", ["pdf", "jpeg", "png"]),
                    ),
                    _connector="OR",
                ),
                name="chart_document_copy_or_word",
            ),
        ),
        migrations.AddIndex(
            model_name="documentfiling",
            index=models.Index(fields=["document", "-dated_on"], name="chart_docum_documen_205159_idx"),
        ),
        migrations.AddConstraint(
            model_name="documentfiling",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaces__isnull", True)),
                fields=("document",),
                name="chart_documentfiling_begins_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="documentreading",
            constraint=models.UniqueConstraint(fields=("document", "reader"), name="chart_documentreading_once"),
        ),
        migrations.RunSQL(FORBID, ALLOW),
        migrations.RunSQL(READING_STANDS, READING_FALLS),
    ]
