"""A person's own abbreviations: theirs alone, kept encrypted, never with an error that loses what was typed."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from practice.audit.models import AuditEntry
from practice.infrastructure.refusals import Refused
from practice.people.actions.shorthand import forget_shorthand, set_shorthand
from practice.people.models import Shorthand, Staff
from practice.people.rules import LONG_LONGEST, SHORTHAND_MOST, shorthand_refusal

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Staff], Client]


@pytest.mark.parametrize(
    ("short", "long", "others", "code"),
    [
        ("pt", "patient", 0, ""),
        ("c/o", "complains of", 0, ""),
        ("ünl", "ünlü", 0, ""),
        ("sx2", "two lines\nof text", SHORTHAND_MOST - 1, ""),
        ("", "patient", 0, "SHORTHAND_SHORT"),
        ("two words", "x", 0, "SHORTHAND_SHORT"),
        ("a" * 21, "x", 0, "SHORTHAND_SHORT"),
        ("c/", "with", 0, "SHORTHAND_END"),
        ("pt", "   ", 0, "SHORTHAND_LONG"),
        ("pt", "x" * (LONG_LONGEST + 1), 0, "SHORTHAND_LONG"),
        ("pt", "the pt said", 0, "SHORTHAND_ITSELF"),
        ("pt", "patient", SHORTHAND_MOST, "SHORTHAND_MANY"),
    ],
)
def test_an_abbreviation_is_one_word_that_can_be_told_from_what_it_becomes(
    short: str, long: str, others: int, code: str
) -> None:
    refusal = shorthand_refusal(short, long, others=others)
    assert (refusal.code if refusal else "") == code


def test_abbreviations_are_their_owners_alone(signed_in: SignedIn, hale: Staff, osei: Staff) -> None:
    set_shorthand(by=hale, short="pt", long="patient")
    assert signed_in(hale).get(reverse("shorthand-mine")).json() == {"pt": "patient"}
    assert signed_in(osei).get(reverse("shorthand-mine")).json() == {}
    signed_in(osei).post(reverse("shorthand-remove"), {"short": "pt"})
    assert signed_in(hale).get(reverse("shorthand-mine")).json() == {"pt": "patient"}


def test_the_same_abbreviation_again_is_changed_and_a_removed_one_is_gone(hale: Staff) -> None:
    set_shorthand(by=hale, short="pt", long="patient")
    set_shorthand(by=hale, short="pt", long="physical therapy")
    set_shorthand(by=hale, short="sx", long="symptoms")
    forget_shorthand(by=hale, short="sx")
    forget_shorthand(by=hale, short="never there")
    assert Shorthand.objects.get(staff=hale).entries == {"pt": "physical therapy"}
    with pytest.raises(Refused):
        set_shorthand(by=hale, short="", long="nothing")


def test_what_was_typed_comes_back_with_the_sentence(signed_in: SignedIn, hale: Staff) -> None:
    answer = signed_in(hale).post(reverse("shorthand"), {"short": "two words", "long": "keep this text"})
    page = answer.content.decode()
    assert "one word of up to 20 characters" in page
    assert "keep this text" in page
    assert "two words" in page


def test_an_older_meaning_is_given_up_only_when_asked_again(signed_in: SignedIn, hale: Staff) -> None:
    set_shorthand(by=hale, short="pt", long="patient")
    typed = {"short": "pt", "long": "physical therapy"}
    asked = signed_in(hale).post(reverse("shorthand"), typed).content.decode()
    assert "“pt” is written out as “patient” until now." in asked and "physical therapy" in asked
    assert 'name="instead_of" value="pt"' in asked
    assert Shorthand.objects.get(staff=hale).entries == {"pt": "patient"}
    other = typed | {"short": "sx", "instead_of": "pt"}  # agreeing to one is not agreeing to another
    set_shorthand(by=hale, short="sx", long="symptoms")
    signed_in(hale).post(reverse("shorthand"), other)
    signed_in(hale).post(reverse("shorthand"), typed | {"instead_of": "pt"})
    assert Shorthand.objects.get(staff=hale).entries == {"pt": "physical therapy", "sx": "symptoms"}
    signed_in(hale).post(reverse("shorthand"), typed)  # the same again changes nothing, and asks nothing
    assert Shorthand.objects.get(staff=hale).entries["pt"] == "physical therapy"


def test_they_are_encrypted_and_leave_no_word_in_the_trail(signed_in: SignedIn, hale: Staff) -> None:
    signed_in(hale).post(reverse("shorthand"), {"short": "zqx", "long": "canary of shorthand"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT entries FROM people_shorthand")
        stored = bytes(cursor.fetchone()[0])
    assert b"canary" not in stored
    assert b"zqx" not in stored
    assert "canary" not in str(list(AuditEntry.objects.values()))
