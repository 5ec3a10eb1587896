"""From one message to what it is: a referral, an addition to one that was sent before, a result, or a notice that data lie ready."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import WRITES, Entry, bundles_in, entries_of
from integrations.fhir.entries.envelope import flaw_of
from integrations.fhir.entries.history import newest
from integrations.fhir.entries.in_force import tags
from integrations.fhir.entries.modified import without_modified
from integrations.fhir.entries.people import patient_identity
from integrations.fhir.entries.task import is_notice, question_of, read_notice
from integrations.fhir.meaning.addition import read_addition
from integrations.fhir.meaning.belonging import deleted_number, deleted_request
from integrations.fhir.meaning.referral import read_referral
from integrations.fhir.meaning.request import ALL_KINDS, has_request, with_contained
from integrations.fhir.meaning.result import read_result
from integrations.fhir.meaning.sieve import HELPERS
from integrations.fhir.text.clock import clocked
from integrations.fhir.text.judge import problem
from integrations.fhir.text.location import address
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, listed, moment, node, nodes, text, unique
from mdo_portal.exchange import (
    Fact,
    Incoming,
    IncomingAnswer,
    IncomingReferral,
    IncomingResult,
    PatientIdentity,
    Replaced,
    Section,
    Unreadable,
)

BUNDLE_TYPES = {"transaction", "batch", "collection", "message", "document", "searchset", "history"}
_REFUSED = {"batch-response": "no_request", "transaction-response": "no_request", "subscription-notification": "wrong_version"}
"""Kinds that are in order and ask nothing here: an answer to what somebody wrote, and what R5 tells a subscriber."""
ADDITIONS = {"DocumentReference", "QuestionnaireResponse", "DiagnosticReport", "Observation"}
"""What may be added to a referral that was sent before."""


def read_message(tree: Node, profile: Profile) -> Incoming:
    """As `_read`; what the message asks to do to a resource without sending it is named, and what it deletes is taken back.

    That takes what was told under that address, and a request by its number. Another search that says what to delete (`Observation?…`) is
    only named: nobody here can run it.
    """
    tree, older = newest(tree) if text(tree.get("type")) == "history" else (tree, ())
    bundles = tuple(bundles_in(tree))
    read = _read(tree, bundles, profile)
    if not isinstance(read, IncomingReferral | IncomingAnswer | IncomingResult):
        return read
    told = [(f"{at}entry/{number}", _method(one), one) for at, own in bundles for number, one in enumerate(listed(own))]
    named = tuple(f"{place} {method}" for place, method, _ in told if method in _UNSENT)
    named += tuple(place for place, method, one in told if _is_no_resource(one, method))
    named += tuple(f"{at}Bundle.type" for at, own in bundles if own.get("resourceType") == "Bundle" and not text(own.get("type")))
    named += older
    named += tuple(f"{at}Bundle {one}" for at, own in bundles for one in tags(own))
    named += tuple(f"{at}Bundle.link next" for at, own in bundles if _has_more(own))
    named += tuple(f"{at}Bundle.total" for at, own in bundles if _is_more_than_sent(own))
    named += tuple(_passed_values(tree))
    if not named:
        return read
    gone = unique(_address(node(one)) for _, method, one in told if method == "DELETE")
    over = tuple(Fact(Section.OTHER, "", key=one) for one in gone)
    papers = tuple(one for one in gone if one.partition("/")[0] in _PAPERS)
    if isinstance(read, IncomingResult):
        left, taken = (*read.unmapped, *named), (*read.taken_back, *over)
        return replace(read, unmapped=left, taken_back=taken, withdrawn=(*read.withdrawn, *papers))
    read = replace(
        read,
        unmapped=(*read.unmapped, *named),
        taken_back=(*read.taken_back, *over),
        documents_taken_back=(*read.documents_taken_back, *papers),
    )
    numbers = unique(
        deleted_number(text(node(node(one).get("request")).get("url"))) for _, method, one in told if method == "DELETE"
    )
    return (
        replace(read, replaced=(*read.replaced, *_deleted(read, gone, numbers))) if isinstance(read, IncomingReferral) else read
    )


def _deleted(read: IncomingReferral, gone: list[str], numbers: list[str]) -> tuple[Replaced, ...]:
    """The other requests that are deleted beside the one that it is about, by their address or their number."""
    others = (one for one in gone if one.partition("/")[0] in ALL_KINDS and one != read.known_as)
    return (*(Replaced(known_as=one) for one in others), *(Replaced(number=one) for one in numbers if one != read.number))


def _method(item: Any) -> str:
    """What is to be done with an entry."""
    return text(node(node(item).get("request")).get("method")).upper()


def _address(item: Node) -> str:
    return address("", text(node(item.get("request")).get("url"))) or address("", text(item.get("fullUrl")))


def _is_no_resource(item: Any, method: str) -> bool:
    """Whether something stands there that is none, or is to be done what nobody knows: never passed over in silence."""
    if item in (None, {}):
        return False
    return flaw_of(item) is not None or method not in _KNOWN


def _is_more_than_sent(bundle: Node) -> bool:
    """Whether a search found more than stands here, and no next page is named."""
    total = bundle.get("total")
    if text(bundle.get("type")) != "searchset" or _has_more(bundle) or type(total) is not int:
        return False
    return total > len(listed(bundle))


def _passed_values(tree: Node) -> Iterator[str]:
    """`Parameters/2`: what is passed beside the resources, in words or in a value. The gate has bounded the depth."""
    for number, one in enumerate(nodes(tree.get("parameter"))):
        if any(name.startswith("value") and name not in _FOR_MACHINES for name in one):
            yield f"Parameters/{number}"
        yield from (f"Parameters/{number}.{place}" for place in _passed_values({"parameter": one.get("part")}))


_FOR_MACHINES = {"valueBoolean", "valueUrl", "valueUri", "valueCode", "valueReference", "valueId", "valueInstant"}
"""Of `$process-message` (`async`, `response-url`) and of what a subscription tells."""


def _has_more(bundle: Node) -> bool:
    """Whether it is one page of several."""
    return any(text(one.get("relation")) == "next" for one in nodes(bundle.get("link")))


_UNSENT = ("DELETE", "PATCH", "GET", "HEAD")
"""Only the place is named: the address may hold the number of a patient."""
_KNOWN = frozenset((*WRITES, *_UNSENT))
_PAPERS = ("DocumentReference", "DiagnosticReport", "Binary")


def _read(tree: Node, bundles: Sequence[tuple[str, Node]], profile: Profile) -> Incoming:
    """Understand one message: a referral, an answer to a question or documents for a referral, results, or a notice that data lie ready.
    `bundles`: of the message, with their places.

    Raises Unreadable: no_request, wrong_version, no_patient, split, too_many_entries or broken.
    """
    if tree.get("resourceType") == "Bundle" and (kind := text(tree.get("type"))) not in {*BUNDLE_TYPES, ""}:
        raise Unreadable(_REFUSED[kind], f"Bundle.type {kind}") if kind in _REFUSED else Unreadable("broken", "Bundle.type")
    entries = entries_of(tree)
    kinds = {entry.kind for entry in entries}
    said = [one for at, one in bundles if not (at.startswith("Bundle/") and text(one.get("type")) == "document")]
    bundled = next(filter(None, (moment(one.get("timestamp")) for one in said)), None)  # a document in it may be older
    if (result := read_result(entries, profile, bundled)) is not None:
        return result
    if kinds <= HELPERS and any(gone := deleted_request(one for _, one in bundles)):
        return IncomingReferral(
            patient=_alone(entries, profile),
            known_as=gone[0],
            number=gone[1],
            number_issuer=gone[2],
            cancelled=True,
            sent_at=bundled,
        )
    if not has_request(entries, profile):
        where = Addresses(entries)
        tasks = [entry for entry in entries if entry.kind == "Task"]
        notice = next((entry for entry in tasks if is_notice(entry.resource)), None)
        if notice is not None:
            return read_notice(_judged_task(notice, profile), where)
        is_answer = any(question_of(entry.resource) for entry in tasks)
        entries = entries if is_answer else with_contained(entries, profile)
        if (tasks or kinds & ADDITIONS) and not has_request(entries, profile):
            return read_addition(entries, tasks, profile, bundled)
    return read_referral(entries, profile, bundled)


def _alone(entries: tuple[Entry, ...], profile: Profile) -> PatientIdentity:
    """The patient who came along with nothing else. Raises Unreadable("no_patient") when several did."""
    found = [entry.resource for entry in entries if entry.kind == "Patient"]
    if len(found) > 1:
        raise Unreadable("no_patient", "Patient")
    return patient_identity(found[0], profile) if found else PatientIdentity()


def _judged_task(entry: Entry, profile: Profile) -> Entry:
    """Raises Unreadable("broken") when it is no Task of this version."""
    written = replace(entry, resource=clocked(entry.resource))
    if found := without_modified(written).refused.get(entry.place) or problem(written.resource, profile.version):
        raise Unreadable("broken", f"{entry.place}: {found}")
    return written
