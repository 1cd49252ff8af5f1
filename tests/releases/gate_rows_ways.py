"""Confidential ways in the gate (R-224): a sentence per row, what is proposed, and its reasons."""

from dataclasses import replace

from disclosures.ledger.rules import Basis
from disclosures.releases.rules import Method, RecipientKind
from disclosures.releases.rules.ways import AGREED, wishes
from practice.people.confidential import LetterAddress, Means

from .gate_rows_restrictions import on
from .proposals import CHART_AUTHORIZATION, chart, notes

NAME = "Tobias Lindqvist"
PO_BOX = LetterAddress(NAME, confidential=True, lines="PO Box 77", city="Decatur", state="IL")
BY_EMAIL = LetterAddress(NAME, Means.EMAIL, confidential=True, value="t@example.org")
BY_PHONE = LetterAddress(NAME, Means.PHONE, confidential=True, value="217-555-0160")
BY_FAX = LetterAddress(NAME, Means.FAX, confidential=True, value="217-555-0199")
MEANS, ASKED, PLACE = {"CONFIDENTIAL_MEANS"}, {"CONFIDENTIAL_ASK"}, {"CONFIDENTIAL_ADDRESS"}


def to_patient(*asked, method=Method.MAIL, address="PO Box 77\nDecatur, IL", **changes):
    given = {"recipient_kind": RecipientKind.PATIENT, "recipient_name": NAME, "patient_names": (NAME, "Toby")}
    given |= {"asked_ways": asked, "method": method, "recipient_address": address}
    return on(Basis.B_TO_INDIVIDUAL, **given | changes)


def agreed(*asked):
    """The tick that the patient agrees to another way this once, said of these wishes."""
    return {AGREED: wishes(asked)}


def to_guardian(*asked, **changes):
    acting = {"recipient_kind": RecipientKind.REPRESENTATIVE, "recipient_name": "Per Berg", "authority": "guardian"}
    return to_patient(*asked, **acting | changes)


def to_lawyer(*asked, **changes):
    return chart(asked_ways=asked, patient_names=(NAME, "Toby"), **changes)


def under_an_authorization(*asked, **changes):
    """An authorization that names the patient as recipient, whom the desk calls somebody else."""
    given = {"recipient_kind": RecipientKind.OTHER, "recipient_name": NAME, "method": Method.MAIL}
    paper = replace(CHART_AUTHORIZATION, recipient_name=changes.get("recipient_name", NAME))
    return to_lawyer(*asked, **given | {"authorization": paper, "recipient_address": "1 Home"} | changes)


# Every way to hand something over, and what is said of it where the patient asked for one of the four.
# in order: mail to another address, e-mail only, telephone only, fax only
EVERY_WAY = {
    Method.IN_PERSON: (set(), set(), set(), set()),
    Method.MAIL: (set(), MEANS, MEANS, MEANS),
    Method.FAX: (MEANS, MEANS, MEANS, set()),
    Method.LOCKED_FILE: (ASKED, set(), ASKED, ASKED),
    Method.DOWNLOAD: (ASKED, set(), ASKED, MEANS),
    Method.SPOKEN: (ASKED, ASKED, set(), ASKED),
    Method.OTHER: (ASKED, ASKED, ASKED, ASKED),
}
WISHES = (PO_BOX, BY_EMAIL, BY_PHONE, BY_FAX)
ADDRESSES = "PO Box 77\nDecatur, IL\n217-555-0199"

ROWS = [
    *(
        (
            f"{method.label}, where the patient asked to be reached {wish.means.label.lower()}",
            to_patient(wish, method=method, address=ADDRESSES),
            codes,
        )
        for method, answers in EVERY_WAY.items()
        for wish, codes in zip(WISHES, answers, strict=True)
    ),
    *(
        (
            f"{method.label}, where the patient asked for nothing",
            to_patient(method=method, address="At my sister's"),
            set(),
        )
        for method in EVERY_WAY
    ),
    # --- the place
    ("A letter to the confidential address goes", to_patient(PO_BOX), set()),
    (
        "A letter to the home address does not, while there is a confidential one",
        to_patient(PO_BOX, address="1 Home Street\nSpringfield"),
        PLACE,
    ),
    ("nor does one to nowhere", to_patient(PO_BOX, address=""), PLACE),
    ("Letter case and punctuation do not count", to_patient(PO_BOX, address="p.o. box 77, decatur IL 62521"), set()),
    ("A fax goes to the number given", to_patient(BY_FAX, method=Method.FAX, address="Fax 217 555 0199"), set()),
    (
        "and not to a longer one that holds it",
        to_patient(BY_FAX, method=Method.FAX, address="217-555-01990"),
        PLACE,
    ),
    ("PO Box 77 is not PO Box 177", to_patient(PO_BOX, address="PO Box 1 77, Decatur, IL 625210"), PLACE),
    ("and to no other number", to_patient(BY_FAX, method=Method.FAX, address="217-555-0100"), PLACE),
    # --- several wishes
    ("Who asked for mail and e-mail gets a letter", to_patient(BY_EMAIL, PO_BOX), set()),
    ("and a link", to_patient(BY_EMAIL, PO_BOX, method=Method.DOWNLOAD), set()),
    ("and no fax", to_patient(BY_EMAIL, PO_BOX, method=Method.FAX), MEANS),
    (
        "Who asked for mail and fax gets the fax at their number",
        to_patient(PO_BOX, BY_FAX, method=Method.FAX, address="217-555-0199"),
        set(),
    ),
    # --- asked this one time
    (
        "Who agreed to a link this once gets it",
        to_patient(BY_PHONE, method=Method.DOWNLOAD, facts=agreed(BY_PHONE)),
        set(),
    ),
    (
        "What was agreed before the patient asked for another way is asked anew",
        to_patient(BY_PHONE, PO_BOX, method=Method.DOWNLOAD, facts=agreed(BY_PHONE)),
        ASKED,
    ),
    (
        "nor does it answer for another number",
        to_patient(replace(BY_PHONE, value="217-555-0161"), method=Method.DOWNLOAD, facts=agreed(BY_PHONE)),
        ASKED,
    ),
    ("A tick opens no way that the wish forbids", to_patient(BY_EMAIL, facts=agreed(BY_EMAIL)), MEANS),
    ("nor another place", to_patient(PO_BOX, address="1 Home Street", facts=agreed(PO_BOX)), PLACE),
    # --- whoever it is called
    (
        "Under an authorization that names the patient, whoever the desk says it is",
        under_an_authorization(PO_BOX),
        PLACE,
    ),
    ("The patient without the first name", under_an_authorization(PO_BOX, recipient_name="lindqvist"), PLACE),
    ("The patient with a middle name", under_an_authorization(PO_BOX, recipient_name="Tobias K. Lindqvist"), PLACE),
    ("The name the patient goes by", under_an_authorization(BY_EMAIL, recipient_name="Toby"), MEANS),
    (
        "The patient called a provider by a slip",
        under_an_authorization(BY_EMAIL, recipient_kind=RecipientKind.PROVIDER),
        MEANS,
    ),
    ("Somebody else is reached as they wish", under_an_authorization(BY_EMAIL, recipient_name="Anna Lindqvist"), set()),
    (
        "A relative whose name holds the patient's is a relative",
        under_an_authorization(BY_EMAIL, recipient_name="Tobias Lindqvist Sr.", recipient_kind=RecipientKind.FAMILY),
        set(),
    ),
    ("A letter to an attorney is no letter to the patient", to_lawyer(PO_BOX, method=Method.MAIL), set()),
    (
        "Psychotherapy notes on a medium by mail go to the patient's place as well",
        notes(
            recipient_kind=RecipientKind.PATIENT, asked_ways=(PO_BOX,), method=Method.MAIL, recipient_address="1 Home"
        ),
        PLACE,
    ),
    # --- who stands in for the patient
    ("The patient's wish holds for who acts for them", to_guardian(BY_EMAIL), MEANS),
    ("who may live elsewhere: that is asked", to_guardian(PO_BOX, address="4 Elm St"), ASKED),
    ("and answered", to_guardian(PO_BOX, address="4 Elm St", facts=agreed(PO_BOX)), set()),
    (
        "of no earlier address of the patient",
        to_guardian(replace(PO_BOX, lines="PO Box 78"), address="4 Elm St", facts=agreed(PO_BOX)),
        ASKED,
    ),
    ("In person to them is in person", to_guardian(PO_BOX, method=Method.IN_PERSON), set()),
    # --- of what happened already
    (
        "A letter that went home is recorded as what it is",
        to_patient(PO_BOX, address="1 Home Street", planned=False),
        PLACE,
    ),
    (
        "A call recorded for who asked for calls is in order",
        to_patient(BY_PHONE, method=Method.SPOKEN, planned=False),
        set(),
    ),
]
