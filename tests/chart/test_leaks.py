"""One word, typed into every field of every form of the chart, and searched for wherever this product puts bytes.

Nobody lists the fields here: whatever form a page of the chart shows is filled in and sent, so that a new one is tried
as soon as its page stands in tests/access_table.py.
"""

import base64
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import Model
from django.http import HttpResponse
from django.template.backends.django import Template
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from practice.infrastructure.days import today
from practice.infrastructure.fields import SealedField
from practice.people.models import Patient, Shorthand, Staff
from records.chart.exchange.bundle import chart_bundle
from tests.access_table import TABLE
from tests.access_world import CHART, NAME, SEALED, build
from tests.files import pdf
from tests.psychotherapy.test_leaks import dumped
from tests.test_access import Try, said

SignedIn = Callable[[Staff], Client]

CANARY = "quillfeather"
OURS = re.compile(r"/chart/|/patients/[0-9a-f-]{36}/$|/shorthand/")  # addresses of the chart
LAST = ("sign", "cancel", "end", "stop", "take-out", "remove", "discard", "retire", "tablet")  # the tablet signs out
# Pages that show both notes of a session side by side to the author of both.
BESIDE = {"note-edit"}
# Where a word would be refused, and what is kept readable in the database, as codes are: the names of drugs and of
# who prescribes them.
FITTING: dict[str, str] = {
    "title": "Sertraline",
    "prescriber": "Dr. Anne Moss",
    "short": "qf",
    "start": "09:00",
    "stop": "09:50",
    "day": (today() - timedelta(days=1)).isoformat(),
    "code": "F41.1",
    "onset": "2020",
    "started": "2020",
}
# Not by typing into one form: bytes, choices, an import, a second window, several people, a note late or returned.
ELSEWHERE = {
    "chart.AlarmAnswer.did",
    "chart.CarePlan.activities",
    "chart.ChartDraftBranch.sections",
    "chart.ChartNote.late_reason",
    "chart.Document.original",
    "chart.Document.shown",
    "chart.Encounter.others_present",
    "chart.Measure.answers",
    "chart.NoteVersion.sections",
    "chart.Participation.code_reason",
    "chart.PlanDraftBranch.content",
    "chart.PlanReview.progress",
    "chart.Result.components",
    "chart.Result.text",
    "chart.SessionChange.was",
    "chart.SharedPart.text",
}


# --- Forms, as a person sees and fills them ---------------------------------------------------------------------------


@dataclass
class Form:
    """One form of one page: where it goes, and what is in it."""

    action: str
    autosave: str = ""
    fields: list[tuple[str, object]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)
    post: bool = True


class Reader(HTMLParser):
    """Fills in what it reads: the word wherever words go, something fitting everywhere else."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page, self.forms, self.form = page, list[Form](), None
        self.select = self.chosen = ""
        self.radios: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        name = at.get("name", "")
        if tag == "form":
            post = at.get("method", "get").lower() == "post"
            self.form = Form(urljoin(self.page, at.get("action", "")), at.get("data-autosave", ""), post=post)
            self.forms.append(self.form)
            self.radios = set()
        elif self.form is None or "disabled" in at:
            return
        elif tag == "button" and name:
            self.form.buttons.append((name, at.get("value", "")))
        elif tag == "textarea" and name:
            self.form.fields.append((name, CANARY))
        elif tag == "select":
            self.select, self.chosen = name, ""
        elif tag == "option" and self.select and ("selected" in at or not self.chosen):
            self.chosen = at.get("value", "")
        elif tag == "input" and name:
            self.put(self.form, at.get("type", "text"), name, at.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self.form:
            self.form.fields.append((self.select, self.chosen))
        if tag == "form":
            self.form = None

    def put(self, form: Form, kind: str, name: str, value: str) -> None:
        if kind == "radio" and name in self.radios:
            return
        if kind == "radio":
            self.radios.add(name)
        if kind == "file":
            form.fields.append((name, SimpleUploadedFile(f"{CANARY}.pdf", pdf(titled), "application/pdf")))
        elif name in FITTING:
            form.fields.append((name, FITTING[name]))
        elif kind in {"text", "search"}:
            form.fields.append((name, CANARY))
        else:
            form.fields.append((name, value or {"date": today().isoformat(), "time": "09:00"}.get(kind, "1")))


def titled(document: Any) -> None:
    document.docinfo["/Title"] = CANARY


def forms_of(pages: dict[str, bytes]) -> list[Form]:
    """Each form of the chart once, by where it goes and what it asks; those that end or sign something last."""
    found: dict[tuple[str, ...], Form] = {}
    for page, shown in pages.items():
        reader = Reader(page)
        reader.feed(shown.decode())
        for form in reader.forms:
            for action in filter(None, (form.action, form.autosave)):
                asked = (action, *sorted({name for name, _value in form.fields}))
                if form.post and OURS.match(action):
                    found.setdefault(asked, Form(action, fields=form.fields, buttons=form.buttons))
    return list(found.values())


def ending(form: Form) -> int:
    """When a form is sent: 0 for those that end nothing, the others later."""
    return max(place for place, word in enumerate(("", *LAST)) if not word or f"/{word}/" in form.action)


def turn(form: Form) -> tuple[int, bool]:
    """Of those at the same time, the ones that take words first."""
    return ending(form), CANARY not in [value for _name, value in form.fields]


# --- The walk ---------------------------------------------------------------------------------------------------------


@dataclass
class Walk:
    """What one person was sent: every page, and every answer to a form."""

    client: Client
    pages: dict[str, bytes] = field(default_factory=dict)
    heads: list[str] = field(default_factory=list)
    answers: dict[str, list[bytes]] = field(default_factory=dict)

    def read(self, response: HttpResponse) -> bytes:
        self.heads.append(repr(dict(response.headers)) + repr(response.cookies))
        return said(response)

    def visit(self, paths: dict[str, str]) -> None:
        for name, path in paths.items():
            response = self.client.get(path)
            assert response.status_code < 500, name
            body = self.read(response)
            self.answers.setdefault(name, []).append(body)
            if response.headers.get("Content-Type", "").startswith("text/html"):
                self.pages[path] = body

    def fill_in(self, forms: list[Form]) -> None:
        for form in forms:
            given: dict[str, Any] = dict(form.buttons[:1])
            for name, value in form.fields:
                given.setdefault(name, []).append(value)
            response = self.client.post(form.action, given)
            assert response.status_code < 500, form.action
            self.answers.setdefault(form.action, []).append(self.read(response))


def addresses(attempt: Try) -> dict[str, str]:
    """Every page of the chart that opens for its clinician, by name."""
    rows = {name: row for name, row in TABLE.items() if row.answers["own"] == "200" and not row.post}
    found = {name: reverse(name, kwargs=attempt.arguments(name, row)) for name, row in rows.items()}
    return {name: path for name, path in found.items() if OURS.match(path)}


def shapes(word: str) -> list[str]:
    """A word in the forms in which bytes can hold it."""
    plain = word.encode()
    return [word, plain.hex(), word.encode("utf-16-le").hex(), base64.b64encode(plain).decode()[:-4]]


def found_in(text: str, *words: str) -> list[str]:
    return [word for word in words for shape in shapes(word) if shape in text]


def rows_with(dump: str, *words: str) -> list[str]:
    """The tables of a dump that hold one of these words, with the beginning of the row."""
    table, found = "", []
    for line in dump.splitlines():
        table = line if line.startswith("COPY ") else table
        if found_in(line, *words):
            found.append(f"{table[:60]}: {line[:200]}")
    return found


def encrypted_columns() -> Iterator[tuple[type[Model], str]]:
    for model in [*apps.get_app_config("chart").get_models(), Shorthand]:
        for one in model._meta.get_fields():
            if isinstance(one, SealedField):
                yield model, one.name


def never_filled() -> set[str]:
    """Encrypted columns in which no row holds what was typed."""
    return {
        f"{model._meta.label}.{name}"
        for model, name in encrypted_columns()
        if not any(found_in(repr(getattr(row, name)), CANARY, CHART) for row in model._default_manager.all())
    }


@pytest.mark.committing
def test_what_is_typed_into_the_chart_stands_in_it_and_nowhere_else(
    transactional_db: None, signed_in: SignedIn, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not in an address, a header, a cookie, a sign-in, a log, a task, a job, the audit trail, a name of a row or a
    dump; not when a page fails; and no paper or page of the chart says what is sealed, its author's own included.
    """
    caplog.set_level(logging.DEBUG)
    world = build(signed_in)
    paths = addresses(Try(world))
    walk = Walk(world.clients["own"])
    walk.visit(paths)
    forms = sorted(forms_of(walk.pages), key=turn)
    walk.fill_in([form for form in forms if not ending(form)])
    unfilled = never_filled()
    walk.visit(paths)
    walk.fill_in([form for form in forms if ending(form)])
    tablet = walk.client.get(reverse("measure-tablet"))  # in the hands of whoever holds it
    assert tablet.status_code == 200 and not found_in(said(tablet).decode(), CANARY, CHART, SEALED, NAME)
    walk.client = signed_in(world.staff["own"])
    unfilled &= never_filled()
    assert sorted(unfilled - ELSEWHERE) == [], "no form of the chart filled these"
    shown = b"".join(body for bodies in walk.answers.values() for body in bodies)
    assert CANARY.encode() in shown and CHART.encode() in shown
    told = {name: b"".join(bodies).decode("utf-8", "replace") for name, bodies in walk.answers.items()}
    assert [name for name, answer in told.items() if SEALED in answer and name not in BESIDE] == []

    whole = chart_bundle(Patient.objects.get(pk=world.ids["patient_id"]), at=timezone.now()).decode()
    sealed = [str(ident) for name, ident in world.ids.items() if name.startswith("psychotherapy.")]
    assert (
        found_in(whole, CANARY, CHART) and not found_in(whole, SEALED) and not [one for one in sealed if one in whole]
    )

    assert [head for head in walk.heads if found_in(head, CANARY, CHART, SEALED)] == []
    assert rows_with(dumped("default").decode(), CANARY, CHART, SEALED) == []
    for session in Session.objects.all():
        assert not found_in(repr(session.get_decoded()), CANARY, CHART, SEALED)
    for model in apps.get_models():
        if model._meta.app_label != "psychotherapy" and model._meta.managed:
            for row in model._default_manager.all():
                assert not found_in(f"{row} {row!r}", CANARY, CHART), model

    render = Template.render

    def fail(self: Template, context: Any = None, request: Any = None) -> str:
        if self.origin.template_name == "500.html":
            return str(render(self, context, request))
        raise RuntimeError("no page today")

    monkeypatch.setattr(Template, "render", fail)
    walk.client.raise_request_exception = False
    failed = [walk.client.get(path) for path in paths.values()]
    failed = [response for response in failed if response.status_code == 500]
    assert len(failed) > 40
    assert not [response for response in failed if found_in(response.content.decode(), CANARY, CHART, SEALED)]
    assert "no page today" in caplog.text
    assert not found_in(caplog.text, CANARY, CHART, SEALED)
