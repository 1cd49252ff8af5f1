"""How an authorization was signed, and by whom checked."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

TABLES = ("authorizations_signature", "authorizations_signeddocument")
FORWARDS = "".join(
    f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION authorizations_refuse_change();\n"
    for table in TABLES
)
BACKWARDS = "".join(f"DROP TRIGGER {table}_only_grows ON {table};\n" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_representatives"),
        ("authorizations", "0003_forms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("TABLET", "At the practice, on a screen"),
                            ("LINK", "On the signer’s own device, by a link"),
                            ("PAPER", "On paper"),
                        ],
                        max_length=8,
                    ),
                ),
                (
                    "mark",
                    models.CharField(
                        choices=[("DRAWN", "Drawn"), ("TYPED", "Typed name"), ("HAND", "By hand on the paper")],
                        max_length=8,
                    ),
                ),
                (
                    "signed_on",
                    models.DateField(
                        blank=True, help_text="Practice-local; empty where a paper has no date.", null=True
                    ),
                ),
                ("signed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "zone",
                    models.CharField(
                        blank=True, help_text="The zone in which the signer was shown the time.", max_length=60
                    ),
                ),
                (
                    "signer_role",
                    models.CharField(
                        choices=[
                            ("INDIVIDUAL", "The patient"),
                            ("PARENT", "Parent"),
                            ("GUARDIAN", "Guardian"),
                            ("HEALTH_CARE_AGENT", "Health care agent"),
                            ("EXECUTOR_ADMINISTRATOR", "Executor or administrator of the estate"),
                            ("OTHER_PR", "Other personal representative"),
                            ("MINOR_AS_INDIVIDUAL", "The patient, a minor acting alone"),
                        ],
                        max_length=30,
                    ),
                ),
                ("signer_name", models.CharField(max_length=300)),
                ("authority_description", practice.infrastructure.fields.EncryptedTextField(blank=True, default="")),
                (
                    "intent_words",
                    models.TextField(blank=True, help_text="The attestation of the form, as long as it is."),
                ),
                ("consent_words", models.CharField(blank=True, help_text="To signing electronically.", max_length=300)),
                (
                    "identity_how",
                    models.CharField(
                        choices=[
                            ("KNOWN", "Known to me in person"),
                            ("PHOTO_ID", "Showed a photo identity document"),
                            ("DETAILS", "Answered questions only they could answer"),
                            ("COMPARED", "Compared with a signature on file"),
                            ("CODE_IN_PERSON", "Code given in person, and date of birth"),
                            ("CODE_BY_PHONE", "Code given by telephone, and date of birth"),
                        ],
                        max_length=20,
                    ),
                ),
                ("document_sha256", models.CharField(max_length=64)),
                (
                    "not_on_paper",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=4), blank=True, default=list, size=None
                    ),
                ),
                ("ip", models.GenericIPAddressField(blank=True, null=True)),
                ("device", models.CharField(blank=True, max_length=300)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "authorization",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signature",
                        to="authorizations.authorization",
                    ),
                ),
                (
                    "identity_checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "representative",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.personalrepresentative",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SignedDocument",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("shown", practice.infrastructure.fields.EncryptedTextField()),
                ("typed", practice.infrastructure.fields.EncryptedTextField(blank=True, default="")),
                ("drawn", practice.infrastructure.fields.EncryptedJSONField(default=list)),
                ("pdf", practice.infrastructure.fields.EncryptedBinaryField()),
                ("size", models.PositiveIntegerField(help_text="Bytes of the PDF.")),
                ("pdf_sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="document",
                        to="authorizations.signature",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("mark", "HAND"), ("way", "PAPER")),
                    models.Q(
                        models.Q(("way__in", ["TABLET", "LINK"])),
                        models.Q(
                            models.Q(("mark", "HAND"), _negated=True),
                            models.Q(("intent_words", ""), _negated=True),
                            models.Q(("consent_words", ""), _negated=True),
                            models.Q(("zone", ""), _negated=True),
                        ),
                        ("not_on_paper", []),
                        ("signed_at__isnull", False),
                        ("signed_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="authorizations_signature_says_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "not_on_paper__contained_by",
                        ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "RS1", "RS2", "RS3", "RS4"],
                    )
                ),
                name="authorizations_signature_known_elements",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(("document_sha256__regex", "^[0-9a-f]{64}$")),
                name="authorizations_signature_whole_hash",
            ),
        ),
        migrations.AddConstraint(
            model_name="signature",
            constraint=models.CheckConstraint(
                condition=models.Q(("recorded_by__isnull", False), ("way", "LINK"), _connector="OR"),
                name="authorizations_signature_recorded_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="signeddocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("pdf_sha256__regex", "^[0-9a-f]{64}$")),
                name="authorizations_signeddocument_whole_hash",
            ),
        ),
        migrations.AddConstraint(
            model_name="signeddocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gt", 0)), name="authorizations_signeddocument_not_empty"
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
