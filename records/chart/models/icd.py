"""ICD-10-CM as loaded: its releases, its codes, and the terms by which a code is found."""

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.utils import timezone


class IcdRelease(models.Model):
    """One published state of ICD-10-CM. Several may stand; the newest in force on a day is the one that is searched."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    label = models.CharField(max_length=10, unique=True, help_text="Fiscal year (2027) or month (2026-04).")
    in_force_from = models.DateField()
    source = models.CharField(max_length=200)
    sha256 = models.CharField(
        max_length=64, help_text="Of codes, titles and terms: the same content is not loaded twice."
    )
    codes_count = models.PositiveIntegerField()
    loaded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"ICD-10-CM {self.label}"


class IcdCode(models.Model):
    """A code of a release: one that can stand on a claim, or a heading above such codes."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    release = models.ForeignKey(IcdRelease, on_delete=models.PROTECT, related_name="codes", db_index=False)
    code = models.CharField(max_length=8, help_text="With its dot: F33.1.")
    compact = models.CharField(max_length=7, help_text="Without it: F331.")
    title = models.CharField(max_length=400)
    billable = models.BooleanField(help_text="A leaf: no more exact code stands below it.")
    parent = models.CharField(max_length=8, blank=True)
    chapter = models.PositiveSmallIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [
            # for LIKE 'F33%' in every locale
            models.Index("release", OpClass("compact", "text_pattern_ops"), name="chart_icdcode_by_code"),
        ]
        constraints = [models.UniqueConstraint(fields=["release", "code"], name="%(app_label)s_%(class)s_once")]

    def __str__(self) -> str:
        return self.code


class IcdTerm(models.Model):
    """Words for a code: its title, and the inclusion terms printed below it ("Alcohol use disorder, severe")."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    release = models.ForeignKey(IcdRelease, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.ForeignKey(IcdCode, on_delete=models.PROTECT, related_name="terms")
    text = models.CharField(max_length=400)
    words = models.CharField(
        max_length=420, help_text="The code and the text as plain lower-case words, for the search."
    )
    own = models.BooleanField(default=True, help_text="Not one of the heading above it.")
    mental = models.BooleanField(help_text="Of chapter 5, which is searched first.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"term {self.pk}"
