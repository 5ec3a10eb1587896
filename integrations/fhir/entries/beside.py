"""What belongs to a value and stands in no field of it: its side, its extensions, why it was done, what it is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.materials import material, pointed
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.professionals import by_whom, person
from integrations.fhir.entries.reading import Reading
from integrations.fhir.text.body import part_of_body
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.values import Node, aside, concept, concepts, joined, node, nodes, sent_none, text, unique, word

_SILENT = (
    "absent-reason",
    "narrativeLink",
    "originalText",
    "specification",
    "EdifactReferenceNumber",
    "translation",
    "basedOn",
    "supportingInfo",
    "mehrfachcodierungs-kennzeichen",
)
"""Endings of the addresses of extensions that say nothing of the patient, or only how something was written."""
_ABOUT = {"Condition", "Procedure"}
_BODY = {"BodyStructure", "BodySite"}
_PEOPLE = {"Practitioner", "PractitionerRole", "Organization", "Patient"}


def added(part: Node, entry: Entry, reading: Reading) -> str:
    """`tnm prefix: c`: what the extensions of a value say, and those of a part of an observation."""
    value = part.get("valueCodeableConcept") or part.get("valueQuantity")
    own = [] if part is entry.resource else nodes(part.get("extension"))
    said = [*own, *nodes(node(value).get("extension"))]
    said += [each for one in nodes(node(value).get("coding")) for each in nodes(one.get("extension"))]
    return joined(*unique(words for one in said for words in _said(one, entry, reading))) if said else ""


def extended(entry: Entry, reading: Reading) -> list[str]:
    """`morphology: Ductaal carcinoom`: what the extensions of a resource and of its code say in words, under the sender's own name."""
    own, code = entry.resource, node(entry.resource.get("code"))
    said = [*map(_without_files, nodes(own.get("extension"))), *nodes(code.get("extension"))]
    said += [each for one in nodes(code.get("coding")) for each in nodes(one.get("extension"))]
    beside = [
        one for name, one in own.items() if name[:1] == "_" and not name.startswith("_value")
    ]  # that is told with the value
    said += [each for one in beside for each in nodes(node(one).get("extension"))]
    if not said:
        return []
    return unique(words for one in said for words in _said(one, entry, reading))


def _without_files(one: Node) -> Node:
    """An extension without the files in it: those are documents of their own."""
    if "valueAttachment" not in one and not one.get("extension"):
        return one
    rest = {name: value for name, value in one.items() if name != "valueAttachment"}
    return rest | {"extension": [_without_files(each) for each in nodes(one["extension"])]} if one.get("extension") else rest


def beside(part: Node, entry: Entry, reading: Reading) -> list[str]:
    """What the extensions of a part of a resource say."""
    return unique(words for one in nodes(part.get("extension")) for words in _said(one, entry, reading))


def remarks(part: Node) -> list[str]:
    """What somebody wrote in extensions of a question or an answer; what stands there for machines (a yes, a code) is no remark."""
    written = (one for one in nodes(part.get("extension")) if not _is_silent(text(one.get("url"))))
    return unique(
        text(node(one.get("valueAnnotation")).get("text")) or text(one.get("valueString")) or text(one.get("valueMarkdown"))
        for one in written
    )


def _is_silent(address: str) -> bool:
    return any(address.lower().endswith(ending.lower()) for ending in _SILENT)


def _said(one: Node, entry: Entry, reading: Reading) -> Iterator[str]:
    address = text(one.get("url"))
    if _is_silent(address):
        return
    inside = joined(*(words for each in nodes(one.get("extension")) for words in _said(each, entry, reading)))
    words = inside or value_of(one, entry, reading)
    if words:
        last = address.rstrip("/").rpartition("/")[2]
        said = reading.profile.word("extensions", f"{last}={words}") or words
        yield f"{reading.profile.word('extensions', last) or _name(address)}: {said}"


def _name(address: str) -> str:
    """The last part of an address as words: `mcode-histology-morphology-behavior`, `ext-Problem.Name`, `ext-Course`."""
    return address.rstrip("/").rpartition("/")[2].rpartition(".")[2].removeprefix("ext-").replace("-", " ")


def value_of(one: Node, entry: Entry, reading: Reading) -> str:
    """What an extension says in words; of whom it points at the name."""
    if is_so := reading.profile.yes_or_no(one.get("valueBoolean")):
        return is_so
    pointed = one.get("valueReference")
    found = reading.where.resolve(pointed, entry) if pointed else None
    if found is not None and found.kind in _PEOPLE:
        return person(node(pointed), entry, reading)
    if found is not None:
        return (
            part_of_body(found.resource)
            if found.kind in _BODY
            else stated(node(pointed), entry, reading)
            if found.kind in _ABOUT
            else ""
        )
    return answer_text(one)


def evidence(entry: Entry, reading: Reading) -> str:
    """`op grond van: biopt`: on what a diagnosis rests."""
    many = nodes(entry.resource.get("evidence"))
    coded = [concept(code) for one in many for code in nodes(one.get("code"))]
    named = [stated(detail, entry, reading) for one in many for detail in nodes(one.get("detail"))]
    said = joined(*unique([*coded, *named]), by=", ")
    return reading.profile.under("evidence", said)


def stated(reference: Node, entry: Entry, reading: Reading) -> str:
    """What a reference points at, with that it is not so where it says that itself."""
    words, there = pointed(reference, entry, reading), reading.where.resolve(reference, entry)
    return joined(words, not_so(there.resource, reading), by=" ") if words and there is not None else words


def not_so(own: Node, reading: Reading) -> str:
    """`(weerlegd)`: it says of itself that it is not so, or was not done: its name alone would read as if it were."""
    found = next((state for name in ("verificationStatus", "status") if (state := word(own.get(name))) in _NOT_SO), "")
    return aside(reading.profile.state(found))


_NOT_SO = frozenset(
    {"refuted", "entered-in-error", "not-done", "not-taken", "cancelled", "revoked", "rejected", "declined"},
)


def reasons(entry: Entry, reading: Reading) -> str:
    """`reden: Ileus`: why it was done or is taken."""
    own = entry.resource
    coded = [concept(one) for one in nodes(own.get("reasonCode"))]
    named = [stated(one, entry, reading) for one in nodes(own.get("reasonReference"))]
    said = joined(*unique([*coded, *named]), by=", ")
    return reading.profile.under("reason", said)


def found_by(entry: Entry, reading: Reading) -> str:
    """How it was found, and, where a message holds several, of which disease and in which material."""
    own = entry.resource
    if sent_none(own, _FOUND_BY):
        return ""
    focus = nodes(own.get("focus"))
    bodies = [body for one in focus if (body := reading.where.resolve(one, entry)) is not None and body.kind in _BODY]
    about = joined(*unique(_focus(one, entry, reading) for one in focus), by=", ") if focus and not bodies else ""
    how = joined(concept(own.get("method")), unsent(own.get("device"), entry, reading), by=", ")
    said = (
        ("place", joined(*(part_of_body(body.resource) for body in bodies), by=", ")),
        ("about", about),
        ("evidence", unsent(own.get("derivedFrom"), entry, reading)),
        ("method", how),
        ("material", material(entry, reading)),
    )
    return joined(*(reading.profile.under(name, words) for name, words in said))


_FOUND_BY = frozenset({"focus", "derivedFrom", "method", "device", "specimen"})

_SOMEBODY = ("Patient", "RelatedPerson", "Group")
_THINGS = ("BiologicallyDerivedProduct", "Substance", "Medication", "Device", "Location")
"""What is measured of these is not of the patient: the blood group of a bag of blood, potassium in an infusion."""


def _focus(one: Node, entry: Entry, reading: Reading) -> str:
    """What a value is about, where that is not plain: of several diseases which; another than the patient always (a mother, a bag of
    blood).
    """
    found = reading.where.resolve(one, entry)
    kind = reading.where.kind_of(one, entry)
    if kind in _THINGS:
        own = found.resource if found else {}
        return (
            pointed(one, entry, reading)
            or concept(own.get("productCode"))
            or text(own.get("name"))
            or reading.profile.label("something")
        )
    if kind not in _SOMEBODY:
        return stated(one, entry, reading) if found is None or reading.where.kinds["Condition"] > 1 else ""
    if _is_same(one, found, node(entry.resource.get("subject")), entry, reading):
        return ""
    related = concepts(found.resource.get("relationship")) if found else ""
    return related or text(one.get("display")) or reading.profile.label("somebody")


def _is_same(one: Node, found: Entry | None, subject: Node, entry: Entry, reading: Reading) -> bool:
    """Whether two references name one person: by what they point at, else by address, else by number."""
    himself = reading.where.resolve(subject, entry)
    if found is not None and himself is not None:
        return found == himself
    if text(one.get("reference")) and text(one.get("reference")) == text(subject.get("reference")):
        return True
    first, second = (
        identifiers(there.resource if there else {"identifier": pointer.get("identifier")})
        for there, pointer in ((found, one), (himself, subject))
    )
    return any(pair in second for pair in first if pair[0])


def at_place(references: Any, entry: Entry, reading: Reading) -> str:
    """`locatie: Drachten`: where it was done, by the name that was sent along, else as it is named."""
    found = [(reading.where.resolve(one, entry), text(one.get("display"))) for one in nodes(references)]
    names = joined(*unique((text(at.resource.get("name")) if at else "") or shown for at, shown in found), by=", ")
    return reading.profile.under("location", names)


def unsent(references: Any, entry: Entry, reading: Reading) -> str:
    """The words of references to what is not in this message."""
    return joined(*each_unsent(references, entry, reading), by=", ")


def each_unsent(references: Any, entry: Entry, reading: Reading) -> list[str]:
    """The same, one by one."""
    return unique(text(one.get("display")) for one in nodes(references) if reading.where.resolve(one, entry) is None)


def written_by(entry: Entry, reading: Reading) -> str:
    """`materiaal: Biopt links; door: Lab Delta`: of a report what it is about and who stands for it."""
    people = [*nodes(entry.resource.get("performer")), *nodes(entry.resource.get("resultsInterpreter"))]
    about = material(entry, reading)
    return joined(reading.profile.under("material", about), by_whom(people, entry, reading))
