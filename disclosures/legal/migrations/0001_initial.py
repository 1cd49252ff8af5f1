"""Legal papers and what was done about them: both only grow."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

TABLES = ("legal_legalpaper", "legal_paperentry", "legal_naming")

FORWARDS = """
CREATE FUNCTION legal_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
""" + "".join(
    f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION legal_refuse_change();\n"
    for table in TABLES
)
BACKWARDS = (
    "".join(f"DROP TRIGGER {table}_only_grows ON {table};\n" for table in TABLES)
    + "DROP FUNCTION legal_refuse_change();"
)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0005_representatives"),
        ("releases", "0004_leaving"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LegalPaper",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=20, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("LP_COURT_ORDER", "Order signed by a judge or administrative tribunal"),
                            ("LP_COURT_WARRANT", "Court-ordered warrant"),
                            ("LP_JUDGE_SUBPOENA", "Subpoena signed by a judicial officer"),
                            ("LP_GRAND_JURY_SUBPOENA", "Grand jury subpoena"),
                            ("LP_ATTORNEY_OR_CLERK_SUBPOENA", "Subpoena signed by an attorney or a court clerk"),
                            ("LP_DISCOVERY_REQUEST", "Discovery request"),
                            ("LP_ADMIN_SUBPOENA", "Administrative subpoena or summons"),
                            ("LP_CID", "Civil or authorized investigative demand"),
                            ("HHS", "Letter of HHS in a compliance review"),
                            ("STATUTE", "A statute or regulation that requires it"),
                            ("LP_INFORMAL_REQUEST", "Letter or telephone call"),
                        ],
                        max_length=40,
                    ),
                ),
                (
                    "issuer",
                    practice.infrastructure.fields.EncryptedTextField(help_text="Court, body, agency or attorney."),
                ),
                (
                    "reference",
                    practice.infrastructure.fields.EncryptedTextField(
                        default="", help_text="Caption and docket or case number."
                    ),
                ),
                ("signed_by", practice.infrastructure.fields.EncryptedTextField(default="")),
                (
                    "law",
                    practice.infrastructure.fields.EncryptedTextField(default="", help_text="The law it rests on."),
                ),
                ("scope", practice.infrastructure.fields.EncryptedTextField(help_text="Word for word.")),
                (
                    "names_notes",
                    models.CharField(
                        choices=[("expressly", "Yes, expressly"), ("unclear", "It is not clear"), ("not", "No")],
                        max_length=10,
                    ),
                ),
                (
                    "session_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(), blank=True, default=list, size=None
                    ),
                ),
                ("scope_from", models.DateField(blank=True, null=True)),
                ("scope_to", models.DateField(blank=True, null=True)),
                ("received_on", models.DateField()),
                (
                    "response_due_on",
                    models.DateField(blank=True, help_text="As the paper says; empty when it says none.", null=True),
                ),
                ("recipient_name", practice.infrastructure.fields.EncryptedTextField()),
                (
                    "recipient_kind",
                    models.CharField(
                        choices=[
                            ("patient", "The patient"),
                            ("representative", "The patient's personal representative"),
                            ("provider", "Another health care provider"),
                            ("payer", "Health plan or other payer"),
                            ("attorney", "Attorney"),
                            ("court", "Court or tribunal"),
                            ("law_enforcement", "Law enforcement"),
                            ("agency", "Government agency or board"),
                            ("hhs", "US Department of Health and Human Services"),
                            ("coroner", "Coroner or medical examiner"),
                            ("family", "Family or other person involved in care"),
                            ("business_associate", "Business associate of the practice"),
                            ("other", "Somebody else"),
                        ],
                        max_length=40,
                    ),
                ),
                ("recipient_address", practice.infrastructure.fields.EncryptedTextField(default="")),
                ("purpose", practice.infrastructure.fields.EncryptedTextField()),
                (
                    "verified",
                    practice.infrastructure.fields.EncryptedTextField(
                        help_text="How identity and authority of the sender were checked."
                    ),
                ),
                ("document", practice.infrastructure.fields.EncryptedBinaryField()),
                (
                    "document_kind",
                    models.CharField(choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")], max_length=4),
                ),
                ("document_sha256", models.CharField(max_length=64)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="legal_papers", to="people.patient"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PaperEntry",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("counsel", "Counsel’s review"),
                            ("notice", "Telling the patient"),
                            ("response", "Response"),
                            ("reach", "Sessions after it came"),
                        ],
                        max_length=10,
                    ),
                ),
                ("code", models.CharField(max_length=30)),
                ("on", models.DateField()),
                (
                    "name",
                    practice.infrastructure.fields.EncryptedTextField(
                        default="", help_text="Counsel, or whoever was told or answered."
                    ),
                ),
                ("words", practice.infrastructure.fields.EncryptedTextField(default="")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="entries", to="legal.legalpaper"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        help_text="Which of the patients it names was told; empty: the one whose paper it is.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.patient",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="paper_entries",
                        to="releases.release",
                    ),
                ),
            ],
            options={
                "ordering": ["recorded_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Naming",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("named", models.BooleanField(help_text="The newest row for a patient holds.")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "paper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="namings", to="legal.legalpaper"
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["recorded_at"],
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="legalpaper",
            index=models.Index(fields=["patient", "-recorded_at"], name="legal_legal_patient_e90d32_idx"),
        ),
        migrations.AddConstraint(
            model_name="legalpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "LP_COURT_ORDER",
                            "LP_COURT_WARRANT",
                            "LP_JUDGE_SUBPOENA",
                            "LP_GRAND_JURY_SUBPOENA",
                            "LP_ATTORNEY_OR_CLERK_SUBPOENA",
                            "LP_DISCOVERY_REQUEST",
                            "LP_ADMIN_SUBPOENA",
                            "LP_CID",
                            "HHS",
                            "STATUTE",
                            "LP_INFORMAL_REQUEST",
                        ],
                    )
                ),
                name="legal_legalpaper_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(("document_sha256__regex", "^[0-9a-f]{64}$")), name="legal_legalpaper_whole_hash"
            ),
        ),
        migrations.AddConstraint(
            model_name="legalpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("scope_from__isnull", True), ("scope_to__isnull", True)),
                    models.Q(
                        ("scope_from__isnull", False),
                        ("scope_to__gte", models.F("scope_from")),
                        ("scope_to__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="legal_legalpaper_scope_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="paperentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["counsel", "notice", "response", "reach"])),
                name="legal_paperentry_kind",
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
