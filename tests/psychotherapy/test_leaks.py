"""One string, sealed in a note and in a draft, and searched for wherever this product puts bytes.

And the quieter leak: nothing that anybody else is shown differs by whether there are notes at all.
"""

import io
import logging
import os
import re
import subprocess
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pikepdf
import psycopg
import pytest
from auditlog.registry import auditlog
from django.apps import apps
from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import connections
from django.template.backends.django import Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from psycopg import sql

from authorizations.models import Authorization
from practice.infrastructure.databases.binaries import find_binaries
from practice.infrastructure.databases.logins import embedded_passwords
from practice.people.actions.care import begin_care
from practice.people.models import Patient, Staff
from practice.people.rules import CareRole, Role
from records.psychotherapy import vault
from records.psychotherapy.ids import new_id
from tests.everybody import make_staff
from tests.psychotherapy.conftest import DAY, attach, write_draft, write_note
from tests.psychotherapy.test_packages import approve, authorize

SignedIn = Callable[[Staff], Client]
Superuser = Callable[[str], psycopg.Connection]

CANARY = "zebraquartzhypothesis"
SEALED = "psychotherapy"
# what differs between any two requests: tokens, ids, the time of day
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]+"|"csrf": "[^"]+"|nonce="[^"]+"|[0-9a-f-]{36}|\d\d?:\d\d')
OTHERS = ("osei", "dana", "castellanos", "brook", "solo")
SIGN_OUT = {"account_logout"}
OWN_TRACES = ("/accesses/",)  # these pages list the very visits this test makes


@dataclass(frozen=True, slots=True)
class World:
    """Everybody, one patient who is known to two clinicians, and what Dr. Hale has sealed about him."""

    people: dict[str, Staff]
    patient: Patient
    authorization: Authorization
    sealed: dict[str, UUID]


@pytest.fixture(autouse=True)
def _quick_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a package looks like on paper is tested elsewhere."""
    paper = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.docinfo["/Title"] = CANARY
        document.save(paper)
    monkeypatch.setattr("records.psychotherapy.actions.package_pdf", lambda *_, **__: paper.getvalue())


@pytest.fixture
def world(
    hale: Staff, osei: Staff, dana: Staff, castellanos: Staff, brook: Staff, solo: Staff, lindqvist: Patient
) -> World:
    """As above, before Dr. Hale writes anything."""
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=DAY)
    people = {"osei": osei, "dana": dana, "castellanos": castellanos, "brook": brook, "solo": solo, "hale": hale}
    people["named"] = make_staff("named", "Nora Amedi", Role.FRONT_DESK)  # whom the author tells of the package
    return World(people, lindqvist, authorize(dana, hale, lindqvist), {})


def write(world: World) -> World:
    """Dr. Hale signs a note with an addendum, keeps two texts of a draft, approves a package, orders a destruction."""
    hale, patient = world.people["hale"], world.patient
    note = write_note(hale, patient, text=f"{CANARY} note")
    write_note(hale, text=f"{CANARY} addendum", addendum_to=note)
    draft = write_draft(hale, patient, text=f"{CANARY} draft").id
    write_draft(hale, patient, draft_id=draft, base_version=9, text=f"{CANARY} second text")
    attachment = attach(hale, draft, name=f"{CANARY}.pdf", data=f"%PDF {CANARY} bytes".encode())
    package = approve(hale, world.authorization, note, to=[world.people["named"]]).cover.id
    (order,) = vault.order_destruction(hale, [write_note(hale, patient, text=CANARY)], allowed=lambda head: None)
    sealed = {"note": note, "draft": draft, "package": package, "order": order.id, "attachment": attachment}
    return World(world.people, patient, world.authorization, sealed)


# --- Every page, for everybody else -----------------------------------------------------------------------------------


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address the product knows, as a route with its pattern."""
    for item in resolver.url_patterns:
        if isinstance(item, URLResolver):
            yield from patterns(item, prefix + str(item.pattern))
        else:
            yield prefix + str(item.pattern), item


def addresses(ids: list[UUID], *, only: str = "", named: dict[str, UUID] | None = None) -> Iterator[str]:
    """Every address (below `only`), with each of these ids in the place of its parameters but those `named`."""
    for route, pattern in patterns(get_resolver()):
        if pattern.name in SIGN_OUT or not route.startswith(only):
            continue
        slots = re.findall(r"<[^>]+>", route)
        for chosen in ids[: None if slots else 1]:
            path = route
            for slot in slots:
                kind, _colon, name = slot.strip("<>").partition(":")
                ident = (named or {}).get(name, chosen)
                path = path.replace(slot, str(ident) if kind == "uuid" else "1", 1)
            yield "/" + path


def answers_to(client: Client, method: str, paths: Iterable[str]) -> dict[str, bytes]:
    """What each address answers, headers and all."""
    client.raise_request_exception = False
    found = {}
    for path in paths:
        response = getattr(client, method)(path)
        assert response.status_code < 500, (method, path)
        body = b"".join(response.streaming_content) if response.streaming else response.content
        found[path] = repr(dict(response.headers)).encode() + body
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("who", OTHERS)
def test_no_page_shows_a_word_and_none_differs_when_there_are_notes(
    world: World, signed_in: SignedIn, caplog: pytest.LogCaptureFixture, who: str
) -> None:
    """Every address before the first note and after the last: the same bytes, tokens and ids aside."""
    caplog.set_level(logging.DEBUG)
    client = signed_in(world.people[who])
    known = [world.patient.pk, world.authorization.pk]
    named = {"patient_id": world.patient.pk, "authorization_id": world.authorization.pk}
    paths = list(dict.fromkeys(addresses([world.patient.pk], named=named)))
    assert len(paths) > 60
    before = plain(answers_to(client, "get", paths))
    world = write(world)
    shown = answers_to(client, "get", paths)
    after = plain(shown)
    assert [path for path in paths if before[path] != after[path] and not path.startswith(OWN_TRACES)] == []
    sealed = list(world.sealed.values())
    answers = [*shown.items(), *answers_to(client, "get", addresses(sealed, only="psychotherapy-notes/")).items()]
    answers += answers_to(client, "post", addresses([*known, *sealed], only="psychotherapy-notes/")).items()
    for path, answer in answers:
        assert CANARY.encode() not in answer, path
    assert CANARY not in caplog.text


@pytest.mark.django_db
@pytest.mark.parametrize("who", [*OTHERS, "hale"])
def test_no_search_finds_a_sealed_word(world: World, signed_in: SignedIn, who: str) -> None:
    """Not even the author's: the practice's search knows nothing of sealed texts."""
    world = write(world)
    client = signed_in(world.people[who])
    for path in (reverse("patient-search"), reverse("patient-page", args=[world.patient.pk])):
        answers = []
        for words in (CANARY, "neverwrittenanywhere"):
            response = client.post(path, {"q": words, "words": words})
            answers.append((response.status_code, TOKEN.sub("", response.content.decode()).replace(words, "")))
        assert answers[0] == answers[1]


@pytest.mark.django_db
@pytest.mark.parametrize("who", OTHERS)
def test_the_search_of_sealed_notes_finds_nobody_elses(world: World, signed_in: SignedIn, who: str) -> None:
    """The same page, by the same number of queries, before there are notes and after."""
    client, told = signed_in(world.people[who]), []
    for _turn in range(2):
        default, sealed = CaptureQueriesContext(connections["default"]), CaptureQueriesContext(connections[SEALED])
        with default, sealed:
            response = client.post(reverse("psychotherapy-search"), {"words": CANARY})
        answer = TOKEN.sub("", response.content.decode())
        told.append((response.status_code, answer, len(sealed)))
        write(world)
    assert told[0] == told[1] and told[0][0] == (200 if world.people[who].is_clinical else 403)


def plain(pages: dict[str, bytes]) -> dict[str, str]:
    """Pages without what differs between any two requests."""
    return {where: TOKEN.sub("", page.decode("utf-8", "replace")) for where, page in pages.items()}


# --- The 404 of a note that does not exist ----------------------------------------------------------------------------

BY_ID = [
    ("psychotherapy-note-open", "note", "get"),
    ("psychotherapy-note-print", "note", "get"),
    ("psychotherapy-addendum-new", "note", "get"),
    ("psychotherapy-draft-edit", "draft", "get"),
    ("psychotherapy-draft-sign", "draft", "get"),
    ("psychotherapy-draft-sign", "draft", "post"),
    ("psychotherapy-draft-discard", "draft", "get"),
    ("psychotherapy-draft-discard", "draft", "post"),
    ("psychotherapy-draft-save", "draft", "post"),
    ("psychotherapy-attachment-new", "draft", "get"),
    ("psychotherapy-attachment-new", "draft", "post"),
    ("psychotherapy-attachment-open", "attachment", "get"),
    ("psychotherapy-attachment-original", "attachment", "get"),
    ("psychotherapy-attachment-remove", "attachment", "post"),
    ("psychotherapy-move-out", "draft", "get"),
    ("psychotherapy-move-out", "draft", "post"),
    ("psychotherapy-move-in", "draft", "post"),
    ("psychotherapy-package-withdraw", "package", "post"),
    ("psychotherapy-destruction-carry-out", "order", "get"),
    ("psychotherapy-destruction-carry-out", "order", "post"),
    ("psychotherapy-destruction-cancel", "order", "post"),
    ("psychotherapy-custody-open", "note", "get"),
    ("psychotherapy-custody-stop", "note", "post"),
]


@pytest.mark.django_db
@pytest.mark.parametrize("who", OTHERS)
def test_a_note_of_somebody_else_is_a_note_that_does_not_exist(world: World, signed_in: SignedIn, who: str) -> None:
    """The same bytes, and the same number of queries in each database."""
    world = write(world)
    client = signed_in(world.people[who])
    for name, kind, method in BY_ID:
        answers = []
        for subject in (uuid4(), uuid4(), world.sealed[kind]):
            default, sealed = CaptureQueriesContext(connections["default"]), CaptureQueriesContext(connections[SEALED])
            with default, sealed:
                response = getattr(client, method)(reverse(name, args=[subject]), {"version": "1"})
            body = response.content.decode()
            body = TOKEN.sub("", body) if response.status_code == 422 else body  # the form given back has a token
            answers.append((response.status_code, body, len(default), len(sealed)))
        assert answers[1] == answers[2], name
        gives_back = name == "psychotherapy-draft-save" and world.people[who].is_clinical
        assert answers[1][0] == (422 if gives_back else 404), name


@pytest.mark.django_db
def test_a_text_posted_to_somebody_elses_draft_is_told_what_an_absent_one_is_told(
    world: World, signed_in: SignedIn
) -> None:
    world = write(world)
    client = signed_in(world.people["osei"])
    given = {"version": "1", "session_on": DAY.isoformat(), "patients": [str(world.patient.pk)], "text": "mine"}
    answers = []
    for subject in (uuid4(), uuid4(), world.sealed["draft"], world.sealed["note"]):
        response = client.post(reverse("psychotherapy-draft-save", args=[subject]), given)
        answers.append((response.status_code, TOKEN.sub("", response.content.decode())))
    assert answers[1] == answers[2] == answers[3]


# --- Everything the product keeps -------------------------------------------------------------------------------------


def rows_of(connection: psycopg.Connection) -> Iterator[tuple[str, str]]:
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    for (table,) in tables:
        for (row,) in connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))).fetchall():
            yield table, row


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_the_practice_database_does_not_know_that_notes_exist(
    world: World, superuser: Superuser, signed_in: SignedIn
) -> None:
    """No word, no id, no count: not in audit, tasks, jobs, ledger, sessions, nor anywhere else."""
    before = {table: 0 for table, _ in rows_of(superuser("default"))}
    for table, _ in rows_of(superuser("default")):
        before[table] += 1
    world = write(world)
    after: dict[str, int] = {}
    for table, row in rows_of(superuser("default")):
        after[table] = after.get(table, 0) + 1
        assert CANARY not in row, table
        assert not any(str(subject) in row for subject in world.sealed.values()), table
    assert after == before
    client = signed_in(world.people["hale"])
    client.get(reverse("psychotherapy-note-open", args=[world.sealed["note"]]))
    client.get(reverse("psychotherapy-draft-edit", args=[world.sealed["draft"]]))
    client.get(reverse("psychotherapy-attachment-open", args=[world.sealed["attachment"]]))
    client.post(reverse("psychotherapy-search"), {"words": CANARY})
    move = {"token": str(uuid4()), "sentence": "Sertraline 50 mg daily.", "kind": "EX_MEDICATION", "version": "1"}
    draft = write_draft(world.people["hale"], world.patient, text=f"{CANARY}. Sertraline 50 mg daily.").id
    told = client.post(reverse("psychotherapy-move-out", args=[draft]), move)
    assert told.status_code == 200 and CANARY.encode() not in told.content
    subjects = {*map(str, world.sealed.values()), str(draft), move["token"]}
    for table, row in rows_of(superuser("default")):
        assert CANARY not in row and "Sertraline" not in row, table
        assert not any(subject in row for subject in subjects), table


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_the_dumps_of_both_databases_hold_ciphertext_only(world: World, signed_in: SignedIn) -> None:
    """Wherever a sentence stands now, and whatever its author asked for."""
    world = write(world)
    client = signed_in(world.people["hale"])
    sentence = f"{CANARY} means sertraline 50 mg daily."
    draft = write_draft(world.people["hale"], world.patient, text=f"He waited. {sentence}").id
    given = {"token": str(uuid4()), "sentence": sentence, "kind": "EX_MEDICATION", "version": "1"}
    assert client.post(reverse("psychotherapy-move-out", args=[draft]), given).status_code == 200
    assert client.post(reverse("psychotherapy-search"), {"words": CANARY}).status_code == 200
    for path in addresses([world.patient.pk, draft, *world.sealed.values()], only="psychotherapy-notes/"):
        assert client.get(path).status_code < 500
    for alias in ("default", SEALED):
        dump = dumped(alias)
        assert b"COPY public" in dump
        for form in (CANARY.encode(), CANARY.encode().hex().encode(), CANARY.encode("utf-16-le")):
            assert form not in dump
    assert str(world.sealed["note"]).encode() in dumped(SEALED), "the dump holds the sealed rows"


def dumped(alias: str) -> bytes:
    """A dump of one database as the backup login takes it."""
    server = settings.EMBEDDED_SERVER
    environment = os.environ | {"PGPASSWORD": embedded_passwords(server.root)["practice_backup"]}
    program = find_binaries(server.programs, server.root) / "pg_dump"
    where = ["-h", str(server.socket_folder), "-U", "practice_backup", "-d", settings.DATABASES[alias]["NAME"]]
    done = subprocess.run([program, *where], env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.django_db
def test_an_error_in_the_middle_of_reading_shows_and_logs_nothing(
    hale: Staff,
    lindqvist: Patient,
    signed_in: SignedIn,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    note = write_note(hale, lindqvist, text=CANARY)
    draft = write_draft(hale, lindqvist, text=CANARY)
    caplog.set_level(logging.DEBUG)

    def fail(*values: object, **named: object) -> None:
        raise RuntimeError("no page today")

    client = signed_in(hale)
    client.raise_request_exception = False
    monkeypatch.setattr("records.psychotherapy.views.notes.render", fail)
    monkeypatch.setattr("records.psychotherapy.views.drafts.render", fail)
    monkeypatch.setattr("records.psychotherapy.views.search.render", fail)
    monkeypatch.setattr("practice.desk.sealed_pages.render", fail)
    monkeypatch.setattr("practice.desk.moving.change_section", fail)
    sentence = {"token": str(uuid4()), "sentence": CANARY, "version": "1"}
    given = {"version": "1", "text": CANARY, "session_on": "", "patients": []}
    for response in (
        client.get(reverse("psychotherapy-note-open", args=[note])),
        client.get(reverse("psychotherapy-draft-edit", args=[draft.id])),
        client.post(reverse("psychotherapy-draft-save", args=[draft.id]), given),
        client.post(reverse("psychotherapy-search"), {"words": CANARY}),
        client.get(reverse("psychotherapy-jot", args=[lindqvist.pk])),
        client.post(reverse("psychotherapy-move-out", args=[draft.id]), sentence),
    ):
        assert response.status_code == 500
        assert CANARY.encode() not in response.content
    assert "no page today" in caplog.text
    assert CANARY not in caplog.text


@pytest.mark.django_db
def test_whatever_page_of_its_author_fails_shows_and_logs_nothing(
    world: World, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Every address of sealed notes that makes a page, with the page failing at the last moment."""
    world = write(world)
    client = signed_in(world.people["hale"])
    client.raise_request_exception = False
    caplog.set_level(logging.DEBUG)
    render = Template.render

    def fail(self: Template, context: Any = None, request: Any = None) -> str:
        if self.origin.template_name == "500.html":
            return str(render(self, context, request))
        raise RuntimeError("no page today")

    monkeypatch.setattr(Template, "render", fail)
    paths = addresses([world.patient.pk, *world.sealed.values()], only="psychotherapy-notes/")
    failed = [response for path in paths if (response := client.get(path)).status_code == 500]
    assert len(failed) > 10
    assert not [response for response in failed if CANARY.encode() in response.content]
    assert "no page today" in caplog.text and CANARY not in caplog.text


@pytest.mark.django_db
def test_a_database_error_while_saving_names_no_word(
    hale: Staff,
    lindqvist: Patient,
    signed_in: SignedIn,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("records.psychotherapy.vault.session.Event.objects.create", None)
    client = signed_in(hale)
    client.raise_request_exception = False
    given = {"version": "0", "text": CANARY, "session_on": DAY.isoformat(), "patients": [str(lindqvist.pk)]}
    response = client.post(reverse("psychotherapy-draft-save", args=[new_id(hale.pk)]), given)
    assert response.status_code == 500
    assert CANARY not in response.content.decode() + caplog.text


def test_nothing_that_is_printed_of_a_value_shows_its_text(hale: Staff, lindqvist: Patient) -> None:
    note = vault.read(hale, write_note(hale, lindqvist, text=CANARY))
    draft = vault.open_draft(hale, write_draft(hale, lindqvist, text=CANARY).id)
    sheet = vault.sheet(hale, patient_id=lindqvist.pk, session=None, session_on=DAY)
    assert CANARY not in f"{note!r}{draft!r}{sheet!r}{note!s}{[draft]}"


# --- What would leak by being registered ------------------------------------------------------------------------------


def test_no_sealed_model_is_in_the_change_history() -> None:
    """It would write their values into the practice's audit table."""
    registered = [model for model in apps.get_app_config(SEALED).get_models() if auditlog.contains(model)]
    assert registered == []


@pytest.mark.django_db
def test_no_permission_names_a_sealed_table() -> None:
    assert not Permission.objects.filter(content_type__app_label=SEALED).exists()
    assert all(model._meta.default_permissions == () for model in apps.get_app_config(SEALED).get_models())
