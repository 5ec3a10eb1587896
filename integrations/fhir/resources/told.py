"""What is told in words and in no field: narratives, the sections of a document, messages and impressions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from integrations.fhir.entries.beside import beside, each_unsent, stated, unsent
from integrations.fhir.entries.bundle import Entry
from integrations.fhir.entries.professionals import by_whom
from integrations.fhir.entries.reading import Reading
from integrations.fhir.entries.task import status_reason
from integrations.fhir.entries.withdrawal import TAKEN_BACK
from integrations.fhir.entries.wording import Facts, because, denied, fact, status
from integrations.fhir.resources.communications import communication
from integrations.fhir.resources.documents import Carried, of_attachment
from integrations.fhir.text.body import site
from integrations.fhir.text.choices import answer_text
from integrations.fhir.text.moments import day, first_of
from integrations.fhir.text.values import Node, aside, concept, joined, node, nodes, notes, text, unique, word
from integrations.rich_text import words_of
from mdo_portal.exchange import Fact, Section


def narrative(resource: Node) -> str:
    """The words of Resource.text or Section.text; "" when it says itself that it is empty."""
    own = node(resource.get("text"))
    return "" if word(own.get("status")) == "empty" else words_of(str(own.get("div") or ""))


def as_form(resource: Node) -> str:
    """The same, with a colon behind the first cell of each row of a table: to be read by its headings, not to be shown."""
    own = node(resource.get("text"))
    return narrative({"text": own | {"div": _FIRST_CELL.sub(r"\1:\2", str(own.get("div") or ""))}})


_FIRST_CELL = re.compile(r"(<tr\b[^<>]*>\s*<t[hd]\b[^<>]*>(?:<\w+>)?[^<>:]{2,40})((?:</\w+>)?</t[hd]>)")


def only_narrative(entry: Entry, reading: Reading) -> Facts:
    """What a person may read of a resource whose fields say nothing."""
    own = entry.resource
    words = narrative(own)
    if not words or own.get("component") or own.get("hasMember"):
        return ()
    by_code = reading.profile.section(own.get("code"), own.get("category"))
    section = by_code or reading.reported.get(entry.place) or _column(entry, reading)
    dated = first_of(
        own, "effectiveDateTime", "effectivePeriod", "performedDateTime", "onsetDateTime", "date", "issued", "recordedDate"
    )
    state = status(reading, own.get("verificationStatus"), own.get("clinicalStatus"), own.get("status"))
    words = joined(words, state, denied(own, reading), by=" ")  # what is refuted or must not be done says so here as well
    label = reading.profile.label("allergy") if entry.kind == "AllergyIntolerance" else ""
    return (Fact(section, words, concept(own.get("code")) or concept(own.get("type")) or label, day(dated)),)


_COLUMNS = {
    "AllergyIntolerance": Section.COMORBIDITY, "Procedure": Section.TREATMENT, "ImagingStudy": Section.IMAGING,
    "MedicationStatement": Section.MEDICATION, "MedicationRequest": Section.MEDICATION,
    "MedicationAdministration": Section.MEDICATION, "MedicationDispense": Section.MEDICATION,
}  # fmt: skip


def _column(entry: Entry, reading: Reading) -> Section:
    """Where a resource of this kind stands that has no code to say it."""
    if entry.kind == "Condition":
        is_main = entry.place in reading.reasons or not reading.reasons
        return Section.DIAGNOSIS if is_main else Section.COMORBIDITY
    return _COLUMNS.get(entry.kind, Section.OTHER)


def sections(holder: Node, above: tuple[str, ...] = ()) -> Iterator[tuple[Node, tuple[str, ...]]]:
    """All sections of a Composition, also those inside others, each with the titles above it. The gate has bounded the depth."""
    for one in nodes(holder.get("section")):
        yield one, above
        title = text(one.get("title")) or concept(one.get("code"))
        yield from sections(one, (*above, title) if title else above)


def section_words(one: Node) -> tuple[str, str]:
    """(title, words) of a section; no words when its entries say the same in fields."""
    return text(one.get("title")) or concept(one.get("code")), "" if one.get("entry") and not says_more(one) else narrative(one)


def says_more(resource: Node) -> bool:
    """Whether a narrative says of itself that somebody wrote in it what stands in no field (R4 narrative-status; `extensions` is made
    of fields too).
    """
    return word(node(resource.get("text")).get("status")) == "additional"


def task(entry: Entry, reading: Reading) -> Facts:
    """What a Task that asks says in its own words."""
    own = entry.resource
    is_over = text(own.get("status")) in TAKEN_BACK  # why is then the reason of the whole (withdrawal.why)
    how_far = (concept(own.get("businessStatus")), "" if is_over else status_reason(own))
    said = unique(
        [text(own.get("description")), concept(own.get("reasonCode") or own.get("reason")), *notes(own.get("note")), *how_far]
    )
    return tuple(_fact(Section.OTHER, words, reading, "note", text(own.get("authoredOn"))) for words in said)


def input_words(one: Node, reading: Reading) -> str:
    """The value of an input of a Task."""
    is_so = reading.profile.yes_or_no(one.get("valueBoolean"))
    return is_so or answer_text({name: value for name, value in one.items() if name.startswith("value")})


def impression(entry: Entry, reading: Reading) -> Facts:
    own = entry.resource
    found = [_finding(one, entry, reading) for one in nodes(own.get("finding"))]
    expected = [concept(one) for one in nodes(own.get("prognosisCodeableConcept"))]
    expected += each_unsent(own.get("prognosisReference"), entry, reading)
    looked = [
        joined(concept(one.get("code")), items, by=": ")
        for one in nodes(own.get("investigation"))
        if (items := unsent(one.get("item"), entry, reading))
    ]
    about = reading.profile.under("about", unsent(own.get("problem"), entry, reading))
    told = (text(own.get("summary")), text(own.get("description")), *notes(own.get("note")), *looked, *found, *expected, about)
    said = dict.fromkeys(filter(None, told))
    dated = first_of(own, "effectiveDateTime", "effectivePeriod", "date")
    state = joined(status(reading, own.get("status")), because(own), by=" ")
    whose = by_whom(own.get("assessor"), entry, reading)
    return tuple(
        _fact(Section.COURSE, joined(joined(words, state, by=" "), whose), reading, "impression", dated) for words in said
    )


def _finding(one: Node, entry: Entry, reading: Reading) -> str:
    """What was found with on what that rests, which may be that it is none; what came along itself is named for that alone."""
    item, basis = one.get("itemReference"), text(one.get("basis"))
    named = concept(one.get("itemCodeableConcept")) or text(node(item).get("display"))
    named = named or (stated(node(item), entry, reading) if basis else "")
    return joined(named, f"({basis})" if named and basis else basis, by=" ")


def family(entry: Entry, reading: Reading) -> Facts:
    own = entry.resource
    had = joined(*(_had(one, entry, reading) for one in nodes(own.get("condition"))), by=", ")
    died = answer_text(own, "deceased")
    died = (
        aside(joined(reading.profile.label("died"), died if died != "true" else "", by=": ")) if died not in ("", "false") else ""
    )
    aged = answer_text(own, "age")
    whose = joined(concept(own.get("relationship")), aside(aged), by=" ")
    words = joined(joined(whose, had, by=": "), *notes(own.get("note")))
    words = joined(words, died, by=" ") if words else ""
    unknown = aside(reading.profile.why_none(own.get("dataAbsentReason")) or because(own))
    shown = joined(words, unknown or status(reading, own.get("status")), denied(own, reading), by=" ")
    return (_fact(Section.COMORBIDITY, shown, reading, "family", first_of(own, "date")),) if words else ()


def _had(one: Node, entry: Entry, reading: Reading) -> str:
    """A disease of a relative, with the age at which it began, how it ended and what is said of it."""
    more = beside(one, entry, reading)
    fatal = reading.profile.label("cause_of_death") if one.get("contributedToDeath") is True else ""
    said = joined(answer_text(one, "onset"), concept(one.get("outcome")), fatal, *notes(one.get("note")), *more, by=", ")
    return joined(concept(one.get("code")), aside(said), by=" ")


def _fact(section: Section, words: str, reading: Reading, label: str, dated: str) -> Fact:
    return Fact(section, words, reading.profile.label(label), day(dated))


def picture(entry: Entry, reading: Reading) -> Facts:
    """Of what a picture is, on which side, and what is said of it; the picture itself is a document."""
    own = entry.resource
    words = joined(concept(own.get("modality") or own.get("subtype")), site(own.get("bodySite")), *notes(own.get("note")))
    title = text(node(own.get("content")).get("title")) or concept(own.get("type")) or reading.profile.label("document")
    dated = first_of(own, "createdDateTime", "createdPeriod", "occurrenceDateTime", "occurrencePeriod")
    return fact(Section.IMAGING, words, label=title, dated=dated)


TOLD: dict[str, Callable[[Entry, Reading], Facts]] = {
    "Communication": communication,
    "CommunicationRequest": communication,
    "ClinicalImpression": impression,
    "FamilyMemberHistory": family,
    "Media": picture,
}


def attached(entry: Entry, reading: Reading) -> list[Carried]:
    """The documents inside a message or a picture."""
    own = entry.resource
    parts: list[Any] = [one.get("contentAttachment") for one in nodes(own.get("payload"))]
    parts.append(own.get("sourceAttachment"))  # of a consent what was signed
    if entry.kind == "Media":
        parts.append(own.get("content"))
    kind = own.get("type") or next(iter(nodes(own.get("category"))), None)
    title = concept(kind) or reading.profile.label("document")
    return [of_attachment(entry, part, reading, title, text(own.get("dateTime"))) for part in parts if node(part)]


def of_extensions(entry: Entry, reading: Reading) -> Iterator[Carried]:
    """The attachments that somebody put into extensions of a resource, at whatever depth. The gate has bounded that."""
    waiting = nodes(entry.resource.get("extension"))
    while waiting:
        one = waiting.pop(0)
        if part := node(one.get("valueAttachment")):
            yield of_attachment(entry, part, reading, reading.profile.label("document"))
        waiting = [*nodes(one.get("extension")), *waiting]
