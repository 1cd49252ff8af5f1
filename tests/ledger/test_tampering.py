"""Whatever a database superuser changes in what a checkpoint covers, verification finds it and names the entry."""

import io
import json
import random
import secrets
from collections import Counter
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import transaction

from disclosures.ledger import actions, checkpoints, log, merkle, queries
from disclosures.ledger.checkpoints import Head
from disclosures.ledger.entries import canonical
from disclosures.ledger.models import Verification
from disclosures.ledger.verification import verify
from practice.infrastructure.keys import keyring
from tests.samples import samples

pytestmark = [pytest.mark.django_db, pytest.mark.committing]

ENTRIES, EDITS = 24, samples(300)


@pytest.fixture
def database(disclose, castellanos, superuser, checkpoint_file):
    """A signed log of 24 entries of all kinds, and a superuser with every trigger switched off."""
    for number in range(ENTRIES - 4):
        entry = disclose(purpose=f"Case {number}", artefact_sha256=sha256(bytes([number])).hexdigest())
        log.sign_checkpoint()
    with transaction.atomic():
        actions.append_delivery(
            by=castellanos, entry=entry, delivered=True, on=entry.disclosed_on, how="post", receipt="RR 1"
        )
    log.sign_checkpoint()
    for number in range(3):
        disclose(purpose=f"Late case {number}")
    log.sign_checkpoint()
    connection = superuser("default")
    connection.execute("SET session_replication_role = replica")
    return connection


def check(checkpoint_file):
    notes = checkpoints.split_notes(checkpoint_file.read_text())
    return verify(notes, keyring().public_keys("ledger").values())


# Each forger changes the log through `db` so that the first wrong entry is the one it returns.


def edit_text(db, rng):
    """Only the text, as somebody would with psql."""
    at = rng.randrange(ENTRIES)
    column = rng.choice(["body", "internal"])
    (text,) = db.execute(f"SELECT {column} FROM ledger_entry WHERE index = %s", [at]).fetchone()
    place = rng.randrange(len(text))
    changed = text[:place] + rng.choice([c for c in "x0 é" if c != text[place]]) + text[place + 1 :]
    db.execute(f"UPDATE ledger_entry SET {column} = %s WHERE index = %s", [changed, at])
    return at


def edit_salt(db, rng):
    at = rng.randrange(ENTRIES)
    body = json.loads(db.execute("SELECT body FROM ledger_entry WHERE index = %s", [at]).fetchone()[0])
    body["salt"] = secrets.token_hex(16)
    db.execute("UPDATE ledger_entry SET body = %s WHERE index = %s", [canonical(body), at])
    return at


COLUMNS = {
    "kind": "'succession'", "recorded_at": "recorded_at - interval '1 second'", "patient_id": "NULL",
    "disclosed_on": "coalesce(disclosed_on, current_date) - 1", "basis": "'B_HHS'", "includes_pn": "NOT includes_pn",
    "rule_accountable": "NOT rule_accountable", "artefact_sha256": "'00'", "release_id": "gen_random_uuid()",
    "about_id": "gen_random_uuid()", "id": "gen_random_uuid()",
}  # fmt: skip


def edit_column(db, rng):
    at = rng.randrange(ENTRIES)
    column, value = rng.choice(list(COLUMNS.items()))
    db.execute(f"UPDATE ledger_entry SET {column} = {value} WHERE index = %s", [at])
    return at


def edit_node(db, rng):
    level, index, digest = rng.choice(db.execute("SELECT level, index, hash FROM ledger_node").fetchall())
    flipped = bytes(digest[:31]) + bytes([digest[31] ^ 1])
    db.execute("UPDATE ledger_node SET hash = %s WHERE level = %s AND index = %s", [flipped, level, index])
    return ((index + 1) << level) - 1


def delete_node(db, rng):
    level, index = rng.choice(db.execute("SELECT level, index FROM ledger_node").fetchall())
    db.execute("DELETE FROM ledger_node WHERE level = %s AND index = %s", [level, index])
    return ((index + 1) << level) - 1


def delete_entry(db, rng):
    at = rng.randrange(ENTRIES)
    db.execute("DELETE FROM ledger_entry WHERE index = %s", [at])
    return at


def delete_and_close_the_gap(db, rng):
    at = rng.randrange(ENTRIES)
    db.execute("DELETE FROM ledger_entry WHERE index = %s", [at])
    renumber(db, "SELECT id FROM ledger_entry ORDER BY index")
    rebuild_nodes(db)
    return at


def cut_the_tail(db, rng):
    at = rng.randrange(ENTRIES)
    db.execute("DELETE FROM ledger_entry WHERE index >= %s", [at])
    rebuild_nodes(db)
    return at


def swap(db, rng):
    first, second = sorted(rng.sample(range(ENTRIES), 2))
    for old, new in ((first, -1), (second, first), (-1, second)):
        db.execute("UPDATE ledger_entry SET index = %s WHERE index = %s", [new, old])
    if rng.random() < 0.5:
        rebuild_nodes(db)
    return first


def insert_in_between(db, rng):
    at = rng.randrange(ENTRIES)
    row = db.execute("SELECT body, internal FROM ledger_entry WHERE index = %s", [at]).fetchone()
    db.execute("UPDATE ledger_entry SET index = -1 - index WHERE index >= %s", [at])
    db.execute("UPDATE ledger_entry SET index = -index WHERE index < 0")
    db.execute(
        "INSERT INTO ledger_entry (id, index, kind, body, internal, recorded_at, basis, includes_pn, rule_accountable,"
        " artefact_sha256) VALUES (gen_random_uuid(), %s, 'disclosure', %s, %s, now(), '', false, false, '')",
        [at, *row],
    )
    rebuild_nodes(db)
    return at


def rewrite_cleverly(db, rng):
    """Text, internal hash, columns and every node made to agree again: only the checkpoint remembers."""
    at = rng.randrange(ENTRIES)
    body, internal = db.execute("SELECT body, internal FROM ledger_entry WHERE index = %s", [at]).fetchone()
    values, private = json.loads(body), json.loads(internal)
    values["recipient"] = {"name": "Somebody else", "type": "", "address": "", "address_known": False}
    private["recorded_by_name"] = "Nobody"
    new_internal = canonical(private)
    values["internal_sha256"] = sha256(new_internal.encode()).hexdigest()
    db.execute(
        "UPDATE ledger_entry SET body = %s, internal = %s WHERE index = %s", [canonical(values), new_internal, at]
    )
    rebuild_nodes(db)
    return at


FORGERS = [
    edit_text, edit_salt, edit_column, edit_node, delete_node, delete_entry, delete_and_close_the_gap, cut_the_tail,
    swap, insert_in_between, rewrite_cleverly,
]  # fmt: skip


def renumber(db, query):
    ids = [row[0] for row in db.execute(query).fetchall()]
    db.execute("UPDATE ledger_entry SET index = -1 - index")
    for index, pk in enumerate(ids):
        body = json.loads(db.execute("SELECT body FROM ledger_entry WHERE id = %s", [pk]).fetchone()[0])
        body["index"] = index
        db.execute("UPDATE ledger_entry SET index = %s, body = %s WHERE id = %s", [index, canonical(body), pk])


def rebuild_nodes(db):
    db.execute("DELETE FROM ledger_node")
    frontier = merkle.Frontier()
    for (body,) in db.execute("SELECT body FROM ledger_entry ORDER BY index").fetchall():
        for node in frontier.append(merkle.leaf_hash(body.encode())):
            db.execute("INSERT INTO ledger_node (level, index, hash) VALUES (%s, %s, %s)", tuple(node))


TABLES = ("ledger_entry", "ledger_node", "ledger_checkpoint")


def keep(db):
    for table in TABLES:
        db.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")


def restore(db):
    for table in TABLES:
        db.execute(f"DELETE FROM {table}")
        db.execute(f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM kept_{table}")


def test_hundreds_of_random_edits_are_each_found_and_named(database, checkpoint_file):
    assert check(checkpoint_file).ok
    keep(database)
    rng, tried, missed = random.Random(20261121), Counter(), []
    for _ in range(EDITS):
        forger = rng.choice(FORGERS)
        wrong = forger(database, rng)
        report = check(checkpoint_file)
        tried[forger.__name__] += 1
        if report.ok or report.index != wrong:
            missed.append((forger.__name__, wrong, report))
        restore(database)
    assert missed == []
    assert len(tried) == len(FORGERS)
    assert check(checkpoint_file).ok


OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"7" * 32)
ORIGIN = "cedar-street.example/disclosures/1"


def forged_note(size, root, key=OTHER_KEY, origin=ORIGIN):
    return checkpoints.sign(Head(origin, size, root, datetime(2026, 11, 21, tzinfo=UTC)), key)


def replace_checkpoint(db, size, note):
    db.execute("UPDATE ledger_checkpoint SET note = %s WHERE size = %s", [note, size])


@pytest.mark.parametrize(
    "forge",
    [
        lambda db: db.execute("UPDATE ledger_checkpoint SET root = sha256('x') WHERE size = 9"),
        lambda db: db.execute("UPDATE ledger_checkpoint SET signed_at = signed_at - interval '1 day' WHERE size = 9"),
        lambda db: db.execute(
            "UPDATE ledger_checkpoint SET note = replace(note, 'signed 2', 'signed 3') WHERE size = 9"
        ),
        lambda db: db.execute("DELETE FROM ledger_checkpoint WHERE size = 9"),
        lambda db: replace_checkpoint(db, 9, forged_note(9, b"r" * 32)),
    ],
    ids=["root", "time", "note", "deleted", "other key"],
)
def test_a_changed_checkpoint_in_the_database_is_found(database, checkpoint_file, forge):
    forge(database)
    report = check(checkpoint_file)
    assert (report.ok, report.index) == (False, 8)


def test_a_checkpoint_that_was_never_written_outside_is_a_forgery(database, checkpoint_file):
    lines = checkpoints.split_notes(checkpoint_file.read_text())
    checkpoint_file.write_text("".join(f"{note}\n" for note in lines[:-1]))
    assert check(checkpoint_file).index == ENTRIES - 1


def test_rewritten_history_signed_with_another_key_is_found_by_the_keyring(database, checkpoint_file):
    """The whole file and database replaced together: the keyring does not know the key."""
    rewrite_cleverly(database, random.Random(1))
    root = merkle.root_of(
        merkle.leaf_hash(body.encode())
        for (body,) in database.execute("SELECT body FROM ledger_entry ORDER BY index").fetchall()
    )
    note = forged_note(ENTRIES, root)
    database.execute("DELETE FROM ledger_checkpoint")
    checkpoint_file.write_text(note + "\n")
    report = check(checkpoint_file)
    assert "not signed by a key of this practice" in report.finding


def test_a_copy_of_the_file_from_elsewhere_finds_what_was_changed_with_file_and_key(
    database, checkpoint_file, tmp_path, capsys
):
    """With the signing key in hand even the file can be rewritten; a copy that left the machine still tells."""
    copy = tmp_path / "usb stick.txt"
    copy.write_text(checkpoint_file.read_text())
    wrong = rewrite_cleverly(database, random.Random(2))
    _, key = keyring().signing_key("ledger")
    frontier, notes = merkle.Frontier(), []
    for (body,) in database.execute("SELECT body FROM ledger_entry ORDER BY index").fetchall():
        frontier.append(merkle.leaf_hash(body.encode()))
        notes.append(forged_note(frontier.size, frontier.root(), key))
    database.execute("DELETE FROM ledger_checkpoint")
    for size, note in enumerate(notes, 1):
        database.execute(
            "INSERT INTO ledger_checkpoint (id, size, root, note, signed_at)"
            " VALUES (gen_random_uuid(), %s, %s, %s, %s)",
            [size, checkpoints.parse(note)[0].root, note, datetime(2026, 11, 21, tzinfo=UTC)],
        )
    checkpoint_file.write_text("".join(f"{note}\n" for note in notes))
    assert check(checkpoint_file).ok
    with pytest.raises(CommandError, match="NOT VERIFIED"):
        call_command("verify_ledger", checkpoints=copy)
    assert wrong < ENTRIES


def test_an_entry_forged_at_the_end_is_reported_as_not_covered(database, checkpoint_file, disclose):
    disclose()
    report = check(checkpoint_file)
    assert (report.ok, report.size, report.covered) == (True, ENTRIES + 1, ENTRIES)


def test_the_command_says_what_it_verified_and_keeps_the_result(database, checkpoint_file):
    out = io.StringIO()
    call_command("verify_ledger", stdout=out)
    assert out.getvalue().startswith("Verified: 24 entries, 24 of them under 24 checkpoints.")
    assert queries.ledger_state().verification.ok
    rewrite_cleverly(database, random.Random(3))
    with pytest.raises(CommandError, match=r"NOT VERIFIED. Entry \d+: it was rewritten after it was signed"):
        call_command("verify_ledger")
    assert [row.ok for row in Verification.objects.order_by("at")] == [True, False]


def test_the_command_works_on_an_older_copy_and_refuses_a_file_that_is_not_there(database, checkpoint_file, tmp_path):
    older = tmp_path / "older.txt"
    older.write_text("".join(f"{note}\n" for note in checkpoints.split_notes(checkpoint_file.read_text())[:5]))
    out = io.StringIO()
    call_command("verify_ledger", checkpoints=older, stdout=out)
    assert "5 of them under 5 checkpoints" in out.getvalue()
    with pytest.raises(CommandError, match="There is no file"):
        call_command("verify_ledger", checkpoints=tmp_path / "nothing.txt")


def test_a_log_without_any_checkpoint_is_not_verified(database, checkpoint_file):
    checkpoint_file.unlink()
    assert "no checkpoint" in check(checkpoint_file_text(checkpoint_file)).finding


def checkpoint_file_text(path):
    path.write_text("")
    return path
