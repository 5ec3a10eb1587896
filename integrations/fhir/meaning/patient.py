"""Who the patient of a message is: the one whom its request points at or names, never a guess; and whether somebody else is meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from unicodedata import combining, normalize

from integrations.fhir.entries.addresses import Addresses, logical
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.persons import is_numbered_otherwise, is_same_person, numbers
from integrations.fhir.meaning.sieve import Sifted
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.location import tail
from integrations.fhir.text.values import Node, joined, node, nodes, text
from mdo_portal.exchange import Unreadable
from mdo_portal.exchange.surnames import PREFIXES


def subject(resource: Node) -> Any:
    """The Reference to whom it is about, however its kind calls that."""
    found = resource.get("subject") or resource.get("patient") or resource.get("for")
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def choose_patient(request: Entry, where: Addresses) -> Entry:
    """The patient of the request. Raises Unreadable("no_patient"): a guess among patients is never made."""
    subject = request.resource.get("subject")
    found = where.resolve(subject, request)
    if found and found.kind == "Patient":
        if is_numbered_otherwise(subject, found.resource):
            raise Unreadable("no_patient", f"{request.place}.subject")
        return found
    patients = where.of_kind("Patient")
    if len(patients) != 1 or is_other(subject, patients[0], where, request):
        raise Unreadable("no_patient", f"{request.place}.subject")
    return patients[0]


def named_patient(request: Entry, entries: Iterable[Entry]) -> list[Entry]:
    """The patient as the request itself names him, by number and display, when the message holds no Patient at all."""
    subject = node(request.resource.get("subject"))
    address = text(subject.get("reference"))
    numbers = nodes(subject.get("identifier")) or nodes(logical(subject))
    if any(entry.kind == "Patient" for entry in entries) or address.startswith("#") or not identifiers({"identifier": numbers}):
        return []
    shown = text(subject.get("display"))
    made: Node = {"resourceType": "Patient", "identifier": numbers} | ({"name": [{"text": shown}]} if shown else {})
    if tail(address).startswith("Patient/"):
        made["id"] = tail(address).removeprefix("Patient/")
    return [Entry(f"{request.place}.subject", made, address if ":" in address else "")]


def is_other(reference: Any, patient: Entry, where: Addresses, source: Entry) -> bool:
    """Whether a Reference names somebody else than `patient`. No subject at all is not somebody else."""
    found = where.resolve(reference, source)
    if found is patient and not logical(reference):
        return False
    if found:
        return not is_same_person(found.resource, patient.resource) or is_numbered_otherwise(reference, patient.resource)
    named = numbers({"identifier": logical(reference)})
    if named:
        return named[0] not in numbers(patient.resource)
    return bool(text(node(reference).get("reference")))


def another_in_words(resource: Node, patient: Node) -> str:
    """The words by which it names whom it is about, where it points at nobody and no surname or number of the patient is among them."""
    pointer = node(subject(resource))
    shown = text(pointer.get("display"))
    if not shown or text(pointer.get("reference")) or identifiers({"identifier": pointer.get("identifier")}):
        return ""
    if text(pointer.get("type")) not in ("", "Patient"):
        return shown
    own = {word for one in nodes(patient.get("name")) for word in _words(_surname(one))}
    numbers = {word for _, value in identifiers(patient) for word in _words(value)}
    return shown if own and not (own | numbers | {"patient"}) & set(_words(shown)) else ""


def _surname(name: Node) -> str:
    """All words of a surname; of a name in one piece all of them."""
    parts = [text(name.get("family")), *(answer_text(one) for one in nodes(node(name.get("_family")).get("extension")))]
    return joined(*parts, by=" ") or text(name.get("text"))


def _words(said: str) -> list[str]:
    """Without accents, capitals and what stands before surnames."""
    plain = normalize("NFKD", said.casefold())
    found = re.findall(r"[^\W_]+", "".join(letter for letter in plain if not combining(letter)))
    return [one for one in found if len(one) > 1 and one not in PREFIXES]


def patients_in(entries: Iterable[Entry], sifted: Sifted) -> list[Entry]:
    """The good ones. Raises Unreadable("broken") when one was sent and none is left: refused is not absent, somebody was named."""
    refused = [one for one in entries if one.kind == "Patient" and one.place in sifted.refused]
    good = list(sifted.where.of_kind("Patient"))
    if refused and not good:
        raise Unreadable("broken", f"{refused[0].place}: {sifted.refused[refused[0].place]}")
    return good
