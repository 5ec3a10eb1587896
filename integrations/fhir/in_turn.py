"""By what a message waits its turn, read before it is answered: the numbers of its patients, of its referral and of its Tasks.

Two messages that share one of these are understood in order of arrival, and what came before its referral is read again after it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from integrations.fhir.entries.addresses import logical
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.task import is_notice
from integrations.fhir.meaning.request import KINDS, number_of
from integrations.fhir.text.values import Node, node, nodes, text
from mdo_portal.exchange import Unreadable

MOST_NUMBERS = 1000
"""Numbers of patients in one message, twenty times the most that anybody sent: each is hashed and indexed before the answer, and 60,000
of them held up everybody's door for five seconds.
"""
_MOST_NAMES = 50
"""Of referrals in one message: it is about one, and names it at every document."""


def patient_numbers(entries: tuple[Entry, ...]) -> tuple[tuple[str, str], ...]:
    """Of every patient, and of whom the others say they are about; and of a Task what it belongs to: two notices about one thing are read
    in order of arrival. Raises Unreadable("too_many_numbers").
    """
    found = [pair for entry in entries if entry.kind == "Patient" for pair in identifiers(entry.resource)]
    for told in (entry.resource for entry in entries if entry.kind != "Patient"):
        for name in ("for", "subject", "patient"):
            found += identifiers({"identifier": logical(told.get(name))})
        found += [
            pair for one in nodes(told.get("contained")) if one.get("resourceType") == "Patient" for pair in identifiers(one)
        ]
    for task in (entry.resource for entry in entries if entry.kind == "Task"):
        belongs = text(node(task.get("groupIdentifier")).get("value"))
        names = [belongs, *(number for _, number in identifiers(task))]
        found += [("urn:mdo:task", name) for name in names if name]
    if len(numbers := tuple(dict.fromkeys(found))) > MOST_NUMBERS:
        raise Unreadable("too_many_numbers", f"more than {MOST_NUMBERS}")
    return numbers


def referral_names(entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """The number of the referral that it makes or belongs to; no patient's number looks like that.

    Not where that stands at the sender: some give every message the same address, and a question about one would hold up all of them.
    """
    found = (
        name for entry in entries if not (entry.kind == "Task" and is_notice(entry.resource)) for name in _numbers(entry.resource)
    )
    return tuple(islice(dict.fromkeys(f"referral {name}" for name in found if name), _MOST_NAMES))


def _numbers(own: Node) -> Iterator[str]:
    requests = (one for one in (own, *nodes(own.get("contained"))) if one.get("resourceType") in KINDS.values())
    yield from map(number_of, requests)
    for one in (*nodes(own.get("basedOn")), *nodes(own.get("focus")), *nodes(node(own.get("context")).get("related"))):
        yield from (text(node(each.get("identifier")).get("value")) for each in (one, node(one.get("ref"))))
