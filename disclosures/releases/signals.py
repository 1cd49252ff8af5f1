"""What the rooms above may listen to."""

from django.dispatch import Signal

# Sent before every giving out of a compelled package: `cover` (vault.PackageCover). Whoever keeps the legal paper
# listens, and raises `Refused` when it does not compel it any more. Without a listener nothing is given out.
compelled_leaves = Signal()
