"""What people wrote for people: letters by their sections, forms by their answers, tasks by what they ask."""

from __future__ import annotations

import re
from dataclasses import replace

from integrations.fhir.entries.beside import remarks, unsent
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.headings import is_report
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.task import ENDED, HELD_UP, OF_A_NOTICE, is_notice
from integrations.fhir.meaning.gathered import Gathered
from integrations.fhir.meaning.request import KINDS
from integrations.fhir.meaning.sieve import HELPERS
from integrations.fhir.resources.documents import of_attachment
from integrations.fhir.resources.facts import FACTS
from integrations.fhir.resources.fields import FIELDS, column
from integrations.fhir.resources.named import NAMED
from integrations.fhir.resources.questionnaire import answers
from integrations.fhir.resources.told import TOLD, input_words, narrative, says_more, section_words, sections, task
from integrations.fhir.text.moments import day
from integrations.fhir.text.relatives import from_somebody
from integrations.fhir.text.values import Node, codings, concept, joined, node, nodes, text, word
from mdo_portal.exchange import Fact, Section


def of_letter(entry: Entry, reading: Reading, found: Gathered) -> None:
    """The sections of a document that say something in words: a question by its title, else a fact under that title.

    Of several letters the title of the letter stands before it: each may have its `Conclusie`.
    """
    if any(word(one.get("code")) == "replaces" for one in nodes(entry.resource.get("relatesTo"))):
        found.unmapped.append(f"{entry.place} relatesTo")  # what the letter before it said still stands: for a person
    if words := first_page(entry.resource):
        found.facts.append(Fact(Section.OTHER, words, letter_title(entry), day(entry.resource.get("date"))))
    of_sections(entry, reading, found, letter_title(entry) if reading.where.kinds["Composition"] > 1 else "")


def first_page(letter: Node) -> str:
    """The narrative of a letter that has nothing else, or says of itself that it holds more than the fields."""
    return narrative(letter) if says_more(letter) or not nodes(letter.get("section")) else ""


def letter_title(entry: Entry) -> str:
    return text(entry.resource.get("title")) or concept(entry.resource.get("type"))


def of_sections(entry: Entry, reading: Reading, found: Gathered, letter: str) -> None:
    """The same, with this title of the letter before those of its sections."""
    asks = not is_report(entry, reading.profile)
    dated, state = day(entry.resource.get("date")), _OF_A_LETTER.get(word(entry.resource.get("status")), "")
    for one, above in sections(entry.resource):
        title, words = section_words(one)
        whose = from_somebody((*above, title))[:-1]  # what stands below a relative, and not what names one itself
        if not words and not any(_is_shown(each) for each in reading.where.all(one.get("entry"), entry)):
            words = narrative(one) or reading.profile.why_none(
                one.get("emptyReason")
            )  # its entries are not in this message, or have no place
        words = words or joined(*remarks(one), "" if narrative(one) else unsent(one.get("entry"), entry, reading), by=", ")
        words = _without_heading(words, title)
        target = reading.profile.below(above[-1] if above else "", title, reading.profile.target("", title))
        target = target if asks or target not in FIELDS else ""
        if words and whose:
            found.facts.append(Fact(Section.OTHER, words, joined(letter, *whose, title, by=": "), dated, status=state))
        elif words and not found.to_field(target, words, Fact(Section.FORM, words, title, dated, status=state)):
            placed_by = reading.profile.section(one.get("code")) or column(target, Section.OTHER)
            label = joined(letter, title if title != letter else "", by=": ")
            found.facts.append(Fact(placed_by, words, label, dated, status=state))


def _without_heading(words: str, title: str) -> str:
    """Some say the title of a section once more before its words (`Zorgpad: Oncologie`)."""
    told = words[len(title) + 1 :].strip() if title and words.casefold().startswith(f"{title.casefold()}:") else ""
    return told or words


_OF_A_LETTER = {"preliminary": "preliminary", "amended": "corrected"}
"""Composition.status → of RESULT_STATUSES."""


def _is_shown(entry: Entry) -> bool:
    shown = {*FACTS, *TOLD, *NAMED, *HELPERS, "DocumentReference", "QuestionnaireResponse", "CareTeam", "Media"}
    return entry.kind in shown - set(KINDS.values())  # the request that all of this is about stands in no column


_OF_A_FORM = {"in-progress": "unfinished", "stopped": "stopped", "amended": "corrected"}
"""QuestionnaireResponse.status → of RESULT_STATUSES."""
_NOT_DONE = ("in-progress", "stopped")


_TO_FETCH = re.compile(r"(?:https?://\S+/)?[A-Z][A-Za-z]{2,40}[/?]\S+")
"""What is to be fetched (`Condition?category=…`), which the pull reads from a Task: it may hold a number of the patient."""


_ADDRESSES = frozenset(("valueReference", "valueCanonical", "valueUri", "valueUrl"))


def of_task(entry: Entry, reading: Reading, found: Gathered, *, with_output: bool = False) -> None:
    """What a Task that asks says, its inputs with it: a question by the name of an input, else a fact under that name.

    `with_output`: what came of it, too; of an answer that is told apart.
    """
    own, before = entry.resource, len(found.facts) + len(found.documents) + len(found.fields)
    found.facts.extend(task(entry, reading))
    is_to_fetch = is_notice(own)
    inputs = [one for one in nodes(own.get("input")) if not {code for _, code in codings(one.get("type"))} & OF_A_NOTICE]
    outputs = nodes(own.get("output")) if with_output else []
    for one, is_wanted in [*((each, True) for each in inputs), *((each, False) for each in outputs)]:
        name, attachment = concept(one.get("type")), node(one.get("valueAttachment"))
        if attachment:
            found.carry(of_attachment(entry, attachment, reading, name or reading.profile.label("document")))
            continue
        pointed = one.get("valueReference")
        words = input_words(one, reading) if not pointed or reading.where.resolve(pointed, entry) is None else ""
        if words and not is_wanted and not _ADDRESSES.isdisjoint(one):
            words = text(node(pointed).get("display"))  # the address of what came of it says nothing
        elif _TO_FETCH.fullmatch(words):
            words, is_to_fetch = "", is_to_fetch or is_wanted
        target = reading.profile.target("", name) or reading.profile.seat(name)
        if "valueBoolean" in one and (target != "urgency" or one["valueBoolean"] is not True):
            target = ""  # a yes is no question
        if words and not found.to_field(target, words):
            found.facts.append(Fact(column(target, Section.OTHER), words, name, day(own.get("authoredOn"))))
    until = text(node(node(own.get("restriction")).get("period")).get("end"))
    is_asking = text(own.get("status")) not in ENDED and not is_to_fetch  # of data that lie ready it says how long they do
    for name, value in (("latest_useful_on", until), ("urgency", text(own.get("priority")))) if is_asking else ():
        if value and name not in found.fields:
            found.fields[name] = [value]
    if (state := text(own.get("status"))) in HELD_UP:
        found.unmapped.append(f"{entry.place} {state}")
    elif len(found.facts) + len(found.documents) + len(found.fields) == before:
        found.unmapped.append(entry.place)


def of_form(entry: Entry, reading: Reading, found: Gathered) -> None:
    """The answers of a form: fields of the referral, facts, and documents."""
    given = answers(entry, reading)
    told = word(entry.resource.get("status"))
    state = _OF_A_FORM.get(told, "")
    found.facts.extend(replace(one, status=state) if state else one for one in given.facts)
    found.beside.extend((name, replace(one, status=state)) for name, one in given.beside)
    if given.fields and told in _NOT_DONE:
        found.unmapped.append(f"{entry.place} {told}")  # a question, a term: in their own places nothing says that it is not done
    for name, words in given.fields.items():
        found.fields.setdefault(name, []).extend(words)
    found.unmapped.extend(f"{entry.place} {one}" for one in given.left)
    for carried in given.carried:
        found.carry(carried)
