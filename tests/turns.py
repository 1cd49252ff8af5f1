"""In which turn the files of tests run: long tests first, then those that wait among those that compute.

On two cores the suite is as fast as both are kept busy. Tests that commit or drive a browser mostly wait; left
together at the end, as pytest-django puts them, they leave half the machine idle, and one long test in the last minute
all of it.
"""

from zlib import crc32

import pytest

LONG = {"test_access.py", "test_leaks.py", "test_serve.py", "test_main_job.py", "test_a_day.py", "test_kept.py"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with long tests first, the others in an order that is mixed and always the same; each file stays whole."""
    places = {item.path: _place(item) for item in items}
    items.sort(key=lambda item: places[item.path])


def _place(item: pytest.Item) -> tuple[bool, int]:
    return item.path.name not in LONG, crc32(str(item.path.relative_to(item.config.rootpath)).encode())
