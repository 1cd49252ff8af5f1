"""Forms check and convert; they never save."""
