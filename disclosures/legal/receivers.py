"""What legal papers listen to."""

from typing import Any

from django.dispatch import receiver

from disclosures.releases.signals import compelled_leaves
from records.psychotherapy.vault import PackageCover

from .actions import refuse_when_over


@receiver(compelled_leaves)
def on_compelled_leaves(*, cover: PackageCover, **_: Any) -> None:
    """Between the commit and the first byte a court may quash the paper, or counsel say otherwise."""
    refuse_when_over(cover)
