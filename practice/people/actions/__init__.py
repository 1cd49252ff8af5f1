"""What can be done to staff, patients and care: one function per act, whole or not at all."""

from .care import drop_ended_permissions, end_care, start_care
from .contact import (
    add_address,
    add_contact,
    add_name,
    add_telecom,
    end_address,
    end_contact_wish,
    record_contact_wish,
    remove_contact,
    remove_telecom,
)
from .invitations import accept_invitation, confirm_way_in, invitation_of, make_way_in, stop_way_in
from .minors import end_minor_acting_alone, let_minor_act_alone
from .patients import change_patient, close_patient, open_new_patient, reopen_patient, set_litigation_hold
from .representatives import (
    add_representative,
    add_representative_paper,
    decline_representative,
    end_representative,
    recognize_representative,
)
from .staff import (
    add_license,
    change_license,
    change_staff,
    deactivate_staff,
    first_administrator,
    invite_staff,
    reactivate_staff,
)

__all__ = [
    "accept_invitation",
    "add_address",
    "add_contact",
    "add_license",
    "add_name",
    "add_representative",
    "add_representative_paper",
    "add_telecom",
    "change_license",
    "change_patient",
    "change_staff",
    "close_patient",
    "confirm_way_in",
    "deactivate_staff",
    "decline_representative",
    "drop_ended_permissions",
    "end_address",
    "end_care",
    "end_contact_wish",
    "end_minor_acting_alone",
    "end_representative",
    "first_administrator",
    "invitation_of",
    "invite_staff",
    "let_minor_act_alone",
    "make_way_in",
    "open_new_patient",
    "reactivate_staff",
    "recognize_representative",
    "record_contact_wish",
    "remove_contact",
    "remove_telecom",
    "reopen_patient",
    "set_litigation_hold",
    "start_care",
    "stop_way_in",
]
