"""What people wrote under headings beside the fields of a request: on its page, in its extensions, and in messages, lists, appointments,
Tasks and letters around it.

Only with a request: what is added to one that was sent before asks nothing new.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.headings import is_report
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.task import ENDED, is_notice
from integrations.fhir.entries.wording import is_in_error
from integrations.fhir.meaning.extension_fields import of_extensions
from integrations.fhir.meaning.gathered import Gathered
from integrations.fhir.meaning.patient import another_in_words
from integrations.fhir.meaning.request import ALL_KINDS
from integrations.fhir.meaning.written import first_page
from integrations.fhir.resources.communications import NEVER
from integrations.fhir.resources.fields import FIELDS
from integrations.fhir.resources.told import as_form, narrative, sections
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.headed import Part, headed
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, concept, joined, nodes, notes, text, word
from integrations.rich_text import words_in
from mdo_portal.exchange import Section

_OVER = {*NEVER, *ENDED, "noshow"}
"""States of what was never told, is off or came to nothing."""
_COLUMNS = frozenset(Section)


def hear(entry: Entry, request: Entry, reading: Reading, found: Gathered) -> None:
    """What stands there under headings has its place in the referral where the request leaves that open; it is told whole as well."""
    own = entry.resource
    words = [one for one in _written(entry, reading) if one]
    why = concept(own.get("reasonCode") or own.get("reason")) if entry.kind == "Task" else ""
    if not (words or why) or not _may_ask(entry, request, reading):
        return
    for one in words:
        _place(one, reading, found)
    if why.endswith("?"):
        found.to_field("reason", why)


def _may_ask(entry: Entry, request: Entry, reading: Reading) -> bool:
    """Whether it holds, is about this patient and this request, and tells of no examination."""
    own = entry.resource
    is_over = word(own.get("status")) in _OVER or is_in_error(own) or is_in_error(entry.container)
    if is_over or another_in_words(own, reading.patient) or _is_of_another_request(entry, request, reading):
        return False
    return entry.kind == "Composition" or not any(_reports(one, reading.profile) for one in _called(own))


def _called(own: Node) -> Iterator[str]:
    yield text(own.get("title"))
    yield from (concept(one) for name in ("code", "topic", "category", "serviceType") for one in nodes(own.get(name)))


def _is_of_another_request(entry: Entry, request: Entry, reading: Reading) -> bool:
    """Whether it points at a request that came along (an order for a scan), and not at this one."""
    pointed = reading.where.all([one for name in _POINTS for one in nodes(entry.resource.get(name))], entry)
    places = {one.place for one in pointed if one.kind in ALL_KINDS}
    return bool(places) and request.place not in places


_POINTS = ("about", "basedOn", "focus", "supportingInformation", "topic")


def _written(entry: Entry, reading: Reading) -> Iterator[str]:
    own, profile = entry.resource, reading.profile
    if entry.kind in _NOTED and not (entry.kind == "Task" and is_notice(own)):
        yield from (*(text(own.get(name)) for name in ("description", "comment")), *notes(own.get("note")))
    elif entry.kind in ("Communication", "CommunicationRequest"):
        about = concept(own.get("topic"))
        said = [text(one.get("contentString")) for one in nodes(own.get("payload"))]
        yield from (joined(about, one, by=": ") if about and ":" not in one else one for one in said if one)
        yield from notes(own.get("note"))
    elif entry.kind == "Observation" and entry.place not in reading.in_reports:
        yield from (text(own.get("valueString")), *notes(own.get("note")))
        if "component" in own and any("valueString" in one for one in nodes(own["component"])):  # the lines of a form
            yield "\n".join(f"{concept(one.get('code'))}: {_value(one, profile)}" for one in nodes(own["component"]))
    elif entry.kind == "QuestionnaireResponse":
        yield from _answers(own, profile)
    elif entry.kind == "Composition" and not is_report(entry, profile):
        yield as_form(own) if first_page(own) else ""
        for one, above in sections(own):
            titles = (*above, text(one.get("title")) or concept(one.get("code")))
            if profile.section(one.get("code")) is None and not any(_reports(title, profile) for title in titles):
                yield as_form(one)


def _value(part: Node, profile: Profile) -> str:
    return profile.yes_or_no(part.get("valueBoolean")) or answer_text(part)


_NOTED = frozenset({"Appointment", "List", "RequestGroup", "Task"})
"""Not a plan or an impression: those may be of a meeting before."""
WRITTEN = _NOTED | {"Communication", "CommunicationRequest", "Composition", "Observation", "QuestionnaireResponse"}
"""The kinds in which somebody may have written beside a request."""


def _answers(holder: Node, profile: Profile) -> Iterator[str]:
    """What was answered in words; not below what stands in a column, or is a field. The gate has bounded the depth."""
    for one in nodes(holder.get("item")):
        label = text(one.get("text"))
        if _reports(label, profile) or profile.target(text(one.get("linkId")), label) in FIELDS:
            continue
        given = nodes(one.get("answer"))
        yield from (text(each.get("valueString")) for each in given)
        for around in (one, *given):
            yield from _answers(around, profile)


def hear_papers(reading: Reading, found: Gathered) -> None:
    """The same of documents that say by their title that they register somebody for a board."""
    for paper in found.documents:
        title = paper.title.casefold()
        names = (any(word in title for word in reading.profile.words("request", name)) for name in ("words", "registers"))
        if all(names) and paper.status != "withdrawn":
            is_plain = paper.media_type.lower().startswith("text/plain")
            _place(paper.content.decode(errors="replace") if is_plain else words_in(paper.content), reading, found)


def _place(words: str, reading: Reading, found: Gathered) -> None:
    if _OF_BEFORE.search(words):
        return
    for one in headed(words, reading.profile):
        if not (one.target.startswith("question_") and _OF_THE_MAIL.search(one.words)):
            found.to_field("reason" if one.target == "question_board" else one.target, one.words)


_OF_BEFORE = re.compile(
    r"^\s*(?:>|(?:eerdere?|vorige?) (?:verwijzing|aanmelding|bespreking|mdo)\b(?![^:\n]{0,30}:[ \t]*\S)|afgewezen\b"
    r"|(?:antwoord|advies(?! (?:gevr|aan))|besluit)\b[^:\n]{0,20}:(?:[ \t]*\S|\s*(?![^:\n]{2,40}:)\S))",
    re.IGNORECASE | re.MULTILINE,
)
"""A line of what somebody quotes, the title of an earlier registration (a field says only when that was), or of what was answered: what was
asked there was asked then.
"""
_OF_THE_MAIL = re.compile(r"\babuis|voor u bestemd|\be-?mail", re.IGNORECASE)


def _reports(title: str, profile: Profile) -> bool:
    """Whether what is called so tells of an examination or stands in a column: what that was asked asks nothing here."""
    is_short = title.strip().casefold() in _EXAMINATIONS
    return is_short or profile.refers(title) is False or profile.target("", title) in _COLUMNS


_EXAMINATIONS = frozenset({"ct", "echo", "mri", "pa", "pet", "pet-ct"})


def parts_beside(request: Entry, page: str, reading: Reading) -> list[Part]:
    """What the extensions of a request are called, and what its page (`page`: as it is told) says under headings."""
    parts = of_extensions(nodes(request.resource.get("extension")), request, reading)
    return [*parts, *(form_of(request.resource, reading.profile) if page else [])]


def form_of(own: Node, profile: Profile) -> list[Part]:
    """The parts of the narrative of a resource that is written as a form."""
    return headed(as_form(own), profile) or headed(narrative(own), profile)
