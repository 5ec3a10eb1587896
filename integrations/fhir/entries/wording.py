"""How a fact is said: its status, its end, what it denies, why it was not done."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.professionals import person
from integrations.fhir.entries.reading import Reading
from integrations.fhir.text.moments import day, partial
from integrations.fhir.text.values import Node, annotated, aside, codings, concept, concepts, joined, nodes, text, word
from mdo_portal.exchange import Fact, Section

_SILENT = {"", "confirmed", "active", "final", "completed", "available", "amended", "corrected"}

Facts = tuple[Fact, ...]


def fact(section: Section, words: str, code: Any = None, *, label: str = "", dated: str = "", is_beside: bool = False) -> Facts:
    """One fact with its date, or nothing when there are no words. A partial date stays visible as words, once: not at what stands
    beside the thing itself (a note, a stage).
    """
    if not words:
        return ()
    system, value = next(iter(codings(code)), ("", ""))
    part = "" if is_beside else partial(dated)
    return (Fact(section, f"{words} ({part})" if part else words, label, day(dated), value, system),)


def status(reading: Reading, *values: Any) -> str:
    """`(weerlegd)`: a status is shown whenever it is not the ordinary one, so that nothing denied reads as true.

    In the profile's words where it has them, else in those of the sender.
    """
    return aside(joined(*(reading.profile.state(one) for value in values if (one := word(value)) not in _SILENT), by=", "))


def finished(own: Node, reading: Reading) -> str:
    """The same where it says that it is completed, too: of a drug, or of what was asked for, that is not the ordinary state."""
    is_completed = own.get("status") == "completed"
    return aside(reading.profile.state("completed")) if is_completed else status(reading, own.get("status"))


_DENIALS = ("doNotPerform", "notDone", "notGiven", "prohibited")


def denied(own: Node, reading: Reading) -> str:
    """`(niet doen)`: an element says that what stands there must not be done, or was not. Never read past it."""
    return joined(*(aside(reading.profile.state(name)) for name in _DENIALS if own.get(name) is True), by=" ")


STATES = frozenset({"status", "verificationStatus", "docStatus", "lifecycleStatus"})
"""Where a resource says that it was entered in error."""


def is_in_error(own: Node) -> bool:
    """Whether it says of itself that it should never have been told."""
    return any(word(own[name]) == "entered-in-error" for name in own.keys() & STATES)


def without_state(entry: Entry) -> Entry:
    """What it says is then what it said when it still stood."""
    return replace(entry, resource={name: value for name, value in entry.resource.items() if name not in STATES})


def noted(section: Section, entry: Entry, reading: Reading, dated: str, about: str = "") -> Facts:
    """The notes at a resource, each with what it is about: `gestopt in 2024` says nothing where the drug does not stand."""
    own = entry.resource
    names = ("note", "comment") if entry.kind == "Observation" else ("note",)
    if not any(own.get(name) for name in names):
        return ()
    about = about or concept(own.get("code"))
    turned = _turned(own, reading) if about else ""
    said = [one for name in names for one in annotated(own.get(name))]
    told = (
        joined(
            words if about.casefold() in words.casefold() and not turned else f"{joined(about, turned, by=' ')}: {words}",
            _by(author, entry, reading),
        )
        for words, author in said
    )
    return tuple(
        one for words in told for one in fact(section, words, label=reading.profile.label("note"), dated=dated, is_beside=True)
    )


_NOT_SO = frozenset({"refuted", "not-done", "not-taken", "cancelled", "revoked", "rejected", "declined"})


def _turned(own: Node, reading: Reading) -> str:
    """`(weerlegd)`: a remark names what it is about, and must not read as if that were so."""
    states = (own.get(name) for name in ("verificationStatus", "status"))
    taken = aside(reading.profile.state("taken=n")) if own.get("taken") == "n" else ""
    return joined(status(reading, *(one for one in states if word(one) in _NOT_SO)), taken, denied(own, reading), by=" ")


def _by(author: Node, entry: Entry, reading: Reading) -> str:
    """`volgens: de patiënt zelf`: who wrote a note, as far as it says so itself."""
    if not author:
        return ""
    found = reading.where.resolve(author, entry)
    who = reading.profile.label("patient") if reading.where.kind_of(author, entry) == "Patient" else text(author.get("display"))
    who = who or (person(author, entry, reading) if found else "")
    return reading.profile.under("according", who)


def not_sent(references: Any, section: Section, entry: Entry, reading: Reading) -> Facts:
    """What is named in words and is not in this message."""
    named = (
        text(one.get("display")) for one in nodes(references) if one.get("display") and reading.where.resolve(one, entry) is None
    )
    return tuple(one for words in named for one in fact(section, words, label=reading.profile.label("not_sent")))


def until(end: str, reading: Reading) -> str:
    """`(tot 2015-06)`: it is over, or has an end."""
    return aside(f"{reading.profile.label('until')} {end}") if end else ""


def over(own: Node, reading: Reading) -> str:
    """`(voorbij)`: it says of itself that it is used no more."""
    return aside(reading.profile.label("over")) if own.get("active") is False else ""


def intended(own: Node, reading: Reading) -> str:
    """`(voorstel)`: a request for a drug that nobody ordered yet is no drug that is taken."""
    intent = text(own.get("intent"))
    return aside(reading.profile.word("statuses", intent))


def because(own: Node) -> str:
    """Why it was not done, or was stopped: R4, and the names that it has in STU3."""
    names = (
        "statusReason", "statusReasonCodeableConcept", "notDoneReason", "notDoneReasonCodeableConcept", "reasonNotTaken", "reasonNotGiven",
    )  # fmt: skip
    return concepts(*map(own.get, names))
