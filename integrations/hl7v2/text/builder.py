"""The writer of ER7: values go in, bytes come out; every text passes the one escape function of marks.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pybase64

from integrations.hl7v2.text.charset import codec_named, hl7_name
from integrations.hl7v2.text.marks import STANDARD, Marks


@dataclass(frozen=True)
class Formatted:
    """Text for FT and TX: line ends are written as `\\.br\\`."""

    text: str


@dataclass(frozen=True)
class Base64:
    """Octets written as base64, which needs no escape."""

    octets: bytes


Atom = str | Formatted | Base64
Value = Atom | tuple["Atom | tuple[str, ...]", ...] | Sequence["Atom | tuple[Atom | tuple[str, ...], ...]"]
"""Text; a tuple of components (a component may be a tuple of subcomponents); a list of repetitions of either."""

_REPLACED = {
    "\u2018": "'", "\u2019": "'", "\u201a": ",", "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2013": "-", "\u2014": "-",
    "\u2022": "*", "\u2026": "...", "\u2212": "-", "\u2264": "<=", "\u2265": ">=", "\u20ac": "EUR", "\u00a0": " ", "\u2192": "->",
    "\u2011": "-", "\u202f": " ", "\u2009": " ", "\u0152": "OE", "\u0153": "oe", "\u2032": "'", "\u2033": '"',
}  # fmt: skip


class Unwritable(ValueError):
    """A letter that the receiver's character set does not have; nothing is ever sent as a question mark."""


def fitting(text: str, charset: str) -> str:
    """`text` in letters that `charset` has: signs of typography (`≥`, curly quotes, dashes) by what they stand for.

    Raises Unwritable when another letter does not fit.
    """
    codec = codec_named(charset)
    if _fits(text, codec):
        return text
    text = "".join(sign if _fits(sign, codec) else _REPLACED.get(sign, sign) for sign in text)
    if not _fits(text, codec):
        raise Unwritable("the character set of the link lacks a letter of this text")
    return text


def _fits(text: str, codec: str) -> bool:
    try:
        text.encode(codec)
    except UnicodeEncodeError:
        return False
    return True


class Builder:
    """Collects segments in order. `add("PID", {1: "1", 5: ("Putten", "J")})`: position to value, gaps stay empty.

    `header` and `add` raise Unwritable for a letter that `charset` lacks, `header` ValueError for a charset we do not write.
    """

    def __init__(self, marks: Marks = STANDARD, charset: str = "UTF-8") -> None:
        self.marks = marks
        self.charset = charset
        self._lines: list[str] = []

    def header(self, fields: Mapping[int, Value]) -> Builder:
        """MSH: 1, 2 and 18 are filled in here."""
        line = self._line("", dict(fields) | {18: hl7_name(self.charset)}, start=3)
        self._lines.append(f"MSH{self.marks.field}{self.marks.msh2}{line}")
        return self

    def add(self, name: str, fields: Mapping[int, Value]) -> Builder:
        """One more segment."""
        self._lines.append(self._line(name, fields, start=1))
        return self

    def encode(self) -> bytes:
        """The message, every segment ended by CR."""
        return "".join(f"{line}\r" for line in self._lines).encode(codec_named(self.charset))

    def _line(self, name: str, fields: Mapping[int, Value], *, start: int) -> str:
        last = max(fields, default=0)
        values = (self._value(fields.get(n, "")) for n in range(start, last + 1))
        return self.marks.field.join([name, *values]).rstrip(self.marks.field)

    def _value(self, value: Value) -> str:
        if isinstance(value, (str, Formatted, Base64, tuple)):
            return self._repetition(value)
        return self.marks.repetition.join(self._repetition(part) for part in value)

    def _repetition(self, value: Atom | tuple[Atom | tuple[str, ...], ...]) -> str:
        if isinstance(value, tuple):
            return self.marks.component.join(self._component(part) for part in value).rstrip(self.marks.component)
        return self._atom(value)

    def _component(self, value: Atom | tuple[str, ...]) -> str:
        if isinstance(value, tuple):
            return self.marks.sub.join(self._atom(part) for part in value).rstrip(self.marks.sub)
        return self._atom(value)

    def _atom(self, value: Atom) -> str:
        if isinstance(value, Base64):
            return pybase64.b64encode(value.octets).decode("ascii")
        if isinstance(value, Formatted):
            return self.marks.escaped(fitting(value.text, self.charset), formatted=True)
        return self.marks.escaped(fitting(value, self.charset))
