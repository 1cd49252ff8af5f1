"""What the audit trail can say. Codes only: no clinical text and no name is ever part of an entry."""

from django.db import models


class AuditEvent(models.TextChoices):
    """What was done, in domain words. `changed` rows come from the change history of the row itself."""

    CHANGED = "changed", "Changed"
    VIEWED = "viewed", "Opened"
    PRINTED = "printed", "Printed an internal copy"
    EXPORTED = "exported", "Exported"
    DOWNLOADED = "downloaded", "Downloaded"
    SEARCHED = "searched", "Searched"
    SIGNED = "signed", "Signed"
    ADDENDED = "addended", "Added an addendum"
    IMPORTED = "imported", "Imported"
    REFUSED = "refused", "Was refused"
    RELEASE_PREPARED = "release_prepared", "Prepared a release"
    RELEASE_APPROVED = "release_approved", "Approved a release"
    RELEASE_COMMITTED = "release_committed", "Committed a release"
    RELEASE_DELIVERED = "release_delivered", "Handed a release over"
    RELEASE_CLOSED = "release_closed", "Closed a release"
    RECORDED = "recorded", "Recorded"
    REVOKED = "revoked", "Recorded a revocation"
    ISSUED = "issued", "Issued a document"
    SIGNED_IN = "signed_in", "Signed in"
    SIGNED_OUT = "signed_out", "Signed out"
    SIGN_IN_FAILED = "sign_in_failed", "Failed to sign in"
    ACCESS_GIVEN = "access_given", "Gave access"
    ACCESS_ENDED = "access_ended", "Ended access"
    VERIFIED = "verified", "Verified the ledger"
    COSIGNED = "cosigned", "Co-signed"
    RETURNED = "returned", "Returned a note"
    CANCELLED = "cancelled", "Cancelled"
    FILED = "filed", "Filed a document"
    MEASURED = "measured", "Entered a measure"
    HANDED_OVER = "handed_over", "Handed a patient over"


class Outcome(models.TextChoices):
    DONE = "done", "Done"
    REFUSED = "refused", "Refused"
