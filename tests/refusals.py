"""What the tests of refusals share."""

from collections.abc import Callable

import pytest

from practice.infrastructure.refusals import Refused


def refusal_of(act: Callable[[], object]) -> str:
    """The code with which this is refused. What was written before stays to be looked at, as after a real refusal."""
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal.code
