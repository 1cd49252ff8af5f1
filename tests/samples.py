"""How many samples the searching tests take: few in every run, ten times as many in `make test-full`."""

import os

FULL = os.environ.get("PRACTICE_FULL_SAMPLES") == "1"


def samples(usual: int) -> int:
    """`usual`, or ten times that at full sample sizes."""
    return usual * 10 if FULL else usual
