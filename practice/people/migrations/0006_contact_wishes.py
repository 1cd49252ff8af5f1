"""How a patient asked to be reached."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_representatives"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactWish",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "means",
                    models.CharField(
                        choices=[
                            ("mail", "By mail, to another address"),
                            ("email", "By e-mail only"),
                            ("phone", "By telephone only"),
                            ("fax", "By fax only"),
                        ],
                        max_length=10,
                    ),
                ),
                ("value", models.CharField(blank=True, max_length=200)),
                ("payment", models.CharField(blank=True, max_length=300)),
                ("received_on", models.DateField()),
                ("from_on", models.DateField()),
                ("until_on", models.DateField(blank=True, null=True)),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "address",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contact_wish",
                        to="people.patientaddress",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="contact_wishes", to="people.patient"
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
                "ordering": ["from_on"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("address__isnull", False), ("means", "mail")),
                            models.Q(
                                models.Q(("means", "mail"), _negated=True),
                                ("address__isnull", True),
                                models.Q(("value", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="people_contactwish_says_where",
                    )
                ],
            },
        ),
    ]
