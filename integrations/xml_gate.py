"""The one gate through which foreign XML enters: strict, bounded, and without anything that could fetch or swell.

Expat of the standard library, whole document at once. A DOCTYPE ends the reading, so there are no entities beside the five of XML,
no DTD and nothing to fetch; XInclude and stylesheets mean nothing here (knowledge/security.md 2.4, docs/decisions/0024).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

from mdo_portal.exchange import Unreadable

MAX_DEPTH = 100
MAX_ELEMENTS = 25_000
"""Ten times the largest real document we know of (a CDA summary of 3,400): it bounds what a web process spends on one message."""
MAX_ATTRIBUTES = 200
MAX_ALL_ATTRIBUTES = 80_000
MAX_EQUALS = 2 * MAX_ALL_ATTRIBUTES
"""Of this sign, those in texts too: one stands behind each attribute and each name of a namespace. Counted before anything is read:
expat goes through a million of them in one element for seconds before it asks us, and nothing else of the process goes on meanwhile.
"""
_HARMLESS = ("utf-8", "utf8", "us-ascii", "utf-16")
"""utf-16: .NET writes a document into a string, says so, and sends it in UTF-8. Read as UTF-16 such bytes are no XML at all."""
_OVER_ASCII = ("iso-8859-1", "iso-8859-15", "windows-1252")
"""Of these each sign of ASCII is the same: a document of nothing else is one document."""
_BOMS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(slots=True)
class Element:
    """One element: `name` is (namespace, local name). `text` stands directly in it, before and between its children."""

    name: tuple[str, str]
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    source: tuple[int, int] = (0, 0)  # where it stands in the document, in bytes
    after: int = 0  # how many pieces of the text around it stand before it

    @property
    def local(self) -> str:
        return self.name[1]

    @property
    def text(self) -> str:
        return "".join(self.said)

    @property
    def parts(self) -> Iterator[Element | str]:
        """Text and elements in the order in which they stand."""
        done = 0
        for child in self.children:
            yield from self.said[done : child.after]
            yield child
            done = child.after
        yield from self.said[done:]


def looks_like_xml(raw: bytes) -> bool:
    """Whether the first sign is `<`; for choosing a reader, never a proof."""
    return raw[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def load(raw: bytes) -> Element:
    """The root. Raises Unreadable: "no_header" when it is no XML in UTF-8, "broken" when it holds what is never read, or too much."""
    if raw[:2] in _BOMS or b"\0" in raw:  # expat takes `<` and a NUL for UTF-16 without a mark, whatever encoding it was told
        raise Unreadable("no_header", "not UTF-8")
    if raw.count(b"=") > MAX_EQUALS:
        raise Unreadable("too_many_entries", f"more than {MAX_EQUALS} signs of equality")
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("no_header", "not UTF-8") from None
    return _Builder().build(raw)


class _Builder:
    def __init__(self) -> None:
        # The encoding is ours to say: a declaration that names another one (UTF-7, UTF-16) would let two readers see two documents.
        self._parser = expat.ParserCreate("utf-8", namespace_separator="\n", intern={})
        self._parser.buffer_text = True
        self._parser.ordered_attributes = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype
        self._parser.ExternalEntityRefHandler = self._doctype
        self._parser.XmlDeclHandler = self._declared
        self._is_ascii = False
        self._stack: list[Element] = []
        self._root: Element | None = None
        self._count = 0
        self._attributes = 0

    def build(self, raw: bytes) -> Element:
        self._is_ascii = raw.isascii()
        try:
            self._parser.Parse(raw, True)
        except expat.ExpatError as error:
            raise Unreadable("no_header", f"not XML at line {error.lineno}") from None
        assert self._root is not None
        return self._root

    def _start(self, name: str, given: list[str]) -> None:
        self._count += 1
        self._attributes += len(given) // 2
        if len(self._stack) >= MAX_DEPTH or len(given) > 2 * MAX_ATTRIBUTES:
            raise Unreadable("broken", f"more than {MAX_DEPTH} deep or {MAX_ATTRIBUTES} attributes")
        if self._count > MAX_ELEMENTS or self._attributes > MAX_ALL_ATTRIBUTES:
            raise Unreadable("too_many_entries", f"more than {MAX_ELEMENTS} elements")
        space, _, local = name.rpartition("\n")
        made = Element((space, local), dict(zip(given[::2], given[1::2], strict=True)), source=(self._parser.CurrentByteIndex, 0))
        if self._stack:
            made.after = len(self._stack[-1].said)
            self._stack[-1].children.append(made)
        else:
            self._root = made
        self._stack.append(made)

    def _end(self, _: str) -> None:
        done = self._stack.pop()
        done.source = (done.source[0], self._parser.CurrentByteIndex)

    def _text(self, said: str) -> None:
        if self._stack:
            self._stack[-1].said.append(said)

    def _doctype(self, *_: object) -> int:
        raise Unreadable("broken", "a DOCTYPE")

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        named = (encoding or "utf-8").lower()
        if named not in _HARMLESS and not (named in _OVER_ASCII and self._is_ascii):
            raise Unreadable("no_header", "not UTF-8")
