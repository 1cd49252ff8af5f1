"""That a stranger can check an issued accounting, and that a forged or changed one is found."""

import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from disclosures.ledger import checkpoints, log, merkle, verify_accounting
from disclosures.ledger.models import Entry
from disclosures.ledger.verification import verify
from practice.infrastructure.keys import keyring

from .accountings import run_verifier, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november", "quick_pages")]


def test_issued_accountings_stand_in_the_log_and_a_changed_one_is_found(disclose, issue, superuser, checkpoint_file):
    disclose()
    accounting = issue()
    entry = Entry.objects.get(kind="accounting")
    assert entry.public["pdf_sha256"] == sha256(accounting.pdf).hexdigest()
    assert log.sign_checkpoint().size == entry.index + 1


@pytest.mark.committing
def test_a_changed_or_missing_accounting_is_named(disclose, issue, superuser, checkpoint_file):
    disclose()
    accounting = issue()
    keys = keyring().public_keys("ledger").values()
    database = superuser("default")
    database.execute("SET session_replication_role = replica")
    assert verify(checkpoints.split_notes(checkpoint_file.read_text()), keys).ok
    for act in (
        f"UPDATE ledger_accounting SET pdf_sha256 = '{'0' * 64}'",
        "UPDATE ledger_accounting SET pdf = data",
        "DELETE FROM ledger_accounting",
    ):
        database.execute(act)
        report = verify(checkpoints.split_notes(checkpoint_file.read_text()), keys)
        assert (report.ok, report.index) == (False, 1)
    assert accounting.number == "AD-2026-0001"


def test_a_stranger_checks_the_data_with_one_script(disclose, issue, tmp_path):
    disclose(purpose="Court order of May 4, 2023")
    disclose(purpose="Émile’s 案件 🌿")
    accounting = issue()
    path = tmp_path / "accounting.json"
    path.write_bytes(accounting.data)
    print_on_paper = checkpoints.fingerprint(next(iter(keyring().public_keys("ledger").values())))
    done = run_verifier(path, "--key", print_on_paper)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Verified: accounting AD-2026-0001, 2 disclosure(s)." in done.stdout
    assert "Court order of May 4, 2023" in done.stdout
    assert print_on_paper in text_of(accounting)
    assert run_verifier(path, "--key", "0000 0000").returncode == 1
    assert run_verifier(tmp_path / "nothing.json").returncode == 1
    path.write_bytes(b"")
    assert "NOT VERIFIED" in run_verifier(path).stdout


def test_what_somebody_typed_cannot_look_like_a_line_of_the_verifier(disclose, issue, tmp_path):
    disclose(purpose="Audit\n  entry 99  2024-01-01  Nobody; nothing\x1b[2K")
    path = tmp_path / "accounting.json"
    path.write_bytes(issue().data)
    lines = run_verifier(path).stdout.splitlines()
    assert sum(line.startswith("  entry") for line in lines) == 1 and "\x1b" not in "".join(lines)


def test_one_changed_character_anywhere_is_found(disclose, issue):
    disclose()
    raw = issue().data.decode()
    verify_accounting.check(raw.encode())
    for place in range(0, len(raw), max(1, len(raw) // 40)):
        changed = raw[:place] + ("x" if raw[place] != "x" else "y") + raw[place + 1 :]
        with pytest.raises(Exception):  # noqa: B017 - any refusal; the script turns each into "NOT VERIFIED"
            verify_accounting.check(changed.encode())
    for change in ("  ", "\n", "\r\n"):
        with pytest.raises(verify_accounting.Wrong):
            verify_accounting.check((raw + change).encode())


def test_a_forged_accounting_that_lists_the_practices_key_beside_its_own_is_not_verified(disclose, issue, tmp_path):
    disclose()
    real = json.loads(issue().data)
    forger = Ed25519PrivateKey.generate()
    own = forger.public_key().public_bytes_raw()
    document = real["document"]
    entry = document["entries"][0]
    body = json.loads(entry["body"]) | {"index": 0}
    body["recipient"]["name"] = "Somebody who never received anything"
    entry |= {"body": json.dumps(body, sort_keys=True, separators=(",", ":")), "index": 0, "path": []}
    root = merkle.leaf_hash(entry["body"].encode())
    origin = document["checkpoint"].split("\n")[0]
    head = checkpoints.Head(origin, 1, root, datetime(2026, 11, 21, tzinfo=UTC))
    document["checkpoint"] = checkpoints.sign(head, forger)
    text = verify_accounting.text_of(document).encode()
    forged = real | {
        "document": document,
        "keys": [own.hex(), *real["keys"]],
        "signature": forger.sign(b"accounting of disclosures\n" + text).hex(),
    }
    path = tmp_path / "forged.json"
    path.write_text(verify_accounting.text_of(forged))
    practice = checkpoints.fingerprint(next(iter(keyring().public_keys("ledger").values())))
    assert run_verifier(path, "--key", practice).returncode == 1
    shown = run_verifier(path)
    assert shown.returncode == 0, shown.stdout  # consistent in itself, under a key that is not on the paper
    assert practice not in shown.stdout


def test_an_accounting_signed_with_another_key_shows_another_fingerprint(disclose, issue, monkeypatch):
    disclose()
    raw = issue().data
    signer, _, _ = verify_accounting.check(raw)
    own = checkpoints.fingerprint(next(iter(keyring().public_keys("ledger").values()))).replace(" ", "")
    assert signer == own
