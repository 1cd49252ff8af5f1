"""The words that come with the product, for counsel to look at. A practice uses them once its counsel approved them."""

from collections.abc import Mapping
from types import MappingProxyType

from authorizations.rules.form_versions import FormKind

_BOTH = {
    "expiration": (
        "Your permission ends on this date, or when this happens. After that we send nothing more. "
        "What happens must have to do with you or with the reason above."
    ),
    "revocation": (
        "You can change your mind at any time. Tell us in writing and sign it: {practice}, {address}. "
        "Or ask us for a short form to sign. It counts from the minute we get it. "
        "It cannot undo what we sent before that. If you call us, we will send you the form."
    ),
    "conditioning": (
        "It is up to you. If you do not sign, we will still treat you. Your treatment, your payments, "
        "your health plan and your benefits do not depend on it."
    ),
    "copy": "Once you have signed, we give you a copy of this form to keep.",
    "signature": "I have read this form, or it was read to me. I agree to what it says.",
    "authority": (
        "Tell us who you are to the patient and why you may sign. For example: “mother”, or “guardian, named by a "
        "court”. We may ask to see a paper that shows it."
    ),
}
_PN = _BOTH | {
    "title": "Authorization to release psychotherapy notes",
    "intro": (
        "Sign this form only if you want us to send psychotherapy notes about you to someone else. You choose which "
        "notes we send, who gets them, and when your permission ends. Ask us about any part that is not clear."
    ),
    "explainer": (
        "Psychotherapy notes are a therapist’s own notes about what was said in a session. They are locked and kept "
        "apart from your chart. Your chart is a different thing. It holds your diagnosis, your treatment plan, your "
        "medicine, your test results, the dates of your sessions, and how you are doing. The law guards psychotherapy "
        "notes more than the chart. So they need a form of their own. Even with this form, your therapist may "
        "decide not to send them."
    ),
    "information": "We may send only the psychotherapy notes named here.",
    "discloser": "These people may send the notes:",
    "recipient": "Only the people or offices named here may get the notes.",
    "purpose": "The notes may be used for this. If you want us to send them for yourself, write “at my request”.",
    "redisclosure": (
        "Whoever gets the notes may show them to others. The privacy law that binds us may then no longer guard them."
    ),
    "remuneration": "We are paid by someone for sending these notes.",
}
_RECORDS = _BOTH | {
    "title": "Authorization to release chart and billing records",
    "intro": (
        "Sign this form only if you want us to send records about you to someone else. You choose what we send, who "
        "gets it, and when your permission ends. Ask us about any part that is not clear."
    ),
    "explainer": (
        "This form does not cover psychotherapy notes. Those are a therapist’s own notes about what was said in a "
        "session. They are locked and kept apart from your chart. The law guards them more than the chart, so they "
        "need a form of their own."
    ),
    "information": "We may send only what is marked here.",
    "discloser": "These people may send the records:",
    "recipient": "Only the people or offices named here may get the records.",
    "purpose": "The records may be used for this. If you want us to send them for yourself, write “at my request”.",
    "consequences": (
        "We see you only to make a report for the people named above. If you do not sign, we cannot see you for this "
        "report. Nothing else depends on it."
    ),
    "redisclosure": (
        "Whoever gets the records may show them to others. The privacy law that binds us may then no longer guard them."
    ),
    "remuneration": "We are paid by someone for sending these records.",
}
STARTING_TEXTS: Mapping[FormKind, Mapping[str, str]] = MappingProxyType(
    {FormKind.PN: MappingProxyType(_PN), FormKind.RECORDS: MappingProxyType(_RECORDS)}
)
