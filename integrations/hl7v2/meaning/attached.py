"""The documents in a message, with what it says around each: how sure it is, what it takes the place of, and who wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from integrations.hl7v2.meaning.around import added_by, found_by, written_by
from integrations.hl7v2.meaning.by_rule import with_beside
from integrations.hl7v2.message.documents import documents
from integrations.hl7v2.message.items import Item
from integrations.hl7v2.message.notification import Notification
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.statuses import status_of
from integrations.hl7v2.text.status_codes import GONE
from integrations.hl7v2.text.words import not_in
from mdo_portal.exchange import IncomingDocument

_TOLD_ANEW = ("T04", "T08", "T10")
"""Events of a document (MDM) that was told before: without a parent under its own number."""


def of_referral(reading: Reading) -> Iterator[tuple[str, IncomingDocument]]:
    """Every document of a referral with its place in the message; without a notification under the number of its order."""
    told = reading.notification
    for item in reading.values:
        if item.is_document:
            order = item.order
            reference = (told.number if told else "") or (order.component(3) or order.component(2) if order else "")
            for one in _in(reading, item, reference):
                yield item.place, replace(one, replaces=reference) if not one.replaces and reading.event in _TOLD_ANEW else one


def of_result(reading: Reading) -> Iterator[tuple[str, IncomingDocument]]:
    """Every document of a message of results with its place: under the number of its notification, else under its own name."""
    told = reading.notification
    for item in reading.values:
        if item.is_document:
            reference = told.name_of_words if told else reading.keys[item.position]
            codes = {item.segment.component(3), told.segment.component(2) if told else ""}
            for one in _in(reading, item, reference):
                named = _described(reading, told, one) if told else one
                yield item.place, _unless_it_refers(reading, named, codes)


def _in(reading: Reading, item: Item, reference: str) -> Iterator[IncomingDocument]:
    status, by = status_of(reading, item), written_by(reading) or found_by(reading, item.segment)
    before = reading.notification.replaced if reading.notification else ""
    for one in documents(reading, item, reference):
        yield replace(one, status=status, replaces=before, author=by or one.author)


def _described(reading: Reading, told: Notification, document: IncomingDocument) -> IncomingDocument:
    """Title and day from the notification where the OBX has none of its own."""
    title = with_beside(document.title, "; ".join(not_in(document.title, told.titles))) or told.title
    kind = document.kind or reading.kinds.matching(told.segment.component(2), " ".join(told.titles))
    title = with_beside(title, added_by(reading, title))
    return replace(document, title=title, kind=kind, dated_on=document.dated_on or told.dated_on)


def _unless_it_refers(reading: Reading, document: IncomingDocument, codes: set[str]) -> IncomingDocument:
    """A letter about a patient is the letter that refers him when it says so; a message that refers needs no such word."""
    says_so = any(reading.recognised.is_registration(code, document.title) for code in codes)
    return document if says_so or document.kind != _REFERS else replace(document, kind="")


_REFERS = "referral letter"


def announced(told: Notification) -> IncomingDocument:
    """A document that is told of and not sent: what it is, and its status."""
    return IncomingDocument(
        title=told.title,
        media_type="",
        content=b"",
        dated_on=told.dated_on,
        reference=told.number,
        replaces=told.parent if told.is_cancelling or told.is_replacing else "",
        status=GONE if told.is_cancelling else told.status,
    )
