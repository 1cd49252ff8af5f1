"""What the databases themselves say about logins and tables, compared with what was decided.

`faults` gives one sentence per thing that is wrong; an empty list is the only good answer.
"""

from collections.abc import Iterator

import psycopg

from practice.infrastructure.databases.logins import DATABASE_NAMES, LOGINS, OWNERS, logins_of

Triple = tuple[str, str, str]  # table, login, privilege; a privilege on columns reads "UPDATE(a,b)"

TABLE_GRANTS = """
    SELECT c.relname, COALESCE(r.rolname, 'PUBLIC'), a.privilege_type
    FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.grantee <> c.relowner
"""
COLUMN_GRANTS = """
    SELECT c.relname, COALESCE(r.rolname, 'PUBLIC'),
           a.privilege_type || '(' || string_agg(t.attname, ',' ORDER BY t.attname) || ')'
    FROM pg_class c JOIN pg_attribute t ON t.attrelid = c.oid CROSS JOIN LATERAL aclexplode(t.attacl) a
         LEFT JOIN pg_roles r ON r.oid = a.grantee
    WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner
    GROUP BY c.relname, r.rolname, a.privilege_type
"""
POWERS = """
    SELECT rolname, power FROM pg_roles CROSS JOIN LATERAL (VALUES
        ('superuser', rolsuper), ('createrole', rolcreaterole), ('createdb', rolcreatedb),
        ('replication', rolreplication), ('bypassrls', rolbypassrls)) p(power, has)
    WHERE has AND rolname = ANY(%s)
"""
MEMBERSHIPS = """
    SELECT m.rolname, r.rolname
    FROM pg_auth_members a JOIN pg_roles m ON m.oid = a.member JOIN pg_roles r ON r.oid = a.roleid
    WHERE m.rolname = ANY(%(logins)s) OR r.rolname = ANY(%(logins)s)
"""
TABLES = """
    SELECT c.relname, c.relkind::text, pg_get_userbyid(c.relowner), c.relrowsecurity AND c.relforcerowsecurity,
           EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid)
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
"""
POLICIES = "SELECT tablename, policyname, permissive, roles::text[], cmd FROM pg_policies WHERE schemaname = 'public'"
ESCALATING_FUNCTIONS = """
    SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND (prosecdef OR proleakproof)
"""
# Django's own record of migrations: names of files and times, the same in every installation of this version
WITHOUT_ROW_SECURITY = {"django_migrations"}


def grants_found(connection: psycopg.Connection) -> set[Triple]:
    """Every privilege in the database that is not its owner's."""
    rows = connection.execute(TABLE_GRANTS).fetchall() + connection.execute(COLUMN_GRANTS).fetchall()
    return {(str(table), str(login), str(privilege)) for table, login, privilege in rows}


def faults(connection: psycopg.Connection, alias: str, grid: set[Triple]) -> list[str]:
    """Everything in the database of `alias` that is not as decided; `grid` is the whole set of allowed privileges."""
    return [
        *_login_faults(connection),
        *_connect_faults(connection, alias),
        *_grant_faults(connection, grid),
        *_table_faults(connection, alias),
        *(_policy_faults(connection) if alias == "psychotherapy" else ()),
    ]


def _login_faults(connection: psycopg.Connection) -> Iterator[str]:
    for login, power in connection.execute(POWERS, [list(LOGINS)]).fetchall():
        if not (power == "bypassrls" and LOGINS[login].bypasses_row_security):
            yield f"{login} is {power}"
    for member, role in connection.execute(MEMBERSHIPS, {"logins": list(LOGINS)}).fetchall():
        yield f"{member} is a member of {role}"


def _connect_faults(connection: psycopg.Connection, alias: str) -> Iterator[str]:
    query = "SELECT has_database_privilege(%(l)s, d, 'CONNECT'), has_database_privilege(%(l)s, d, 'TEMPORARY')"
    for login in LOGINS:
        row = connection.execute(query + " FROM (SELECT current_database()) x(d)", {"l": login}).fetchone()
        assert row is not None
        if row[0] != (login in logins_of(alias)):
            yield f"{login} {'can' if row[0] else 'cannot'} connect to {DATABASE_NAMES[alias]}"
        schema = "SELECT has_schema_privilege(%s, 'public', 'CREATE')"
        creates = connection.execute(schema, [login]).fetchone() == (True,)
        if login != OWNERS[alias] and (creates or row[1]):
            yield f"{login} can make tables in {DATABASE_NAMES[alias]}"


def _grant_faults(connection: psycopg.Connection, grid: set[Triple]) -> Iterator[str]:
    found = grants_found(connection)
    for table, login, privilege in sorted(found - grid):
        yield f"{login} may {privilege} {table}, which nobody decided"
    for table, login, privilege in sorted(grid - found):
        yield f"{login} may not {privilege} {table}, as was decided"


def _table_faults(connection: psycopg.Connection, alias: str) -> Iterator[str]:
    for table, kind, owner, sealed, has_policy in connection.execute(TABLES).fetchall():
        if owner != OWNERS[alias]:
            yield f"{table} is owned by {owner}"
        if alias != "psychotherapy" or table in WITHOUT_ROW_SECURITY:
            continue
        if kind not in "rp":
            yield f"{table} is a view: it reads with its owner's rights"
        elif not sealed:
            yield f"{table} has no forced row-level security"
        elif not has_policy:
            yield f"{table} has no policy"
    for (name,) in connection.execute(ESCALATING_FUNCTIONS).fetchall():
        yield f"the function {name} runs with its owner's rights or before policies"


def _policy_faults(connection: psycopg.Connection) -> Iterator[str]:
    seen: set[tuple[str, str, str]] = set()
    for table, name, permissive, logins, command in connection.execute(POLICIES).fetchall():
        if permissive != "PERMISSIVE":
            continue
        for login in logins:
            if login == "public":
                yield f"the policy {name} of {table} is for everybody"
            if {(table, login, command), (table, login, "ALL")} & seen or (
                command == "ALL" and any(key[:2] == (table, login) for key in seen)
            ):
                yield f"two policies of {table} for {login} and {command} are OR-ed together"
            seen.add((table, login, command))
