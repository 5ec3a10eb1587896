"""From the entries of one message to one IncomingReferral: what the request points at first, then all the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.beside import beside
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.cautions import not_in_force
from integrations.fhir.entries.history import version_of
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.task import asked_at, request_task, task_number
from integrations.fhir.entries.withdrawal import ending_task, is_request_taken_back, tasks_about, why, with_aborting
from integrations.fhir.meaning.asked import asked_as_reason, own_words, urgencies, written_beside
from integrations.fhir.meaning.at_end import asked_in_letters
from integrations.fhir.meaning.belonging import address_of
from integrations.fhir.meaning.beside_request import WRITTEN, hear, hear_papers, parts_beside
from integrations.fhir.meaning.choosing import choose_request, refuse_a_second, replaced
from integrations.fhir.meaning.gathered import Gathered, distinct
from integrations.fhir.meaning.parties import gp, most_urgent, named_board, referrer
from integrations.fhir.meaning.patient import another_in_words, choose_patient, named_patient
from integrations.fhir.meaning.places import placed
from integrations.fhir.meaning.request import Request, is_for_once, is_no_diagnosis, issuer_of, number_of, read_request
from integrations.fhir.meaning.sieve import HELPERS, Sifted, sift
from integrations.fhir.meaning.taking import is_of_another, leftovers, take
from integrations.fhir.meaning.whose import of_others, own_files
from integrations.fhir.resources.around import authors, over_by_event
from integrations.fhir.resources.fields import SEATS, column
from integrations.fhir.resources.told import of_extensions
from integrations.fhir.text.moments import moment, sent_day
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, codings, concept, joined, node, nodes, text, unique, word
from integrations.profiles import urgency_of
from mdo_portal.exchange import Contact, Fact, IncomingReferral, Replaced, Section, Unreadable


def read_referral(entries: tuple[Entry, ...], profile: Profile, bundled: datetime | None) -> IncomingReferral:
    """The one referral in these entries, or that it is taken back. Raises Unreadable as read_message does."""
    sent = Addresses(entries)
    anchor = choose_request(sent, profile)
    if named := tuple(named_patient(anchor, entries)):
        sent = Addresses((*entries, *named))
    refuse_a_second(anchor, choose_patient(anchor, sent), sent, profile)
    sifted = sift(sent, profile.version)
    request = read_request(_surviving(anchor, sifted), profile)
    patient = _patient(request.entry, sent, sifted)
    sifted = own_files(sifted, [patient], profile)
    reading = _reading(request, patient, sifted.where, profile)
    found = Gathered.after(sifted)
    for one in [*request.beside, *parts_beside(request.entry, written_beside(request, reading), reading)]:
        told = Fact(column(one.target, Section.OTHER), one.words, one.name or profile.label("note"))
        if not found.to_field(one.target, one.words, told):
            found.facts.append(told)
    every = [*([patient] if patient.container else []), *_in_order(request, sifted)]
    for entry in every:
        take(entry, patient, reading, found)
    for entry in every:
        if entry.kind in WRITTEN and not is_of_another(entry, patient, reading):
            hear(entry, request.entry, reading, found)
    hear_papers(reading, found)
    for carried in of_extensions(request.entry, reading):
        found.carry(carried)
    leftovers(reading, sifted, found)
    read = _referral(request, patient, reading, found, bundled or _message_time(sifted.where))
    read = replace(read, known_as=address_of(request.entry, is_alone=len(entries) == 1), only_if_new=is_for_once(anchor))
    read = replace(read, number_issuer=issuer_of(request.entry.resource, read.number))
    before = _marked(_taken_back(read, request, reading), request, sifted.where, profile)
    read = placed(before, (request.entry, patient), sifted.where, profile)
    if read.urgency == request.urgency:
        read = replace(read, urgency=before.urgency)  # its Task or form may have said a more urgent one
    if read.cancelled and not (read.number or read.known_as):
        raise Unreadable("no_request", f"{request.entry.place}.status")  # taken back, and nobody can tell what
    return read


def _taken_back(read: IncomingReferral, request: Request, reading: Reading) -> IncomingReferral:
    """What was read; as a withdrawal when the request or the Task for it says that."""
    own = request.entry.resource
    task = ending_task(_tasks(request, reading))
    if task is None and not is_request_taken_back(own):
        return read
    said = task.resource if task else {}
    return replace(read, cancelled=True, cancel_reason=why(said, own), sent_at=read.sent_at or moment(said.get("lastModified")))


def _tasks(request: Request, reading: Reading) -> list[Entry]:
    """The Tasks about the request, and about those; none that is for another patient."""
    own = [one for one in tasks_about(request.entry, reading.where) if one.place not in reading.others]
    return with_aborting(own, reading.where)


def _marked(read: IncomingReferral, request: Request, where: Addresses, profile: Profile) -> IncomingReferral:
    """What goes on by its request, with what the message says against that; and what it takes the place of."""
    before = replaced(request.entry, where)
    gone = [f"{one.place} {text(one.resource.get('status'))}" for one in before]
    over = [] if read.cancelled else over_by_event(where, profile)
    if not before and not over:
        return read
    return replace(read, unmapped=(*read.unmapped, *gone, *over), replaced=tuple(map(_earlier, before)))


def _earlier(before: Entry) -> Replaced:
    own = before.resource
    return Replaced(number_of(own), address_of(before, is_alone=False), why({}, own), version_of(own))


def _surviving(anchor: Entry, sifted: Sifted) -> Entry:
    if anchor.place in sifted.refused:
        own = anchor.resource
        is_of_r5 = "concept" in node(own.get("code")) or "reason" in own or "bodyStructure" in own  # elements that only R5 has
        raise Unreadable("wrong_version" if is_of_r5 else "broken", f"{anchor.place}: {sifted.refused[anchor.place]}")
    return next(entry for entry in sifted.where.entries if entry.place == anchor.place)


def _patient(request: Entry, sent: Addresses, sifted: Sifted) -> Entry:
    """The patient among the good entries; a patient that was sent but refused is "broken", not absent."""
    before = choose_patient(request, sent)
    if before.place in sifted.refused:
        raise Unreadable("broken", f"{before.place}: {sifted.refused[before.place]}")
    return choose_patient(request, sifted.where)


def _reading(request: Request, patient: Entry, where: Addresses, profile: Profile) -> Reading:
    reasons = frozenset(entry.place for entry in where.all(request.reasons, request.entry))
    return Reading(where, profile, reasons, of_others(patient, where, profile), patient.resource)


def _in_order(request: Request, sifted: Sifted) -> list[Entry]:
    """Reasons, then supporting information, then the rest; each once, with what is contained in it."""
    where = sifted.where
    pointed = [*where.all(request.reasons, request.entry), *where.all(request.supporting, request.entry)]
    everything = [*pointed, *where.entries]
    inside = [
        one
        for entry in everything
        if not entry.container
        for one in where.contained(entry)
        if one.kind and one.kind not in HELPERS
    ]
    placed = {entry.place: entry for entry in [*everything, *inside]}
    return [entry for place, entry in placed.items() if place not in sifted.refused and place != request.entry.place]


def _referral(request: Request, patient: Entry, reading: Reading, found: Gathered, bundled: datetime | None) -> IncomingReferral:
    reasons = [_reason(item, reading.profile) for item in request.reason_codes if concept(item)]
    facts = distinct([*reasons, *_named_only(request, reading), *own_words(request, reading), *found.facts, *found.unseated])
    people = found.people
    found.unmapped[:0] = [*not_in_force(request.entry), *_named_otherwise(request.entry, patient)]
    read = IncomingReferral(
        patient=reading.who,
        number=request.number,
        board_hint=found.said("board_hint") or named_board(request, reading, found.said("meeting")),
        tumour_hint=found.said("tumour_hint") or _reason_words(request, reading),
        question_board=found.said("question_board", *request.questions)
        or found.said("reason")
        or asked_as_reason(request)
        or asked_in_letters(reading, found),
        question_radiology=found.said("question_radiology"),
        question_pathology=found.said("question_pathology"),
        urgency=most_urgent(request.urgency, [*urgencies(request, reading), *found.fields.get("urgency", [])], reading.profile),
        latest_useful_on=next(
            (found_on for said in found.fields.get("latest_useful_on", []) if (found_on := sent_day(said))), request.latest_on
        ),
        referrer=referrer(request, reading),
        treating=_seated("treating", people.get("treating", Contact()), found),
        case_manager=_seated("case_manager", people.get("case_manager", Contact()), found),
        gp=_seated("gp", people.get("gp") or gp(patient, reading), found),
        facts=facts,
        sent_at=bundled,  # never when it was asked for (authoredOn): what is told of the patient today is no older than today
        asked_at=asked_at(request.entry, reading.where, reading.others.keys()),
        version=version_of(request.entry.resource),
        request_task=request_task(request.entry, reading.where, reading.others.keys()),
        task_number=task_number(request.entry, reading.where, reading.others.keys()),
        documents_taken_back=found.documents_gone,
        **found.rest,
    )
    wrote = {place for place, who in authors(request.entry, reading) if who == read.referrer}
    read = replace(read, unmapped=tuple(one for one in read.unmapped if one not in wrote))
    beside = [one for name, one in found.beside if not _is_held(name, one.text, read, reading)]
    passed = request.latest_on not in (None, read.latest_useful_on)
    unmapped = (*read.unmapped, *([f"{request.entry.place} occurrence"] if passed else []))
    return replace(read, facts=distinct([*facts, *beside]), unmapped=unmapped) if beside or passed else read


def _seated(name: str, known: Contact, found: Gathered) -> Contact:
    """Who has this place; where no resource says it, whom a form names."""
    return known if known != Contact() else Contact(name=next(iter(found.fields.get(name, [])), ""))


def _named_otherwise(request: Entry, patient: Entry) -> list[str]:
    """That the request names another in words than the only patient who was sent: a person looks whose it is."""
    return [f"{request.place} subject.display"] if another_in_words(request.resource, patient.resource) else []


def _is_held(name: str, words: str, read: IncomingReferral, reading: Reading) -> bool:
    """Whether the field of a referral says these words; the kind of tumour is only a hint there, and no page shows it."""
    if name == "latest_useful_on":
        return sent_day(words) == read.latest_useful_on
    if name == "urgency":
        return bool(urgency_of(reading.profile.table, words)) or words in read.urgency
    if name in SEATS:
        return bool(getattr(read, name).name == words)
    if name in _WHERE_NOTHING_ELSE_DOES:
        return words in getattr(read, _WHERE_NOTHING_ELSE_DOES[name])
    return name != "tumour_hint"


_WHERE_NOTHING_ELSE_DOES = {"reason": "question_board", "meeting": "board_hint"}


def _reason_words(request: Request, reading: Reading) -> str:
    """The first reason as the sender words it: a hint for routing, no conclusion of ours."""
    pointed_at = reading.where.all(request.reasons, request.entry)
    reasons = [entry.resource for entry in pointed_at if entry.place not in reading.others]
    pointed = [own.get("code") for own in reasons if word(own.get("verificationStatus")) not in ("refuted", "entered-in-error")]
    named = [item for item in request.reason_codes if not is_no_diagnosis(item)]
    said = (concept(item) for item in [*named, *pointed])
    return next(filter(None, [*said, *_displays(request.reasons, request, reading)]), "")


def _reason(item: Node, profile: Profile) -> Fact:
    """The reason in words; those of its code too where somebody wrote others beside it (`Klacht`, `Bloedverlies`)."""
    if is_no_diagnosis(item):
        return Fact(Section.OTHER, concept(item), profile.label("reason"))
    system, code = next(iter(codings(item)), ("", ""))
    words = concept(item)
    coded = [text(one.get("display")) for one in nodes(item.get("coding"))]
    more = [one for one in unique(coded) if one.casefold() not in words.casefold()]
    return Fact(Section.DIAGNOSIS, words + (f" ({', '.join(more)})" if more else ""), code=code, code_system=system)


def _displays(references: object, request: Request, reading: Reading) -> list[str]:
    """The words of references to what is not in this message."""
    return [
        joined(text(one.get("display")), *beside(one, request.entry, reading))
        for one in nodes(references)
        if text(one.get("display")) and reading.where.resolve(one, request.entry) is None
    ]


def _named_only(request: Request, reading: Reading) -> list[Fact]:
    """Reasons and supporting information that are named and not sent along."""
    missing = reading.profile.label("not_sent")
    reasons = (Fact(Section.DIAGNOSIS, words) for words in _displays(request.reasons, request, reading))
    others = (Fact(Section.OTHER, words, missing) for words in _displays(request.supporting, request, reading))
    return [*reasons, *others]


def _message_time(where: Addresses) -> datetime | None:
    return next((moment(entry.resource.get("timestamp")) for entry in where.of_kind("MessageHeader")), None)
