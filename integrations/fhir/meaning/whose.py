"""Of whom an addition is that brings no Patient of its own: who stands inside its resources, and the numbers beside their subjects."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any
from unicodedata import combining, normalize

from integrations.fhir.entries.addresses import Addresses, logical
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import identifiers, is_bsn
from integrations.fhir.entries.persons import are_numbered_apart, is_numbered_otherwise
from integrations.fhir.meaning.request import is_other
from integrations.fhir.meaning.sieve import Sifted
from integrations.fhir.text.location import tail
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, answer_text, joined, node, nodes, text
from mdo_portal.exchange import Unreadable
from mdo_portal.exchange.surnames import PREFIXES

ANOTHER = "about a patient who is not the one of this referral"


def subject(resource: Node) -> Any:
    """The Reference to whom it is about, however its kind calls that."""
    found = resource.get("subject") or resource.get("patient") or resource.get("for")
    return found[0] if isinstance(found, list) and len(found) == 1 else found


def is_anothers(entry: Entry, patient: Entry, where: Addresses, profile: Profile) -> bool:
    """Whether it is of somebody else: by whom it is about, else by the patients among those who come to it, or whose file it is.

    To a group come several: then one of them is enough. A letter that names another at its source is nobody's: a person must look.
    """
    own, source = entry.resource, node(entry.resource.get("context")).get("sourcePatientInfo")
    if pointer := subject(own):
        is_of_nobody = entry.kind == "Task" and not _names_somebody(pointer)
        return (
            is_of_nobody or is_other(pointer, patient, where, entry) or _came_from_another(source, entry, patient, where, profile)
        )
    come = [one.get("actor") for one in nodes(own.get("participant"))] if entry.kind == "Appointment" else []
    asked = [*come, source, own.get("actor"), own.get("beneficiary"), own.get("individual"), own.get("securityContext")]
    patients = [one for one in asked if one and _is_a_patient(one, entry, where, profile)]
    return bool(patients) and all(is_other(one, patient, where, entry) for one in patients)


def _came_from_another(source: Any, entry: Entry, patient: Entry, where: Addresses, profile: Profile) -> bool:
    """Whether whom the letter was about where it was made has another number of who gave the patient one.

    With the same BSN it is this patient: the number at the hospital changes when two records of one person are made one.
    """
    if not source:
        return False
    found = where.resolve(source, entry)
    there = found.resource if found is not None and found.kind == "Patient" else {}
    if _bsns(there, profile) & _bsns(patient.resource, profile):
        return False
    return are_numbered_apart(there, patient.resource) or is_numbered_otherwise(source, patient.resource)


def _bsns(patient: Node, profile: Profile) -> set[str]:
    return {text(one.get("value")) for one in nodes(patient.get("identifier")) if is_bsn(one, profile)} - {""}


def _names_somebody(pointer: Any) -> bool:
    """Whether anybody can tell whom it points at: of a Task no judge says that it is none, and it may take a referral back."""
    own = node(pointer)
    return bool(text(own.get("reference")) or text(own.get("display")) or identifiers({"identifier": own.get("identifier")}))


def _is_a_patient(reference: Any, entry: Entry, where: Addresses, profile: Profile) -> bool:
    found = where.resolve(reference, entry)
    if found is not None:
        return found.kind == "Patient"
    told = node(reference)
    named = text(told.get("type")) == "Patient" or tail(text(told.get("reference")).split("/_history/")[0]).startswith("Patient/")
    return named or is_bsn(logical(reference), profile)


def own_files(sifted: Sifted, patients: list[Entry], profile: Profile) -> Sifted:
    """Without the Binaries that say of themselves that they are another's, before anything points at them."""
    files = [one for one in sifted.where.of_kind("Binary") if one.resource.get("securityContext")]
    others = {one.place for one in files if len(patients) == 1 and is_anothers(one, patients[0], sifted.where, profile)}
    if not others:
        return sifted
    kept = Addresses(one for one in sifted.where.entries if one.place not in others)
    return replace(sifted, where=kept, refused=sifted.refused | dict.fromkeys(others, ANOTHER))


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


class Whose:
    """Whom these entries say that they are about; of one issuer of numbers the first counts, those of the Task before all."""

    def __init__(self, entries: Iterable[Entry], where: Addresses, profile: Profile) -> None:
        self._where, self._profile = where, profile
        self._numbers: dict[str, str] = {}
        self.patient: Node = {}
        held: list[Node] = []
        for entry in sorted(entries, key=lambda one: one.kind != "Task"):
            self.patient = self.patient or self._inside(entry)
            for issuer, value, item in self._told(entry):
                if self._numbers.setdefault(issuer, value) == value:
                    held.append(item)
        self.patient = self.patient | {"identifier": held}

    def is_another(self, entry: Entry) -> bool:
        """Whether a number that it gives says that it is of somebody else."""
        return any(self._numbers.get(issuer, value) != value for issuer, value, _ in self._told(entry))

    def _inside(self, entry: Entry) -> Node:
        found = self._where.resolve(subject(entry.resource), entry)
        return found.resource if found is not None and found.kind == "Patient" else {}

    def _told(self, entry: Entry) -> Iterator[tuple[str, str, Node]]:
        """(issuer, number, as it was sent); whatever the system beside it, a BSN is of one issuer."""
        beside = node(subject(entry.resource)).get("identifier")
        for item in nodes(self._inside(entry).get("identifier") or beside):
            for system, value in identifiers({"identifier": item}):
                yield "bsn" if is_bsn(item, self._profile) else system, value, item
