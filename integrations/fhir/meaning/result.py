"""Results of a patient that name no referral: what a laboratory sends of everybody, with the order it worked upon or without it."""

from __future__ import annotations

from datetime import datetime

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import patient_identity
from integrations.fhir.meaning.addition import take_all
from integrations.fhir.meaning.belonging import address_of_request, named_referral
from integrations.fhir.meaning.choosing import are_orders, with_contained
from integrations.fhir.meaning.gathered import Gathered
from integrations.fhir.meaning.request import ALL_KINDS, number_of
from integrations.fhir.meaning.sieve import HELPERS
from integrations.fhir.meaning.taking import leftovers
from integrations.fhir.meaning.whose import sifted_with_patients
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import codings, concept
from mdo_portal.exchange import IncomingResult

_RESULTS = {"DiagnosticReport", "Observation", "ImagingStudy"}
_BESIDE = {"Specimen", "Media", "BodyStructure", "BodySite", "Device", "Provenance", "Encounter", "Endpoint"}
"""What comes along with a result. A document, a form or a letter may be the referral itself: then a person looks."""


def read_result(entries: tuple[Entry, ...], profile: Profile, bundled: datetime | None) -> IncomingResult | None:
    """None where it is anything else, says of nobody, or belongs to a referral that was sent before."""
    kinds = {entry.kind for entry in entries} - HELPERS
    if not kinds & _RESULTS or not kinds <= _RESULTS | _BESIDE | ALL_KINDS or named_referral(entries):
        return None
    if not are_orders(Addresses(with_contained(entries, profile)), profile):
        return None
    if any(_registers(entry, profile) for entry in entries):
        return None
    sifted, patients = sifted_with_patients(entries, profile)
    if len(patients) > 1:
        return None
    found = Gathered.after(sifted)
    told, reading = take_all(sifted, patients, profile, found)
    who = patient_identity(told, profile)
    if not (who.bsn or who.local_number):
        return None
    leftovers(reading, sifted, found)
    orders = {number_of(entry.resource) for entry in sifted.where.entries if entry.kind in ALL_KINDS} - {""}
    return IncomingResult(
        patient=who, event="result", referral_number=orders.pop() if len(orders) == 1 else "",
        referral_at=address_of_request(entries), facts=found.told(*(one for _, one in found.beside)),
        withdrawn=found.documents_gone, sent_at=bundled, **found.rest,
    )  # fmt: skip


def _registers(entry: Entry, profile: Profile) -> bool:
    """Whether it says by its name that it registers somebody for a board: forgotten as a result, a patient would be lost."""
    code = entry.resource.get("code") if entry.kind in _RESULTS else None
    said = " ".join((concept(code), *(one for _, one in codings(code)))).casefold()
    return all(any(word in said for word in profile.words("request", name)) for name in ("words", "registers"))
