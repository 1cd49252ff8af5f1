"""What happens to a release when somebody outside passes the code of its link."""

from typing import Any

from django.dispatch import receiver

from practice.outside.models import Link
from practice.outside.rules import LinkPurpose
from practice.outside.signals import link_passed

from .actions.download import commit_by_link


@receiver(link_passed, dispatch_uid="releases.commit_by_link")
def commit_when_passed(link: Link, **more: Any) -> None:
    """The hand-over by link is entered in the ledger now, or the link does not open."""
    if link.purpose == LinkPurpose.DOWNLOAD:
        commit_by_link(link=link)
