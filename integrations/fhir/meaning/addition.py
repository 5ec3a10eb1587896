"""What is added to a referral that was sent before, answers a question of ours, or takes the referral back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import patient_identity
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.task import ENDED, answer_words, attachments, question_of, referral_of
from integrations.fhir.entries.withdrawal import asks, ending_task, task_ended, why
from integrations.fhir.meaning.gathered import Gathered, distinct
from integrations.fhir.meaning.hanging import of_others, with_hanging
from integrations.fhir.meaning.request import KINDS, number_of
from integrations.fhir.meaning.sieve import HELPERS, Sifted, sift
from integrations.fhir.meaning.taking import leftovers, outer, take
from integrations.fhir.meaning.whose import ANOTHER, Whose, own_files, patients_in
from integrations.fhir.meaning.written import of_task
from integrations.fhir.resources.documents import of_attachment
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, moment, node, nodes, text, unique
from mdo_portal.exchange import Fact, IncomingAnswer, IncomingReferral, PatientIdentity, Section, Unreadable


def read_addition(
    entries: tuple[Entry, ...], tasks: list[Entry], profile: Profile, bundled: datetime | None
) -> IncomingAnswer | IncomingReferral:
    """What belongs to a referral that was sent before, or takes it back. Raises Unreadable("no_request") when it does not say to which."""
    sifted = sift(entries, profile.version)
    patients = patients_in(entries, sifted)
    sifted = own_files(sifted, patients, profile)
    found = Gathered(
        quarantined=[f"{place}: {reason}" for place, reason in sifted.refused.items()], unmapped=list(sifted.stripped)
    )
    reading = Reading(sifted.where, profile, frozenset())
    tasks = sorted(tasks, key=lambda one: not question_of(one.resource))  # what answers a question of ours first
    own = tasks[0].resource if tasks else {}
    if tasks and tasks[0].place in sifted.refused:
        raise Unreadable("broken", f"{tasks[0].place}: {sifted.refused[tasks[0].place]}")
    number = _referral_of(tasks) or named_referral(entries)
    question = question_of(own)
    ended = "" if number or question else _task_ended(tasks)
    if not (number or question or ended):
        raise Unreadable("no_request", KINDS[profile.version])
    if len(patients) > 1:
        raise Unreadable("no_patient", "Patient")
    patient, reading = take_all(sifted, patients, reading, found)
    asked = [one for one in tasks if one.place not in sifted.refused]
    for task in asked:
        for title, part in attachments(task.resource):
            found.carry(of_attachment(task, part, reading, title or profile.label("document")))
    for task in asked:
        _beside_the_answer(task, reading, found, is_answer=task is asked[0])
    leftovers(reading, sifted, found)
    sent_at = moment(own.get("lastModified")) or bundled  # never authoredOn: a Task that is cancelled was written long before
    about = (number, patient_identity(patient, profile), sent_at)
    ending = None if question else ending_task(one for one in asked if referral_of(one.resource) == number)
    return _answer(asked, question, about, found, profile) if ending is None else _end(ending, about, found, ended)


_About = tuple[str, PatientIdentity, datetime | None]
"""The number of the referral, of whom it is, and when this was said."""


def _task_ended(tasks: list[Entry]) -> str:
    """Of Tasks that name no referral by its number: the one Task of the sender that they take back."""
    ending = ending_task(tasks)
    return task_ended(ending) if ending is not None else ""


def _end(ending: Entry, about: _About, found: Gathered, ended: str) -> IncomingReferral:
    """The referral is taken back, by its number or by the Task that asked for it."""
    number, who, sent_at = about
    return IncomingReferral(
        patient=who, number=number, facts=distinct(found.facts), documents=tuple(found.documents), sent_at=sent_at,
        unmapped=tuple(found.unmapped), quarantined=tuple(found.quarantined), cancelled=True, cancel_reason=why(ending.resource, {}),
        request_task=ended,
        taken_back=tuple(dict.fromkeys(found.taken_back)), documents_taken_back=tuple(dict.fromkeys(found.gone)),
    )  # fmt: skip


def _answer(asked: list[Entry], question: str, about: _About, found: Gathered, profile: Profile) -> IncomingAnswer:
    """What is told: in answer to our `question`, or beside the referral."""
    number, who, sent_at = about
    own = asked[0].resource if asked else {}
    facts, documents = distinct(found.facts), tuple(found.documents)
    said = "\n".join(unique([answer_words(own), *(words for answers_ in found.fields.values() for words in answers_)]))
    state = text(own.get("status"))
    is_nothing = not (said or facts or documents)
    ended = f"({profile.word('statuses', state) or state})" if question and is_nothing and state in ENDED else ""
    others = tuple((question_of(one.resource), answer_words(one.resource)) for one in asked[1:] if question_of(one.resource))
    return IncomingAnswer(
        number, question, who, ended or said, facts, documents, sent_at,
        tuple(found.unmapped), tuple(found.quarantined), tuple(dict.fromkeys(found.taken_back)), tuple(dict.fromkeys(found.gone)),
        others=others, is_under_way=bool(question) and is_nothing and state not in {*ENDED, "completed"},
        asks=asks(one for one in asked if referral_of(one.resource) == number),
    )  # fmt: skip


def take_all(sifted: Sifted, patients: list[Entry], reading: Reading, found: Gathered) -> tuple[Node, Reading]:
    """What every resource says but the Tasks. Returns the patient, where none was sent as the resources say by number who that is, and the
    reading that knows what is somebody else's.
    """
    inside = [
        one for entry in sifted.where.entries for one in sifted.where.contained(entry) if one.kind and one.kind not in HELPERS
    ]
    everything = [*sifted.where.entries, *inside]
    whose = None if patients else Whose(everything, sifted.where, reading.profile)
    reading = replace(reading, others=_others(whose, patients, reading))
    for entry in everything:
        if entry.kind == "Task" or entry.place in sifted.refused:
            continue
        if whose is not None and (outer(entry) in reading.others or whose.is_another(entry)):
            found.quarantined.append(f"{entry.place}: {ANOTHER}")
        else:
            take(entry, patients[0] if patients else None, reading, found)
    return whose.patient if whose is not None else patients[0].resource, reading


def _others(whose: Whose | None, patients: list[Entry], reading: Reading) -> frozenset[str]:
    where = reading.where
    if whose is None:
        return of_others(patients[0], where, reading.profile)
    return with_hanging({one.place for one in where.entries if whose.is_another(one)}, where)


def _referral_of(tasks: list[Entry]) -> str:
    """The number of the referral that they are about. Raises Unreadable("split") when that is not one."""
    named = {referral_of(one.resource): one.place for one in reversed(tasks) if referral_of(one.resource)}
    if len(named) > 1:
        raise Unreadable("split", ", ".join(sorted(named.values())))
    return next(iter(named), "")


def _beside_the_answer(task: Entry, reading: Reading, found: Gathered, *, is_answer: bool) -> None:
    """What a Task says beside its answer: of one that answers our question nothing (it repeats that), of another what it asks, too."""
    if question_of(task.resource):
        return
    said, words = Gathered(), answer_words(task.resource)
    of_task(task, reading, said)
    heard = set(words.split("\n"))
    found.facts.extend(one for one in said.facts if one.text not in heard)
    found.documents.extend(said.documents)
    found.quarantined.extend(said.quarantined)
    for name in (one for one in said.fields if one.startswith("question_")):
        found.fields.setdefault(name, []).extend(said.fields[name])
    if words and not is_answer:
        found.facts.append(Fact(Section.COURSE, words))


def named_referral(entries: tuple[Entry, ...]) -> str:
    """The number of the referral that documents and forms say they belong to; two different numbers are none."""
    named = [
        text(node(one.get("identifier")).get("value"))
        for entry in entries
        for one in [*nodes(entry.resource.get("basedOn")), *nodes(node(entry.resource.get("context")).get("related"))]
    ]
    named += [
        text(node(node(one.get("ref")).get("identifier")).get("value"))
        for entry in entries
        for one in nodes(node(entry.resource.get("context")).get("related"))
    ]
    inside = [Addresses([entry]).all(entry.resource.get("basedOn") or [], entry) for entry in entries]
    named += [number_of(one.resource) for found in inside for one in found if one.container and one.kind in KINDS.values()]
    numbers = unique(named)
    return numbers[0] if len(numbers) == 1 else ""
