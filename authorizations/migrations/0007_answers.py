"""The letters that answer a patient when a therapist releases nothing under an authorization, kept as they were made."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

# A letter is sent once; nothing else of it changes, and nothing is removed.
GUARDS = """
CREATE FUNCTION authorizations_answer_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sent_on IS NOT NULL OR
       (OLD.id, OLD.authorization_id, OLD.address, OLD.pdf, OLD.sha256, OLD.made_by_id, OLD.made_at)
       IS DISTINCT FROM
       (NEW.id, NEW.authorization_id, NEW.address, NEW.pdf, NEW.sha256, NEW.made_by_id, NEW.made_at)
    THEN
        RAISE EXCEPTION 'a letter is sent once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER answer_stands BEFORE UPDATE ON authorizations_answerletter
    FOR EACH ROW EXECUTE FUNCTION authorizations_answer_stands();
CREATE TRIGGER answers_are_kept BEFORE DELETE OR TRUNCATE ON authorizations_answerletter
    FOR EACH STATEMENT EXECUTE FUNCTION authorizations_refuse_change();
"""
NO_GUARDS = """
DROP TRIGGER answers_are_kept ON authorizations_answerletter;
DROP TRIGGER answer_stands ON authorizations_answerletter;
DROP FUNCTION authorizations_answer_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("authorizations", "0006_restrictions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AnswerLetter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("address", models.TextField(blank=True, help_text="Where it goes, as on the envelope.")),
                ("pdf", practice.infrastructure.fields.EncryptedBinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_on", models.DateField(blank=True, null=True)),
                ("sent_how", practice.infrastructure.fields.EncryptedTextField(default="")),
                (
                    "authorization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer_letters",
                        to="authorizations.authorization",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"ordering": ["-made_at"], "default_permissions": ()},
        ),
        migrations.AddConstraint(
            model_name="answerletter",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                name="authorizations_answerletter_whole_hash",
            ),
        ),
        migrations.AddConstraint(
            model_name="answerletter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_by__isnull", True), ("sent_on__isnull", True)),
                    models.Q(("sent_by__isnull", False), ("sent_on__isnull", False)),
                    _connector="OR",
                ),
                name="authorizations_answerletter_sent_by_somebody",
            ),
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
