"""Which languages a patient speaks, how well, and whether somebody must translate: as sent. Whoever tells a patient the advice asks it."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.wording import Facts
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.values import Node, concept, joined, node, nodes, text
from mdo_portal.exchange import Fact, Section


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
