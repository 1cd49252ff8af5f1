"""Twenty people writing at once, over HTTP, on the product's own web server; and typing in a very long note."""

import http.client
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

from django.test import Client
from django.urls import reverse

from practice.people.models import Staff
from records.chart.actions.notes import start_note
from records.chart.models import ChartNote, NoteFormat
from tests.web import WebServer

from .fixtures import clinician_with_patient
from .measure import Row, seconds
from .notes import TEXT

WRITERS, ROUNDS = 20, 15
PAUSE = 1.5  # seconds between two saves of one writer, as in autosave.js


@dataclass
class Writer:
    """One person at one draft: what they send, and how long each answer took in seconds."""

    cookie: str
    token: str
    note: ChartNote
    port: int
    version: int = 1
    taken: dict[str, list[float]] = field(default_factory=lambda: {"save": [], "signal": []})
    last: str = ""

    def post(self, path: str, fields: dict[str, Any]) -> tuple[int, bytes]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {
            "Cookie": self.cookie,
            "X-CSRFToken": self.token,
            "X-Requested-With": "autosave",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        line.request("POST", path, urlencode(fields), headers)
        answer = line.getresponse()
        found = answer.status, answer.read()
        line.close()
        return found

    def save(self, number: int) -> None:
        self.last = f"{TEXT} round {number} of {self.note.pk}"
        sections = {f"s_{key}": self.last for key in self.note.format.keys[:1]}
        status, _ = self.post(
            reverse("note-save", args=[self.note.pk]), {"version": self.version, "window": "bench", **sections}
        )
        assert status == 200, status
        self.version += 1

    def signal(self) -> None:
        status, _ = self.post(reverse("session-extend"), {"text": TEXT})
        assert status == 204, status

    def write(self, start: threading.Barrier, place: int) -> None:
        start.wait()
        time.sleep(PAUSE * place / WRITERS)  # people do not pause at the same moment
        for number in range(ROUNDS):
            for name, act in (("save", partial(self.save, number)), ("signal", self.signal)):
                self.taken[name].append(seconds(act))
                time.sleep(PAUSE / 2)


def writer(form: NoteFormat, port: int) -> Writer:
    """Somebody new, signed in, with an empty draft."""
    staff, patient = clinician_with_patient()
    client = Client()
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    token = client.get(reverse("session-extend")).json()["csrf"]
    cookie = "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())
    return Writer(cookie, token, start_note(by=staff, patient=patient, format=form), port)


def twenty_writers() -> list[Row]:
    """Autosave of 4,200 characters by 20 people at once; against a signed-in post that saves no text."""
    form = NoteFormat.objects.get(code="soap", version=1)
    with WebServer() as web:
        people = [writer(form, web.port) for _ in range(WRITERS)]
        start = threading.Barrier(WRITERS)
        threads = [threading.Thread(target=one.write, args=(start, place)) for place, one in enumerate(people)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    lost = [one for one in people if one.last not in ChartNote.objects.get(pk=one.note.pk).sections.values()]
    assert not lost, f"{len(lost)} writers lost words"
    assert all(len(one.taken["save"]) == ROUNDS for one in people)
    saves, signals = ([taken for one in people for taken in one.taken[name]] for name in ("save", "signal"))
    ninety_five = quantiles(saves, n=20)[-1]
    note = f"95th percentile {ninety_five * 1000:.0f} ms (goal 150), {len(saves)} saves, none lost"
    return [
        Row(
            "autosave with 20 writers at once, median",
            median(saves),
            "signed-in post of that size",
            median(signals),
            note,
        )
    ]


PRESS = """(field) => {
  const taken = [];
  field.focus();
  field.setSelectionRange(field.value.length >> 1, field.value.length >> 1);
  for (let turn = 0; turn < 60; turn += 1) {
    const start = performance.now();
    document.execCommand("insertText", false, "e");
    field.getBoundingClientRect();
    taken.push(performance.now() - start);
  }
  return taken.sort((a, b) => a - b)[30] / 1000;
}"""


def typing() -> list[Row]:
    """One key in the middle of 20,000 words, with everything the page does at a key; against an empty note."""
    from playwright.sync_api import sync_playwright

    from tests.browser.visitor import launch

    staff, patient = clinician_with_patient()
    form = NoteFormat.objects.get(code="free", version=1)
    numbers, key = count(), form.keys[0]

    def draft(words: int) -> ChartNote:
        note = start_note(by=staff, patient=patient, format=form)
        ChartNote.objects.filter(pk=note.pk).delete()
        lines = (" ".join(f"word{next(numbers)}" for _ in range(80)) for _ in range(words // 80))
        note.sections = {key: "\n\n".join(lines)}
        note.save(force_insert=True)
        return note

    notes = [draft(20_000), draft(0)]
    cookies, places = _cookies(staff), [reverse("note-edit", args=[note.pk]) for note in notes]
    with WebServer() as web, sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context()
        context.add_cookies(cookies)
        page = context.new_page()

        def press(place: str) -> float:
            page.goto(f"{web.home}{place}")
            return float(page.locator("form[data-autosave] textarea").first.evaluate(PRESS))

        taken = [[press(place) for place in places] for _ in range(3)]
        browser.close()
    mine, theirs = (median(turn[place] for turn in taken) for place in (0, 1))
    return [Row("one key in a note of 20,000 words", mine, "one key in an empty note", theirs)]


def _cookies(staff: Staff) -> list[Any]:
    client = Client()
    client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
    return [
        {"name": name, "value": one.value, "domain": "127.0.0.1", "path": "/"} for name, one in client.cookies.items()
    ]
