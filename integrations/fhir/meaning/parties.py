"""Around a request: who is asked, who asks, and the general practitioner."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.headings import is_report
from integrations.fhir.entries.professionals import contact, in_role, person
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.withdrawal import tasks_about
from integrations.fhir.entries.wording import is_in_error
from integrations.fhir.meaning.choosing import is_review
from integrations.fhir.meaning.request import Request
from integrations.fhir.resources.around import authors
from integrations.fhir.resources.told import sections
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import concept, nodes, text, unique
from integrations.profiles import urgency_of
from mdo_portal.exchange import Contact


def board(request: Request, reading: Reading) -> str:
    """Who is asked to perform the review; else the only tumour board or service sent; else the kind of review asked for."""
    asked = [contact(item, request.entry, reading) for item in request.performers]
    services = reading.where.of_kind("HealthcareService")
    boards = [entry for entry in services if is_review(entry, reading.profile)] or _not_a_workplace(services, request, reading)
    named = [who.name or who.organisation for who in asked] + [
        text(entry.resource.get("name")) for entry in boards if len(boards) == 1
    ]
    return next((name for name in named if name), request.hint)


def named_board(request: Request, reading: Reading, said: str) -> str:
    """The same; where that says no more than that a board is asked, what a form says (`said`), or the Task that asks for it."""
    asked = board(request, reading)
    is_named = asked and not (asked.isdecimal() or _says_no_which(asked, reading.profile))
    return asked if is_named else said or _of_tasks(request, reading) or asked


def _says_no_which(words: str, profile: Profile) -> bool:
    """`Aanmelding MDO`: a board, and not which."""
    silent, refers = (
        {part for one in profile.words("request", "silent") for part in one.split()},
        profile.words("letters", "refers"),
    )
    return all(one in silent or one.startswith(refers) for one in re.findall(r"\w+", words.casefold()))


def _of_tasks(request: Request, reading: Reading) -> str:
    """The board by which the Task about a request is called, or that it is given to."""
    about = [one for one in tasks_about(request.entry, reading.where) if one.place not in reading.others]
    named = (
        words
        for one in about
        for words in (
            concept(one.resource.get("code")),
            contact(one.resource.get("owner"), one, reading).name,
            *map(concept, nodes(one.resource.get("performerType"))),
        )
    )
    boards = reading.profile.words("request", "words")
    return next((one for one in named if any(word in one.casefold() for word in boards)), "")


def _not_a_workplace(services: Sequence[Entry], request: Request, reading: Reading) -> list[Entry]:
    """Those that no role works at but one that is asked: the outpatient clinic of who refers is no board."""
    asked = {there.place for there in reading.where.all(request.performers, request.entry)}
    roles = (role for role in reading.where.of_kind("PractitionerRole") if role.place not in asked)
    places = {at.place for role in roles for at in reading.where.all(role.resource.get("healthcareService") or [], role)}
    return [entry for entry in services if entry.place not in places]


def most_urgent(asked: str, others: list[str], profile: Profile) -> str:
    """The urgency of the request; that of its Task or of a form where the request has none or a less urgent one."""
    known = [one for said in others if (one := urgency_of(profile.table, said) or (said if said in _RANKS else ""))]
    ranked = sorted(known, key=_RANKS.__getitem__, reverse=True)
    if not asked:
        return next(iter(ranked), "\n".join(unique(others)))
    return next((one for one in ranked if _RANKS[one] > _RANKS.get(asked, max(_RANKS.values()))), asked)


_RANKS = {"routine": 0, "urgent": 1, "asap": 2}


def referrer(request: Request, reading: Reading) -> Contact:
    """Who asks, by the request; where it does not say, by its Task, its letter, its message or its Provenance."""
    is_machine = _is_machine(request.requester, request.entry, reading)
    who = Contact() if is_machine else _at_work(request, reading)
    if who == Contact():
        asking = [one for one in _askers(request, reading) if one != Contact()]
        sender = next((one.name for one in asking if one.name == one.organisation), "")  # a hospital, for somebody of its own
        return replace(asking[0], organisation=asking[0].organisation or sender) if asking else who
    if who.organisation or not request.on_behalf_of:
        return who
    house = contact(request.on_behalf_of, request.entry, reading)
    return replace(who, organisation=house.name)


def _at_work(request: Request, reading: Reading) -> Contact:
    """Who asks; a person in the one role that the message holds of them, which says where they work."""
    asked = reading.where.resolve(request.requester, request.entry)
    roles = [one for one in reading.where.of_kind("PractitionerRole") if asked and _is_of(one, asked, reading)]
    if len(roles) == 1:
        return in_role(roles[0], reading)
    return contact(request.requester, request.entry, reading)


def _is_of(role: Entry, somebody: Entry, reading: Reading) -> bool:
    who = reading.where.resolve(role.resource.get("practitioner"), role)
    return who is not None and who.place == somebody.place


_ASKS = {"Task": ("requester",), "MessageHeader": ("author", "responsible", "sender"), "Composition": ("author", "custodian")}


def _askers(request: Request, reading: Reading) -> Iterator[Contact]:
    about = tasks_about(request.entry, reading.where)
    headers = reading.where.of_kind("MessageHeader")
    for entry in (*about, *_letters(request, reading), *headers):
        for name in _ASKS[entry.kind]:
            for one in nodes(entry.resource.get(name)):
                is_machine = _is_machine(one.get("agent") or one, entry, reading)
                if not is_machine and person(one, entry, reading) != reading.profile.label("patient"):
                    yield contact(one.get("agent") or one, entry, reading)
    yield from (who for _, who in authors(request.entry, reading))


def _letters(request: Request, reading: Reading) -> list[Entry]:
    """The letter that holds the request; without one all, where they have one author: of a whole record nobody knows which one asks."""
    every = (entry for entry in reading.where.of_kind("Composition") if not is_in_error(entry.resource))
    letters = [entry for entry in every if entry.place not in reading.others]
    holding = [one for one in letters if _holds(one, request, reading)]
    letters = [one for one in letters if not is_report(one, reading.profile)]
    if holding or len(letters) < 2:
        return holding or letters
    is_document = reading.where.entries[0].kind == "Composition"
    authors = [one.resource.get("author") for one in letters]
    return letters[:1] if is_document or authors.count(authors[0]) == len(authors) else []


def _holds(letter: Entry, request: Request, reading: Reading) -> bool:
    pointed = (reading.where.all(one.get("entry"), letter) for one, _ in sections(letter.resource))
    return any(entry.place == request.entry.place for many in pointed for entry in many)


def _is_machine(reference: Any, entry: Entry, reading: Reading) -> bool:
    """Whether a Reference points at a Device: it made the letter or carried the request, and asked for nothing."""
    return reading.where.kind_of(reference, entry) == "Device"


def gp(patient: Entry, reading: Reading) -> Contact:
    """The first who is a person, else the practice; who stands beside his practice works there."""
    named = [contact(one, patient, reading) for one in nodes(patient.resource.get("generalPractitioner"))]
    practice = next((one for one in named if one.organisation and one.organisation == one.name), Contact())
    person_ = next((one for one in named if one.name and one is not practice), Contact())
    if person_ == Contact():
        return next(iter(named), Contact())
    if person_.organisation:
        return person_
    return replace(person_, organisation=practice.name, phone=person_.phone or practice.phone)
