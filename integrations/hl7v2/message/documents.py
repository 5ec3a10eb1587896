"""Documents inside a message (OBX with ED): their bytes as sent, also when they are not what they say they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from integrations.cda import opened, title_of
from integrations.cda_patient import is_of_another
from integrations.hl7v2.message.enclosed import Enclosed
from integrations.hl7v2.message.items import Item
from integrations.hl7v2.message.patient import bsns_of, patient
from integrations.hl7v2.message.received import Received
from integrations.hl7v2.text.packed import ENCODINGS, value_type
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.values import day_of_event, partial
from integrations.hl7v2.text.words import folded_all
from integrations.rich_text import MOST, as_utf8, is_rich, words_in
from mdo_portal.exchange import IncomingDocument, Unreadable

_FILE_NAME = re.compile(r"[^\\/\n]+\.\w{1,5}")
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


def documents(received: Received, item: Item, reference: str) -> list[IncomingDocument]:
    """The documents of one OBX. One that can't be decoded comes as text, kind `unreadable`: a person looks at it."""
    return [one for document in item.enclosed for one in opened(_document(received, item, document, reference))]


def title_inside(item: Item) -> str:
    """What a clinical document (CDA) in an OBX calls itself; "" for any other."""
    return title_of(item.enclosed[0].content or b"") if item.is_document and _may_be_clinical(item.enclosed[0]) else ""


def _may_be_clinical(sent: Enclosed) -> bool:
    return sent.start.lstrip(_BEFORE_WORDS)[:12].lower().startswith((b"<", b"mime-version"))


def of_another(received: Received, items: Iterable[Item]) -> list[Item]:
    """The OBX lines with a clinical document that says that it is of somebody else than the patient of the message."""
    held = [(item, one) for item in items if item.segment.name == "OBX" and item.is_document for one in item.enclosed]
    clinical = [(item, one) for item, one in held if _may_be_clinical(one)]
    pid = received.message.first("PID") if clinical else None
    if pid is None:
        return []
    try:
        who, own = patient(received, pid), bsns_of(received)
    except Unreadable:
        return []  # nobody is: whoever reads the message tells a person
    return [item for item, one in clinical if is_of_another(one.content or b"", who, own)]


def rich_words(item: Item) -> Iterator[str]:
    """The words of each document in RTF or HTML, which no page shows as it is."""
    yield from filter(None, (words_in(one.content or b"") for one in item.enclosed if is_rich(one.start)))


def plain_words(item: Item) -> Iterator[str]:
    """The words of each document that says it is a text and is no more."""
    for one in item.enclosed:
        content = (one.content or b"") if one.is_worded or one.said(2).lower() == "text/plain" else None
        if content is not None and len(content) <= MOST and not is_rich(content):
            yield as_utf8(content, "text/plain").decode("utf-8", "replace")


def _document(received: Received, item: Item, sent: Enclosed, reference: str) -> IncomingDocument:
    segment, rules, order = item.segment, received.profile["documents"], item.order
    title = file_name(item).strip() or item.label
    kind = received.kinds.matching(segment.component(3), f"{item.label} {title}")
    if order and not kind and title.casefold() in folded_all(tuple(rules["general"])):
        kind = received.kinds.matching(order.component(4), order.component(4, 2, 0))
    if order and title.casefold() in folded_all(tuple(rules["formats"])):
        title = order.component(4, 2, 0) or title
    by_order = (
        day_of_event(order.component(7)) or day_of_event(order.component(8))
        if order and not partial(segment.component(14))
        else None
    )
    dated_on = day_of_event(segment.component(14)) or by_order
    if sent.content is None:
        return IncomingDocument(title, "text/plain", sent.as_sent, dated_on, "unreadable", reference)
    media = _media_type(sent, sent.content, rules["media"])
    return IncomingDocument(title, media, as_utf8(sent.content, media), dated_on, kind, reference)


def file_name(item: Item) -> str:
    """The note that names the file (ZorgDomein writes it so); "" when no note does."""
    return next((text for text in item.notes if _FILE_NAME.fullmatch(text.strip())), "")


def _media_type(sent: Enclosed, content: bytes, media: Mapping[str, str]) -> str:
    """By what it is, where that is a PDF; else as it says, and where it says nothing by how it begins."""
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    said = _said_type(sent, media)
    return next((known for start, known in _STARTS.items() if content.startswith(start)), said) if said == _UNSAID else said


def _said_type(sent: Enclosed, media: Mapping[str, str]) -> str:
    kind, subtype = sent.said(2), sent.said(3).lower()
    if "/" in subtype:  # some put the whole media type in the subtype
        return subtype
    if "/" in kind and subtype in ("", *ENCODINGS):  # others in the type (the German profile of MDM)
        return kind.lower()
    if subtype in ("", *ENCODINGS):  # no subtype: what may stand there is the encoding
        subtype = "plain" if sent.is_worded else ""
    if not (kind or subtype) and sent.is_written:
        return "text/plain"
    return f"{media.get(kind.upper(), kind.lower())}/{subtype}" if kind and subtype else _UNSAID
