"""What of a message is another patient's, by what it says itself or by what it hangs on; and of whom it is where no Patient came along."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import replace
from typing import Any

from integrations.fhir.entries.addresses import Addresses, logical
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import identifiers, is_bsn
from integrations.fhir.entries.persons import are_numbered_apart, is_numbered_otherwise
from integrations.fhir.meaning.patient import is_other, patients_in, subject
from integrations.fhir.meaning.sieve import HELPERS, Sifted, sift
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, node, nodes, text

ANOTHER = "about a patient who is not the one of this referral"


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
    is_here = where.resolve(reference, entry) is not None
    return where.kind_of(reference, entry) == "Patient" or (not is_here and is_bsn(logical(reference), profile))


def sifted_with_patients(entries: tuple[Entry, ...], profile: Profile) -> tuple[Sifted, list[Entry]]:
    """The good entries without the files that are another's, and the good patients among them. Raises Unreadable as `patients_in`."""
    sifted = sift(Addresses(entries), profile.version)
    patients = patients_in(entries, sifted)
    return own_files(sifted, patients, profile), patients


def own_files(sifted: Sifted, patients: list[Entry], profile: Profile) -> Sifted:
    """Without the Binaries that say of themselves that they are another's, before anything points at them."""
    files = [one for one in sifted.where.of_kind("Binary") if one.resource.get("securityContext")]
    others = {one.place for one in files if len(patients) == 1 and is_anothers(one, patients[0], sifted.where, profile)}
    if not others:
        return sifted
    kept = Addresses(one for one in sifted.where.entries if one.place not in others)
    return replace(sifted, where=kept, refused=sifted.refused | dict.fromkeys(others, ANOTHER))


def of_others(patient: Entry, where: Addresses, profile: Profile) -> frozenset[str]:
    """The places of what is not this patient's: by what it says itself, or by what it hangs on."""
    known = {one.place for one in where.entries if one.kind not in HELPERS and is_anothers(one, patient, where, profile)}
    return with_hanging(known, where)


def with_hanging(others: Set[str], where: Addresses) -> frozenset[str]:
    """These places, and those of what says of nobody and hangs on nothing but them. One that is the patient's keeps it here."""
    if not others:
        return frozenset()
    loose = {one.place for one in where.entries if one.kind in _LOOSE and not subject(one.resource)}
    beside = _beside(where) if loose else {}
    found, waiting = set(others), list(others)
    while waiting:
        near = beside.get(waiting.pop(), set()) & loose
        more = {one for one in near - found if not beside[one] - loose - found}
        found |= more
        waiting += more
    return frozenset(found)


_LOOSE = frozenset(
    {
        "Binary", "Communication", "Composition", "DiagnosticReport", "DocumentReference", "Encounter", "ImagingStudy", "List", "Media",
        "Observation", "QuestionnaireResponse", "Specimen",
    }
)  # fmt: skip
"""Kinds that need not say about whom they are."""


def _beside(where: Addresses) -> dict[str, set[str]]:
    """place → the places of what it points at and of what points at it, of all that may say about whom it is."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for one in where.entries:
        for said in _pointers(one.resource) if _may_say(one) else ():
            there = where.resolve(said, one)
            if there is not None and there.place != one.place and _may_say(there):
                found[one.place].add(there.place)
                found[there.place].add(one.place)
    return found


def _may_say(one: Entry) -> bool:
    return one.kind in _LOOSE or (one.kind not in HELPERS and bool(subject(one.resource)))


def _pointers(value: Any) -> Iterator[str]:
    """Every address in it, those of files too. The gate has bounded the depth."""
    if isinstance(value, list):
        for one in value:
            yield from _pointers(one)
    elif isinstance(value, dict):
        yield from (said for name in ("reference", "url") if type(value.get(name)) is str and (said := text(value[name])))
        for one in value.values():
            yield from _pointers(one) if type(one) in (dict, list) else ()


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
