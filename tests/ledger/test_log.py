"""The log only grows, and only what it really holds is signed."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from disclosures.ledger import checkpoints, entries, log, merkle, queries
from disclosures.ledger.bases import Basis
from disclosures.ledger.checkpoint_file import CheckpointFile
from disclosures.ledger.log import LedgerBroken
from disclosures.ledger.models import Checkpoint, Entry, Node
from disclosures.ledger.particulars import Recipient
from practice.infrastructure.keys import keyring
from practice.infrastructure.refusals import Refused

pytestmark = pytest.mark.django_db


def test_an_entry_is_its_body_and_columns_follow_it(disclose, castellanos, lindqvist):
    entry = disclose(includes_pn=True, internal={"min_necessary": "MNX_REQUIRED_BY_LAW"})
    assert entry.index == 0
    assert entry.public["rule_accountable"] is True
    assert entry.private["recorded_by"] == str(castellanos.pk)
    assert entry.private["policies"]["P-02"]["value"] == "ALL_PN_DISCLOSURES"
    assert (entry.patient_id, entry.disclosed_on, entry.basis) == (lindqvist.pk, date(2024, 5, 12), "B_COURT_ORDER")
    assert entries.problem(Entry.objects.values().get()) == ""
    assert Node.objects.get(level=0, index=0).hash == merkle.leaf_hash(entry.body.encode())


def test_the_body_holds_nothing_of_who_made_it_or_of_policy(disclose, castellanos):
    body = disclose(basis=Basis.B_AUTHORIZATION, includes_pn=True, internal={"counsel": "reviewed"}).body
    for word in (str(castellanos.pk), "Castellanos", "P-02", "counsel", "reviewed"):
        assert word not in body


def test_two_equal_disclosures_have_unrelated_hashes(disclose):
    """Without the salt of its own, a short entry could be guessed from the hash beside it in somebody else's proof."""
    first, second = disclose(), disclose()
    assert first.public["salt"] != second.public["salt"]
    assert first.public["internal_sha256"] != second.public["internal_sha256"]
    assert len(bytes.fromhex(first.public["salt"])) == len(bytes.fromhex(first.private["salt"])) == 16


def test_nodes_give_the_root_of_all_bodies(disclose):
    for _ in range(11):
        disclose()
    frontier = merkle.Frontier.read(11, log.reader(merkle.peak_positions(11)))
    bodies = Entry.objects.order_by("index").values_list("body", flat=True)
    assert frontier.root() == merkle.root_of(merkle.leaf_hash(body.encode()) for body in bodies)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"recipient": Recipient(" ")}, "NO_RECIPIENT"),
        ({"description": ""}, "NO_DESCRIPTION"),
        ({"purpose": ""}, "NO_PURPOSE"),
        ({"day": "2093-01-01"}, "IN_FUTURE"),
        ({"recipient": Recipient("Police", address_known=True)}, "NO_ADDRESS"),
    ],
)
def test_an_entry_that_an_accounting_could_not_give_is_refused(disclose, given, code):
    with pytest.raises(Refused, match=code):
        disclose(**given)
    assert not Entry.objects.exists()


def test_odd_names_are_kept_as_they_are(disclose):
    name = "مركز \u202eآفاق 🌿 \x00 L’Étoile"
    assert disclose(recipient=Recipient(name)).public["recipient"]["name"] == name
    assert entries.problem(Entry.objects.values().get()) == ""


def test_half_a_character_cannot_be_entered(disclose):
    with pytest.raises(ValueError, match="surrogates"):
        disclose(purpose="a \ud800 b")


def test_nothing_is_appended_without_the_right(disclose, brook):
    with pytest.raises(Refused, match="ROLE_NEEDED"):
        disclose(by=brook)


def test_a_rolled_back_release_leaves_no_gap(disclose):
    disclose()
    with pytest.raises(RuntimeError), transaction.atomic():
        disclose()
        raise RuntimeError
    assert disclose().index == 1


def test_the_application_cannot_change_what_was_entered(disclose):
    disclose()
    log.sign_checkpoint()
    for table in ("entry", "node", "checkpoint"):
        for act in (f"UPDATE ledger_{table} SET id = id", f"DELETE FROM ledger_{table}", f"TRUNCATE ledger_{table}"):
            with pytest.raises(ProgrammingError) as refused, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(act)
            assert refused.value.__cause__.sqlstate == "42501"


@pytest.mark.committing
def test_not_even_the_owner_changes_what_was_entered(disclose, connect_as):
    disclose()
    log.sign_checkpoint()
    owner = connect_as("practice_owner", "default")
    for table in ("entry", "node", "checkpoint", "verification", "accounting"):
        for act in (f"UPDATE ledger_{table} SET id = id", f"DELETE FROM ledger_{table}"):
            with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="only grows"):
                owner.execute(act)
        with pytest.raises(psycopg.Error):
            owner.execute(f"TRUNCATE ledger_{table} CASCADE")


def test_the_database_refuses_a_second_entry_at_one_place(disclose):
    entry = disclose()
    twin = Entry(body=entry.body, internal=entry.internal, **entries.columns_of(entry.body, entry.internal))
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def test_a_checkpoint_covers_what_was_entered_and_stands_in_the_file(disclose, checkpoint_file):
    entry = disclose()
    assert not queries.covered_by_checkpoint(entry)
    signed = log.sign_checkpoint()
    assert queries.covered_by_checkpoint(entry)
    assert checkpoint_file.read_text() == signed.note + "\n"
    head = checkpoints.verify(signed.note, keyring().public_keys("ledger").values())
    assert (head.size, head.root) == (1, merkle.leaf_hash(entry.body.encode()))


def test_signing_twice_signs_once(disclose, checkpoint_file):
    disclose()
    assert log.sign_checkpoint() == log.sign_checkpoint()
    assert checkpoint_file.read_text().count("signed ") == 1


def test_an_empty_log_has_a_checkpoint_too(profile, checkpoint_file):
    assert log.sign_checkpoint().size == 0


def test_only_bytes_in_a_signed_entry_may_leave(disclose):
    entry = disclose(artefact_sha256="ab" * 32)
    assert queries.signed_entry_for("ab" * 32) is None
    log.sign_checkpoint()
    assert queries.signed_entry_for("ab" * 32) == entry
    assert queries.signed_entry_for("cd" * 32) is None
    assert queries.signed_entry_for("") is None


def test_each_of_several_new_entries_gets_a_checkpoint(disclose):
    for _ in range(3):
        disclose()
    log.sign_checkpoint()
    assert list(Checkpoint.objects.values_list("size", flat=True)) == [1, 2, 3]


def test_a_checkpoint_that_only_the_file_has_is_taken_up_again(disclose, checkpoint_file, monkeypatch):
    """The process ended after the file was written and before the database had committed."""
    disclose()
    write = CheckpointFile.append

    def write_and_die(self, notes):
        write(self, notes)
        raise RuntimeError("killed")

    with monkeypatch.context() as patched, pytest.raises(RuntimeError, match="killed"):
        patched.setattr(CheckpointFile, "append", write_and_die)
        log.sign_checkpoint()
    assert not Checkpoint.objects.exists()
    disclose()
    assert log.sign_checkpoint().size == 2
    assert (
        "".join(note + "\n" for note in Checkpoint.objects.values_list("note", flat=True))
        == checkpoint_file.read_text()
    )


def test_signing_inside_an_open_transaction_is_refused(disclose):
    """It would sign what may yet be rolled back."""
    disclose()
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        log.sign_checkpoint()


@pytest.mark.parametrize("harm", ["gone", "empty", "torn", "older", "foreign"])
def test_nothing_is_signed_on_a_checkpoint_file_that_is_not_ours(disclose, checkpoint_file, harm):
    for _ in range(2):
        disclose()
        log.sign_checkpoint()
    text = checkpoint_file.read_text()
    first, second = checkpoints.split_notes(text)
    harmed = {
        "gone": None,
        "empty": "",
        "torn": text[:-40],
        "older": first + "\n",
        "foreign": first + "\n" + second.replace("cedar-street", "other-street") + "\n",
    }[harm]
    checkpoint_file.unlink() if harmed is None else checkpoint_file.write_text(harmed)
    disclose()
    with pytest.raises(LedgerBroken):
        log.sign_checkpoint()
    assert Checkpoint.objects.count() == 2


@pytest.mark.committing
def test_a_bit_that_flipped_before_signing_is_not_signed(disclose, superuser):
    disclose()
    log.sign_checkpoint()
    disclose()
    database = superuser("default")
    database.execute("SET session_replication_role = replica")
    database.execute("UPDATE ledger_entry SET body = replace(body, 'Court', 'Coort') WHERE index = 1")
    with pytest.raises(LedgerBroken, match="Entry 1: its text is not the one that was recorded"):
        log.sign_checkpoint()
    assert Checkpoint.objects.count() == 1


@pytest.mark.committing
def test_writers_at_once_leave_no_gap_and_one_root(disclose):
    def write(_):
        try:
            disclose()
            log.sign_checkpoint()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(30)))
    assert list(Entry.objects.values_list("index", flat=True)) == list(range(30))
    assert log.sign_checkpoint().size == 30
    sizes = list(Checkpoint.objects.values_list("size", flat=True))
    assert sizes == sorted(set(sizes))


def test_canonical_text_has_one_form_and_no_fractions():
    assert entries.canonical({"b": 1, "a": [True, None, "é"]}) == '{"a":[true,null,"é"],"b":1}'
    for bad in (1.5, float("nan"), object()):
        with pytest.raises(ValueError):
            entries.canonical({"a": bad})
    assert json.loads(entries.canonical({"x": "\u2028"}))["x"] == "\u2028"
