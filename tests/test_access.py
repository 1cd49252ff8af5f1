"""The access table, tried cell by cell against a practice with one of everything."""

import logging
from collections.abc import Callable, Iterator
from io import BytesIO
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pypdf import PdfReader

from practice.audit.models import AuditEntry
from practice.people.models import Staff
from tests.access_table import OWN_SIGN_IN, PUBLIC, TABLE, Row
from tests.access_world import HIDDEN, ROLES, World, build
from tests.samples import FULL

REFUSED = ("403", "404")


def every_pattern(patterns: list[URLPattern | URLResolver] | None = None) -> Iterator[URLPattern]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from every_pattern(pattern.url_patterns)
        else:
            yield pattern


PATTERNS = {pattern.name: pattern for pattern in every_pattern()}


def test_every_address_stands_in_the_table_and_nothing_else_does() -> None:
    known = set(TABLE) | PUBLIC | OWN_SIGN_IN
    missing = sorted(set(PATTERNS) - known)
    lines = "\n".join(f'    "{name}": row("... ... ... ... ... ..."),' for name in missing)
    assert not missing, f"add to tests/access_table.py:\n{lines}"
    assert not set(TABLE) - set(PATTERNS), "these addresses are gone"


def said(answer: HttpResponse) -> bytes:
    """What an answer says: a page as it is, a paper as the words on it."""
    body = b"".join(answer) if answer.streaming else answer.content
    if not body.startswith(b"%PDF"):
        return body
    paper = PdfReader(BytesIO(body))
    if paper.is_encrypted:
        return b""
    return " ".join(" ".join(page.extract_text() for page in paper.pages).split()).encode()


class Try:
    """Sends what the table says and collects every answer that differs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.wrong: list[str] = []
        self.nothing = world.clients["own"].get("/there/is/nothing/here/").content

    def arguments(self, name: str, row: Row) -> dict[str, object]:
        """The ids of an address: by the row, by the app, by the name of the argument."""
        room = name.split("-")[0]
        keys = {arg: row.ids.get(arg, arg) for arg in PATTERNS[name].pattern.converters}
        return {arg: self.world.ids.get(f"{room}.{key}", self.world.ids.get(key)) for arg, key in keys.items()}

    def send(self, role: str, method: str, url: str) -> HttpResponse:
        client: Client = self.world.clients[role]
        return client.get(url) if method == "GET" else client.post(url, {})

    def expect(self, what: str, role: str, answer: HttpResponse, codes: tuple[str, ...]) -> None:
        code, body = str(answer.status_code), said(answer)
        if code not in codes:
            self.wrong.append(f"{what} as {role}: {code}, expected {' or '.join(codes)}")
        if code == "404" and body != self.nothing:
            self.wrong.append(f"{what} as {role}: this 404 is not the 404 of nothing")
        for secret in HIDDEN[role]:
            if secret.encode() in body:
                self.wrong.append(f"{what} as {role}: the answer holds “{secret}”")

    def real(self, name: str, row: Row, role: str) -> None:
        """The object of the table, read and, where refused, written."""
        url, expected = reverse(name, kwargs=self.arguments(name, row)), row.answers[role]
        before = AuditEntry.objects.filter(outcome="refused").count()
        self.expect(f"GET {name}", role, self.send(role, "GET", url), ("405",) if row.post else (expected,))
        if expected in REFUSED or (row.post and expected != "ok"):
            codes = (expected,) if row.post else (expected, "405")
            self.expect(f"POST {name}", role, self.send(role, "POST", url), codes)
        if expected in REFUSED and not row.sealed and AuditEntry.objects.filter(outcome="refused").count() == before:
            self.wrong.append(f"{name} as {role}: the refused attempt is not in the audit trail")

    def absent(self, name: str, row: Row, role: str) -> None:
        """The same with ids of nothing: whoever may look finds nothing, whoever may not is told no more than before."""
        arguments = self.arguments(name, row)
        made_up = {
            key: uuid4() for key, kind in PATTERNS[name].pattern.converters.items() if "UUID" in type(kind).__name__
        }
        if not made_up or (row.blind and row.answers[role] == "ok"):
            return
        if row.answers[role] == "404" and not FULL:  # the answer to what is there was that of nothing already
            return
        url = reverse(name, kwargs=arguments | made_up)
        codes = ("403", "404") if row.answers[role] == "403" else (row.answers[role] if row.blind else "404",)
        method = "POST" if row.post else "GET"
        self.expect(f"absent {method} {name}", role, self.send(role, method, url), codes)

    def other_patient(self, name: str, row: Row) -> None:
        """Dr. Hale at somebody else's patient is answered as Dr. Osei is at hers."""
        arguments = self.arguments(name, row)
        if set(arguments) != {"patient_id"}:
            return
        url = reverse(name, kwargs={"patient_id": self.world.other_patient})
        method = "POST" if row.post else "GET"
        answer = self.send("own", method, url)
        self.expect(f"other patient {method} {name}", "own", answer, (row.answers["other"],))
        if b"Abernathy" in answer.content:
            self.wrong.append(f"{name}: names somebody else's patient")


@pytest.mark.committing
def test_every_role_is_answered_as_the_table_says(
    transactional_db: None, signed_in: Callable[[Staff], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)  # a thousand refusals are the point
    attempt = Try(build(signed_in))
    for name, row in TABLE.items():
        for role in ROLES:
            attempt.real(name, row, role)
            attempt.absent(name, row, role)
        attempt.other_patient(name, row)
    assert not attempt.wrong, "\n" + "\n".join(attempt.wrong)
