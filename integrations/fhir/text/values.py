"""FHIR data types read from plain dicts. Everything tolerates a wrong shape: the judge accepts more than it should."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Set
from datetime import date, datetime
from decimal import Decimal
from html.entities import name2codepoint
from typing import Any
from zoneinfo import ZoneInfo

from integrations.days import only_day
from integrations.fhir.text.known_codes import known
from integrations.rich_text import words_of
from integrations.times import believable, believable_day, is_an_end

Node = dict[str, Any]


def node(value: Any) -> Node:
    """The object itself, or an empty one."""
    return value if isinstance(value, dict) else {}


def nodes(value: Any) -> list[Node]:
    """Objects of a list; a single object counts as a list of one (STU3 and R4 differ in repeats)."""
    if value is None:  # first here and below: most of what a mapping asks for was not sent
        return []
    many = value if isinstance(value, list) else [value]
    return [item for item in many if isinstance(item, dict)]


def listed(bundle: Node) -> list[Any]:
    """What stands in a Bundle, each at its place: one that is no list is the only one."""
    found = bundle.get("entry")
    return found if isinstance(found, list) else [found] if isinstance(found, dict) else []


def sent_none(own: Node, names: Set[str]) -> bool:
    """Whether none of these elements was sent: one look for what would be one per name, and most were not."""
    return own.keys().isdisjoint(names)


def text(value: Any) -> str:
    """A primitive as it was sent, without the blanks around it (Epic pads its identifiers).

    The signs that a page writes in letters (`&lt;`) are those signs.
    """
    if value is None:
        return ""
    if type(value) is str:
        return _signs(value).strip() if "&" in value else value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, (str, int, Decimal)) else ""


_SIGN = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,5}|([A-Za-z]{2,8}\d{0,2}));")
"""Systems that keep text as a page holds it send `&#039;`, `&lt;` and `&euml;`; other words between `&` and `;` are left as they are."""
_LETTERS = frozenset((*name2codepoint, "apos"))


def _signs(value: str) -> str:
    return _SIGN.sub(
        lambda found: html.unescape(found[0]).replace("\xa0", " ") if (found[1] or "amp") in _LETTERS else found[0], value
    )


def concept(value: Any) -> str:
    """The words of a CodeableConcept, Coding or code: text (of a page its words), else a display, else the code itself."""
    if value is None:
        return ""
    if isinstance(value, str):
        return text(value)
    own = node(value)
    if words := plain(own.get("text")):
        return words
    coded = nodes(own.get("coding")) or [own]
    if len(coded) > 1:
        coded.sort(key=lambda one: one.get("userSelected") is not True)  # what somebody chose before what was derived from it
    shown = next((words for one in coded if (words := text(one.get("display")))), "")
    return shown or next((known(text(one.get("system")), code) for one in coded if (code := text(one.get("code")))), "")


def concepts(*values: Any) -> str:
    """The words of all of these, each a thing or a list of them: `Pijn, Koorts`."""
    return joined(*(concept(one) for value in values for one in nodes(value)), by=", ")


def codings(value: Any) -> list[tuple[str, str]]:
    """(system, code) pairs of a CodeableConcept, a Coding, a code, or a list of them."""
    if value is None:
        return []
    if isinstance(value, list):
        return [pair for item in value for pair in codings(item)]
    if isinstance(value, str):
        return [("", text(value))]
    own = node(value)
    return [(text(item.get("system")), code) for item in nodes(own.get("coding")) or [own] if (code := text(item.get("code")))]


def word(value: Any) -> str:
    """The bare code of a status: a string in STU3, a CodeableConcept in R4."""
    if type(value) is str:
        return value.strip()
    return next((code for _, code in codings(value)), "") or concept(value)


HERE = ZoneInfo("Europe/Amsterdam")
_UTC = ("Z", "+00:00", "-00:00")


def day(value: Any) -> date | None:
    """The calendar day as sent, in the sender's own zone; None for a partial date, and far outside our times.

    A moment in UTC tells of no zone, for many servers keep nothing else: its day is the day it was here.
    """
    said = text(value)
    try:
        if len(said) > _DAY and said.endswith(_UTC) and (at := moment(said)):
            return believable_day(worn_here(at).date())
        return believable_day(date.fromisoformat(said[:_DAY]))
    except ValueError:
        return None


def sent_day(said: str) -> date | None:
    """The day in words that a person wrote where FHIR has no element for one: `2026-12-01`, `1-12-2026`, `1 december 2026`."""
    return day(said) or only_day(said)


_DAY = len("2026-03-02")


def worn_here(at: datetime) -> datetime:
    """The same moment on the clocks of the Netherlands."""
    return at.astimezone(HERE)


def worn(value: str) -> str:
    """`2026-03-02 14:30`: a moment as a clock here tells it; a bare day, and what is no moment, as it was sent."""
    at = moment(value) if len(value) > _DAY else None
    return worn_here(at).strftime("%Y-%m-%d %H:%M") if at else value


def local_day(value: str) -> str:
    """The day of a date or moment in text; of what has no day as much as was sent."""
    found = day(value) if len(value) > _DAY else None
    return found.isoformat() if found else value[:_DAY]


def moment(value: Any) -> datetime | None:
    """A point in time; None for a bare day, which is no moment, and far outside our times."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return believable(found) if found.tzinfo else None


def first_of(resource: Node, *names: str) -> str:
    """The first date found under these names; a Period gives its start."""
    for name in names:
        value = resource.get(name)
        found = text(value) or text(node(value).get("start")) or text(node(value).get("end"))
        if found:
            return found
    return ""


def days_of(period: Any) -> tuple[str, str]:
    """The first and the last day of a Period, as `local_day` says them."""
    own = node(period)
    return (local_day(text(own.get("start"))), local_day(text(own.get("end")))) if own else ("", "")


def quantity(value: Any) -> str:
    """`1.10 ng/mL`, with `<` and the like in front. The code `1` (UCUM) says that there is no unit."""
    own = node(value)
    if not text(own.get("value")):
        return ""  # a unit alone measures nothing
    code, unit = text(own.get("code")), text(own.get("unit"))
    unit = "" if code == "1" and unit in ("", "1") else _SPANS.get(unit or code, unit or code)
    return joined(text(own.get("comparator")) + text(own.get("value")), unit, by=" ")


_SPANS = {"a": "jaar", "mo": "mnd"}
"""Codes of UCUM that nobody reads as a time."""


def answer_text(holder: Node, stem: str = "value") -> str:
    """The words of a choice element (`valueString`, `valueQuantity`, `answer.valueCoding`, …)."""
    for name, value in holder.items():
        if name.startswith(stem) and value is not None:
            found = _choice(name.removeprefix(stem), value)
            if found:
                return found
    return ""


def _choice(kind: str, value: Any) -> str:
    if kind in {"Quantity", "Age", "Duration", "SimpleQuantity", "Money"}:
        return quantity(value)
    if kind in {"CodeableConcept", "Coding"}:
        return concept(value)
    if kind in {"Range", "Period", "Ratio"}:
        ends = ("low", "high") if kind == "Range" else ("start", "end") if kind == "Period" else ("numerator", "denominator")
        found = [worn(text(node(value).get(end))) or quantity(node(value).get(end)) for end in ends]
        return ("/" if kind == "Ratio" else " – ").join(part or "…" for part in found)
    said = plain(value) if kind in {"String", "Markdown"} else text(value)
    return (
        (worn(said) if kind in {"DateTime", "Instant"} else said)
        or text(node(value).get("display"))
        or text(node(value).get("title"))
    )


def notes(value: Any) -> list[str]:
    """The words of Annotations, with what an extension says they are about (`accreditatie: nee`); STU3 also has plain strings."""
    return [words for words, _ in annotated(value)]


def annotated(value: Any) -> list[tuple[str, Node]]:
    """(the words, the author as a Reference) of each; STU3 also has plain strings."""
    if value is None:
        return []
    found = [(_annotation(item), _author(item)) for item in nodes(value)] or [(text(value), {})]
    return [one for one in found if one[0]]


def _author(item: Node) -> Node:
    written = text(item.get("authorString"))
    return {"display": written} if written else node(item.get("authorReference"))


def plain(value: Any) -> str:
    """Words that somebody wrote; of those that came as a page or as RTF the words."""
    said = text(value)
    return words_of(said) if said[:1] in ("<", "{") else said


def _annotation(item: Node) -> str:
    words = plain(item.get("text"))
    about = (concept(one.get("valueCodeableConcept")) for one in nodes(item.get("extension")))
    return joined(*about, words, by=": ") if words else ""


def extension(holder: Any, *urls: str) -> Any:
    """The value of the first extension with one of these addresses, whatever its type; None without."""
    for item in nodes(node(holder).get("extension")):
        if text(item.get("url")) in urls:
            return next((value for name, value in item.items() if name.startswith("value")), None)
    return None


_RANKS = {"PLAC": -1, "FILL": 1}
"""Identifier.type (HL7 v2 table 0203): the number of who asks before that of who carries out."""


def is_past(item: Node) -> bool:
    """Whether a number is of before: it says so, or has an end."""
    return item.get("use") == "old" or bool(ended_on(item))


def ended_on(item: Node) -> str:
    """Until when something holds that has an end; "" for what has none."""
    said = text(node(item.get("period")).get("end"))
    return said if is_an_end(said) else ""


def best_first(identifiers: Iterable[Node]) -> list[Node]:
    """Identifiers in the order in which one of them is taken: as sent, but who asks first, who carries out later, what is for a time after
    that, what is old last.
    """

    def rank(one: Node) -> int:
        if is_past(one) or one.get("use") == "temp":
            return 3 if is_past(one) else 2
        return next((_RANKS[code] for _, code in codings(one.get("type")) if code in _RANKS), 0)

    return sorted(identifiers, key=rank)


def joined(*parts: str, by: str = "; ") -> str:
    return by.join(filter(None, parts))


def aside(words: str) -> str:
    """`(links)`: words behind what they say more of; "" for none."""
    return f"({words})" if words else ""


def unique(parts: Iterable[str]) -> list[str]:
    """In order, without empty ones and doubles."""
    return list(dict.fromkeys(filter(None, parts)))


def partial(value: str) -> str:
    """`2001` or `2001-05`: a date that no calendar day can carry, to be shown as words."""
    return value if len(value) in _PARTIAL and re.fullmatch(r"\d{4}(-\d\d)?", value) else ""


_PARTIAL = (len("2001"), len("2001-05"))
