"""What is added to a referral that was sent before, answers a question of ours, or takes the referral back."""

from __future__ import annotations

from datetime import datetime

from integrations.fhir.entries.addresses import Addresses
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.reading import ANOTHER, Reading
from integrations.fhir.entries.task import ENDED, answer_words, attachments, question_of, referral_of
from integrations.fhir.entries.withdrawal import asks, ending_task, number_ended, task_ended, why
from integrations.fhir.meaning.belonging import address_of_request, named_referral, referral_of_tasks
from integrations.fhir.meaning.gathered import Gathered
from integrations.fhir.meaning.request import KINDS
from integrations.fhir.meaning.sieve import HELPERS, Sifted
from integrations.fhir.meaning.taking import leftovers, outer, take
from integrations.fhir.meaning.whose import Whose, of_others, sifted_with_patients, with_hanging
from integrations.fhir.meaning.written import of_task
from integrations.fhir.resources.documents import of_attachment
from integrations.fhir.resources.fields import SEATS
from integrations.fhir.text.moments import moment
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import aside, text, unique
from mdo_portal.exchange import Fact, IncomingAnswer, IncomingReferral, PatientIdentity, Section, Unreadable


def read_addition(
    entries: tuple[Entry, ...], tasks: list[Entry], profile: Profile, bundled: datetime | None
) -> IncomingAnswer | IncomingReferral:
    """What belongs to a referral that was sent before, or takes it back. Raises Unreadable("no_request") when it does not say to which."""
    sifted, patients = sifted_with_patients(entries, profile)
    found = Gathered.after(sifted)
    tasks = sorted(tasks, key=lambda one: not question_of(one.resource))  # what answers a question of ours first
    own = tasks[0].resource if tasks else {}
    if tasks and tasks[0].place in sifted.refused:
        raise Unreadable("broken", f"{tasks[0].place}: {sifted.refused[tasks[0].place]}")
    number, at = referral_of_tasks(tasks)
    number, at = number or named_referral(entries), at or address_of_request(entries)
    question = question_of(own)
    ending = None if question else ending_task(one for one in tasks if referral_of(one.resource) == number)
    ended = (task_ended(ending), number_ended(ending)) if ending is not None else ("", "")
    if not (number or question or at or any(ended)):
        raise Unreadable("no_request", KINDS[profile.version])
    if len(patients) > 1:
        raise Unreadable("no_patient", "Patient")
    reading = take_all(sifted, patients, profile, found)
    asked = [one for one in tasks if one.place not in sifted.refused]
    for task in asked:
        for title, part in attachments(task.resource):
            found.carry(of_attachment(task, part, reading, title or profile.label("document")))
    for task in asked:
        _beside_the_answer(task, reading, found, is_answer=task is asked[0])
    leftovers(reading, sifted, found)
    sent_at = moment(own.get("lastModified")) or bundled  # never authoredOn: a Task that is cancelled was written long before
    about = (number, at, reading.who, sent_at)
    ending = None if question else ending_task(one for one in asked if referral_of(one.resource) == number)
    return _answer(asked, question, about, found, profile) if ending is None else _end(ending, about, found, ended)


_About = tuple[str, str, PatientIdentity, datetime | None]
"""The number of the referral and its address at the sender, of whom it is, and when this was said."""


def _end(ending: Entry, about: _About, found: Gathered, ended: tuple[str, str]) -> IncomingReferral:
    """The referral is taken back, by its number or by the Task that asked for it (`ended`: its address, and its number)."""
    number, at, who, sent_at = about
    return IncomingReferral(
        patient=who, number=number, facts=found.told(), sent_at=sent_at, cancelled=True, cancel_reason=why(ending.resource, {}),
        known_as=at, request_task=ended[0], task_number=ended[1], documents_taken_back=found.documents_gone, **found.rest,
    )  # fmt: skip


_BY_NAME = frozenset({*SEATS, "urgency", "latest_useful_on"})
"""Fields whose words say nothing in an answer without what they are called (`Spoed`: ja)."""


def _answer(asked: list[Entry], question: str, about: _About, found: Gathered, profile: Profile) -> IncomingAnswer:
    """What is told: in answer to our `question`, or beside the referral."""
    number, at, who, sent_at = about
    own = asked[0].resource if asked else {}
    facts, state = found.told(*(one for name, one in found.beside if name in _BY_NAME)), text(own.get("status"))
    asked_for = (answers_ for name, answers_ in found.fields.items() if name not in _BY_NAME)
    said = "\n".join(unique([answer_words(own), *(words for answers_ in asked_for for words in answers_)]))
    is_nothing = not (said or found.facts or found.documents)  # who treats answers nothing
    ended = aside(profile.state(state)) if question and is_nothing and state in ENDED else ""
    others = tuple((question_of(one.resource), answer_words(one.resource)) for one in asked[1:] if question_of(one.resource))
    return IncomingAnswer(
        number, at, question, who, ended or said, facts, sent_at=sent_at, documents_taken_back=found.documents_gone, others=others,
        is_under_way=bool(question) and is_nothing and state not in {*ENDED, "completed"},
        asks=asks(one for one in asked if referral_of(one.resource) == number), **found.rest,
    )  # fmt: skip


def take_all(sifted: Sifted, patients: list[Entry], profile: Profile, found: Gathered) -> Reading:
    """What every resource says but the Tasks that stand by themselves. Returns the reading, which knows what is somebody else's, and the
    patient: where none was sent as the resources say by number who that is.
    """
    inside = [
        one for entry in sifted.where.entries for one in sifted.where.contained(entry) if one.kind and one.kind not in HELPERS
    ]
    everything = [*sifted.where.entries, *inside]
    whose = None if patients else Whose(everything, sifted.where, profile)
    patient = whose.patient if whose is not None else patients[0].resource
    reading = Reading(sifted.where, profile, others=_others(whose, patients, sifted.where, profile), patient=patient)
    for entry in everything:
        if (entry.kind == "Task" and _is_heard_elsewhere(entry)) or entry.place in sifted.refused:
            continue
        if whose is not None and (outer(entry) in reading.others or whose.is_another(entry)):
            found.quarantined.append(f"{entry.place}: {ANOTHER}")
        else:
            take(entry, patients[0] if patients else None, reading, found)
    return reading


def _is_heard_elsewhere(task: Entry) -> bool:
    """Whether it stands by itself, or is a question of ours that comes back inside what answers it, in our own words."""
    return not task.container or (bool(question_of(task.resource)) and not answer_words(task.resource))


def _others(whose: Whose | None, patients: list[Entry], where: Addresses, profile: Profile) -> dict[str, str]:
    if whose is None:
        return of_others(patients[0], where, profile)
    return dict.fromkeys(with_hanging({one.place for one in where.entries if whose.is_another(one)}, where), ANOTHER)


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
