"""Background work starts after the commit or not at all, carries only ids, and survives a killed worker."""

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings
from django.db import connections, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued, TaskNotFound

from practice.infrastructure import jobs
from practice.infrastructure.tasks import retry_stalled

PATIENT = uuid.UUID("7b7e2d5e-3f8c-4b69-9a52-0d8f4f4f7a10")


@pytest.fixture
def done() -> Iterator[list[str]]:
    """A job of this test, and what it was called with."""
    calls: list[str] = []

    @jobs.task("tests.note")
    def note(patient: str) -> None:
        calls.append(patient)

    yield calls
    app.tasks.pop("tests.note", None)


def run_worker() -> None:
    """Run what is queued, then end; in a thread, since a browser test may hold this thread's event loop."""

    def run() -> None:
        with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
            working.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive()


def test_a_job_is_a_name_and_ids(done: list[str], db: None) -> None:
    jobs.enqueue("tests.note", patient=PATIENT)
    (job,) = ProcrastinateJob.objects.filter(task_name="tests.note")
    assert job.args == {"patient": str(PATIENT)}


@pytest.mark.parametrize("value", ["Tobias Lindqvist", {"name": "x"}, None, 1.5])
def test_a_job_takes_no_text(done: list[str], db: None, value: Any) -> None:
    with pytest.raises(TypeError, match="patient is not"):
        jobs.enqueue("tests.note", patient=value)
    assert not ProcrastinateJob.objects.filter(task_name="tests.note").exists()


def test_an_unknown_job_is_refused(db: None) -> None:
    with pytest.raises(TaskNotFound):
        jobs.enqueue("tests.nothing", patient=PATIENT)


@pytest.mark.committing
def test_a_job_runs_after_the_commit_with_the_applications_login(done: list[str]) -> None:
    with transaction.atomic():
        jobs.enqueue("tests.note", patient=PATIENT)
        run_worker()
        assert done == []
    run_worker()
    assert done == [str(PATIENT)]
    assert ProcrastinateJob.objects.get(task_name="tests.note").status == "succeeded"


@pytest.mark.committing
def test_a_job_of_a_failed_act_never_runs(done: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        jobs.enqueue("tests.note", patient=PATIENT)
        assert 1 / 0
    run_worker()
    assert done == []


@pytest.mark.committing
def test_what_a_killed_worker_left_half_done_is_queued_again(done: list[str]) -> None:
    jobs.enqueue("tests.note", patient=PATIENT)
    with connections["default"].cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL, attempts = 1")
    with suppress(AlreadyEnqueued):  # the worker's own clock may have asked for it a moment ago
        app.configure_task(retry_stalled.name).defer(timestamp=0)
    run_worker()
    run_worker()
    assert done == [str(PATIENT)]


@pytest.mark.committing
def test_the_real_worker_starts_and_ends_cleanly(database_environment: dict[str, str]) -> None:
    command = [sys.executable, "manage.py", "procrastinate", "worker"]
    worker = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=database_environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    with connections["default"].cursor() as cursor:
        for _ in range(150):
            cursor.execute("SELECT count(*) FROM procrastinate_workers")
            if cursor.fetchone() == (1,):
                break
            time.sleep(0.1)
        else:
            pytest.fail("the worker did not start")
        os.kill(worker.pid, signal.SIGTERM)
        output, _ = worker.communicate(timeout=30)
        assert worker.returncode == 0, output
        cursor.execute("SELECT count(*) FROM procrastinate_workers")
        assert cursor.fetchone() == (0,)
