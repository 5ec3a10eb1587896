"""Documents inside a message: attachments, report forms and Binaries. What is only linked is named, never fetched."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from integrations.cda import opened
from integrations.cda_patient import is_of_another
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.people import identifiers
from integrations.fhir.entries.professionals import names_of
from integrations.fhir.entries.reading import ANOTHER, Reading
from integrations.fhir.resources.around import called
from integrations.fhir.text.decoded import NotReadable, decoded, in_address, unpacked, written_once
from integrations.fhir.text.location import address, tail
from integrations.fhir.text.moments import day, first_of
from integrations.fhir.text.values import Node, aside, codings, concept, joined, node, nodes, text, unique, word
from integrations.rich_text import as_utf8, words_in
from mdo_portal.exchange import Fact, IncomingDocument, Section


@dataclass(frozen=True)
class Carried:
    """What the documents of one resource gave."""

    documents: tuple[IncomingDocument, ...] = ()
    facts: tuple[Fact, ...] = ()  # documents that were named but not sent along
    problems: tuple[str, ...] = ()
    binaries: tuple[str, ...] = ()  # places of the Binaries used
    gone: tuple[str, ...] = ()  # numbers of documents that are over, and did not come along


_REPORT = {
    "registered": "preliminary", "partial": "preliminary", "preliminary": "preliminary", "amended": "corrected", "corrected": "corrected",
    "appended": "corrected", "cancelled": "withdrawn", "entered-in-error": "withdrawn",
}  # fmt: skip
"""DiagnosticReport.status → of RESULT_STATUSES."""
_DOCUMENT = {"superseded": "withdrawn", "entered-in-error": "withdrawn", "preliminary": "preliminary", "amended": "corrected"}
"""DocumentReference.status and docStatus → of RESULT_STATUSES; what is superseded no longer counts, as with TXA-19 OB."""


@dataclass(frozen=True)
class _Told:
    """What a resource says of all its attachments."""

    title: str
    dated: str = ""
    number: str = ""
    names: tuple[str, ...] = ()  # by what it is known when it is over: its number, its address; without those its id
    status: str = ""  # of RESULT_STATUSES
    replaces: str = ""  # the number of the document, or the version, that it takes the place of
    author: str = ""  # who wrote it, and where: whom to ask for what was not sent along
    is_named: bool = True  # whether that is somebody, and not a department alone


_FILE_NAME = re.compile(r"[^.]\.\w{1,5}$")
"""Alone it does not say what a document is."""


def of_reference(entry: Entry, reading: Reading) -> Carried:
    """The attachments of a DocumentReference."""
    own = entry.resource
    codes = [*codings(own.get("type")), *codings(own.get("category")), *codings(own.get("class"))]
    title = text(own.get("description")) or concept(own.get("type"))
    if any(word(one.get("code")) == "appends" for one in nodes(own.get("relatesTo"))):
        title = joined(title, aside(reading.profile.label("addendum")), by=" ")  # by its name alone it would be the whole report
    parts = [node(content.get("attachment")) for content in nodes(own.get("content"))]
    named, dated = _number(own), first_of(own, "date", "created", "indexed")
    said = [_DOCUMENT.get(word(own.get(name)), "") for name in ("status", "docStatus")]
    state = "withdrawn" if "withdrawn" in said else joined(*said)
    authors, department = _authors(entry, reading, "author"), concept(node(own.get("context")).get("practiceSetting"))
    told = _Told(
        title, dated, named or entry.id, _names(named, entry), state, _parent(entry, reading) or named,
        joined(authors, department, by=", "), bool(authors),
    )  # fmt: skip
    if not parts and state == "withdrawn" and told.names:
        return Carried(gone=told.names)
    return _together([_one(entry, part, reading, codes, told) for part in parts or [{}]])  # without content it is only named


def _authors(entry: Entry, reading: Reading, *names: str) -> str:
    """`G. Boer (klinisch geneticus), Genetica`: who wrote it or stands for it, under whichever of these names that is."""
    people = [one for name in names for one in nodes(entry.resource.get(name))]
    return names_of(people, entry, reading)


def _number(own: Node) -> str:
    """The number of a DocumentReference."""
    master = nodes(own.get("masterIdentifier"))
    return next((value for _, value in identifiers({"identifier": master or own.get("identifier")})), "")


def _names(named: str, entry: Entry) -> tuple[str, ...]:
    return tuple(filter(None, (named, entry.known_as))) or ((entry.id,) if entry.id else ())


def _parent(entry: Entry, reading: Reading) -> str:
    """The document that it says it replaces: by its number, else by its address, else by its id; the same number again is a newer
    version of itself.
    """
    relations = (one for one in nodes(entry.resource.get("relatesTo")) if word(one.get("code")) == "replaces")
    target = node(next(relations, {}).get("target"))
    said, there = text(target.get("reference")), reading.where.resolve(target, entry)
    named = text(node(target.get("identifier")).get("value"))
    if there is not None:
        return named or _number(there.resource) or there.known_as or there.id
    return named or address("", said) or tail(said).rpartition("/")[2]


def of_report(entry: Entry, reading: Reading) -> Carried:
    """The presentedForm of a DiagnosticReport."""
    own = entry.resource
    codes = [*codings(own.get("code")), *codings(own.get("category"))]
    dated = first_of(own, "effectiveDateTime", "effectivePeriod", "issued")
    named, state = next((value for _, value in identifiers(own)), ""), _REPORT.get(word(own.get("status")), "")
    replaces = named if state == "corrected" else ""  # otherwise several reports may share the number of what was ordered
    authors = _authors(entry, reading, "performer", "resultsInterpreter")
    told = _Told(concept(own.get("code")), dated, named or entry.id, _names(named, entry), state, replaces, authors)
    if not nodes(own.get("presentedForm")) and state == "withdrawn" and told.names:
        return Carried(gone=told.names)
    return _together([_one(entry, form, reading, codes, told) for form in nodes(own.get("presentedForm"))])


def of_attachment(entry: Entry, attachment: Node, reading: Reading, title: str, dated: str = "") -> Carried:
    """An attachment that is the answer on a form, or the paper under what it belongs to."""
    authors = _authors(entry, reading, "author", "sender", "operator")
    return _one(entry, attachment, reading, [], _Told(title, dated, author=authors))


def of_binary(entry: Entry, reading: Reading) -> Carried:
    """A Binary nobody points at: its bytes are kept under a general title."""
    part = {"contentType": entry.resource.get("contentType"), "data": _payload(entry.resource)}
    return _one(entry, part, reading, [], _Told(called(entry, reading) or reading.profile.label("document"), number=entry.id))


def _one(entry: Entry, part: Node, reading: Reading, codes: list[tuple[str, str]], told: _Told) -> Carried:
    title, dated = text(part.get("title")) or told.title, text(part.get("creation")) or told.dated
    address = text(part.get("url"))
    kind, inside = in_address(address)
    binary = reading.where.resolve(address, entry) if address and not inside else None
    used = (binary.place,) if binary and binary.kind == "Binary" else ()
    sent = part.get("data") or inside or (_payload(binary.resource) if binary and used else None)
    if sent is None or not text(sent):
        whose = reading.profile.under("by", told.author) if told.is_named else told.author
        named = joined(_in_words(title, told.title, reading) or reading.profile.label("document"), whose)
        gone = told.names if told.status == "withdrawn" else ()
        said = Fact(Section.OTHER, named, reading.profile.label("not_sent"), day(dated), status=told.status)
        return Carried(facts=(said,), gone=gone)
    media = text(part.get("contentType")) or kind or (text(binary.resource.get("contentType")) if binary else "")
    try:
        content = decoded(sent, text(part.get("hash")))
    except NotReadable as error:
        if not media.lower().startswith("text/") or part.get("hash"):
            return Carried(problems=(f"{entry.place}: {error}",), binaries=used)
        content = str(sent).strip().encode()  # some write the text itself
    if (plain := unpacked(content := written_once(content))) is not content:
        content, media = plain, "" if "gzip" in media.lower() else media
    if is_of_another(content, reading.who):
        return Carried(problems=(f"{entry.place}: {ANOTHER}",), binaries=used)
    content = as_utf8(content, media)
    title = _in_words(title, told.title, reading)
    kind = reading.profile.document_kind(codes, title)
    document = IncomingDocument(
        title or reading.profile.label("document"),
        media,
        content,
        day(dated),
        kind,
        told.number,
        told.replaces,
        told.status,
        author=told.author,
    )
    words = (
        words_in(content) if told.status != "withdrawn" else ""
    )  # what was taken back is no fact; the document stays to be read
    facts = (Fact(Section.OTHER, words, document.title, day(dated), status=told.status),) if words else ()
    return Carried(documents=opened(document), facts=facts, binaries=used)


def _in_words(title: str, said: str, reading: Reading) -> str:
    """`img4.png: Foto van de huid`: a file name with what the document is."""
    is_bare = _FILE_NAME.search(title) and said != reading.profile.label("document")
    return joined(*unique([title, said]), by=": ") if is_bare else title


def _payload(binary: Node) -> Any:
    return binary.get("data") or binary.get("content")


def _together(parts: list[Carried]) -> Carried:
    return Carried(
        tuple(item for part in parts for item in part.documents),
        tuple(item for part in parts for item in part.facts),
        tuple(item for part in parts for item in part.problems),
        tuple(item for part in parts for item in part.binaries),
        tuple(dict.fromkeys(item for part in parts for item in part.gone)),
    )
