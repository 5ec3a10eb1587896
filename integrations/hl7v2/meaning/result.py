"""Results (ORU) and documents (MDM) of a patient: each under the sender's own name for it, with the status that the sender gives."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from integrations.hl7v2.meaning.attached import announced, of_result
from integrations.hl7v2.meaning.by_rule import by_rule, is_deleted
from integrations.hl7v2.meaning.facts import is_given_up, observation_facts, other_facts, placed_by_rule
from integrations.hl7v2.meaning.observed import is_told_in_notes
from integrations.hl7v2.meaning.of_whom import put_apart
from integrations.hl7v2.meaning.places import number_at
from integrations.hl7v2.meaning.unread import unsaid
from integrations.hl7v2.message.items import DRUGS, Item, ordered_as
from integrations.hl7v2.message.left import left_of
from integrations.hl7v2.message.order_numbers import added_to, code_of, number_before, number_of_order
from integrations.hl7v2.message.patient import patient_of
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.statuses import is_order_back, is_status_only, status_by_order, status_of
from integrations.hl7v2.text.numbers import identifies
from integrations.hl7v2.text.status_codes import GONE, said
from mdo_portal.exchange import Fact, IncomingDocument, IncomingResult


def result(reading: Reading) -> IncomingResult:
    """What came in. Raises Unreadable: no_patient, broken."""
    told = reading.notification
    attached = list(of_result(reading))
    over = list(_over(reading))
    standing = list(_facts(reading, {id(item) for item, _ in over}))
    facts = tuple(fact for _, fact in standing)
    stands = set(facts) if over else ()
    if (
        told is not None
        and not reading.of_another
        and not any(document.content for _, document in attached)
        and not _is_written(facts, reading)
    ):
        attached.append(("TXA", announced(told)))
    return IncomingResult(
        patient=patient_of(reading),
        event=reading.event,
        referral_number=_answered(reading),
        facts=facts,
        documents=tuple(document for _, document in attached),
        withdrawn=tuple(_withdrawn(reading)),
        whole=tuple(dict.fromkeys(_whole(reading))),
        adds_to=tuple(added_to(reading.values, reading.ordered) if told is None else told.added_to),
        sent_at=reading.sent_at,
        taken_back=tuple(fact for _, fact in over if fact not in stands),
        unmapped=(
            *left_of(reading, "result"),
            *unsaid(reading, (*standing, *over)),
            *(f"{item.place}/{GONE}" for item, _ in over),
        ),
        quarantined=(*put_apart(reading), *(f"{place}/broken" for place, document in attached if _is_broken(document))),
    )


def _answered(reading: Reading) -> str:
    """The number of the order or referral that it answers. Of a letter that is the order it is of (TXA-14), before its own number; who
    carried out what it reports has numbers of its own, which no referral has.
    """
    number, place = number_at(reading, but=_OF_WHO_REPORTS)
    told, of_order = reading.notification, reading.message.get("TXA-14-1").strip()
    is_own = told is not None and place.startswith("TXA-") and not told.number_aside[0] and not told.names_somebody(_ORDER)
    return of_order if is_own and identifies(of_order) else number


_OF_WHO_REPORTS, _ORDER = ("OBR-3", "ORC-3"), 14


def _is_broken(document: IncomingDocument) -> bool:
    """Whether nobody can read it. One that is taken back comes without what it was, mostly."""
    return document.kind == "unreadable" and (bool(document.content) or document.status != GONE)


def facts_of(reading: Reading) -> Iterator[tuple[Item, Fact]]:
    """What the message tells, each with the segment that says it."""
    return _facts(reading, {id(item) for item, _ in _over(reading)})


def _over(reading: Reading) -> Iterator[tuple[Item, Fact]]:
    """What the message says is no longer so: a diagnosis or procedure that is deleted, an order that is taken back without a result."""
    for item in reading.items:
        segment = item.segment
        if segment.name == "OBR":
            is_over = is_given_up(reading, item) or (id(segment) not in reading.filled and is_order_back(reading, item))
        else:
            is_over = is_deleted(reading, item) or (segment.name in DRUGS and is_order_back(reading, item))
        if is_over:
            is_drug = segment.name in DRUGS
            placed = placed_by_rule(reading, item) if is_drug else by_rule(segment, reading.profile["facts"][segment.name])
            # One without a name is known by its number alone: it must not take back another that has a name.
            yield from [(item, replace(placed, status=""))] if placed is not None and placed.text else []


def _is_written(facts: Sequence[Fact], reading: Reading) -> bool:
    """Whether a new document stands in the message as text: then nothing is still to come. One that replaces or cancels says so itself."""
    is_new = reading.notification is not None and not (reading.notification.is_cancelling or reading.notification.is_replacing)
    # Of a document its bytes: as a text it is large.
    is_there = any(item.segment.octets(5, 5) or item.text for item in reading.values)
    return is_new and is_there and not any(fact.status == GONE for fact in facts)


def _facts(reading: Reading, over: Container[int]) -> Iterator[tuple[Item, Fact]]:
    dated_on = reading.notification.dated_on if reading.notification is not None else None
    for item in reading.items:
        if item.segment.name != "OBX":
            is_told = id(item) not in over and is_told_in_notes(reading, item)
            for fact in other_facts(reading, item, is_over=id(item) in over):
                is_report = is_told and fact.label == ordered_as(item.segment)
                yield item, _as_report(reading, item, fact) if is_report else fact
            continue
        status, only, key = status_of(reading, item), is_status_only(reading, item), reading.keys[item.position]
        for fact in observation_facts(reading, item):
            if fact.text or fact.label or status:
                yield item, replace(fact, key=key, status=status, dated_on=fact.dated_on or dated_on, status_only=only)


def _as_report(reading: Reading, item: Item, fact: Fact) -> Fact:
    """A report in the notes of its order: told again it takes the place of what it was, and it is as final as its order."""
    owner = number_of_order(item)
    return replace(fact, key=f"{owner}/NTE" if owner else "", status=status_by_order(reading, item.segment))


def _withdrawn(reading: Reading) -> Sequence[str]:
    gone = (one for one in reading.ordered.values() if is_given_up(reading, one))
    return list(dict.fromkeys(filter(None, map(number_of_order, gone))))


def _whole(reading: Reading) -> Iterator[str]:
    """What the message tells whole: lines of one name are numbered within a message, so they mean nothing beside those of another.

    Of an order that is done (OBR-25) and of a document also the lines of that code under another sub-id.
    """
    is_document = reading.notification is not None
    before = {} if is_document else {name: number_before(one) for name, one in reading.ordered.items()}
    for item in reading.values:
        key = reading.keys[item.position]
        if not key or item.is_document or not item.text:
            continue
        if before.get(id(item.order)):
            yield "/".join((before[id(item.order)], code_of(item.segment), item.segment.field(4)))
        if status_of(reading, item) != GONE:
            name = re.sub(r"#\d+$", "", key)
            is_done = is_document or said(item.order, 25) in reading.profile["result"]["complete"]
            yield name.rpartition("/")[0] if is_done else name
