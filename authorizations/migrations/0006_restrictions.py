"""What the patient asked the practice not to use or disclose."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

TABLES = (
    "authorizations_restriction",
    "authorizations_restrictionevent",
    "authorizations_restrictionletter",
)

# The practice cannot refuse, nor end by its own notice, what was paid in full (164.522(a)(1)(vi), (a)(2)(iii)(A)); nor
# mark it as a mistake, which ends it as well, before the patient ended it.
PAID_IN_FULL = """
CREATE FUNCTION authorizations_paid_in_full_binds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.kind IN ('not_agreed', 'ended_by_notice') AND
       (SELECT paid_in_full FROM authorizations_restriction WHERE id = NEW.restriction_id) THEN
        RAISE EXCEPTION 'what was paid in full cannot be refused or ended by the practice'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.kind = 'recorded_in_error' AND
       (SELECT paid_in_full FROM authorizations_restriction WHERE id = NEW.restriction_id) AND
       NOT EXISTS (SELECT 1 FROM authorizations_restrictionevent
                   WHERE restriction_id = NEW.restriction_id AND kind IN ('ended_written', 'ended_orally')) THEN
        RAISE EXCEPTION 'what was paid in full is no mistake before the patient ended it'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER authorizations_restrictionevent_paid_in_full BEFORE INSERT ON authorizations_restrictionevent
    FOR EACH ROW EXECUTE FUNCTION authorizations_paid_in_full_binds();
"""
NOT_PAID_IN_FULL = """
DROP TRIGGER authorizations_restrictionevent_paid_in_full ON authorizations_restrictionevent;
DROP FUNCTION authorizations_paid_in_full_binds();
"""
ONLY_GROWS = "".join(
    f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION authorizations_refuse_change();\n"
    for table in TABLES
)
NOT_ONLY_GROWS = "".join(f"DROP TRIGGER {table}_only_grows ON {table};\n" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [
        ("authorizations", "0005_taking_back"),
        ("people", "0006_contact_wishes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Restriction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("in_writing", models.BooleanField(default=False)),
                ("received_on", models.DateField(help_text="Practice-local day.")),
                (
                    "words",
                    practice.infrastructure.fields.EncryptedTextField(
                        default="", help_text="What was asked for, in the patient's words."
                    ),
                ),
                (
                    "uses",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("treatment", "Treatment by others"),
                                ("payment", "Payment"),
                                ("operations", "The practice's own operations"),
                                ("family", "Family and others involved in care"),
                            ],
                            max_length=24,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "recipients",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("payer", "Health plan or insurer"),
                                ("provider", "Another health care provider"),
                                ("family", "Family or friends"),
                                ("business_associate", "A service that works for the practice"),
                                ("other", "Somebody else"),
                            ],
                            max_length=24,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("recipient_name", models.CharField(blank=True, max_length=300)),
                (
                    "session_dates",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(), blank=True, default=list, size=None
                    ),
                ),
                ("covers_from", models.DateField(blank=True, null=True)),
                ("covers_to", models.DateField(blank=True, null=True)),
                (
                    "kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("note", "Notes of sessions"),
                                ("session", "That there was a session, its time and length"),
                                ("measure", "Questionnaires"),
                                ("result", "Test results"),
                                ("diagnosis", "Diagnoses"),
                                ("observation", "Symptoms and how things are going"),
                                ("medication", "Medication"),
                                ("plan", "Treatment plans"),
                                ("risk", "Risk and safety"),
                                ("document", "Letters and other documents"),
                                ("billing", "Bills and payments, with the sessions they name"),
                            ],
                            max_length=24,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("paid_in_full", models.BooleanField(default=False)),
                (
                    "payment_note",
                    practice.infrastructure.fields.EncryptedTextField(
                        default="", help_text="How it was seen that it was paid."
                    ),
                ),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="restrictions", to="people.patient"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
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
                "ordering": ["-received_on", "-recorded_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RestrictionEvent",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agreed", "Agreed to"),
                            ("not_agreed", "Not agreed to"),
                            ("letter_sent", "The patient was told the answer"),
                            ("ended_written", "The patient ended it in writing"),
                            ("ended_orally", "The patient ended it by word of mouth"),
                            ("ended_by_notice", "The practice told the patient that it ends"),
                            ("asked_not_further", "A recipient in an emergency was asked not to use it further"),
                            ("recorded_in_error", "Recorded by mistake"),
                        ],
                        max_length=24,
                    ),
                ),
                ("happened_on", models.DateField(help_text="Practice-local day.")),
                ("words", practice.infrastructure.fields.EncryptedTextField(default="")),
                ("release", models.UUIDField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "restriction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="authorizations.restriction",
                    ),
                ),
            ],
            options={
                "ordering": ["happened_on", "recorded_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RestrictionLetter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("address", models.TextField(blank=True, help_text="Where it goes, as on the envelope.")),
                ("data", practice.infrastructure.fields.EncryptedBinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "restriction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="letters",
                        to="authorizations.restriction",
                    ),
                ),
            ],
            options={
                "ordering": ["made_at"],
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="restriction",
            index=models.Index(fields=["patient", "-received_on"], name="authorizati_patient_423210_idx"),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("uses__contained_by", ["treatment", "payment", "operations", "family"]), ("uses__len__gt", 0)
                ),
                name="authorizations_restriction_known_uses",
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("recipients__contained_by", ["payer", "provider", "family", "business_associate", "other"])
                ),
                name="authorizations_restriction_known_recipients",
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kinds__contained_by",
                        [
                            "note",
                            "session",
                            "measure",
                            "result",
                            "diagnosis",
                            "observation",
                            "medication",
                            "plan",
                            "risk",
                            "document",
                            "billing",
                        ],
                    )
                ),
                name="authorizations_restriction_known_kinds",
            ),
        ),
        migrations.AddConstraint(
            model_name="restriction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paid_in_full", False),
                    models.Q(
                        ("recipients", ["payer"]),
                        ("uses__contained_by", ["operations", "payment"]),
                        ("uses__contains", ["operations", "payment"]),
                    ),
                    _connector="OR",
                ),
                name="authorizations_restriction_paid_means_the_plan",
            ),
        ),
        migrations.AddConstraint(
            model_name="restrictionevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "agreed",
                            "not_agreed",
                            "letter_sent",
                            "ended_written",
                            "ended_orally",
                            "ended_by_notice",
                            "asked_not_further",
                            "recorded_in_error",
                        ],
                    )
                ),
                name="authorizations_restrictionevent_known_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="restrictionevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("release__isnull", True), ("kind", "asked_not_further"), _connector="OR"),
                name="authorizations_restrictionevent_release_of_an_emergency",
            ),
        ),
        migrations.AddConstraint(
            model_name="restrictionevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind__in", ["agreed", "not_agreed"])),
                fields=("restriction",),
                name="authorizations_restrictionevent_answered_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="restrictionletter",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                name="authorizations_restrictionletter_whole_hash",
            ),
        ),
        migrations.RunSQL(ONLY_GROWS, NOT_ONLY_GROWS),
        migrations.RunSQL(PAID_IN_FULL, NOT_PAID_IN_FULL),
    ]
