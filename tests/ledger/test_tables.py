"""Nobody hides an entry between its table and the reader: verification, signing and accountings ask the catalogue."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.urls import reverse

from disclosures.ledger import actions, documents, issuing, log, queries, tables
from disclosures.ledger.models import Accounting, Checkpoint, Entry, Verification
from practice.infrastructure.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.committing]

# hides an entry from the question an accounting asks, and from no other
HIDE = """
ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY hide ON ledger_entry FOR SELECT TO practice_app
    USING (index <> 1 OR coalesce(current_query(), '') !~ 'patient_id. = ');
CREATE POLICY ins ON ledger_entry FOR INSERT TO practice_app WITH CHECK (true);
"""
VIEW = """
ALTER TABLE ledger_entry RENAME TO ledger_entry_all;
CREATE VIEW ledger_entry AS SELECT * FROM ledger_entry_all WHERE index <> 1;
GRANT SELECT, INSERT ON ledger_entry TO practice_app;
"""
ELSEWHERE = """
CREATE SCHEMA practice_app;
CREATE VIEW practice_app.ledger_entry AS SELECT * FROM public.ledger_entry WHERE index <> 1;
GRANT USAGE ON SCHEMA practice_app TO practice_app;
GRANT SELECT, INSERT ON practice_app.ledger_entry TO practice_app;
"""
CATALOGUE = "CREATE SCHEMA aside; ALTER ROLE practice_app IN DATABASE {database} SET search_path = public, pg_catalog"
REPLICA = "ALTER ROLE practice_app IN DATABASE {database} SET session_replication_role = replica"
NOTHING = "CREATE OR REPLACE FUNCTION {name} RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'"
TAMPERED = {
    "row security keyed on the query": (HIDE, "ledger_entry has row security"),
    "row security alone": ("ALTER TABLE ledger_node ENABLE ROW LEVEL SECURITY", "ledger_node has row security"),
    "a policy alone": ("CREATE POLICY p ON ledger_accounting USING (true)", "ledger_accounting has row security"),
    "a rule": ("CREATE RULE r AS ON INSERT TO ledger_entry DO ALSO NOTHING", "ledger_entry has a rule"),
    "a view in its place": (VIEW, "ledger_entry is not in its place"),
    "a table moved away": ("CREATE SCHEMA s; ALTER TABLE ledger_node SET SCHEMA s", "ledger_node is not in its place"),
    "a view before it": (ELSEWHERE, "called ledger_entry is read instead"),
    "an inherited table": ("CREATE TABLE more () INHERITS (ledger_checkpoint)", "ledger_checkpoint is joined"),
    "its trigger off": ("ALTER TABLE ledger_entry DISABLE TRIGGER only_grows", "triggers of the table ledger_entry"),
    "all triggers off": ("ALTER TABLE ledger_entry DISABLE TRIGGER ALL", "triggers of the table ledger_entry"),
    "its trigger gone": ("DROP TRIGGER only_grows ON ledger_node", "triggers of the table ledger_node"),
    "one more trigger": (
        NOTHING.format(name="other()") + "; CREATE TRIGGER z BEFORE INSERT ON ledger_entry FOR EACH ROW "
        "EXECUTE FUNCTION other()",
        "triggers of the table ledger_entry",
    ),
    "an empty guard": (NOTHING.format(name="ledger_refuse_change()"), "ledger_refuse_change"),
    "the catalogue looked up last": (CATALOGUE, "search_path"),
    "triggers skipped": (REPLICA, "session_replication_role"),
}


@pytest.fixture(autouse=True)
def quick_pages(monkeypatch):
    monkeypatch.setattr(
        documents, "render_pdf", lambda template, context, attachments: render_to_string(template, context).encode()
    )


@pytest.fixture
def signed(disclose):
    for number in range(3):
        disclose(purpose=f"Case {number}")
    log.sign_checkpoint()


def tamper(db, statements):
    """As superuser, and then a new connection of the application, as after a restart."""
    db.execute(statements.replace("{database}", f'"{db.info.dbname}"'))
    connection.close()


def issue(castellanos, lindqvist):
    return actions.prepare_accounting(by=castellanos, patient=lindqvist, requested_on=today(), received_on=today())


@pytest.mark.parametrize("case", TAMPERED)
def test_whatever_stands_between_a_table_and_its_reader_is_found_and_nothing_is_signed_or_issued(
    signed, superuser, castellanos, lindqvist, case
):
    statements, words = TAMPERED[case]
    assert tables.wrong() == ""
    tamper(superuser("default"), statements)
    assert words in tables.wrong()
    with pytest.raises(CommandError, match=f"NOT VERIFIED.*{words}"):
        call_command("verify_ledger")
    with pytest.raises(log.LedgerBroken, match=words):
        log.sign_checkpoint()
    with pytest.raises(log.LedgerBroken, match=words):
        issue(castellanos, lindqvist)
    rows = superuser("default")
    assert rows.execute("SELECT count(*) FROM ledger_accounting").fetchone() == (0,)
    assert rows.execute("SELECT count(*) FROM ledger_verification WHERE ok").fetchone() == (0,)


def test_a_temporary_table_of_the_same_name_is_found(signed, superuser, castellanos, lindqvist):
    tamper(superuser("default"), "GRANT TEMPORARY ON DATABASE {database} TO practice_app")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE ledger_entry AS SELECT * FROM public.ledger_entry WHERE index <> 1")
    assert "called ledger_entry is read instead" in tables.wrong()
    with pytest.raises(log.LedgerBroken, match="read instead"):
        issue(castellanos, lindqvist)
    connection.close()


def test_while_an_accounting_is_frozen_nobody_puts_a_policy_on_its_tables(signed, superuser):
    db = superuser("default")
    db.execute("SET lock_timeout = '200ms'")
    with transaction.atomic():
        log.check_tables()
        with pytest.raises(Exception, match="lock timeout"):
            db.execute("ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY")
    assert tables.wrong() == ""


def test_an_accounting_is_not_issued_when_an_entry_is_missing_from_what_was_read(
    signed, castellanos, lindqvist, monkeypatch
):
    """By whatever way: the whole log, read without asking for the patient, holds more than was selected."""
    whole = queries.Entry.objects

    class Hiding:
        def filter(self, **asked):
            return whole.filter(**asked).exclude(index=1)

    class Shown:
        objects = Hiding()

    monkeypatch.setattr(queries, "Entry", Shown)
    with pytest.raises(log.LedgerBroken, match="Entry 1: it is in the log, but"):
        issue(castellanos, lindqvist)
    assert not Accounting.objects.exists()
    monkeypatch.undo()
    assert issuing.history(lindqvist.pk).bodies.keys() == {0, 1, 2}


def test_verification_says_so_on_the_page_and_keeps_the_finding(signed, superuser, signed_in, castellanos):
    officer = signed_in(castellanos)
    tamper(superuser("default"), HIDE)
    page = officer.post(reverse("ledger-verify"), follow=True)
    assert "Not verified. The table ledger_entry has row security or a policy" in page.content.decode()
    kept = Verification.objects.get()
    assert (kept.ok, "ledger_entry" in kept.finding) == (False, True)
    assert (Entry.objects.count(), Checkpoint.objects.count()) == (3, 3)


def test_a_finding_is_said_even_when_its_own_table_cannot_take_it(signed, superuser):
    tamper(superuser("default"), "ALTER TABLE ledger_verification ENABLE ROW LEVEL SECURITY")
    with pytest.raises(CommandError, match="ledger_verification has row security"):
        call_command("verify_ledger")
