"""What the patient's own resource says: whom to call, twins, and which languages are spoken, as sent."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import person_name
from integrations.fhir.entries.professionals import contact
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import Facts, over, until
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.moments import local_day
from integrations.fhir.text.values import Node, aside, concept, concepts, joined, node, nodes, text
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


def languages(patient: Entry, reading: Reading) -> Facts:
    """`Taal`: `Arabisch (voorkeur)`; `Tolk nodig`: `ja`."""
    own = patient.resource
    more = nodes(own.get("extension"))
    inside = (nodes(one.get("extension")) for one in more)
    nested = [parts for parts in inside if any(each.get("url") == "language" for each in parts)]
    spoken = [*(_spoken(one, reading) for one in nodes(own.get("communication"))), *(_nested(one, reading) for one in nested)]
    needed = (_answer(one, reading) for one in [*more, *(each for one in nested for each in one)] if _asks_for_help(one))
    said = [("language", words) for words in spoken] + [("interpreter", words) for words in needed]
    return tuple(Fact(Section.OTHER, words, reading.profile.label(name)) for name, words in dict.fromkeys(said) if words)


def _spoken(one: Node, reading: Reading) -> str:
    """A language with whether it is the preferred one, how well it is spoken, and what is said of it (nl-core)."""
    words = concept(one.get("language"))
    return joined(_preferred(words, one.get("preferred"), reading), *_beside(one), by="; ") if words else ""


def _beside(one: Node) -> Iterator[str]:
    """`Received spoken: Poor`, and any remark."""
    for each in nodes(one.get("extension")):
        parts = {text(part.get("url")): answer_text(part) for part in nodes(each.get("extension"))}
        yield joined(parts.get("type", ""), parts.get("level", ""), by=": ") or answer_text(each)


def _nested(parts: list[Node], reading: Reading) -> str:
    """The same where all of it stands in one extension (UK Core)."""
    own = {text(one.get("url")): one for one in parts}
    words = answer_text(own["language"])
    rest = [answer_text(own[name]) for name in ("modeOfCommunication", "communicationProficiency") if name in own]
    shown = _preferred(words, node(own.get("preferred")).get("valueBoolean"), reading)
    return joined(shown, joined(*rest, by=": ")) if words else ""


def _preferred(words: str, is_preferred: object, reading: Reading) -> str:
    return f"{words} ({reading.profile.label('preferred')})" if words and is_preferred is True else words


def _asks_for_help(one: Node) -> bool:
    """`patient-interpreterRequired`, `us-core-interpreter-needed`: each land has its own."""
    return "interpreter" in text(one.get("url")).rpartition("/")[2].casefold()


def _answer(one: Node, reading: Reading) -> str:
    return reading.profile.yes_or_no(one.get("valueBoolean")) or answer_text(one)
