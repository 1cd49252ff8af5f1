"""What every imported row of the chart shares."""

from django.db import models
from django.db.models import Q

CANNOT_BE_OPENED = "Cannot be opened. It is kept unchanged; tell your administrator."


class Imported(models.Model):
    """Where an imported row came from, so that importing again changes nothing twice."""

    source_system = models.CharField(
        max_length=640, blank=True, default="", help_text="The patient's record there: system and number."
    )
    source_id = models.CharField(max_length=200, blank=True, default="")
    as_given = models.JSONField(
        default=dict, blank=True, help_text='Days that were given as less than a day: {"onset_on": "2011-05"}.'
    )

    class Meta:
        abstract = True
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "source_id"],
                condition=~Q(source_id=""),
                name="%(app_label)s_%(class)s_imported_once",
            ),
        ]
