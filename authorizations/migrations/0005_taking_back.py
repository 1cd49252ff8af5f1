"""What follows a revocation: a hold that ends, notices to those who may still act, the letter to the patient."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

# A notice is answered once, a letter is sent once; nothing else of them changes, and nothing is removed.
GUARDS = """
CREATE FUNCTION authorizations_notice_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.told_on IS NOT NULL OR
       (OLD.id, OLD.event_id, OLD.associate_id, OLD.recipient_name, OLD.recipient_address, OLD.officer_only, OLD.made_at)
       IS DISTINCT FROM
       (NEW.id, NEW.event_id, NEW.associate_id, NEW.recipient_name, NEW.recipient_address, NEW.officer_only, NEW.made_at)
    THEN
        RAISE EXCEPTION 'a notice is answered once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION authorizations_letter_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.sent_on IS NOT NULL OR
       (OLD.id, OLD.number, OLD.event_id, OLD.address, OLD.pdf, OLD.sha256, OLD.listed, OLD.made_by_id, OLD.made_at)
       IS DISTINCT FROM
       (NEW.id, NEW.number, NEW.event_id, NEW.address, NEW.pdf, NEW.sha256, NEW.listed, NEW.made_by_id, NEW.made_at)
    THEN
        RAISE EXCEPTION 'a letter is sent once' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER notice_stands BEFORE UPDATE ON authorizations_revocationnotice
    FOR EACH ROW EXECUTE FUNCTION authorizations_notice_stands();
CREATE TRIGGER notices_are_kept BEFORE DELETE OR TRUNCATE ON authorizations_revocationnotice
    FOR EACH STATEMENT EXECUTE FUNCTION authorizations_refuse_change();
CREATE TRIGGER letter_stands BEFORE UPDATE ON authorizations_revocationletter
    FOR EACH ROW EXECUTE FUNCTION authorizations_letter_stands();
CREATE TRIGGER letters_are_kept BEFORE DELETE OR TRUNCATE ON authorizations_revocationletter
    FOR EACH STATEMENT EXECUTE FUNCTION authorizations_refuse_change();
"""
NO_GUARDS = """
DROP TRIGGER letters_are_kept ON authorizations_revocationletter;
DROP TRIGGER letter_stands ON authorizations_revocationletter;
DROP TRIGGER notices_are_kept ON authorizations_revocationnotice;
DROP TRIGGER notice_stands ON authorizations_revocationnotice;
DROP FUNCTION authorizations_letter_stands();
DROP FUNCTION authorizations_notice_stands();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("authorizations", "0004_signing"),
        ("compliance", "0006_associates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RevocationLetter",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=20, unique=True)),
                ("address", models.TextField(blank=True, help_text="Where it goes, as on the envelope.")),
                ("pdf", practice.infrastructure.fields.EncryptedBinaryField()),
                ("sha256", models.CharField(max_length=64)),
                ("listed", models.PositiveIntegerField(help_text="How many disclosures it lists.")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_on", models.DateField(blank=True, null=True)),
                ("sent_how", practice.infrastructure.fields.EncryptedTextField(default="")),
            ],
            options={
                "ordering": ["-made_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="RevocationNotice",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("recipient_name", models.CharField(max_length=300)),
                ("recipient_address", models.TextField(blank=True)),
                ("officer_only", models.BooleanField(default=False)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("told_on", models.DateField(blank=True, null=True)),
                ("how", practice.infrastructure.fields.EncryptedTextField(default="")),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("need_not", models.BooleanField(default=False)),
            ],
            options={
                "ordering": ["made_at", "recipient_name"],
                "default_permissions": (),
            },
        ),
        migrations.RemoveConstraint(
            model_name="authorizationevent",
            name="authorizations_authorizationevent_each_kind_once",
        ),
        migrations.RemoveConstraint(
            model_name="authorizationevent",
            name="authorizations_authorizationevent_revoked_at_a_minute",
        ),
        migrations.AddField(
            model_name="authorizationevent",
            name="occurred_on",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="signedpaper",
            name="to_compare",
            field=models.BooleanField(
                default=False, help_text="It came in after what it says had been entered: somebody holds them together."
            ),
        ),
        migrations.AddField(
            model_name="signedpaper",
            name="event",
            field=models.ForeignKey(
                blank=True,
                help_text="What it tells, when it is not the signed form: a revocation, or to go on after all.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="papers",
                to="authorizations.authorizationevent",
            ),
        ),
        migrations.AddConstraint(
            model_name="authorizationevent",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "ANSWER_SENT",
                            "DECLINE_TAKEN_BACK",
                            "EVENT_MISTAKEN",
                            "EXPIRY_EVENT_KNOWN",
                            "FALSE_MISTAKEN",
                            "FORM_SENT",
                            "HOLD_LIFTED",
                            "KNOWN_FALSE",
                            "OFFERED_AGAIN",
                            "ORAL_REVOCATION",
                            "PUT_ASIDE",
                            "RELEASE_DECLINED",
                            "SIGNING_DECLINED",
                        ],
                    ),
                    _negated=True,
                ),
                fields=("authorization", "kind"),
                name="authorizations_authorizationevent_each_kind_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="authorizationevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["WRITTEN_REVOCATION", "ORAL_REVOCATION", "HOLD_LIFTED"]), _negated=True),
                    ("received_at__isnull", False),
                    _connector="OR",
                ),
                name="authorizations_authorizationevent_revoked_at_a_minute",
            ),
        ),
        migrations.AddConstraint(
            model_name="authorizationevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("occurred_on__isnull", True),
                    models.Q(("kind", "EXPIRY_EVENT_KNOWN"), ("occurred_on__lte", models.F("happened_on"))),
                    _connector="OR",
                ),
                name="authorizations_authorizationevent_occurred_before_known",
            ),
        ),
        migrations.AddField(
            model_name="revocationletter",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="letters",
                to="authorizations.authorizationevent",
            ),
        ),
        migrations.AddField(
            model_name="revocationletter",
            name="made_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="revocationletter",
            name="sent_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="revocationnotice",
            name="associate",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="compliance.businessassociate",
            ),
        ),
        migrations.AddField(
            model_name="revocationnotice",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="authorizations.authorizationevent",
            ),
        ),
        migrations.AddField(
            model_name="revocationnotice",
            name="told_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="revocationletter",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                name="authorizations_revocationletter_whole_hash",
            ),
        ),
        migrations.AddConstraint(
            model_name="revocationletter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_by__isnull", True), ("sent_on__isnull", True)),
                    models.Q(("sent_by__isnull", False), ("sent_on__isnull", False)),
                    _connector="OR",
                ),
                name="authorizations_revocationletter_sent_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="revocationnotice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("associate__isnull", True)),
                fields=("event", "recipient_name"),
                name="authorizations_revocationnotice_each_recipient_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="revocationnotice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("associate__isnull", False)),
                fields=("event", "associate"),
                name="authorizations_revocationnotice_each_associate_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="revocationnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("need_not", False),
                        ("told_at__isnull", True),
                        ("told_by__isnull", True),
                        ("told_on__isnull", True),
                    ),
                    models.Q(("told_at__isnull", False), ("told_by__isnull", False), ("told_on__isnull", False)),
                    _connector="OR",
                ),
                name="authorizations_revocationnotice_told_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="revocationnotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("recipient_name__regex", "\\S")), name="authorizations_revocationnotice_to_somebody"
            ),
        ),
        migrations.RunSQL(GUARDS, NO_GUARDS),
    ]
