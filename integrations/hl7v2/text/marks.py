"""The delimiters a message chose in MSH-1 and MSH-2, and the only escape and unescape functions there are."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from functools import cache, lru_cache

from mdo_portal.exchange import Unreadable

_ALLOWED = frozenset(string.punctuation)
_FORMATTING = {"br": "\n", "ce": "\n", "fi": "", "nf": "", "in": "", "ti": ""}
_FRAMING = {0x0B: None, 0x1C: None}  # VT and FS would cut the MLLP frame


@dataclass(frozen=True, slots=True)
class Marks:
    """The delimiters of one message. `MSH|^~\\&|` unless the sender chose others (ZorgDomein: `^_\\&`).

    With slots and nothing cached in it: every field that is read looks at these.
    """

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    sub: str = "&"
    truncation: str = ""
    msh2: str = dataclass_field(init=False)
    between: str = dataclass_field(init=False)
    """What stands between the parts of a field."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "between", self.component + self.repetition + self.sub)
        object.__setattr__(self, "msh2", self.component + self.repetition + self.escape + self.sub + self.truncation)

    def escaped(self, text: str, *, formatted: bool = False) -> str:
        """`text` as it may stand in a field. `formatted` (FT, TX) writes any line end as `\\.br\\`, else CR and LF as hex.

        What a reader would take for nothing is written as hex where it must be: two quotes and nothing else (the null), and a last blank
        (padding, segment.py), in a text only where there is nothing but blanks.
        """
        if text.isalnum():
            return text
        if formatted:  # without the marks of the frame first: CR and LF around one are one line end
            text = text.translate(_FRAMING).replace("\r\n", "\n").replace("\r", "\n")
        written = text.translate(_outgoing(self, formatted))
        if written.rstrip(" ") == '""':  # two quotes that somebody typed: alone they would say that there is nothing
            written = f"{self.escape}X22{self.escape}{written[1:]}"
        if written[-1:] == " " and (not formatted or written.isspace()):
            return f"{written[:-1]}{self.escape}X20{self.escape}"
        return written

    def unescaped(self, text: str, codec: str = "utf-8") -> str:
        """`text` of a field as a person wrote it. Sequences we do not know stay as they are; nothing is dropped."""
        if self.escape not in text:
            return text
        return _pattern(self.escape).sub(lambda found: _meaning(self, found, codec), text)


STANDARD = Marks()


@lru_cache(maxsize=64)
def marks_of(start: str) -> Marks:
    """The delimiters of a message that starts with `start` (`MSH|^~\\&|…`, cut after MSH-2).

    Raises Unreadable("hostile_delimiters"): letters, digits, blanks, one sign with two meanings, or fewer than three
    in MSH-2. Without a fourth, `&` separates subcomponents, as most who leave it out mean; where only the escape is missing
    (`^~&`, `^~ &`), a programming language took the backslash away, and where it is doubled (`^~\\\\&`, `^\\~\\&`) one put it there.
    """
    field, chosen = start[3:4], re.split(f"[\r\n{re.escape(start[3:4])}]", start[4:])[0]
    chosen = _completed(chosen)
    signs = field + chosen
    if not 5 <= len(signs) <= 6 or not _ALLOWED.issuperset(signs) or len(set(signs)) != len(signs):
        raise Unreadable("hostile_delimiters", "MSH-2")
    return Marks(field, *chosen)


def _completed(chosen: str) -> str:
    if chosen[2:] in ("&", " &"):
        return f"{chosen[:2]}\\&"
    if chosen in ("^~\\\\&", "^\\~\\&"):
        return STANDARD.msh2
    return chosen + "&" if len(chosen) == 3 else chosen


@cache
def _outgoing(marks: Marks, formatted: bool) -> dict[int, str | None]:
    # One pass over the text, so that an escape is never escaped again.
    around = marks.escape
    letters = {marks.field: "F", marks.component: "S", marks.sub: "T", marks.repetition: "R", marks.escape: "E"}
    if marks.truncation:
        letters[marks.truncation] = "P"
    table: dict[int, str | None] = {ord(sign): f"{around}{letter}{around}" for sign, letter in letters.items()}
    table |= {0x0A: f"{around}{'.br' if formatted else 'X0A'}{around}", 0x0D: f"{around}X0D{around}"}
    return table | _FRAMING


@cache
def _pattern(escape: str) -> re.Pattern[str]:
    around = re.escape(escape)
    high = r"[Xx](?:[89A-Fa-f][0-9A-Fa-f])+"  # of a letter of more bytes some write each by itself
    octets = f"{high}(?:{around}{around}{high})+|[Xx](?:[0-9A-Fa-f]{{2}})+"
    formatting = r"\.((?i:br|ce|fi|nf|in|ti|sp|sk))\s?[+-]?(\d{0,2})"
    twice = rf"{around}{around}\.(?i:br){around}{around}"  # escaped once more by who took the escape for a letter
    return re.compile(f"{twice}|{around}(?:([FSTREPHN])|({octets})|{formatting}){around}")


def _meaning(marks: Marks, found: re.Match[str], codec: str) -> str:
    letter, octets, command, count = found.groups()
    if letter:
        return "\n" if letter == "H" and _heads(found, marks.escape) else _letter(marks, letter)
    if octets:
        return _hex(re.sub("[^0-9A-Fa-f]", "", octets), codec) or found[0]
    command = (command or "br").lower()
    if command in ("sp", "sk"):
        return ("\n" if command == "sp" else " ") * (int(count) if count else 1)
    return _FORMATTING[command] or (" " if _parts_words(found, marks.escape) else "")


def _heads(found: re.Match[str], escape: str) -> bool:
    """Whether a line is highlighted as a whole, below another that is not: it is written as the heading of a paragraph."""
    text, (start, end) = found.string, found.span()
    before, line = text[:start].rstrip(), text[end:].partition(f"{escape}.")[0].rstrip(" :")
    is_below = (
        before.endswith(escape) and "." in before[-6:] and not before[: before.rfind(f"{escape}.")].endswith(f"{escape}N{escape}")
    )
    return is_below and line.endswith(f"{escape}N{escape}") and line.count(escape) == len("N") + 1


def _parts_words(found: re.Match[str], escape: str) -> bool:
    """Whether a word ends before it and another begins behind it: an indent in a line is the column of a table."""
    text, start, end = found.string, found.start(), found.end()
    sides = text[max(0, start - 1) : start], text[end : end + 1]
    return all(one and not one.isspace() and one != escape for one in sides)


def _letter(marks: Marks, letter: str) -> str:
    meanings = {"F": marks.field, "S": marks.component, "T": marks.sub, "R": marks.repetition, "E": marks.escape}
    return (meanings | {"P": marks.truncation or "#"}).get(letter, "")  # H and N: highlighting on and off


def _hex(octets: str, codec: str) -> str:
    sent = bytes.fromhex(octets)
    # Faultless UTF-8 of more bytes is believed, as of a whole message (charset.decided); a lone \\XE9\\ is the letter of before that.
    is_wide = len(sent) > 1 and not sent.isascii()
    for one in ("utf-8" if is_wide else codec, codec, "cp1252"):
        try:
            return sent.decode(one).replace("\0", "")  # no letter, and no database keeps it
        except UnicodeDecodeError:
            continue
    return ""
