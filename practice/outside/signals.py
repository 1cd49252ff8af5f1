"""What the rooms above may listen to."""

from django.dispatch import Signal

# Sent outside a transaction when somebody has answered a link's questions rightly: `link`. Whoever looks after its
# purpose listens, and raises `LinkSpent` where it may not open after all; the person hears what a wrong code is told.
link_passed = Signal()


class LinkSpent(Exception):
    """What the link was made for is not possible any more. Says nothing more, and nobody outside is told more."""
