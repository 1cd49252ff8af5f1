"""A link opens one thing for whoever knows birth date and code, and tells everybody else the same nothing."""

import logging
from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.conf import settings as product
from django.db import connection, transaction
from django.test import RequestFactory
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from practice.audit.models import AuditEntry
from practice.compliance.models import PracticeProfile
from practice.infrastructure.logs import ContentFreeFormatter
from practice.infrastructure.refusals import Refused
from practice.outside.actions import NewLink, make_link, pass_link, stop_link, use_link
from practice.outside.models import Link
from practice.outside.refusing import broken
from practice.outside.rules import (
    ALPHABET,
    TRIES,
    CodeGiven,
    LinkPurpose,
    code_hash,
    hash_of,
    new_code,
    plain_code,
)
from practice.outside.signals import LinkSpent, link_passed
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from tests.outside.conftest import WRONG, Visitor, path_of, said

Make = Callable[..., NewLink]
OTHER_DAY = date(1950, 1, 1)


def test_a_code_has_no_letter_that_is_taken_for_another_and_is_read_however_it_is_typed() -> None:
    code = new_code()
    assert len(plain_code(code)) == 8 and set(plain_code(code)) <= set(ALPHABET)
    assert not set("01ILOU") & set(ALPHABET)
    assert plain_code(f" {code.lower().replace('-', ' ')} ") == plain_code(code)
    assert code_hash("one token", code) != code_hash("another token", code), "a code is of use with its link alone"


def test_token_and_code_are_kept_as_hashes_only(link_to: Make) -> None:
    made = link_to()
    token = path_of(made).split("/")[2]
    with connection.cursor() as cursor:
        cursor.execute("SELECT outside_link::text FROM outside_link")
        row = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(audit_auditentry::text, '') FROM audit_auditentry")
        trail = cursor.fetchone()[0]
    for kept in (row, trail, repr(made), str(made.link)):
        assert token not in kept and made.code not in kept and plain_code(made.code) not in kept
    assert made.link.token_hash == hash_of(token) and made.link.token_hash not in trail


def test_looking_at_a_link_uses_nothing_up(link_to: Make, visitor: Visitor) -> None:
    made = link_to()
    before = Link.objects.values().get()
    for _ in range(10):  # a mail scanner, a preview, an impatient person
        assert visitor.get(path_of(made)).status_code == 200
        visitor.client.head(path_of(made))
    assert Link.objects.values().get() == before


@pytest.mark.usefixtures("nobody_listens")
def test_birth_date_and_code_open_it_once_for_one_browser(link_to: Make, visitor: Visitor, lindqvist: Patient) -> None:
    made = link_to()
    answer = visitor.answer(made, lindqvist.birth_date, made.code.lower().replace("-", ""))
    assert (answer.status_code, answer["Location"]) == (302, "/go-on/"), "the token is left behind"
    cookie = answer.cookies[product.OUTSIDE_PASS_COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and cookie["path"] == "/"
    assert hash_of(cookie.value) == Link.objects.get().pass_hash != cookie.value

    assert Visitor().get("/go-on/")["Location"] == "/ended/", "another browser has no pass"
    second = Visitor()
    second.answer(made, lindqvist.birth_date)
    assert visitor.get("/go-on/")["Location"] == "/ended/", "the first browser's pass is worth nothing now"
    link = Link.objects.get()
    use_link(link=link)
    assert Visitor().answer(made, lindqvist.birth_date).status_code == 200, "asked as if nothing had been answered"
    with pytest.raises(LinkSpent):
        use_link(link=link)  # signing is done once


@pytest.mark.usefixtures("nobody_listens")
def test_every_refusal_is_the_same_page(link_to: Make, visitor: Visitor, dana: Staff, lindqvist: Patient) -> None:
    """Unknown, used, expired, stopped, replaced, locked; wrong day, wrong code, both."""
    born = lindqvist.birth_date
    good = link_to()
    pages = {"wrong day": visitor.answer(good, OTHER_DAY), "wrong code": visitor.answer(good, born, WRONG)}
    unknown = NewLink(good.link, f"{product.OUTSIDE_ADDRESS}/l/{'x' * 43}/", good.code)
    pages["unknown"] = visitor.answer(unknown, born)
    stopped = link_to()
    stop_link(by=dana, link=stopped.link)
    pages["stopped"] = visitor.answer(stopped, born)
    subject = uuid4()
    replaced, newer = link_to(subject), link_to(subject)
    pages["replaced"] = visitor.answer(replaced, born)
    for _ in range(TRIES):
        visitor.answer(newer, born, WRONG)
    pages["locked"] = visitor.answer(newer, born)
    used = link_to()
    other = Visitor()
    assert other.answer(used, born).status_code == 302
    use_link(link=Link.objects.get(pk=used.link.pk))
    pages["used"] = visitor.answer(used, born)
    expired = link_to(days=1)
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        pages["expired"] = visitor.answer(expired, born)
    dana.is_active = False
    dana.save()
    pages["its maker has left"] = visitor.answer(good, born)
    asked = {made.code for made in (good, stopped, replaced, newer, used, expired)}
    assert {answer.status_code for answer in pages.values()} == {200}
    bodies = {said(answer).replace(good.code, "").replace(plain_code(WRONG), "") for answer in pages.values()}
    for code in asked | {WRONG}:
        bodies = {
            body.replace(f'value="{code}"', "value").replace(f'value="{plain_code(code)}"', "value") for body in bodies
        }
    bodies = {
        body.replace(str(born), "day").replace(str(OTHER_DAY), "day").replace('value=""', "value") for body in bodies
    }
    assert len(bodies) == 1
    assert {said(visitor.get(path_of(made))) for made in (good, used, stopped, newer, unknown)}.__len__() == 1


def test_five_wrong_answers_close_a_link_for_good_and_its_maker_is_told(
    link_to: Make, visitor: Visitor, dana: Staff, lindqvist: Patient
) -> None:
    made = link_to()
    for _ in range(TRIES - 1):
        visitor.answer(made, lindqvist.birth_date, WRONG)
    assert not Task.objects.exists()
    visitor.answer(made, OTHER_DAY)
    task = Task.objects.get()
    assert (task.kind, task.person, task.subject_id) == (TaskKind.LINK_CLOSED, dana, made.link.pk)
    assert visitor.answer(made, lindqvist.birth_date).status_code == 200, "the right answers come too late"
    failures = AuditEntry.objects.filter(event="link_failed")
    assert failures.count() == TRIES + 1 and {entry.actor for entry in failures} == {None}
    for _ in range(18):
        visitor.answer(made, lindqvist.birth_date, WRONG)
    assert failures.count() <= 20, "nobody fills the trail"
    stop_link(by=dana, link=made.link)
    assert Task.objects.get().state == TaskState.DONE


def test_what_a_link_is_for_may_refuse_and_the_person_hears_what_a_wrong_code_is_told(
    link_to: Make, visitor: Visitor, lindqvist: Patient
) -> None:
    def refuse(**more: object) -> None:
        raise LinkSpent

    made = link_to()
    link_passed.connect(refuse)
    try:
        refused = visitor.answer(made, lindqvist.birth_date)
    finally:
        link_passed.disconnect(refuse)
    assert refused.status_code == 200 and product.OUTSIDE_PASS_COOKIE not in refused.cookies
    assert Link.objects.get().pass_hash == ""


@pytest.mark.usefixtures("nobody_listens")
def test_a_pass_ends_with_its_hour_and_with_the_link(link_to: Make, dana: Staff, lindqvist: Patient) -> None:
    assert lindqvist.birth_date
    made = link_to()
    token = path_of(made).split("/")[2]
    assert pass_link(token=token, birth_date=lindqvist.birth_date, code=made.code)
    link = Link.objects.get()
    assert link.is_passed(timezone.now())
    assert not link.is_passed(timezone.now() + timedelta(minutes=61))
    stop_link(by=dana, link=link)
    with pytest.raises(LinkSpent):
        use_link(link=link)


def test_no_link_without_a_birth_date_to_ask_or_a_host_to_ask_it_on(
    link_to: Make, lindqvist: Patient, settings: Settings
) -> None:
    settings.OUTSIDE_HOST = ""
    with pytest.raises(Refused, match="LINKS_NOT_SET_UP"):
        link_to()
    settings.OUTSIDE_HOST = "localhost"
    lindqvist.birth_date = None
    with pytest.raises(Refused, match="LINK_NEEDS_BIRTH_DATE"):
        link_to()


def test_nobody_makes_links_for_patients_they_do_not_work_with(osei: Staff, lindqvist: Patient) -> None:
    from django.http import Http404

    with pytest.raises(Http404):
        make_link(
            by=osei,
            purpose=LinkPurpose.SIGN,
            subject_id=uuid4(),
            patient=lindqvist,
            days=1,
            code_given=CodeGiven.IN_PERSON,
        )


@pytest.mark.parametrize(
    "change",
    [
        "expires_at = expires_at + interval '1 day'",
        "failed = 0",
        f"token_hash = '{'a' * 64}'",
        "subject_id = patient_id",
    ],
)
def test_the_database_itself_keeps_a_link_as_it_was_made(link_to: Make, change: str) -> None:
    made = link_to()
    Link.objects.filter(pk=made.link.pk).update(failed=2)
    refused = pytest.raises(Exception, match=r"a link opens one thing|permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE outside_link SET {change}")


def test_no_log_holds_a_token() -> None:
    token = "Qx7" * 14
    for name, words, args in [
        ("django.request", "Not Found: %s", (f"/l/{token}/",)),
        ("django.security.csrf", "Forbidden (%s): %s", ("CSRF cookie not set.", f"/l/{token}/")),
        ("gunicorn.error", f"Error handling request /l/{token}/", ()),
    ]:
        line = ContentFreeFormatter().format(logging.LogRecord(name, 30, "", 0, words, args, None))
        assert token not in line and "about a link" in line
    from practice.infrastructure import web

    assert web.accesslog is None


def test_the_page_of_our_own_mistakes_names_the_practice_and_asks_the_database_nothing(
    db: None, visitor: Visitor, rf: RequestFactory, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    profile = PracticeProfile.objects.get()
    profile.phone = "(217) 555-0100"
    profile.save()
    visitor.get("/ended/")
    with django_assert_num_queries(0):
        answer = broken(rf.get("/sign/"))
    assert answer.status_code == 500
    assert profile.name in said(answer) and "Call us at (217) 555-0100." in said(answer)
