"""By what a message waits its turn, read before it is answered: the numbers of its patients, of its referral and of its Tasks.

Two messages that share one of these are understood in order of arrival, and what came before its referral is read again after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from integrations.fhir.entries.addresses import logical
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.task import is_notice
from integrations.fhir.meaning.belonging import addresses_in
from integrations.fhir.meaning.request import ALL_KINDS, KINDS, number_of
from integrations.fhir.meaning.wrapping import deleted_address, deleted_number
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


def referral_names(entries: tuple[Entry, ...], deleted: Iterable[str] = ()) -> tuple[str, ...]:
    """The number of the referral that it makes, belongs to or deletes (`deleted`), and where that stands at the sender; no patient's number
    looks like that.

    Not an address that anybody may write (`ServiceRequest/1`): some give it to every message, and a question about one would hold up all
    of them.
    """
    told = [entry for entry in entries if not (entry.kind == "Task" and is_notice(entry.resource))]
    names = [name for entry in told for name in (*_numbers(entry.resource), *filter(_is_one_of_many, _addresses(entry)))]
    names += [name for url in deleted for name in (deleted_number(url), *filter(_is_one_of_many, [deleted_address(url)]))]
    return tuple(islice(dict.fromkeys(f"referral {name}" for name in names if name), _MOST_NAMES))


def _addresses(entry: Entry) -> tuple[str, ...]:
    return (entry.known_as,) if entry.kind in ALL_KINDS else tuple(addresses_in(entry.resource))


def _is_one_of_many(address: str) -> bool:
    """Whether a server gave out the id in it: a running number, or one as long as a UUID."""
    number = address.partition("/")[2]
    return len(number) >= 20 or (len(number) >= 4 and number.isdecimal())


def _numbers(own: Node) -> Iterator[str]:
    requests = (one for one in (own, *nodes(own.get("contained"))) if one.get("resourceType") in KINDS.values())
    yield from map(number_of, requests)
    for one in (*nodes(own.get("basedOn")), *nodes(own.get("focus")), *nodes(node(own.get("context")).get("related"))):
        yield from (text(node(each.get("identifier")).get("value")) for each in (one, node(one.get("ref"))))
