"""What the rooms above may listen to."""

from django.dispatch import Signal

# Sent inside the transaction of a written revocation: `event` (AuthorizationEvent) and `by` (Staff). What was released
# in reliance is known above, in the ledger; whoever lists it listens here.
authorization_revoked = Signal()

# Sent inside the transaction that records that an authorization had ended: its event became known, or something in it
# is known to be false. `authorization`, and `since` (date), the practice-local day from which on it permits nothing;
# what left on that day or later is known above.
authorization_ended = Signal()

# Sent inside the transaction of a correction: `authorization`, the record that is used from now on. What left under the
# one that was entered wrongly is weighed anew above.
authorization_corrected = Signal()
