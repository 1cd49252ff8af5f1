"""The practice's own forms in versions, what counsel said about each, and the words that come with the product.

Nobody has approved those yet: a practice begins with forms that cannot be used before its counsel has read them (P-22).
"""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from authorizations.rules.form_versions import FormKind
from authorizations.rules.starting_texts import STARTING_TEXTS

TABLES = ("authorizations_formversion", "authorizations_formreview")
FORWARDS = "".join(
    f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
    "FOR EACH STATEMENT EXECUTE FUNCTION authorizations_refuse_change();\n"
    for table in TABLES
)
BACKWARDS = "".join(f"DROP TRIGGER {table}_only_grows ON {table};\n" for table in TABLES)


def seed(apps, schema_editor):
    for kind in FormKind.values:
        texts = dict(STARTING_TEXTS[FormKind(kind)])
        apps.get_model("authorizations", "FormVersion").objects.create(kind=kind, number=1, texts=texts)


class Migration(migrations.Migration):
    dependencies = [
        ("authorizations", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="authorization",
            name="info_kinds",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("whole", "My whole chart"),
                        ("note", "Progress notes"),
                        ("session", "Dates and times of sessions"),
                        ("diagnosis", "Diagnosis"),
                        ("observation", "Symptoms and how I am doing"),
                        ("plan", "Treatment plans"),
                        ("medication", "Medicine"),
                        ("measure", "Tests and questionnaires"),
                        ("safety", "Safety plans and risk"),
                        ("document", "Letters and reports from others"),
                    ],
                    max_length=12,
                ),
                blank=True,
                default=list,
                size=None,
            ),
        ),
        migrations.CreateModel(
            name="FormVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[("PN", "Psychotherapy notes"), ("RECORDS", "Chart and billing records")], max_length=10
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("texts", models.JSONField(help_text="By the keys of `rules.wording`.")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "made_by",
                    models.ForeignKey(
                        help_text="Null: came along.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["kind", "-number"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="FormReview",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("approved", "Approved"), ("not_approved", "Not to be used")], max_length=14
                    ),
                ),
                ("counsel", models.CharField(help_text="Name and office of the lawyer.", max_length=200)),
                ("reviewed_on", models.DateField()),
                ("file_note", models.CharField(help_text="Where counsel's answer is kept.", max_length=500)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviews",
                        to="authorizations.formversion",
                    ),
                ),
            ],
            options={
                "ordering": ["recorded_at"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="authorization",
            name="template_version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="authorizations.formversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="authorization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "info_kinds__contained_by",
                        [
                            "whole",
                            "note",
                            "session",
                            "diagnosis",
                            "observation",
                            "plan",
                            "medication",
                            "measure",
                            "safety",
                            "document",
                        ],
                    )
                ),
                name="authorizations_authorization_known_marks",
            ),
        ),
        migrations.AddConstraint(
            model_name="formversion",
            constraint=models.UniqueConstraint(fields=("kind", "number"), name="authorizations_formversion_numbered"),
        ),
        migrations.AddConstraint(
            model_name="formversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["PN", "RECORDS"])), name="authorizations_formversion_known_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="formversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", 0)), name="authorizations_formversion_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="formreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ["approved", "not_approved"])),
                name="authorizations_formreview_known_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="formreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("counsel", ""), _negated=True), models.Q(("file_note", ""), _negated=True)
                ),
                name="authorizations_formreview_names_counsel_and_note",
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
