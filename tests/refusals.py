"""What the tests of refusals share."""

from collections.abc import Callable

import pytest
from django.db import transaction

from practice.infrastructure.refusals import Refused


def refusal_of(act: Callable[[], object]) -> str:
    """The code with which this is refused; what it had written is undone."""
    with pytest.raises(Refused) as refused, transaction.atomic():
        act()
    return refused.value.refusal.code
