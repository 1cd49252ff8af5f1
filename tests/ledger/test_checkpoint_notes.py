"""A checkpoint is believed only whole, from the right log, and signed by a key of the practice."""

import base64
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from disclosures.ledger import checkpoints, verify_accounting
from disclosures.ledger.checkpoints import Head, NoteInvalid
from tests.samples import samples

KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2))
PUBLIC, OTHER_PUBLIC = checkpoints.public_bytes(KEY), checkpoints.public_bytes(OTHER)
HEAD = Head("cedar-street.example/disclosures/1", 18342, b"r" * 32, datetime(2026, 11, 21, 18, 2, 47, tzinfo=UTC))
NOTE = checkpoints.sign(HEAD, KEY)


def test_a_signed_checkpoint_reads_back():
    assert checkpoints.verify(NOTE, [OTHER_PUBLIC, PUBLIC], origin=HEAD.origin) == HEAD


def test_the_note_has_the_published_form():
    lines = NOTE.split("\n")
    assert lines[:3] == [HEAD.origin, "18342", base64.b64encode(b"r" * 32).decode()]
    assert lines[4] == ""
    assert lines[5].startswith(f"— {HEAD.origin} ")
    assert checkpoints.verifier_key(HEAD.origin, PUBLIC).split("+")[1] == checkpoints.key_id(HEAD.origin, PUBLIC).hex()


@pytest.mark.parametrize(
    ("note", "keys", "origin", "words"),
    [
        (NOTE, [OTHER_PUBLIC], None, "not signed by a key"),
        (NOTE, [PUBLIC], "cedar-street.example/disclosures/2", "another log"),
        (NOTE.split("\n\n")[0] + "\n", [PUBLIC], None, "incomplete"),
        (NOTE.replace("18342", "018342"), [PUBLIC], None, "damaged"),
        (NOTE.replace("\n18342\n", "\n18343\n"), [PUBLIC], None, "not signed by a key"),
        (NOTE[:-5] + "\n", [PUBLIC], None, "not signed by a key"),
        (NOTE[:-1], [PUBLIC], None, "incomplete"),
    ],
)
def test_a_checkpoint_that_is_not_ours_or_not_whole_is_refused(note, keys, origin, words):
    with pytest.raises(NoteInvalid, match=words):
        checkpoints.verify(note, keys, origin=origin)


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="ascii"))
def test_no_changed_character_passes(at, character):
    changed = NOTE[:at] + character + NOTE[at + 1 :]
    if changed != NOTE:
        with pytest.raises(NoteInvalid):
            checkpoints.verify(changed, [PUBLIC], origin=HEAD.origin)


def test_a_log_name_that_could_be_misread_is_not_signed():
    with pytest.raises(NoteInvalid):
        checkpoints.sign(Head("a log", 1, b"r" * 32, HEAD.signed_at), KEY)


def test_a_file_of_checkpoints_is_taken_apart_again():
    notes = [checkpoints.sign(Head(HEAD.origin, size, b"r" * 32, HEAD.signed_at), KEY) for size in range(3)]
    assert checkpoints.split_notes("".join(note + "\n" for note in notes)) == notes
    torn = "".join(note + "\n" for note in notes)[:-80]
    assert checkpoints.split_notes(torn)[:2] == notes[:2]
    assert len(checkpoints.split_notes(torn)) == 3
    with pytest.raises(NoteInvalid):
        checkpoints.verify(checkpoints.split_notes(torn)[2], [PUBLIC])


@settings(max_examples=samples(12), deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_the_stand_alone_signature_check_agrees_with_the_library(message, spoil):
    signature = KEY.sign(message)
    message += b"!" if spoil else b""
    assert verify_accounting.signed(PUBLIC, signature, message) is not spoil


def test_a_signature_with_an_overflowing_number_is_refused():
    signature = KEY.sign(b"m")
    overflow = int.from_bytes(signature[32:], "little") + verify_accounting.L
    assert not verify_accounting.signed(PUBLIC, signature[:32] + overflow.to_bytes(32, "little"), b"m")
