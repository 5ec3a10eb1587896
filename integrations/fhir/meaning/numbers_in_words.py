"""A BSN in the words of a message: it stands in full nowhere but where the patient has it, and one that is another's is for a person."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from integrations.bsn import bsns_named, is_possible_bsn, shown_facts, without_bsns
from integrations.fhir.entries.bundle import entries_of
from integrations.fhir.text.values import Node
from mdo_portal.exchange import IncomingAnswer, IncomingReferral, IncomingResult, PatientIdentity

Told = IncomingReferral | IncomingAnswer | IncomingResult
_FIELDS = ("question_board", "question_radiology", "question_pathology", "cancel_reason", "tumour_hint", "text")


def bsns_of(who: PatientIdentity) -> frozenset[str]:
    """Every number of nine digits that the message gives the patient."""
    given = (who.bsn, who.local_number, *(number for _, number in who.other_numbers))
    return frozenset(filter(is_possible_bsn, given))


def without_numbers(read: Told, tree: Node) -> Told:
    """What was read, without the BSNs in its words: a page shows the patient's own in part."""
    own = bsns_of(read.patient)
    words = {name: said for name in _FIELDS if (said := getattr(read, name, ""))}
    over: dict[str, Any] = {name: bare for name, said in words.items() if (bare := without_bsns("", said, own)) != said}
    for name in ("facts", "taken_back"):
        facts = getattr(read, name)
        if (left := tuple(shown_facts(facts, own))) != facts:
            over[name] = left
    if isinstance(read, IncomingAnswer) and read.others:
        over["others"] = tuple((question, without_bsns("", said, own)) for question, said in read.others)
    if not over:
        return read
    others = _named(read, words.values()) - own
    why = "another" if own else "bsn"  # where nobody says which is the patient's, one to look at
    return replace(read, **over, unmapped=(*read.unmapped, *(f"{place}/{why}" for place in _places(others, tree))))


def _named(read: Told, words: Iterable[str]) -> frozenset[str]:
    """The BSNs that it names in words."""
    facts = ((fact.label, fact.text) for fact in (*read.facts, *read.taken_back))
    return frozenset(number for called, text in (*facts, *(("", one) for one in words)) for number in bsns_named(called, text))


def _places(numbers: frozenset[str], tree: Node) -> list[str]:
    """Where in the message these stand, asked only of one that names another's; in which of several files, whoever opens them sees."""
    if not numbers:
        return []
    entries = [one for one in entries_of(tree) if one.kind != "Patient"]
    found = [one.place for one in entries if without_bsns("", written := json.dumps(one.resource), numbers) != written]
    return found or [one.place for one in entries if one.kind in _HOLD_FILES]


_HOLD_FILES = ("DocumentReference", "Binary", "DiagnosticReport", "Media", "Communication", "QuestionnaireResponse", "Task")
