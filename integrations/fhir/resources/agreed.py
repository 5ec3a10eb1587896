"""What a patient agreed to, or refuses: what it is about, never without whether that is permitted."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.materials import pointed
from integrations.fhir.entries.professionals import person
from integrations.fhir.entries.reading import Reading
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.values import Node, codings, concept, joined, node, nodes, sent_none, text, unique


def agreed(entry: Entry, reading: Reading) -> Iterator[str]:
    """What it is about, and whether that is permitted or denied: never the one without the other."""
    own = entry.resource
    about = [concept(one) for one in nodes(own.get("category"))]
    yield joined(*about, by=", ")
    more = (
        concept(one.get("valueCodeableConcept"))
        or text(one.get("valueString"))
        or pointed(one.get("valueReference"), entry, reading)
        for one in nodes(own.get("extension"))
    )
    yield from (words for words in more if words not in about)
    yield _base(own)
    if "provision" not in own:  # STU3 says beside the exceptions themselves what all of it is about
        yield joined(*_limits(own, entry, reading), by=", ")
        yield from _people(own, entry, reading)
    yield from _provisions(nodes(own.get("provision")), entry, reading)
    yield from _provisions(nodes(own.get("except")), entry, reading, reading.profile.label("exception"))


def _base(own: Node) -> str:
    """Whether all is permitted, or nothing, but for what the provisions say: `opt-out`; any other rule is a law that holds for all.

    By its code: what the rule is called besides (*Toestemming gegevens delen*) does not say which of the two.
    """
    rule = own.get("policyRule")
    if not isinstance(rule, dict):
        return text(rule).rpartition("/")[2] if _is_base(text(rule)) else ""
    said = next(
        (
            text(one.get("display")) or text(one.get("code"))
            for one in nodes(rule.get("coding"))
            if _is_base(text(one.get("code")))
        ),
        "",
    )
    called = text(rule.get("text"))
    return f"{said} ({called})" if said and called and called.casefold() != said.casefold() else said


def _is_base(code: str) -> bool:
    return code.replace("-", "").casefold().endswith(_BASES)


_BASES = ("optin", "optout", "optinr", "optoute")


def _limits(one: Node, entry: Entry, reading: Reading) -> list[str]:
    """For what, on which data and for whom it holds: without it a refusal of research reads as one of everything."""
    if sent_none(one, _LIMITS):
        return []
    coded = (concept(each) for name in ("action", "purpose", "class", "securityLabel") for each in nodes(one.get(name)))
    data = (pointed(each.get("reference"), entry, reading) for each in nodes(one.get("data")))
    actors = (_who(each, entry, reading) for each in nodes(one.get("actor")) if not _agreed_as(each))
    span = one.get("dataPeriod")
    return unique((*coded, *data, *actors, answer_text({"valuePeriod": span}) if span else ""))


def _who(actor: Node, entry: Entry, reading: Reading) -> str:
    return person(node(actor.get("reference")), entry, reading) or concept(actor.get("role"))


def _agreed_as(actor: Node) -> str:
    """The label of somebody with whom it was agreed (as zib2020 has it), and for whom it holds no more than for others."""
    return next((_AGREED[code] for _, code in codings(actor.get("role")) if code in _AGREED), "")


_AGREED = {"CONSENTER": "agreed_with", "GRANTOR": "agreed_with", "RESPRSN": "represented_by", "GUARD": "represented_by"}


def _people(one: Node, entry: Entry, reading: Reading) -> Iterator[str]:
    many = [(label, each) for each in nodes(one.get("actor")) if (label := _agreed_as(each))]
    for label in dict.fromkeys(label for label, _ in many):
        names = unique(_who(each, entry, reading) for found, each in many if found == label)
        yield reading.profile.under(label, joined(*names, by=", "))


_LIMITS = frozenset(("action", "purpose", "class", "securityLabel", "data", "actor", "dataPeriod"))


def _provisions(many: list[Node], entry: Entry, reading: Reading, before: str = "") -> Iterator[str]:
    """Each with its exceptions behind it (a provision in a provision; STU3 knows nothing else, and says so `before` it). The gate has
    bounded the depth.
    """
    for one in many:
        said = [*map(concept, nodes(one.get("code"))), *(answer_text(beside) for beside in nodes(one.get("extension")))]
        said += _limits(one, entry, reading)
        kind = reading.profile.state(text(one.get("type")))
        kind = f"{before} ({kind})" if before and kind else before or kind
        yield joined(kind, joined(*said, by=", "), by=": ")
        yield from _people(one, entry, reading)
        yield from _provisions(nodes(one.get("provision")), entry, reading)
