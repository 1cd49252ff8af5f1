"""The tests stand on the real logins and leave nothing behind."""

from collections.abc import Callable

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import connections

Connect = Callable[[str, str], psycopg.Connection]


@pytest.mark.parametrize("alias, login", [("default", "practice_app"), ("psychotherapy", "psychotherapy_app")])
def test_the_product_works_with_the_application_login(db: None, alias: str, login: str) -> None:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (login,)


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_writes_is_rolled_back(db: None, turn: int) -> None:
    assert not Group.objects.filter(name="left behind").exists()
    Group.objects.create(name="left behind")


@pytest.mark.committing
@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_committing_test_writes_is_seen_by_others_and_gone_afterwards(connect_as: Connect, turn: int) -> None:
    Group.objects.create(name="committed")
    other = connect_as("practice_backup", "default")
    assert other.execute("SELECT count(*) FROM auth_group WHERE name = 'committed'").fetchone() == (1,)
