"""Setting a policy and saying what the practice is."""

from datetime import date

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Staff
from practice.people.policies import require_act, require_role
from practice.people.rules import Act, Role

from .models import PolicySetting, PracticeProfile
from .rules import Value, refusal_to_set


def set_policy(*, by: Staff, code: str, value: Value, from_on: date, reason: str) -> PolicySetting:
    """Give a policy a new value from a day, with the reason. The old value stays on record for its own days.

    Raises Refused for somebody who may not, and for a value, a day or a reason that `refusal_to_set` refuses.
    """
    require_act(by, Act.POLICY_CHANGE)
    if refusal := refusal_to_set(code, value, from_on, reason, today=today()):
        raise Refused(refusal)
    with transaction.atomic():
        setting = PolicySetting.objects.create(
            code=code, value=value, from_on=from_on, reason=reason.strip(), set_by=by
        )
        record(by=by, event=AuditEvent.RECORDED, subject=setting, detail=f"policy_{code}")
    return setting


def change_profile(
    *,
    by: Staff,
    name: str,
    address: str,
    phone: str,
    privacy_contact_title: str,
    privacy_contact_name: str,
    privacy_contact_phone: str,
) -> PracticeProfile:
    """Say what stands on letters. The name of the disclosure log is set once, at installation: checkpoints carry it."""
    require_role(by, Role.ADMINISTRATOR)
    with transaction.atomic():
        profile = PracticeProfile.objects.select_for_update().get(pk=1)
        profile.name, profile.address, profile.phone = name.strip(), address.strip(), phone.strip()
        profile.privacy_contact_title = privacy_contact_title.strip()
        profile.privacy_contact_name = privacy_contact_name.strip()
        profile.privacy_contact_phone = privacy_contact_phone.strip()
        profile.save()
        record(by=by, event=AuditEvent.RECORDED, subject=profile, detail="practice_profile")
    return profile
