"""A clinical document in XML (CDA R2) inside a message: what a person reads in it, and the file it may be the envelope of.

Only the narrative is read, which the author signed (CDA R2 4.2.1: what the codes say, the narrative says too). Nothing is taken from
the codes. No page shows XML, so without this the letter is there and nobody reads it.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pybase64

from integrations.xml_gate import Element, load
from mdo_portal.exchange import IncomingDocument, Unreadable

from .parcel import is_parcel, parts
from .rich_marks import STRUCK, TAGS, sign_between, without_signs, written_out

SPACE = "urn:hl7-org:v3"
MOST = 8_000_000
"""Bytes that are looked through: an envelope with a scanned letter in it."""
_ROOT = b"ClinicalDocument"
MOST_WORDS = 400_000
"""Characters; of a longer letter a person opens the file."""
_BEFORE_ROOT = 4_000
_LINES = {"paragraph", "br", "tr", "item", "caption", "list", "table"}
_CELLS = {"td", "th"}
_STRIKES = ("strik", "strok", "line-through", "lijndoor")


@dataclass(frozen=True)
class Inside:
    """What a clinical document holds."""

    words: str = ""
    media_type: str = ""
    content: bytes = b""  # of the file that is its whole body (nonXMLBody), when there is one
    author: str = ""  # who wrote it, in which function, and where


def is_cda(content: bytes) -> bool:
    """Whether these bytes begin as a clinical document, or as a parcel (MIME) that may hold one."""
    return is_parcel(content) or _is_letter(content)


def _is_letter(content: bytes) -> bool:
    return content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and _ROOT in content[:_BEFORE_ROOT]


def inside(content: bytes) -> Inside:
    """What it holds; nothing when it is no such document, is too large, or holds what no XML of strangers may (xml_gate)."""
    if len(content) > MOST:
        return Inside()
    if is_parcel(content):
        return _unpacked(content)
    root = _root(content) if _is_letter(content) else None
    if root is None or root.name != (SPACE, "ClinicalDocument"):
        return Inside()
    bodies = [body for one in named(root, "component") for body in one.children]
    written = [_section(one) for body in bodies for part in named(body, "component") for one in named(part, "section")]
    written += [_plain(text) for body in bodies if body.local == "nonXMLBody" for text in named(body, "text")]
    envelope = next((text for body in bodies if body.local == "nonXMLBody" for text in named(body, "text")), None)
    words = "\n\n".join(filter(None, written))
    media, content = _file(envelope) if envelope else ("", b"")
    return Inside(words if len(words) <= MOST_WORDS else "", media, content, "; ".join(dict.fromkeys(_authors(root))))


def title_of(content: bytes) -> str:
    """What the document calls itself, also one in a parcel; "" for any other."""
    if len(content) > MOST or not is_cda(content):
        return ""
    return next((said_in(one) for root in letters_in(content) for one in named(root, "title")), "")


def letters_in(content: bytes) -> Iterator[Element]:
    """The clinical document that these bytes are, or those in the parcel that they are."""
    letters = [content] if _is_letter(content) else filter(_is_letter, parts(content) if is_parcel(content) else ())
    return (root for root in map(_root, letters) if root is not None)


def _root(content: bytes) -> Element | None:
    try:
        return load(content)
    except Unreadable:
        return None


def _unpacked(content: bytes) -> Inside:
    """The letter in a parcel, and the first PDF beside it (HL7 v2.5 and CDA R2 3.0: how the two travel together).

    A parcel in a parcel stays shut: of a stranger's mail the parser of the standard library can be made to work for minutes.
    """
    held = parts(content)
    letters = [inside(one) for one in held if _is_letter(one)]
    file = next((one for one in held if one.startswith(b"%PDF-")), b"")
    media, packed = (
        ("application/pdf", file) if file else next(((one.media_type, one.content) for one in letters if one.content), ("", b""))
    )
    author = next((one.author for one in letters if one.author), "")
    return Inside("\n\n".join(one.words for one in letters if one.words), media, packed, author)


def opened(document: IncomingDocument) -> tuple[IncomingDocument, ...]:
    """The document, and the file in it when it is an envelope: that is what a person can read."""
    if not is_cda(document.content):
        return (document,)
    found = inside(document.content)
    told = replace(document, author=document.author or found.author)
    return (told, replace(told, media_type=found.media_type, content=found.content)) if found.content else (told,)


def _authors(root: Element) -> Iterator[str]:
    """`dr. A. Krol (longarts), Duinrand` of everybody who wrote it; a machine that put it together is nobody."""
    for author in (one for held in named(root, "author") for one in named(held, "assignedAuthor")):
        name = next((said_in(one) for person in named(author, "assignedPerson") for one in named(person, "name")), "")
        function = next((one.attributes.get("displayName", "") for one in named(author, "code")), "")
        house = next((said_in(one) for held in named(author, "representedOrganization") for one in named(held, "name")), "")
        if name:
            yield ", ".join(filter(None, (f"{name} ({function})" if function else name, house)))


def said_in(element: Element) -> str:
    """All text in an element, its parts apart by a blank."""
    return " ".join(" ".join(said_in(one) if isinstance(one, Element) else one for one in element.parts).split())


def named(element: Element, name: str) -> list[Element]:
    """The parts of this name right in an element of a clinical document."""
    return [one for one in element.children if one.name == (SPACE, name)]


def _section(section: Element) -> str:
    """Its title, its narrative, and the sections in it. The gate has bounded the depth."""
    title = " ".join("".join(one.text for one in named(section, "title")).split())
    told = [_narrative(one) for one in named(section, "text")]
    told += [_section(one) for part in named(section, "component") for one in named(part, "section")]
    words = "\n".join(filter(None, told))
    return "\n".join(filter(None, (title, words))) if words else ""


def _narrative(text: Element) -> str:
    plain = written_out("".join(_words(text)))
    lines = (" ".join(line.split()) for line in plain.split("\n"))
    return "\n".join(filter(None, lines))


def _words(element: Element) -> Iterator[str]:
    """All text in order, a line for each row, item and paragraph; what was deleted is marked as struck."""
    name = element.local.lower()
    kind = TAGS.get(name, STRUCK if _is_struck(element) else None)
    begins, ends = sign_between(kind) if kind is not None else ("", "")
    yield "\n" if name in _LINES else " " if name in _CELLS else ""
    yield begins
    for part in element.parts:
        if isinstance(part, Element):
            yield from _words(part)
        else:
            yield without_signs(part).replace("\n", " ")
    yield ends
    yield "\n" if name in _LINES else ""


def _is_struck(element: Element) -> bool:
    style = element.attributes.get("styleCode", "").casefold()
    return element.attributes.get("revised") == "delete" or any(word in style for word in _STRIKES)


def _plain(text: Element) -> str:
    """The words of a body that is no XML and is in no code."""
    return "" if text.attributes.get("representation") == "B64" else text.text.strip()


def _file(text: Element) -> tuple[str, bytes]:
    """The file in an envelope. Text that is no base64 is words, and stands in the document itself."""
    if text.attributes.get("representation") != "B64":
        return "", b""
    packed = "".join(text.text.split())
    try:
        return text.attributes.get("mediaType", ""), pybase64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return "", b""
