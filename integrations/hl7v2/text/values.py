"""Single values of a message as the border wants them: dates, times, coded values, texts. Nothing is guessed or computed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from integrations.days import written_day
from integrations.hl7v2.text.about import with_about
from integrations.hl7v2.text.coding_systems import is_coded
from integrations.hl7v2.text.packed import value_type
from integrations.hl7v2.text.segment import Repetition, Segment
from integrations.hl7v2.text.stamps import ENDS_IN_UTC, hour, period, stamp, worn_here
from integrations.hl7v2.text.telephone import spoken
from integrations.hl7v2.text.tidy import shown
from integrations.hl7v2.text.units import has_unit, power, unit_of
from integrations.hl7v2.text.words import tells
from integrations.times import believable, believable_day

_TIME = re.compile(
    r"(?:\d{8}|\d{4}-\d{2}-\d{2}(?=[T ]))(?:[T ]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?(?:\.\d+)?(?:([+-])(\d{2})(?::?(\d{2}))?|(Z))?"
)
_CODED = ("CE", "CWE", "CNE", "CF")
_NUMBERS = ("NM", "SN")
_TIMES = ("DT", "TS", "DTM")
_LINES = ("TX", "FT")
_FAMILY = {"XPN": 1, "PN": 1, "PPN": 2, "XCN": 2, "CN": 2}
"""Where a name has its surname (FN), with the prefix in its second part."""
_FIRST_PARTS = (*_FAMILY, "CQ", "XAD", "AD")
"""Types whose components say themselves once more in parts: a surname, a street, the words of a unit."""
MOST_PARTS = 23
_PARTED = (
    "SN",
    "CX",
    "EI",
    "XAD",
    "AD",
    "XCN",
    "CN",
    "XPN",
    "PN",
    "PPN",
    "XON",
    "XTN",
    "CQ",
    "NA",
    "NR",
    "MO",
    "PL",
    "HD",
    "RP",
)
"""Types that are made of components: each is a word for the reader, the hats between them are none."""


def day(text: str, *, as_sent: bool = False) -> date | None:
    """The date of a DT or TS, also as people write it; None when a part is missing (`1960`), or it is no date of our times.

    Of a moment in UTC the day it was here, unless `as_sent`.
    """
    if not text:
        return None
    if text.endswith(ENDS_IN_UTC) and not as_sent:
        text = worn_here(text)
    found = re.match(r"\s*(?P<y>\d{4})(?P<gap>-?)(?P<m>\d{2})(?P=gap)(?P<d>\d{2})", text)
    if not found:
        return written_day(text)
    try:
        return believable_day(date(int(found["y"]), int(found["m"]), int(found["d"])))
    except ValueError:
        return None


def day_of_event(text: str) -> date | None:
    """The day on which something was done or seen; the first of 1900 is the nothing of old databases, and of nobody but who was born."""
    found = day(text)
    return None if found == _NO_DAY else found


_NO_DAY = date(1900, 1, 1)
_OTHERWISE = re.compile(r"\d{1,2}([-/.])\d{1,2}\1\d{2,4}(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?")
_PARTIAL = re.compile(r"(\d{4})(?:-?(0[1-9]|1[0-2]))?(?:00){0,2}")


def partial(text: str) -> str:
    """`2019-03` or `2019`: what there is of a date without a day (`201903`, `20190300`); "" for a whole date or nonsense.

    `01/03/2026` as it was sent: whether its day or its month comes first nobody can tell.
    """
    if _OTHERWISE.fullmatch(text.strip()) and day(text) is None:
        return text.strip()
    found = _PARTIAL.fullmatch(text.strip())
    try:
        sent = believable_day(date(int(found[1]), int(found[2] or 1), 1)) if found else None
    except ValueError:
        return ""
    return "-".join(filter(None, found.groups())) if found and sent else ""


def moment(text: str, zone: ZoneInfo) -> datetime | None:
    """The time of a TS; without an offset it is a time of `zone`. None for a date only, for nonsense, or far outside our times."""
    found = _TIME.fullmatch(text.strip())
    on = day(text, as_sent=True)
    if not found or on is None or found[1] is None:
        return None
    hour, minute, second, sign, hours, minutes, zulu = found.groups()
    try:
        offset = timezone((1 if sign == "+" else -1) * timedelta(hours=int(hours), minutes=int(minutes or 0))) if sign else zone
        offset = UTC if zulu else offset
        return believable(datetime(on.year, on.month, on.day, int(hour), int(minute), int(second or 0), tzinfo=offset))
    except ValueError:
        return None


def sent(text: str, zone: ZoneInfo) -> datetime | None:
    """When a message says it was sent (MSH-7). None in the hour that comes twice when summer time ends, unless its offset tells which:
    a correction of that hour would be older than what it corrects. Then the order of arrival counts.
    """
    found = moment(text, zone)
    if found is None or found.tzinfo is not zone:
        return found
    return None if found.replace(fold=1).astimezone(UTC) > found.astimezone(UTC) else found


def coded(repetition: Repetition) -> str:
    """The words of a coded value, those of the other code system when only that has words; its code when there are none."""
    return next(filter(None, (repetition.component(c, 0) for c in (2, 9, 5, 1))), "")


def observed(segment: Segment, more: Sequence[Segment] = ()) -> str:
    """The value of an OBX as text, with its unit, reference range and flag as sent. Each repetition of a text is a line (v2.5 2.A.78).

    `more` go on with it (pieces.py).
    """
    kind = value_type(segment)
    if kind in _CODED:
        return _with_unit(segment, "; ".join(filter(None, map(_in_full, segment.repetitions(5)))))
    lines = with_about([lines_of(_value(kind, one)) for one in segment.repetitions(5)], segment.repetition)
    for part in more:  # a line without words is one, too
        lines += [lines_of(_value(kind, one)) for one in part.repetitions(5)] or [""]
    if kind in _LINES:  # a measured value too: some analysers call every value a text
        whole = shown("\n".join(lines))
        return _with_unit(segment, whole.strip("\n") if more else whole)
    return _with_unit(segment, shown(_between(kind).join(filter(None, lines))))


NO_TEXT = "{no text}"
"""What stands for the words of a question or an answer that has none (CAP eCC), without capitals."""


def _in_full(repetition: Repetition) -> str:
    """A coded value with the words that were really written (CWE-9), where those of the code are others."""
    words, written = coded(repetition), repetition.component(9, 0)
    if words.casefold() == NO_TEXT:
        return ""
    return words if not written or tells(words, written) else f"{words} ({written})"


def _between(kind: str) -> str:
    return "; " if kind in (*_NUMBERS, *_TIMES) else "\n"


def _value(kind: str, one: Repetition) -> str:
    """One repetition as a person writes it; of a time what was sent, as far as it goes."""
    if kind in ("DR", "TM"):
        return period(one) if kind == "DR" else hour(one.text)
    if kind == "XTN" and (number := spoken(one)):
        return number
    if kind in _PARTED:
        parts = one.components(MOST_PARTS)
        if kind in _FIRST_PARTS:
            parts = [_first_part(one, c, kind) or part for c, part in enumerate(parts, start=1)]
        return (" - " if kind == "NR" else " ").join(filter(None, parts))
    return (stamp(one.component(1)) if kind in _TIMES else "") or text_of(one)


def _first_part(one: Repetition, c: int, kind: str) -> str:
    """A component that says itself once more in parts, once; of a surname with its prefix, where that stands in its own part alone."""
    if _FAMILY.get(kind) != c:
        return one.component(c)
    shown, prefix = one.component(c) or one.component(c, 3), one.component(c, 2)
    return f"{prefix} {shown}" if prefix and not shown.casefold().startswith(f"{prefix} ".casefold()) else shown


def text_of(one: Repetition) -> str:
    """All of it; without separators that part nothing (`cT2N1M0^^`), and of what is a code with its words and its system the words."""
    if not one.has(2):
        return one.text
    parts = one.components(MOST_PARTS)
    alone = [part for part in parts if part]
    if len(alone) == len(parts[:3]) == 3 and is_coded(*alone):
        return parts[1]
    return alone[0] if len(alone) == 1 else one.text if parts[0] else one.text.lstrip("^")


def lines_of(text: str) -> str:
    """`\\X0D\\` and `\\X0D0A\\` are ends of a line."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def label(segment: Segment) -> str:
    """What an OBX is about: the words of OBX-3, else its code; those of the other code system when only that has any."""
    words, code = segment.component(3, 2, 0), segment.component(3, 1)
    is_said = words or any(map(str.islower, code))  # words in the place of the code are those
    other = "" if is_said else _first_of(segment, 3, (9, 5))
    return words or other or code or _first_of(segment, 3, (9, 5, 4))


def _with_unit(segment: Segment, value: str) -> str:
    unit = power(segment, 6) or unit_of(segment) or _first_of(segment, 6, (2, 9, 4, 5))
    flags = ", ".join(one for one in map(_flag, segment.repetitions(8)) if one and one.casefold() != _NULL)
    flags = "" if flags == _FINAL and not segment.component(11) else flags  # the status, three fields early
    if not flags and (said := segment.component(11)) in _FLAGS:  # in the place of the status
        flags = said
    if not flags and not segment.field(7) and (said := segment.component(10)) in _SUSCEPTIBLE:
        flags = said  # two fields late
    if not (value or flags):
        return ""  # a unit and a range of nothing: what was not found has no value
    unit = unit if value and not has_unit(value, unit) else ""
    beside = ", ".join(filter(None, (_usual(segment), flags)))
    parts = (value, unit, f"({beside})" if beside else "")
    return " ".join(filter(None, parts))


def _flag(repetition: Repetition) -> str:
    """A flag by its code, with what was written behind it where that says more than the word for it does (table 0078)."""
    code, words = coded_briefly(repetition), repetition.component(2, 0).strip()
    is_more = words != code and len(words.split()) > 1 and not repetition.component(3).upper().startswith("HL7")
    return f"{code}: {words}" if is_more and words.casefold() not in _WORDS_OF_FLAGS else code


_WORDS_OF_FLAGS = frozenset(
    {
        "above high normal", "below low normal", "above upper panic limits", "below lower panic limits", "very abnormal",
        "critically high", "critically low", "critical high", "critical low", "te hoog", "te laag", "kritisch hoog", "kritisch laag",
    }
)  # fmt: skip


_FLAGS = frozenset({"H", "L", "HH", "LL", "HX", "LX", "AA", "POS", "NEG"})
"""Of the flags (table 0078) those that are no status (table 0085): `N`, `A` and `R` are both."""

_SUSCEPTIBLE = frozenset({"S", "I", "R", "VS", "MS"})
"""How a germ answers to a drug (table 0078). Beside a range of what is usual, OBX-10 says for whom that holds (0080: S sex, R race)."""

_FINAL = "F"
_NULL = "null"
"""What programs call nothing."""


def _usual(segment: Segment) -> str:
    """The reference range in words; of two numbers both."""
    low, high = power(segment, 7) or segment.component(7, 1, 0), segment.component(7, 2, 0)
    if low.casefold() == _NULL:
        return ""
    if low and not high and low != segment.as_sent(7) and len(several := segment.repetitions(7, 2)) > 1:  # `0~5`
        high = several[1].text
        return f"{low} - {high}" if _NUMBER.fullmatch(low) and _NUMBER.fullmatch(high) else "; ".join(filter(None, (low, high)))
    return f"{low} - {high}" if _NUMBER.fullmatch(low) and _NUMBER.fullmatch(high) else low or _parts(segment, 7)


def _parts(segment: Segment, n: int) -> str:
    """A field without the hats between its parts (`^<^5`)."""
    return " ".join(part for one in segment.repetitions(n) for part in one.components(MOST_PARTS) if part)


_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")


def coded_briefly(repetition: Repetition) -> str:
    """The code of a coded value; its words where there is no code."""
    return repetition.component(1) or coded(repetition)


def _first_of(segment: Segment, n: int, components: tuple[int, ...]) -> str:
    if not segment.as_sent(n):
        return ""
    return next(filter(None, (segment.component(n, c, 0) for c in components)), "")
