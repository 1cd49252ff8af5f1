"""Requests for restriction of the demo: one that waits, one agreed to, one refused, one that was paid in full."""

from datetime import date, timedelta

from django.utils import timezone

from authorizations.actions.restrictions import (
    answer_restriction,
    make_restriction_letter,
    record_letter_sent,
    record_restriction,
)
from practice.people.actions import record_contact_wish
from practice.people.confidential import Means
from practice.people.models import Patient, Staff
from records.chart.queries.sessions import sessions_of

from .practice import Demo


def fill_restrictions(demo: Demo) -> None:
    """What patients asked for, in every state that somebody at the desk will meet."""
    desk, officer, day = demo.staff["frontdesk"], demo.staff["compliance"], demo.day
    _paid_in_full(desk, demo.patients["Lindqvist"], day)
    agreed = record_restriction(
        by=desk,
        patient=demo.patients["Okonkwo-Fairbanks"],
        received_on=day - timedelta(days=70),
        in_writing=True,
        words="Please tell my husband nothing about my treatment, also when he says that he only asks about the bill.",
        uses=["family", "payment"],
        recipients=["family"],
    )
    on = day - timedelta(days=66)
    answer_restriction(by=officer, restriction=agreed, agreed=True, on=on)
    make_restriction_letter(by=desk, restriction=agreed)
    record_letter_sent(by=desk, restriction=agreed, on=on, words="Letter by mail")
    refused = record_restriction(
        by=desk,
        patient=demo.patients["Park"],
        received_on=day - timedelta(days=40),
        words="My family doctor should hear nothing of the medication.",
        uses=["treatment"],
        recipients=["provider"],
        kinds=["medication"],
    )
    why = "Your doctor prescribes for you too, and what you take from us and from there must not harm you together."
    answer_restriction(by=officer, restriction=refused, agreed=False, on=day - timedelta(days=36), words=why)
    record_restriction(
        by=desk,
        patient=demo.patients["Abernathy"],
        received_on=day - timedelta(days=3),
        words="Not to my son Edward, whatever he says.",
        uses=["family"],
        recipients=["family"],
        recipient_name="Edward Abernathy",
    )
    record_contact_wish(
        by=desk, patient=demo.patients["Vance"], means=Means.EMAIL, value="j.vance@example.org", from_on=day
    )
    record_contact_wish(
        by=desk,
        patient=demo.patients["Lindqvist"],
        means=Means.PHONE,
        value="(217) 555-0164",
        from_on=day - timedelta(days=30),
        payment="Pays by card at each session",
    )


def _paid_in_full(desk: Staff, patient: Patient, day: date) -> None:
    """W-34: the newest session that is over was paid in full, and the plan is not to know."""
    session = sessions_of(patient).filter(started_at__date__lt=day).order_by("-started_at").first()
    on = timezone.localdate(session.started_at) if session else day - timedelta(days=7)
    record_restriction(
        by=desk,
        patient=patient,
        received_on=min(on + timedelta(days=1), day),
        words="I pay for this session myself. Please do not tell my health plan about it.",
        uses=["payment", "operations"],
        recipients=["payer"],
        session_dates=[on],
        paid_in_full=True,
        payment_note="Card, receipt 2231",
    )
