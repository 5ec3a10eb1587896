"""Documents inside a message (OBX with ED): their bytes as sent, also when they are not what they say they are."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator, Mapping

import pybase64

from integrations.cda import opened, title_of
from integrations.hl7v2.message.items import Item
from integrations.hl7v2.text.packed import (
    ENCODINGS,
    encoding_at,
    is_document,
    is_written_first,
    place_of,
    value_type,
    without_ends,
)
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.values import day, label, partial
from integrations.hl7v2.text.words import folded_all, matching
from integrations.rich_text import MOST, as_utf8, is_rich, words_in
from mdo_portal.exchange import IncomingDocument, Profile

MOST_REPETITIONS = 50
_FILE_NAME = re.compile(r"[^\\/\n]+\.\w{1,5}")
_BLANKS = re.compile(rb"\s+")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")  # RFC 4648 section 5
_WORDED = ("text", "tx", "ft")
_BEFORE_WORDS = b"\xef\xbb\xbf \t\r\n"
_UNSAID = "application/octet-stream"
_STARTS = {
    b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"{\\rtf": "application/rtf",
    b"II*\0": "image/tiff", b"MM\0*": "image/tiff",
}  # fmt: skip
"""How what has no type begins (PNG, JPEG, RTF, TIFF)."""


def is_pointer(segment: Segment) -> bool:
    """Whether an OBX only says where a document lies (RP). Nothing is ever fetched from an address in a message."""
    return value_type(segment) == "RP" and bool(segment.field(5))


def documents(item: Item, profile: Profile, reference: str) -> list[IncomingDocument]:
    """The documents of one OBX. One that can't be decoded comes as text, kind `unreadable`: a person looks at it."""
    found = (_document(item, profile, reference, repetitions) for repetitions in _repetitions(item))
    return [one for document in found for one in opened(document)]


def title_inside(segment: Segment) -> str:
    """What a clinical document (CDA) in an OBX calls itself; "" for any other."""
    item = Item(segment, 1)
    if not is_document(segment) or not _start(item, [0]).lstrip(_BEFORE_WORDS)[:12].lower().startswith((b"<", b"mime-version")):
        return ""
    return title_of(_content(item, [0]) or b"")


def rich_words(item: Item) -> Iterator[str]:
    """The words of each document in RTF or HTML, which no page shows as it is."""
    for repetitions in _repetitions(item):
        if is_rich(_start(item, repetitions)) and (words := words_in(_content(item, repetitions) or b"")):
            yield words


def plain_words(item: Item) -> Iterator[str]:
    """The words of each document that says it is a text and is no more."""
    for repetitions in _repetitions(item):
        if item.segment.component(5, 2, repetition=repetitions[0]).lower() in (*_WORDED, "text/plain"):
            content = _content(item, repetitions) or b""
            if len(content) <= MOST and not is_rich(content):
                yield as_utf8(content, "text/plain").decode("utf-8", "replace")


def _repetitions(item: Item) -> list[list[int]]:
    """Which repetitions of OBX-5 are one document: one that has only a first component goes on with the one before."""
    found = [[0]]
    for n in range(1, MOST_REPETITIONS):
        if not item.segment.repeats(5, n):
            break
        if item.segment.octets(5, place_of(item.segment, n), n):
            found.append([n])
        elif item.segment.octets(5, 1, n):
            found[-1].append(n)
        else:
            break
    return found


def _start(item: Item, repetitions: list[int]) -> bytes:
    """The first bytes of a document, enough to know what it is; of one that is broken into lines, or in hex, all of it is read."""
    repetition = repetitions[0]
    place = place_of(item.segment, repetition)
    encoding = encoding_at(item.segment, place, repetition)
    if encoding in ("a", ""):
        return item.segment.component(5, place, 0, repetition)[:200].encode()
    try:
        sent = item.segment.octets(5, place, repetition)[:400]
        return pybase64.b64decode(sent, validate=True) if encoding != "hex" else (_content(item, repetitions) or b"")
    except (binascii.Error, ValueError):
        return _content(item, repetitions) or b""


def _document(item: Item, profile: Profile, reference: str, repetitions: list[int]) -> IncomingDocument:
    segment, rules, repetition = item.segment, profile["documents"], repetitions[0]
    title, order = file_name(item).strip() or label(segment), item.order
    kind = matching(segment.component(3), f"{label(segment)} {title}", rules["kinds"])
    if order and not kind and title.casefold() in folded_all(tuple(rules["general"])):
        kind = matching(order.component(4), order.component(4, 2, 0), rules["kinds"])
    if order and title.casefold() in folded_all(tuple(rules["formats"])):
        title = order.component(4, 2, 0) or title
    by_order = day(order.component(7)) or day(order.component(8)) if order and not partial(segment.component(14)) else None
    dated_on = day(segment.component(14)) or by_order
    content = _content(item, repetitions)
    if content is None:
        sent = bytes(segment.octets(5, 5, repetition)) + "".join(item.loose_texts).encode()
        return IncomingDocument(title, "text/plain", sent, dated_on, "unreadable", reference)
    media = _media_type(segment, repetition, rules["media"])
    if content.startswith(b"%PDF-"):
        media = "application/pdf"
    elif media == _UNSAID:
        media = next((known for start, known in _STARTS.items() if content.startswith(start)), media)
    return IncomingDocument(title, media, as_utf8(content, media), dated_on, kind, reference)


def file_name(item: Item) -> str:
    """The note that names the file (ZorgDomein writes it so); "" when no note does."""
    return next((text for text in item.notes if _FILE_NAME.fullmatch(text.strip())), "")


def _media_type(segment: Segment, repetition: int, media: Mapping[str, str]) -> str:
    kind = segment.component(5, 2, repetition=repetition)
    subtype = segment.component(5, 3, repetition=repetition).lower()
    if "/" in subtype:  # some put the whole media type in the subtype
        return subtype
    if "/" in kind and subtype in ("", *ENCODINGS):  # others in the type (the German profile of MDM)
        return kind.lower()
    if subtype in ("", *ENCODINGS):  # no subtype: what may stand there is the encoding
        subtype = "plain" if kind.lower() in _WORDED else ""
    if not (kind or subtype) and is_written_first(segment, repetition):
        return "text/plain"
    return f"{media.get(kind.upper(), kind.lower())}/{subtype}" if kind and subtype else _UNSAID


def _content(item: Item, repetitions: list[int]) -> bytes | None:
    repetition = repetitions[0]
    place = place_of(item.segment, repetition)
    encoding = encoding_at(item.segment, place, repetition)
    sent = item.segment.octets(5, place, repetition)
    if encoding == "a":
        return _as_it_stands(item, repetitions, place)
    if encoding == "hex":
        return _hex(bytes(sent))
    if not sent:
        return None
    if not item.loose and not item.more and len(repetitions) == 1:
        try:
            return pybase64.b64decode(sent, validate=True)
        except (binascii.Error, ValueError):
            pass  # broken into lines or without padding: below
    mended = _mended(item, place, repetitions)
    if mended is None and not encoding and item.segment.component(5, 2, repetition=repetition).lower() in _WORDED:
        return _as_it_stands(item, repetitions, place)
    return mended


def _as_it_stands(item: Item, repetitions: list[int], place: int) -> bytes:
    """Text that is in no encoding; what came as repetitions or after a bare line end is a line of it."""
    first, *others = repetitions
    lines = [item.segment.component(5, place, 0, first), *(item.segment.component(5, 1, 0, n) for n in others), *item.loose_texts]
    return re.sub("\r\n?", "\n", "\n".join(lines)).encode()


def _mended(item: Item, place: int, repetitions: list[int]) -> bytes | None:
    """Base64 that was broken into lines, by escapes or bare line ends, came in pieces, lost its padding, or stands between quotes or in a
    `data:` address.
    """
    first, *others = repetitions
    pieces = [
        item.segment.component(5, place, 0, first),
        *(item.segment.component(5, 1, 0, n) for n in others),
        *item.loose_texts,
    ]
    for one in item.more:
        pieces += [one.segment.component(5, place, 0) or one.segment.component(5, 1, 0), *one.loose_texts]
    packed = _BLANKS.sub(b"", without_ends("".join(pieces).encode())).strip(b"\"'")
    if packed[:5] == b"data:":
        packed = packed.partition(b"base64,")[2]
    packed = packed.translate(_URL_SAFE)
    try:
        return pybase64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def _hex(sent: bytes) -> bytes | None:
    try:
        return bytes.fromhex(sent.decode("ascii"))
    except ValueError:
        return None
