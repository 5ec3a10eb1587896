"""What is inside a message and names another patient, or the patient by a number that stands nowhere in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from integrations.bsn import bsns_named, shown_facts, without_bsns
from integrations.hl7v2.message.items import Item
from integrations.hl7v2.message.patient import bsns_of
from integrations.hl7v2.message.reading import Reading
from mdo_portal.exchange import Fact, Incoming, IncomingReferral, IncomingResult, PatientIdentity

ANOTHER = "another"
_ASKED = ("question_board", "question_radiology", "question_pathology", "cancel_reason", "tumour_hint")


def put_apart(reading: Reading) -> Iterator[str]:
    """`OBX(2)/another`: where a letter stands that is of somebody else."""
    return (f"{item.place}/{ANOTHER}" for item in reading.of_another)


def without_numbers(read: Incoming, reading: Reading) -> Incoming:
    """What was read, without the BSNs in its words: a page shows the patient's own in part. That one is another's, a person is told."""
    if not isinstance(read, IncomingReferral | IncomingResult):
        return read
    own = own_bsns(reading, read.patient)
    over: dict[str, Any] = {
        "facts": tuple(shown_facts(read.facts, own)),
        "taken_back": tuple(shown_facts(read.taken_back, own)),
        "unmapped": (*read.unmapped, *(_anothers(reading, own) or _in_documents(reading, read.facts, own))),
    }
    over |= {name: without_bsns("", getattr(read, name), own) for name in _ASKED if getattr(read, name, "")}
    return replace(read, **over)


def own_bsns(reading: Reading, who: PatientIdentity) -> frozenset[str]:
    """Every BSN that the message gives the patient."""
    return bsns_of(reading) | {who.bsn} - {""}


def _anothers(reading: Reading, own: frozenset[str]) -> list[str]:
    """Where a BSN stands that is not the patient's; where nobody says which is, one to look at."""
    found = (item for item in reading.items if any(bsns_named(called, text) - own for called, text in _said(item)))
    return [f"{item.place}/{ANOTHER if own else 'bsn'}" for item in found]


def _in_documents(reading: Reading, facts: Iterable[Fact], own: frozenset[str]) -> list[str]:
    """The documents of a message of which the words name one: in which of several it stands, whoever opens them sees."""
    if not own or not any(bsns_named(one.label, one.text) - own for one in facts):
        return []
    return [f"{item.place}/{ANOTHER}" for item in reading.values if item.is_document]


def _said(item: Item) -> Iterator[tuple[str, str]]:
    """What an item says in words, under its name."""
    if item.segment.name == "OBX" and not item.is_document:
        yield item.label, item.text
    elif item.notes:
        yield from zip(item.note_labels, item.notes, strict=True)
