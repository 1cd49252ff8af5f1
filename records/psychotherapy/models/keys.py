"""Keys of authors and of sealed texts, wrapped."""

from django.db import models
from django.utils import timezone

from ..rules import Subject
from .base import APP, MAINTENANCE, SealedModel


class AuthorKey(SealedModel):
    """The key of one author, wrapped by the root key. The newest wraps; older ones open what they wrapped."""

    login_privileges = {APP: ("SELECT", "INSERT"), MAINTENANCE: ("SELECT", "UPDATE(root_key_id, wrapped)")}

    author = models.UUIDField(db_index=True)
    root_key_id = models.CharField(max_length=40)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(SealedModel.Meta):
        verbose_name = "author key"


class WrappedKey(SealedModel):
    """The key of one sealed text, wrapped by its author's key; of a package, by the root key.

    A package is opened by the staff named for its hand-over, who have no part in its author's key.
    """

    login_privileges = {
        APP: ("SELECT", "INSERT", "DELETE"),
        MAINTENANCE: ("SELECT", "UPDATE(author_key, root_key_id, wrapped)"),
    }

    author = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10, choices=Subject.choices)
    subject = models.UUIDField(db_index=True, help_text="The draft, branch, note or package that it opens.")
    author_key = models.UUIDField(null=True, blank=True)
    root_key_id = models.CharField(max_length=40, blank=True)
    wrapped = models.BinaryField()

    class Meta(SealedModel.Meta):
        verbose_name = "wrapped key"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="package", author_key__isnull=True) & ~models.Q(root_key_id="")
                | ~models.Q(kind="package") & models.Q(author_key__isnull=False, root_key_id=""),
                name="%(app_label)s_%(class)s_wrapped_once",
            ),
        ]
