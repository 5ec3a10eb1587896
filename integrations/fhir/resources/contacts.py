"""Whom to call about a patient, as the patient's own resource or one of theirs names them: never who refers or treats."""

from __future__ import annotations

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import person_name
from integrations.fhir.entries.professionals import contact
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import Facts, over, until
from integrations.fhir.text.moments import local_day
from integrations.fhir.text.values import Node, aside, concepts, joined, node, nodes, text
from mdo_portal.exchange import Fact, Section


def contacts(patient: Entry, reading: Reading) -> Facts:
    """`Contactpersoon`: `Mia Vos (Dochter), 030-1234567`; one that was it until some day says so."""
    said = (_contact(one, patient, reading) for one in nodes(patient.resource.get("contact")))
    return tuple(Fact(Section.OTHER, words, reading.profile.label("contact")) for words in dict.fromkeys(said) if words)


def relative(entry: Entry, reading: Reading) -> Facts:
    """The same of a RelatedPerson, as zib2020 tells of a contact person; who has neither a name nor a telephone is nobody to call."""
    own = entry.resource
    if not (own.get("name") or own.get("telecom")):
        return ()
    words = joined(_contact(own, entry, reading), over(own, reading), by=" ")
    return (Fact(Section.OTHER, words, reading.profile.label("contact")),)


def twin(patient: Entry, reading: Reading) -> Facts:
    """That somebody is one of several who were born together: they have the same surname and birth date."""
    own = patient.resource
    which = own.get("multipleBirthInteger")
    if own.get("multipleBirthBoolean") is not True and which is None:
        return ()
    words = joined(reading.profile.label("yes"), aside(text(which)), by=" ")
    return (Fact(Section.OTHER, words, reading.profile.label("twin")),)


def _contact(one: Node, source: Entry, reading: Reading) -> str:
    held = [each for each in nodes(one.get("name")) if each.get("use") != "old"]
    name = next(iter(held), {})
    called = text(name.get("text")) or joined(*map(text, name.get("given") or ()), person_name([name]).family, by=" ")
    house = node(one.get("organization"))
    called = called or (contact(house, source, reading).name if house else "")
    kinds = concepts(one.get("relationship"))
    who = joined(called, f"({kinds})" if kinds and called else kinds, by=" ")
    phone = next((text(each.get("value")) for each in nodes(one.get("telecom")) if each.get("system") == "phone"), "")
    words, ended = joined(who, phone, by=", "), text(node(one.get("period")).get("end"))
    return joined(words, until(local_day(ended), reading) if ended else "", by=" ") if words else ""
