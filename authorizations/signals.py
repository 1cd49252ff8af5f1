"""What the rooms above may listen to."""

from django.dispatch import Signal

# Sent inside the transaction of a written revocation: `event` (AuthorizationEvent) and `by` (Staff). What was released
# in reliance is known above, in the ledger; whoever lists it listens here.
authorization_revoked = Signal()
