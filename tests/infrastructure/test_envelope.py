"""A sealed value opens with its own key and its own place, or not at all."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.infrastructure.envelope import (
    STEP,
    Binding,
    Unreadable,
    encode_binding,
    open_key,
    open_sealed,
    seal,
    seal_key,
)
from tests.samples import samples

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))
PLACE: Binding = ("note", "5a1d", 3, b"\x00\x01")
VECTORS = json.loads((Path(__file__).parent / "envelope_vectors.json").read_text())

part = st.one_of(st.text(max_size=12), st.binary(max_size=12), st.integers(-(2**70), 2**70))
binding = st.lists(part, max_size=6).map(tuple)


def refuses(blob: bytes, key: bytes = KEY, place: Binding = PLACE) -> bool:
    try:
        open_sealed(blob, key=key, binding=place)
    except Unreadable as error:
        return str(error) == "sealed value cannot be opened" and error.__cause__ is None
    return False


@settings(max_examples=samples(200))
@given(st.binary(max_size=2000), binding)
def test_what_was_sealed_opens_again_in_its_place(text: bytes, place: Binding) -> None:
    assert open_sealed(seal(text, key=KEY, binding=place), key=KEY, binding=place) == text


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_values_sealed_by_earlier_releases_still_open(vector: dict[str, str]) -> None:
    opener = open_key if vector["kind"] == "key" else open_sealed
    place = tuple(bytes.fromhex(p["bytes"]) if "bytes" in p else p["value"] for p in vector["binding"])
    blob = bytes.fromhex(vector["blob"])
    assert opener(blob, key=bytes.fromhex(vector["key"]), binding=place) == bytes.fromhex(vector["plain"])


def test_no_single_changed_bit_opens() -> None:
    blob = seal(b"a" * 300, key=KEY, binding=PLACE)
    for bit in range(len(blob) * 8):
        changed = bytearray(blob)
        changed[bit // 8] ^= 1 << bit % 8
        assert refuses(bytes(changed)), bit


def test_no_cut_or_lengthened_value_opens() -> None:
    blob = seal(b"text", key=KEY, binding=PLACE)
    assert all(refuses(blob[:length]) for length in range(len(blob)))
    assert all(refuses(blob[start:]) for start in range(1, len(blob)))
    assert refuses(blob + b"\0") and refuses(blob + blob)


@settings(max_examples=samples(200))
@given(st.data())
def test_no_splice_of_two_values_opens(data: st.DataObject) -> None:
    one, two = seal(b"one", key=KEY, binding=PLACE), seal(b"two", key=KEY, binding=PLACE)
    cut = data.draw(st.integers(1, len(one) - 1))
    spliced = one[:cut] + two[cut:]
    # the first five bytes (magic and format) are alike in both, so a cut inside them rebuilds the second value itself
    assert refuses(spliced) or spliced in (one, two)


@settings(max_examples=samples(200))
@given(binding, binding)
def test_a_value_opens_in_no_other_place(sealed_in: Binding, opened_in: Binding) -> None:
    blob = seal(b"text", key=KEY, binding=sealed_in)
    assert refuses(blob, place=opened_in) == (encode_binding(sealed_in) != encode_binding(opened_in))


@settings(max_examples=samples(1000))
@given(binding, binding)
def test_two_different_places_never_read_as_the_same_bytes(one: Binding, two: Binding) -> None:
    same = [(type(p), p) for p in one] == [(type(p), p) for p in two]
    assert (encode_binding(one) == encode_binding(two)) == same


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("ab", "c"), ("a", "bc")),
        (("1",), (1,)),
        (("1",), (b"1",)),
        ((), ("",)),
        (("",), ("", "")),
        (("as\0\0\0\0\0\0\0\1b",), ("a", "b")),
    ],
)
def test_places_that_look_alike_are_kept_apart(one: Binding, two: Binding) -> None:
    assert encode_binding(one) != encode_binding(two)
    assert refuses(seal(b"text", key=KEY, binding=one), place=two)


def test_a_truth_value_or_nothing_is_no_part_of_a_place() -> None:
    for wrong in (True, None, 1.0):
        with pytest.raises(KeyError):
            encode_binding((wrong,))  # type: ignore[arg-type]


def test_another_key_does_not_open_even_when_it_is_nearly_the_same() -> None:
    blob = seal(b"text", key=KEY, binding=PLACE)
    assert refuses(blob, key=OTHER)
    assert refuses(blob, key=KEY[:-1] + bytes([KEY[-1] ^ 1]))
    assert refuses(blob, key=b"") and refuses(blob, key=KEY + b"\0")


def test_a_value_commits_to_its_key_before_anything_is_decrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the commitment one ciphertext can be made that opens under two keys (partitioning oracle)."""
    blob = seal(b"text", key=KEY, binding=PLACE)
    monkeypatch.setattr("practice.infrastructure.envelope.AESGCM", None)
    assert refuses(blob, key=OTHER)


def test_a_wrapped_key_is_never_text_and_text_never_a_key() -> None:
    wrapped = seal_key(OTHER, key=KEY, binding=PLACE)
    assert open_key(wrapped, key=KEY, binding=PLACE) == OTHER
    assert refuses(wrapped)
    relabelled = wrapped[:4] + b"\x01" + wrapped[5:]
    assert refuses(relabelled)
    with pytest.raises(Unreadable):
        open_key(seal(OTHER, key=KEY, binding=PLACE), key=KEY, binding=PLACE)


@pytest.mark.parametrize("form", [0, 3, 4, 127, 255])
def test_an_unknown_format_is_refused_not_guessed(form: int) -> None:
    blob = seal(b"text", key=KEY, binding=PLACE)
    assert refuses(blob[:4] + bytes([form]) + blob[5:])


@settings(max_examples=samples(100))
@given(st.integers(0, 5 * STEP))
def test_length_tells_no_more_than_the_step_of_256(length: int) -> None:
    blob = seal(b"x" * length, key=KEY, binding=PLACE)
    steps = (length + 8 + STEP - 1) // STEP
    assert len(blob) == 4 + 1 + 32 + 32 + steps * STEP + 16


def test_the_same_text_sealed_twice_shares_no_bytes_but_the_header() -> None:
    one, two = (seal(b"text", key=KEY, binding=PLACE) for _ in range(2))
    assert one[:5] == two[:5]
    assert one[5:37] != two[5:37] and one[37:69] != two[37:69] and one[69:] != two[69:]


def test_no_salt_repeats_in_ten_thousand_values() -> None:
    assert len({seal_key(b"k", key=KEY, binding=())[5:37] for _ in range(10_000)}) == 10_000
