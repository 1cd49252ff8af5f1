"""A FHIR R4 Patient as facts: every name, address, telephone, identifier and contact it has. Pure."""

from dataclasses import dataclass
from datetime import date, tzinfo

from practice.people.rules import AddressUse, NameUse, TelecomKind

from .fhir_values import BadResource, Json, coded, codes, day, name_words, string, strings, thing, things

NAME_USES = {"official": NameUse.LEGAL, "usual": NameUse.PREFERRED, "nickname": NameUse.PREFERRED}
NAME_USES |= {"old": NameUse.FORMER, "maiden": NameUse.FORMER}
ADDRESS_USES = {"home": AddressUse.HOME, "work": AddressUse.WORK, "old": AddressUse.FORMER}
TELECOM_KINDS = {"phone": TelecomKind.PHONE, "sms": TelecomKind.PHONE, "email": TelecomKind.EMAIL}
TELECOM_KINDS |= {"fax": TelecomKind.FAX}
# Numbers that name a person to the state, not a record in another system; two sources may share them.
STATE_NUMBERS = {"SS", "DL", "PPN", "TAX"}


@dataclass(frozen=True, slots=True)
class NameFacts:
    """A name as written (`text`), without its prefix (`plain`), and family name first (`sort`)."""

    use: str
    text: str
    plain: str
    sort: str


@dataclass(frozen=True, slots=True)
class AddressFacts:
    use: str
    lines: str
    city: str
    state: str
    postal_code: str
    country: str
    from_on: date | None
    until_on: date | None


@dataclass(frozen=True, slots=True)
class TelecomFacts:
    kind: str
    use: str
    value: str


@dataclass(frozen=True, slots=True)
class IdentifierFacts:
    system: str
    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class ContactFacts:
    name: str
    relationship: str
    phone: str


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """`source` is the (system, value) by which this person's record is known where it comes from."""

    source: IdentifierFacts
    legal_name: str
    sort_name: str
    preferred_name: str
    birth_date: date | None
    died_on: date | None
    sex: str
    language: str
    names: list[NameFacts]
    addresses: list[AddressFacts]
    telecoms: list[TelecomFacts]
    identifiers: list[IdentifierFacts]
    contacts: list[ContactFacts]


def read(resource: Json, zone: tzinfo, today: date) -> tuple[PatientFacts, list[str]]:
    """The facts of a Patient, and what could not be kept as it stands. Raises BadResource when there is no name."""
    doubts: list[str] = []
    names = [_name(name, first=index == 0) for index, name in enumerate(things(resource, "name"))]
    names = [name for name in names if name.text]
    if not names:
        raise BadResource("the patient has no name")
    legal = next((name for name in names if name.use == NameUse.LEGAL), names[0])
    preferred = next((name.text for name in names if name.use == NameUse.PREFERRED and name is not legal), "")
    identifiers, source = _identifiers(resource)
    facts = PatientFacts(
        source=source,
        legal_name=legal.plain,
        sort_name=legal.sort,
        preferred_name=preferred[:200],
        birth_date=_birth_date(resource, zone, today, doubts),
        died_on=_died_on(resource, zone, doubts),
        sex=string(resource, "gender", 40),
        language=_language(resource),
        names=names,
        addresses=[_address(address, zone) for address in things(resource, "address")],
        telecoms=[_telecom(telecom) for telecom in things(resource, "telecom") if string(telecom, "value", 200)],
        identifiers=identifiers,
        contacts=[_contact(contact) for contact in things(resource, "contact")],
    )
    return facts, doubts


def _name(name: Json, *, first: bool) -> NameFacts:
    words = name_words(name)
    family, given = string(name, "family"), " ".join(strings(name, "given"))
    default = NameUse.LEGAL if first and not string(name, "use") else NameUse.OTHER
    use = NAME_USES.get(string(name, "use"), default)
    if string(thing(name, "period"), "end", 40):
        use = NameUse.FORMER
    spoken = " ".join(part for part in (given, family, *strings(name, "suffix")) if part)
    plain = words if string(name, "text", 300) or not family else spoken
    return NameFacts(use, words, plain, (f"{family}, {given}" if family and given else family or words)[:300])


def _birth_date(resource: Json, zone: tzinfo, today: date, doubts: list[str]) -> date | None:
    born, partly = day(resource, "birthDate", zone)
    if partly:
        doubts.append("the birth date is not a full date and was left empty")
    if born and born > today:
        raise BadResource("the birth date lies in the future")
    return born


def _died_on(resource: Json, zone: tzinfo, doubts: list[str]) -> date | None:
    died, partly = day(resource, "deceasedDateTime", zone)
    if partly or resource.get("deceasedBoolean") is True:
        doubts.append("the patient has died, but the file has no full date of death")
    return died


def _language(resource: Json) -> str:
    spoken = sorted(things(resource, "communication"), key=lambda item: item.get("preferred") is not True)
    return next((words[:60] for item in spoken if (words := coded(thing(item, "language")).words)), "")


def _identifiers(resource: Json) -> tuple[list[IdentifierFacts], IdentifierFacts]:
    """Every identifier once, and the one to know this record by: the first that is not a number of the state."""
    own = IdentifierFacts("urn:fhir:Patient", "Imported record", string(resource, "id"))
    found: dict[tuple[str, str], IdentifierFacts] = {}
    source = None
    for item in things(resource, "identifier"):
        kind, value = thing(item, "type"), string(item, "value", 300)
        if not value:
            continue
        system = string(item, "system", 300)
        fact = IdentifierFacts(system, coded(kind).words[:120], value)
        found.setdefault((system, value), fact)
        if source is None and system and not codes(kind) & STATE_NUMBERS:
            source = fact
    if source is None:
        source = found.setdefault((own.system, own.value), own)
    return list(found.values()), source


def _address(address: Json, zone: tzinfo) -> AddressFacts:
    period = thing(address, "period")
    until, _ = day(period, "end", zone)
    use = ADDRESS_USES.get(string(address, "use"), AddressUse.OTHER if address.get("use") else AddressUse.HOME)
    return AddressFacts(
        use=use,
        lines="\n".join(strings(address, "line")) or string(address, "text"),
        city=string(address, "city", 120),
        state=string(address, "state", 40),
        postal_code=string(address, "postalCode", 20),
        country=string(address, "country", 60),
        from_on=day(period, "start", zone)[0],
        until_on=until,
    )


def _telecom(telecom: Json) -> TelecomFacts:
    kind = TELECOM_KINDS.get(string(telecom, "system"), TelecomKind.OTHER)
    return TelecomFacts(kind, string(telecom, "use", 30), string(telecom, "value", 200))


def _contact(contact: Json) -> ContactFacts:
    relationships = [words for concept in things(contact, "relationship") if (words := coded(concept).words)]
    phones = [string(item, "value", 60) for item in things(contact, "telecom") if item.get("system") == "phone"]
    name = name_words(thing(contact, "name"))[:200]
    return ContactFacts(name or "Not named", ", ".join(relationships)[:100], phones[0] if phones else "")
