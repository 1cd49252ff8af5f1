"""ICD-10-CM: how a release is called, how its codes are written, by which words they are found. Pure."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

MENTAL = 5
CODE = re.compile(r"[A-Z][0-9A-Z]{2}(\.[0-9A-Z]{1,4})?")
# What somebody types who has a code in mind: a letter, a digit, and what comes.
CODE_BEGUN = re.compile(r"[a-z][0-9][0-9a-z]{0,5}")
# The first category of each chapter, in order; chapters are numbered from 1. U is the last in the book, and 22nd.
CHAPTER_STARTS = (
    "A00 C00 D50 E00 F01 G00 H00 H60 I00 J00 K00 L00 M00 N00 O00 P00 Q00 R00 S00 V00 Z00".split()  # noqa: SIM905
)
MONTHS = "january february march april may june july august september october november december".split()  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class IcdEntry:
    """One code or heading of a release; `terms` are the inclusion terms printed below it."""

    code: str
    title: str
    billable: bool
    parent: str = ""
    terms: tuple[str, ...] = ()

    @property
    def compact(self) -> str:
        """The code without its dot."""
        return self.code.replace(".", "")

    @property
    def chapter(self) -> int:
        """Its chapter, from 1 to 22."""
        return chapter_of(self.code)


def chapter_of(code: str) -> int:
    """The chapter of a code, from 1 to 22."""
    if code.startswith("U"):
        return 22
    return sum(start <= code[:3] for start in CHAPTER_STARTS)


def dotted(compact: str) -> str:
    """ "F331" as "F33.1"; a category stays as it is."""
    return f"{compact[:3]}.{compact[3:]}" if len(compact) > 3 else compact


def in_force_from(label: str) -> date | None:
    """From when a release holds: "2027" is a fiscal year and begins in October before it, "2026-04" is a month.

    None for a label that is neither.
    """
    match = re.fullmatch(r"(20[0-9]{2})(?:-(0[1-9]|1[0-2]))?", label)
    if not match:
        return None
    return date(int(match[1]), int(match[2]), 1) if match[2] else date(int(match[1]) - 1, 10, 1)


def label_in(name: str) -> str:
    """The label that the name of a CMS file tells: icd10cm_order_2027.txt, icd10cm-order-April-2026.txt; else ""."""
    match = re.search(rf"(?:({'|'.join(MONTHS)})[-_ ]*(?:1[-_ ]+)?)?(20[0-9]{{2}})", name.lower())
    if not match:
        return ""
    return f"{match[2]}-{MONTHS.index(match[1]) + 1:02}" if match[1] else match[2]


def content_sha256(entries: Iterable[IcdEntry]) -> str:
    """One number for what a release says, however it was delivered."""
    digest = hashlib.sha256()
    for one in sorted(entries, key=lambda entry: entry.code):
        digest.update("\t".join([one.code, str(int(one.billable)), one.title, *one.terms, "\n"]).encode())
    return digest.hexdigest()


# --- words -----------------------------------------------------------------------------------------------------------
# One spelling for what is written in several ways, on both sides of the search.
SPELLINGS = {
    "posttraumatic": "post traumatic",
    "nonsuicidal": "non suicidal",
    "postpartum": "post partum",
    "burnout": "burn out",
    "behaviour": "behavior",
    "behavioural": "behavioral",
    "generalised": "generalized",
}
# Too common to look for.
PASSED_OVER = frozenset("a an and by due for in into of on or other the to with".split())  # noqa: SIM905
# Names of DSM-5-TR, and names in daily use, that the book does not print with the code they are coded as.
ALSO_CALLED = {
    "F17.200": ("Tobacco use",),
    "F31.9": ("Bipolar disorder",),
    "F42.2": ("Obsessive-compulsive disorder",),
    "F43.0": ("Acute stress disorder",),
    "F45.1": ("Somatic symptom disorder",),
    "F45.21": ("Illness anxiety disorder",),
    "F48.1": ("Depersonalization derealization disorder",),
    "F50.00": ("Anorexia nervosa",),
    "F51.01": ("Insomnia disorder",),
    "F60.3": ("Borderline personality",),
    "F64.0": ("Gender dysphoria",),
    "F84.0": ("Autism",),
    "F94.1": ("Reactive attachment disorder",),
    "R45.851": ("Suicidal thoughts",),
}


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """What letters stand for, and the codes that are meant most often."""

    words: str
    codes: tuple[str, ...] = ()


ABBREVIATIONS = {
    "add": Abbreviation("attention deficit", ("F90.0", "F90.9")),
    "adhd": Abbreviation("attention deficit hyperactivity", ("F90.2", "F90.0", "F90.1", "F90.9")),
    "asd": Abbreviation("autism spectrum disorder", ("F84.0", "F43.0")),
    "aspd": Abbreviation("antisocial personality disorder", ("F60.2",)),
    "aud": Abbreviation("alcohol use disorder", ("F10.20", "F10.10")),
    "bdd": Abbreviation("body dysmorphic disorder", ("F45.22",)),
    "bed": Abbreviation("binge eating disorder"),
    "bpd": Abbreviation("borderline personality disorder", ("F60.3",)),
    "cud": Abbreviation("cannabis use disorder", ("F12.20", "F12.10")),
    "did": Abbreviation("dissociative identity disorder", ("F44.81",)),
    "dmdd": Abbreviation("disruptive mood dysregulation disorder", ("F34.81",)),
    "gad": Abbreviation("generalized anxiety disorder", ("F41.1",)),
    "ied": Abbreviation("intermittent explosive disorder", ("F63.81",)),
    "mdd": Abbreviation("major depressive disorder", ("F32.9", "F33.9")),
    "npd": Abbreviation("narcissistic personality disorder", ("F60.81",)),
    "nssi": Abbreviation("non suicidal self", ("R45.88",)),
    "ocd": Abbreviation("obsessive compulsive disorder", ("F42.2", "F42.9")),
    "ocpd": Abbreviation("obsessive compulsive personality disorder", ("F60.5",)),
    "odd": Abbreviation("oppositional defiant disorder", ("F91.3",)),
    "oud": Abbreviation("opioid use disorder", ("F11.20", "F11.10")),
    "pdd": Abbreviation("persistent depressive disorder", ("F34.1",)),
    "pmdd": Abbreviation("premenstrual dysphoric disorder", ("F32.81",)),
    "ptsd": Abbreviation("post traumatic stress disorder", ("F43.10", "F43.12", "F43.11")),
    "rad": Abbreviation("reactive attachment disorder", ("F94.1",)),
    "sud": Abbreviation("substance use disorder", ("F19.20", "F19.10")),
    "tbi": Abbreviation("traumatic brain injury"),
    "tud": Abbreviation("tobacco use disorder", ("F17.200", "F17.210")),
}


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody looks for: the beginning of a code, or words; `codes` are meant most often by the letters typed."""

    code: str = ""
    words: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.code or self.words)


def plain_words(text: str) -> list[str]:
    """Lower-case words of letters and digits, one spelling for each: "Post-traumatic" and "posttraumatic" alike."""
    folded = unicodedata.normalize("NFKD", text.lower())
    folded = "".join(letter for letter in folded if not unicodedata.combining(letter)).replace("'s ", " ")
    words = re.findall(r"[a-z0-9]+", folded)
    return " ".join(SPELLINGS.get(word, word) for word in words).split()


def read_search(text: str) -> Sought:
    """Reads "F33.1", "f331", "major depr rec", "MDD recurrent". One letter alone is nothing to look for."""
    typed = plain_words(text.replace(".", ""))[:8]
    if len(typed) == 1 and CODE_BEGUN.fullmatch(typed[0]):
        return Sought(code=typed[0].upper(), words=(typed[0],))
    words = tuple(word for word in typed if word not in PASSED_OVER and (len(word) > 1 or word.isdigit()))
    if not words or (len(words) == 1 and len(words[0]) < 2):
        return Sought()
    codes = tuple(code for word in words if word in ABBREVIATIONS for code in ABBREVIATIONS[word].codes)
    return Sought(words=words, codes=codes)


def searched_terms(entry: IcdEntry, heading_terms: Sequence[str] = ()) -> dict[str, bool]:
    """The texts by which a code is found, and whether they are its own: title, inclusion terms, names in use.

    A code below a heading is found by the heading's inclusion terms too, after those that say it themselves.
    """
    own = [entry.title, *entry.terms, *ALSO_CALLED.get(entry.code, ())]
    found = {text.strip()[:400]: True for text in own if text.strip()}
    if entry.billable:
        found = dict.fromkeys((text.strip()[:400] for text in heading_terms), False) | found
    return found


# --- the file of CMS -------------------------------------------------------------------------------------------------
MOST_PROBLEMS = 10


class BadOrderFile(ValueError):
    """A file that is not a CMS order file. Each problem is a sentence with its line; `more` were not kept."""

    def __init__(self, problems: list[str], more: int = 0) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems
        self.more = more


def read_order_file(data: bytes) -> list[IcdEntry]:
    """The codes of a file icd10cm_order_YYYY.txt of CMS, whose columns are fixed.

    Order number in columns 1-5, code in 7-13, 1 for a billable code or 0 for a heading in 15, short title in 17-76,
    long title from 78. Raises BadOrderFile with every problem found.
    """
    text, encoding_problem = _decoded(data)
    if encoding_problem:
        raise BadOrderFile([encoding_problem])
    entries: dict[str, IcdEntry] = {}
    problems: list[str] = []
    last = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        found = _order_line(line)
        if isinstance(found, str):
            problems.append(f"line {number}: {found}")
            continue
        order, compact, billable, title = found
        code = dotted(compact)
        if order <= last:
            problems.append(f"line {number}: the order number {order:05} does not follow {last:05}")
        if code in entries:
            problems.append(f"line {number}: the code {code} stood in an earlier line already")
        parent = next(
            (dotted(compact[:n]) for n in range(len(compact) - 1, 2, -1) if dotted(compact[:n]) in entries), ""
        )
        if parent and entries[parent].billable:
            problems.append(f"line {number}: {code} stands below {parent}, which is marked as billable")
        last = max(last, order)
        entries[code] = IcdEntry(code, title, billable, parent)
    if not entries and not problems:
        problems.append("the file holds no code")
    if problems:
        raise BadOrderFile(problems[:MOST_PROBLEMS], max(0, len(problems) - MOST_PROBLEMS))
    return list(entries.values())


def _decoded(data: bytes) -> tuple[str, str]:
    try:
        return data.decode("utf-8-sig"), ""
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return "", f"line {line}: a byte that is no text; is this a ZIP or a PDF?"


def _order_line(line: str) -> tuple[int, str, bool, str] | str:
    """Order number, code without dot, billable, long title; or what is wrong with the line."""
    if "\t" in line:
        return "holds a tab; the columns of a CMS order file are set with spaces"
    if len(line) < 78:
        return f"has {len(line)} characters; the long title begins in column 78"
    order, compact, flag, title = line[:5], line[6:13].strip(), line[14], " ".join(line[77:].split())
    if not (order.isascii() and order.isdigit()):
        return f"columns 1-5 hold no order number but {order!r}"
    if not CODE.fullmatch(dotted(compact)) or line[5] != " " or line[13] != " ":
        return f"columns 7-13 hold no code but {line[6:13]!r}"
    if flag not in "01":
        return f"column 15 is neither 0 (heading) nor 1 (billable) but {flag!r}"
    if not title:
        return "the long title is empty"
    if len(title) > 400:
        return f"the long title has {len(title)} characters; up to 400 are kept"
    return int(order), compact, flag == "1", title
