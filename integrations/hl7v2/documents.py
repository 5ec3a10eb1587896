"""Documents inside a message (OBX with ED): their bytes as sent, also when they are not what they say they are."""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from itertools import takewhile

import pybase64

from mdo_portal.exchange import IncomingDocument, Profile

from .items import Item
from .segment import Segment
from .values import day, label
from .words import matching

MOST_REPETITIONS = 50
_FILE_NAME = re.compile(r"[^\\/\n]+\.\w{1,5}")
_BLANKS = re.compile(rb"\s+")
_PDF = b"JVBERi0"
"""How a PDF begins in base64: nobody's words do."""


def is_document(segment: Segment) -> bool:
    """Whether an OBX holds a document: by its type, because its value says so, or because that is nothing but a PDF."""
    if segment.name != "OBX":
        return False
    return segment.component(2) == "ED" or segment.component(5, 4).lower() == "base64" or _is_pdf(segment, 1, 0)


def documents(item: Item, profile: Profile, reference: str) -> list[IncomingDocument]:
    """The documents of one OBX. One that can't be decoded comes as text, kind `unreadable`: a person looks at it."""
    filled = takewhile(lambda n: n == 0 or _filled(item, n), range(MOST_REPETITIONS))
    return [_document(item, profile, reference, n) for n in filled]


def _filled(item: Item, repetition: int) -> bool:
    return bool(item.segment.octets(5, _place(item.segment, repetition), repetition))


def _place(segment: Segment, repetition: int) -> int:
    """The component with the bytes: the fifth of an ED, unless it is empty and a PDF stands where others put it."""
    if segment.octets(5, 5, repetition):
        return 5
    return next((n for n in (1, 4) if _is_pdf(segment, n, repetition)), 5)


def _is_pdf(segment: Segment, component: int, repetition: int) -> bool:
    return bytes(segment.octets(5, component, repetition)[: len(_PDF)]) == _PDF


def _document(item: Item, profile: Profile, reference: str, repetition: int) -> IncomingDocument:
    segment, rules = item.segment, profile["documents"]
    title = file_name(item).strip() or label(segment)
    order = item.order
    kind = matching(segment.component(3), f"{label(segment)} {title}", rules["kinds"])
    dated_on = day(segment.component(14)) or (day(order.component(7)) if order else None)
    content = _content(item, repetition)
    if content is None:
        sent = bytes(segment.octets(5, 5, repetition)) + "".join(item.loose_texts).encode()
        return IncomingDocument(title, "text/plain", sent, dated_on, "unreadable", reference)
    media = _media_type(segment, repetition, rules["media"])
    if content.startswith(b"%PDF-") and (media == "application/octet-stream" or _place(segment, repetition) != 5):
        media = "application/pdf"
    return IncomingDocument(title, media, content, dated_on, kind, reference)


def file_name(item: Item) -> str:
    """The note that names the file (ZorgDomein writes it so); "" when no note does."""
    return next((text for text in item.notes if _FILE_NAME.fullmatch(text.strip())), "")


def _media_type(segment: Segment, repetition: int, media: Mapping[str, str]) -> str:
    kind = segment.component(5, 2, repetition=repetition)
    subtype = segment.component(5, 3, repetition=repetition).lower()
    if "/" in subtype:  # some put the whole media type in the subtype
        return subtype
    return f"{media.get(kind.upper(), kind.lower())}/{subtype}" if kind and subtype else "application/octet-stream"


def _content(item: Item, repetition: int) -> bytes | None:
    place = _place(item.segment, repetition)
    encoding = item.segment.component(5, 4, repetition=repetition).lower() if place == 5 else "base64"
    sent = item.segment.octets(5, place, repetition)
    if encoding == "a":
        return item.segment.component(5, 5, 0, repetition).encode()
    if encoding == "hex":
        return _hex(bytes(sent))
    if not sent:
        return None
    if not item.loose:
        try:
            return pybase64.b64decode(sent, validate=True)
        except (binascii.Error, ValueError):
            pass  # broken into lines or without padding: below
    return _mended(item, place, repetition)


def _mended(item: Item, place: int, repetition: int) -> bytes | None:
    """Base64 that was broken into lines, by escapes or by bare line ends, lost its padding, or stands in a `data:` address."""
    text = item.segment.component(5, place, 0, repetition) + "".join(item.loose_texts)
    packed = _BLANKS.sub(b"", text.encode())
    if packed[:5] == b"data:":
        packed = packed.partition(b";base64,")[2]
    try:
        return pybase64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _hex(sent: bytes) -> bytes | None:
    try:
        return bytes.fromhex(sent.decode("ascii"))
    except ValueError:
        return None
