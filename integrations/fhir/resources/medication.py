"""What is taken, asked for, handed out or given: one function for every kind of resource about a drug."""

from __future__ import annotations

from integrations.fhir.entries.beside import reasons
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.doses import dose
from integrations.fhir.entries.professionals import according, asked_by
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import Facts, because, denied, fact, finished, intended, noted, status, until
from integrations.fhir.text.choices import answer_text, quantity
from integrations.fhir.text.moments import first_of, local_day
from integrations.fhir.text.values import aside, concept, joined, node, nodes, text
from mdo_portal.exchange import Section


def medication(entry: Entry, reading: Reading) -> Facts:
    """MedicationStatement and MedicationRequest; the drug may be a resource of its own. What is over says so."""
    own = entry.resource
    drug = reading.where.resolve(own.get("medicationReference"), entry)
    code = drug.resource.get("code") if drug else own.get("medicationCodeableConcept")
    name = concept(code) or (_made(drug) if drug else "") or text(node(own.get("medicationReference")).get("display"))
    if drug and name and text(drug.resource.get("status")) == "entered-in-error":
        name = joined(name, status(reading, "entered-in-error"), by=" ")
    doses = joined(*(dose(item, reading.profile) for item in [*nodes(own.get("dosage")), *nodes(own.get("dosageInstruction"))]))
    if entry.kind == "MedicationDispense":
        doses = joined(doses, quantity(own.get("quantity")), quantity(own.get("daysSupply")))
    taken = f"taken={text(own.get('taken'))}" if text(own.get("taken")) not in {"", "y"} else ""
    taken = aside(reading.profile.state(taken))
    dated = first_of(own, "effectivePeriod", "effectiveDateTime", "authoredOn", "dateAsserted", "whenHandedOver", "whenPrepared")
    over = finished(own, reading)
    ends = until(local_day(text(node(own.get("effectivePeriod")).get("end"))), reading)
    words = joined(joined(name, doses), ends, over, intended(own, reading), taken, denied(own, reading), by=" ") if name else ""
    whose = asked_by(entry, reading, "prescriber")
    whose = joined(whose, according(entry, reading, "informationSource"))
    words = joined(words, reasons(entry, reading), because(own), whose) if words else ""
    label = reading.profile.label(_HANDED[entry.kind]) if entry.kind in _HANDED else ""
    return (
        *fact(Section.MEDICATION, words, code, label=label, dated=dated),
        *noted(Section.MEDICATION, entry, reading, dated, name),
    )


def _made(drug: Entry) -> str:
    """What a drug without a name of its own is made of, with how much and in which form."""
    parts = (
        joined(
            concept(one.get("itemCodeableConcept")), answer_text({"valueRatio": one.get("strength") or one.get("amount")}), by=" "
        )
        for one in nodes(drug.resource.get("ingredient"))
    )
    return joined(*parts, concept(drug.resource.get("form")), by=", ")


_HANDED = {"MedicationAdministration": "given", "MedicationDispense": "dispensed"}
