"""Even the database's superuser cannot change an authorization or a policy in passing: the tables refuse."""

from collections.abc import Callable

import psycopg
import pytest

TABLES = [
    ("authorizations_authorization", "recipient_name = 'somebody else'"),
    ("authorizations_signedpaper", "sha256 = ''"),
    ("authorizations_signature", "signed_on = '2020-01-01'"),
    ("authorizations_signeddocument", "pdf_sha256 = ''"),
    ("people_representativepaper", "sha256 = ''"),
    ("people_representativedecision", "declined = false"),
    ("people_minoralone", "ground = ''"),
    ("authorizations_authorizationevent", "happened_on = '2020-01-01'"),
    ("compliance_policysetting", "reason = 'another'"),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("table", "change"), TABLES)
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {change}", "DELETE FROM {table}", "TRUNCATE {table} CASCADE"]
)
def test_the_table_only_grows(
    superuser: Callable[[str], psycopg.Connection], table: str, change: str, statement: str
) -> None:
    with pytest.raises(psycopg.IntegrityError, match="never changed or removed"):
        superuser("default").execute(statement.format(table=table, change=change))
