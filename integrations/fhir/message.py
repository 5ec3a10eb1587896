"""From one message to what it is: a referral, an addition to one that was sent before, or a notice that data lie ready."""

from __future__ import annotations

from dataclasses import replace

from integrations.fhir.bundle import Addresses, Entry, bundles_in, entries_of
from integrations.fhir.clock import clocked
from integrations.fhir.documents import of_attachment
from integrations.fhir.gathered import Gathered, distinct
from integrations.fhir.history import newest
from integrations.fhir.in_force import tags
from integrations.fhir.judge import problem
from integrations.fhir.location import address
from integrations.fhir.modified import without_modified
from integrations.fhir.people import patient_identity
from integrations.fhir.profile import Profile
from integrations.fhir.reading import Reading
from integrations.fhir.referral import read_referral
from integrations.fhir.request import KINDS, has_request, number_of, with_contained
from integrations.fhir.sieve import HELPERS, sift
from integrations.fhir.taking import leftovers, take
from integrations.fhir.task import ENDED, answer_words, attachments, is_notice, question_of, read_notice, referral_of
from integrations.fhir.values import Node, moment, node, nodes, text, unique
from integrations.fhir.whose import ANOTHER, Whose, patients_in
from integrations.fhir.withdrawal import asks, ending_task, why
from integrations.fhir.written import of_task
from mdo_portal.exchange import Fact, Incoming, IncomingAnswer, IncomingReferral, Section, Unreadable

BUNDLE_TYPES = {"transaction", "batch", "collection", "message", "document", "searchset", "history"}
ADDITIONS = {"DocumentReference", "QuestionnaireResponse", "DiagnosticReport", "Observation"}
"""What may be added to a referral that was sent before."""


def read_message(tree: Node, profile: Profile) -> Incoming:
    """As `_read`; what the message asks to do to a resource without sending it is named, and what it deletes is taken back.

    That takes what was told under that address. A search that says what to delete (`Observation?…`) is only named: nobody here can run it.
    """
    tree, older = newest(tree) if text(tree.get("type")) == "history" else (tree, ())
    read = _read(tree, profile)
    if not isinstance(read, IncomingReferral | IncomingAnswer):
        return read
    bundles = tuple(bundles_in(tree))
    asked = [
        (f"{at}entry/{number}", node(one.get("request")), text(one.get("fullUrl")))
        for at, own in bundles
        for number, one in enumerate(nodes(own.get("entry")))
    ]
    told = [(place, text(own.get("method")).upper(), own, url) for place, own, url in asked]
    named = tuple(f"{place} {method}" for place, method, *_ in told if method in _UNSENT)
    named += older
    named += tuple(f"{at}Bundle {one}" for at, own in bundles for one in tags(own))
    named += tuple(f"{at}Bundle.link next" for at, own in bundles if _has_more(own))
    if not named:
        return read
    gone = unique(address("", text(own.get("url"))) or address("", url) for _, method, own, url in told if method == "DELETE")
    over = tuple(Fact(Section.OTHER, "", key=one) for one in gone)
    papers = tuple(one for one in gone if one.partition("/")[0] in _PAPERS)
    return replace(
        read,
        unmapped=(*read.unmapped, *named),
        taken_back=(*read.taken_back, *over),
        documents_taken_back=(*read.documents_taken_back, *papers),
    )


def _has_more(bundle: Node) -> bool:
    """Whether it is one page of several."""
    return any(text(one.get("relation")) == "next" for one in nodes(bundle.get("link")))


_UNSENT = ("DELETE", "PATCH", "GET", "HEAD")
"""Only the place is named: the address may hold the number of a patient."""
_PAPERS = ("DocumentReference", "DiagnosticReport", "Binary")


def _read(tree: Node, profile: Profile) -> Incoming:
    """Understand one message: a referral, an answer to a question or documents for a referral, or a notice that data lie ready.

    Raises Unreadable: no_request, wrong_version, no_patient, split, too_many_entries or broken.
    """
    if tree.get("resourceType") == "Bundle" and text(tree.get("type")) not in BUNDLE_TYPES:
        raise Unreadable("broken", "Bundle.type")
    entries = entries_of(tree)
    kinds = {entry.kind for entry in entries}
    if not has_request(entries, profile):
        where = Addresses(entries)
        tasks = [entry for entry in entries if entry.kind == "Task"]
        notice = next((entry for entry in tasks if is_notice(entry.resource)), None)
        if notice is not None:
            return read_notice(_judged_task(notice, profile), where)
        is_answer = any(question_of(entry.resource) for entry in tasks)
        entries = entries if is_answer else with_contained(entries, profile)
        if (tasks or kinds & ADDITIONS) and not has_request(entries, profile):
            return read_addition(entries, tasks, profile)
    times = (moment(one.get("timestamp")) for _, one in bundles_in(tree))
    return read_referral(entries, profile, next(filter(None, times), None))


def _judged_task(entry: Entry, profile: Profile) -> Entry:
    """Raises Unreadable("broken") when it is no Task of this version."""
    written = replace(entry, resource=clocked(entry.resource))
    if found := without_modified(written).refused.get(entry.place) or problem(written.resource, profile.version):
        raise Unreadable("broken", f"{entry.place}: {found}")
    return written


def read_addition(entries: tuple[Entry, ...], tasks: list[Entry], profile: Profile) -> IncomingAnswer | IncomingReferral:
    """What belongs to a referral that was sent before, or takes it back. Raises Unreadable("no_request") when it does not say to which."""
    sifted = sift(entries, profile.version)
    found = Gathered(
        quarantined=[f"{place}: {reason}" for place, reason in sifted.refused.items()], unmapped=list(sifted.stripped)
    )
    reading = Reading(sifted.where, profile, frozenset())
    patients = patients_in(entries, sifted)
    tasks = sorted(tasks, key=lambda one: not question_of(one.resource))  # what answers a question of ours first
    own = tasks[0].resource if tasks else {}
    if tasks and tasks[0].place in sifted.refused:
        raise Unreadable("broken", f"{tasks[0].place}: {sifted.refused[tasks[0].place]}")
    number = _referral_of(tasks) or _named_referral(entries)
    question = question_of(own)
    if not number and not question:
        raise Unreadable("no_request", KINDS[profile.version])
    if len(patients) > 1:
        raise Unreadable("no_patient", "Patient")
    inside = [
        one for entry in sifted.where.entries for one in sifted.where.contained(entry) if one.kind and one.kind not in HELPERS
    ]
    everything = [*sifted.where.entries, *inside]
    whose = None if patients else Whose(everything, sifted.where, profile)
    for entry in everything:
        if entry.kind == "Task" or entry.place in sifted.refused:
            continue
        if whose is not None and whose.is_another(entry):
            found.quarantined.append(f"{entry.place}: {ANOTHER}")
        else:
            take(entry, patients[0] if patients else None, reading, found)
    for task in (one for one in tasks if one.place not in sifted.refused):
        for title, part in attachments(task.resource):
            found.carry(of_attachment(task, part, reading, title or profile.label("document")))
    asked = [one for one in tasks if one.place not in sifted.refused]
    for task in asked:
        _beside_the_answer(task, reading, found, is_answer=task is asked[0])
    leftovers(reading, sifted, found)
    who = patient_identity(whose.patient if whose is not None else patients[0].resource, profile)
    sent_at = moment(own.get("lastModified")) or moment(own.get("authoredOn"))
    facts, documents = distinct(found.facts), tuple(found.documents)
    left, apart = tuple(found.unmapped), tuple(found.quarantined)
    ending = None if question else ending_task(one for one in asked if referral_of(one.resource) == number)
    over = tuple(dict.fromkeys(found.taken_back)), tuple(dict.fromkeys(found.gone))
    if ending is not None:
        return IncomingReferral(
            patient=who, number=number, facts=facts, documents=documents, sent_at=sent_at, unmapped=left, quarantined=apart,
            cancelled=True, cancel_reason=why(ending.resource, {}), taken_back=over[0], documents_taken_back=over[1],
        )  # fmt: skip
    said = "\n".join(unique([answer_words(own), *(words for answers_ in found.fields.values() for words in answers_)]))
    state = text(own.get("status"))
    is_nothing = not (said or facts or documents)
    others = tuple((question_of(one.resource), answer_words(one.resource)) for one in asked[1:] if question_of(one.resource))
    return IncomingAnswer(
        number, question, who, f"({state})" if question and is_nothing and state in ENDED else said, facts, documents, sent_at, left,
        apart, *over, others=others, is_under_way=bool(question) and is_nothing and state not in {*ENDED, "completed"},
        asks=asks(one for one in asked if referral_of(one.resource) == number),
    )  # fmt: skip


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


def _named_referral(entries: tuple[Entry, ...]) -> str:
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
