"""Results (ORU) and documents (MDM) of a patient: each under the sender's own name for it, with the status that the sender gives."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from integrations.hl7v2.meaning.around import added_by, found_by, written_by
from integrations.hl7v2.meaning.by_rule import by_rule, is_deleted, with_beside
from integrations.hl7v2.meaning.change import sent_at
from integrations.hl7v2.meaning.facts import observation_facts, other_facts, placed_by_rule
from integrations.hl7v2.meaning.observed import is_told_in_notes
from integrations.hl7v2.meaning.places import number_at
from integrations.hl7v2.meaning.unsaid import unsaid
from integrations.hl7v2.message.apart import code_of
from integrations.hl7v2.message.documents import documents
from integrations.hl7v2.message.items import DRUGS, Item, ordered_as
from integrations.hl7v2.message.notification import (
    dated,
    document_added_to,
    document_number,
    document_status,
    file_name_of,
    name_of_words,
    parent_number,
    replaced,
)  # fmt: skip
from integrations.hl7v2.message.order_numbers import added_to, number_before, number_of_order
from integrations.hl7v2.message.people import patient_of
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.statuses import is_cancelled, is_status_only, item_status, order_status, status_by_order
from integrations.hl7v2.message.titles import is_words, of_document, titles
from integrations.hl7v2.message.unplaced import unplaced
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.events import event_of
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.status_codes import GONE, said
from integrations.hl7v2.text.words import matching, refers
from mdo_portal.exchange import Fact, IncomingDocument, IncomingResult, Profile


def result(message: Message, profile: Profile) -> IncomingResult:
    """What came in. Raises Unreadable: no_patient, broken."""
    reading = Reading.of(message, profile)
    notification = message.first("TXA")
    attached = list(documents_of(reading))
    over = list(_over(reading))
    told = list(_facts(reading, {id(item) for item, _ in over}))
    facts = tuple(fact for _, fact in told)
    stands = set(facts) if over else ()
    if notification is not None and not any(document.content for _, document in attached) and not _is_written(facts, reading):
        attached.append(("TXA", _announced(notification, event_of(message), profile)))
    return IncomingResult(
        patient=patient_of(message, profile),
        event=event_of(message),
        referral_number=number_at(reading)[0],
        facts=facts,
        documents=tuple(document for _, document in attached),
        withdrawn=tuple(_withdrawn(reading)),
        whole=tuple(dict.fromkeys(_whole(reading, notification))),
        adds_to=tuple(added_to(reading.items) if notification is None else document_added_to(notification, event_of(message))),
        sent_at=sent_at(message, profile),
        taken_back=tuple(fact for _, fact in over if fact not in stands),
        unmapped=(
            *unplaced(message, profile, "result"),
            *unsaid(reading, (*told, *over)),
            *(f"{item.place}/{GONE}" for item, _ in over),
        ),
        quarantined=tuple(f"{place}/broken" for place, document in attached if _is_broken(document)),
    )


def _is_broken(document: IncomingDocument) -> bool:
    """Whether nobody can read it. One that is taken back comes without what it was, mostly."""
    return document.kind == "unreadable" and (bool(document.content) or document.status != GONE)


def facts_of(reading: Reading) -> Iterator[tuple[Item, Fact]]:
    """What the message tells, each with the segment that says it."""
    return _facts(reading, {id(item) for item, _ in _over(reading)})


def _over(reading: Reading) -> Iterator[tuple[Item, Fact]]:
    """What the message says is no longer so: a diagnosis or procedure that is deleted, an order that is taken back without a result."""
    rules = reading.profile["facts"]
    for item in reading.items:
        segment = item.segment
        if segment.name in DRUGS:
            is_over = order_status(item, reading.profile) == GONE or is_deleted(reading, item)
        elif segment.name == "OBR":
            is_over = is_cancelled(segment, reading.profile) or order_status(item, reading.profile) == GONE
            is_over = is_over and id(segment) not in reading.filled
        else:
            is_over = is_deleted(reading, item)
        if is_over:
            placed = placed_by_rule(reading, item) if segment.name in DRUGS else by_rule(segment, rules[segment.name])
            # One without a name is known by its number alone: it must not take back another that has a name.
            yield from [(item, replace(placed, status=""))] if placed is not None and placed.text else []


def _is_written(facts: Sequence[Fact], reading: Reading) -> bool:
    """Whether a new document stands in the message as text: then nothing is still to come. One that replaces or cancels says so itself."""
    rules = reading.profile["result"]
    is_new = event_of(reading.message) not in (*rules["cancelling"], *rules["replacing"])
    values = (item for item in reading.items if item.segment.name == "OBX")
    is_there = any(item.segment.octets(5, 5) or item.text for item in values)  # of a document its bytes: as a text it is large
    return is_new and is_there and not any(fact.status == GONE for fact in facts)


def _keys(reading: Reading, notification: Segment | None) -> dict[int, str]:
    """The sender's own name of every OBX: order or document, code, sub-id; a second one of the same name is numbered."""
    counts: dict[str, int] = {}
    found: dict[int, str] = {}
    event = event_of(reading.message)
    whole = name_of_words(notification, event) if notification else ""
    orders = {} if notification else {name: number_of_order(one) for name, one in _orders(reading).items()}
    for item in reading.items:
        if item.segment.name == "OBX":
            owner = whole or orders.get(id(item.order), "")
            name = "/".join((owner, code_of(item.segment), item.segment.field(4)))
            counts[name] = counts.get(name, 0) + 1
            found[item.position] = (name if counts[name] == 1 else f"{name}#{counts[name]}") if owner else ""
    return found


def _orders(reading: Reading) -> dict[int, Item]:
    """The orders of a message by their segment (`id`)."""
    return {id(item.segment): item for item in reading.items if item.segment.name == "OBR"}


def _facts(reading: Reading, over: Container[int]) -> Iterator[tuple[Item, Fact]]:
    notification = reading.message.first("TXA")
    keys = _keys(reading, notification)
    for item in reading.items:
        if item.segment.name != "OBX":
            is_told = id(item) not in over and is_told_in_notes(reading, item)
            for fact in other_facts(reading, item, is_over=id(item) in over):
                is_report = is_told and fact.label == ordered_as(item.segment)
                yield item, _as_report(reading, item, fact) if is_report else fact
            continue
        status = item_status(item, notification, reading.profile)
        for fact in observation_facts(reading, item):
            if fact.text or fact.label or status:
                on = fact.dated_on or (dated(notification) if notification else None)
                only = is_status_only(item, reading.profile["result"])
                yield item, replace(fact, key=keys[item.position], status=status, dated_on=on, status_only=only)


def _as_report(reading: Reading, item: Item, fact: Fact) -> Fact:
    """A report in the notes of its order: told again it takes the place of what it was, and it is as final as its order."""
    owner = number_of_order(item)
    return replace(fact, key=f"{owner}/NTE" if owner else "", status=status_by_order(item.segment, reading.profile))


def documents_of(reading: Reading) -> Iterator[tuple[str, IncomingDocument]]:
    """Every document with its place. One that takes the place of another says which: TXA-13."""
    notification = reading.message.first("TXA")
    keys = _keys(reading, notification)
    for item in reading.items:
        if item.is_document:
            reference = name_of_words(notification, event_of(reading.message)) if notification else keys[item.position]
            status = item_status(item, notification, reading.profile)
            for one in documents(item, reading.profile, reference):
                by = written_by(reading) or found_by(item.segment, reading.message.get("MSH-4-1")) or one.author
                told = replace(one, status=status, replaces=replaced(reading.message, reading.profile), author=by)
                if notification is not None:
                    told = _described(told, notification, reading.profile)
                    told = replace(told, title=with_beside(told.title, added_by(reading, told.title)))
                codes = {item.segment.component(3), notification.component(2) if notification else ""}
                yield item.place, _letter(told, codes, reading.profile["referral"]["recognised"])


def _described(document: IncomingDocument, notification: Segment, profile: Profile) -> IncomingDocument:
    """Title and day from the notification where the OBX has none of its own."""
    said = titles(notification)
    title = with_beside(document.title, "; ".join(of_document(document.title, said))) or _title(notification)
    kind = document.kind or matching(notification.component(2), " ".join(said), profile["documents"]["kinds"])
    return replace(document, title=title, kind=kind, dated_on=document.dated_on or dated(notification))


def _letter(document: IncomingDocument, codes: Collection[str], recognised: Mapping[str, Any]) -> IncomingDocument:
    """A letter about a patient is the letter that refers him when it says so; a message that refers needs no such word."""
    says_so = any(code in recognised["codes"] for code in codes) or refers(document.title, recognised)
    return document if says_so or document.kind != _REFERS else replace(document, kind="")


_REFERS = "referral letter"


def _announced(notification: Segment, event: str, profile: Profile) -> IncomingDocument:
    """A document that is told of and not sent: what it is, and its status."""
    rules = profile["result"]
    is_over = event in rules["cancelling"]
    return IncomingDocument(
        title=_title(notification),
        media_type="",
        content=b"",
        dated_on=dated(notification),
        reference=document_number(notification, event),
        replaces=parent_number(notification) if is_over or event in rules["replacing"] else "",
        status=GONE if is_over else document_status(notification, profile),
    )


def _title(notification: Segment) -> str:
    """What a document is where TXA-2 says that in words alone; else its file name (TXA-16), else the words or the code of what it is."""
    words, code = notification.component(2, 2), notification.component(2)
    return (code if is_words(code) else "") or file_name_of(notification) or words or code


def _withdrawn(reading: Reading) -> Sequence[str]:
    return list(dict.fromkeys(filter(None, map(number_of_order, _cancelled(reading)))))


def _cancelled(reading: Reading) -> list[Item]:
    """Orders that are taken back whole: OBR-25 says so and no result stands under them."""
    gone = (one for one in _orders(reading).values() if is_cancelled(one.segment, reading.profile))
    return [one for one in gone if id(one.segment) not in reading.filled]


def _whole(reading: Reading, notification: Segment | None) -> Iterator[str]:
    """What the message tells whole: lines of one name are numbered within a message, so they mean nothing beside those of another.

    Of an order that is done (OBR-25) and of a document also the lines of that code under another sub-id.
    """
    rules, keys = reading.profile["result"], _keys(reading, notification)
    before = {name: number_before(one) for name, one in _orders(reading).items()} if notification is None else {}
    for item in reading.items:
        key = keys.get(item.position, "") if item.segment.name == "OBX" else ""
        if not key or item.is_document or not item.text:
            continue
        if before.get(id(item.order)):
            yield "/".join((before[id(item.order)], code_of(item.segment), item.segment.field(4)))
        if item_status(item, notification, reading.profile) != GONE:
            name = re.sub(r"#\d+$", "", key)
            is_done = notification is not None or said(item.order, 25) in rules["complete"]
            yield name.rpartition("/")[0] if is_done else name
