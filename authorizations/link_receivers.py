"""What is asked of an authorization when somebody outside passes the code of its link."""

from typing import Any

from django.dispatch import receiver

from practice.outside.models import Link
from practice.outside.rules import LinkPurpose
from practice.outside.signals import link_passed

from .actions.by_link import check_link


@receiver(link_passed, dispatch_uid="authorizations.check_link")
def open_only_what_can_be_signed(link: Link, **more: Any) -> None:
    """A form that was signed on paper meanwhile, or corrected, is not shown to anybody outside any more."""
    if link.purpose == LinkPurpose.SIGN:
        check_link(link)
