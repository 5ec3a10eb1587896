"""What stands around a value of a report: its name, its column and its day, which its order may say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from integrations.hl7v2.meaning.by_rule import with_beside
from integrations.hl7v2.message.addenda import is_addendum
from integrations.hl7v2.message.items import Item, name_of, words_ordered
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.text.packed import value_type
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.status_codes import said, status_in
from integrations.hl7v2.text.values import day_of_event, partial
from integrations.hl7v2.text.words import folded_all
from mdo_portal.exchange import Section


def without_a_day(reading: Reading, item: Item) -> str:
    """A year or month, or a day that nobody can tell from a month: of the value, else of its order; else when that came in or was told."""
    if own := item.segment.component(14):
        return partial(own)
    if item.order is None:
        return ""
    return partial(item.order.component(7)) or ("" if ordered_on(item) else _told_when(reading, item.order))


def _told_when(reading: Reading, order: Segment) -> str:
    """The only day that is known of a report, when it came in or was told (OBR-14, 22): it is not that on which it was seen."""
    if reading.recognised.names_board(name_of(order)):
        return ""
    words = reading.profile["beside"]
    said = ((words[name], day_of_event(order.component(n))) for name, n in (("received", 14), ("reported", 22)))
    return next((f"{word} {on.isoformat()}" for word, on in said if on), "")


def called(reading: Reading, item: Item) -> str:
    """The name of a value; where it has none, or only the code of what was ordered, the words of the order, or of all it reports on."""
    own, every = reading.checklist.names.get(item.position, item.label), reading.combined.get(id(item.order), "")
    if item.order is not None and own.casefold() in folded_all(tuple(reading.profile["documents"]["formats"])):
        own = item.order.component(4)  # it says how it is shown: what it is, the order says
    if item.order is None or (own and own != item.order.component(4)):
        return with_beside(own, every or _of_what(reading, item, own))
    return every or item.order.component(4, 2, 0) or own


def _of_what(reading: Reading, item: Item, own: str) -> str:
    """What a report is of that is called so and no more; the next one has the same name. What comes with a referral is of no board."""
    if item.order is None or own.casefold() not in folded_all(tuple(reading.profile["documents"]["unnamed"])):
        return ""
    words = item.order.component(4, 2, 0)
    is_said = item.position in reading.orders or words.casefold() == own.casefold()
    return "" if is_said or reading.recognised.names_board(words) else words


def is_told_in_notes(reading: Reading, item: Item) -> bool:
    """Whether the notes of an order are its report: in a message of results, where nothing else stands under it."""
    return item.segment.name == "OBR" and reading.kind.startswith("ORU") and id(item.segment) not in reading.filled


def is_silent(reading: Reading, item: Item) -> bool:
    """Whether an OBX is a line without words in a report that is sent line by line, or an answer without any: no value that is missing."""
    if item.position in reading.checklist.silent:
        return True
    if (
        item.text
        or value_type(item.segment) not in ("TX", "FT")
        or status_in(item.segment, 11, reading.profile["result"]["status"])
    ):
        return False
    return (id(item.order), item.segment.component(3), item.segment.field(4)) in reading.written


def section_of(reading: Reading, item: Item) -> Section:
    """By the code or label of the observation, else by the order that it stands under, else the profile's default.

    An addendum is of the department whose report it adds to: its order is often called so and no more (`PA^Addendum`).
    """
    code, order = (item.order.component(4), words_ordered(item.order)) if item.order else ("", "")
    name, sections = item.label, reading.sections
    placed = sections.matching(item.segment.component(3), name) or sections.matching(code, order or " ".join(reading.titles))
    if placed == Section.PATHOLOGY and (_A_MINUTE.search(item.segment.field(6)) or _is_no_gene(item)):
        placed = ""
    if "c" in name[:3] and _CLINICAL_STAGE.fullmatch(name.strip()) and not _is_chosen(item, name, reading.profile["sections"]):
        placed = Section.DIAGNOSIS  # `cT`, and not a scan (CT)
    services = reading.profile["result"]["services"]
    placed = (
        placed or services.get(said(item.order, 24), "") or (services.get(said(item.order, 4), "") if is_addendum(order) else "")
    )
    return Section(placed or reading.profile["referral"]["default_section"])


def _is_chosen(item: Item, name: str, sections: Mapping[str, Sequence[str]]) -> bool:
    """Whether a link has this code or name, as it is written, in a column."""
    return any(one in words for words in sections.values() for one in (item.segment.component(3), name) if one)


_CLINICAL_STAGE = re.compile(r"[yr]?c[TNM](?:[- ]?(?:stadium|categorie|classificatie|stage|category))?")


def _is_no_gene(item: Item) -> bool:
    """Whether it is an enzyme of the liver, or how the kidneys work, by a name that a gene has too (ALK, EGFR)."""
    name = item.label.strip()
    return _ENZYME.match(name) is not None or (name.startswith("eGFR") and _NUMBER.match(item.text) is not None)


_ENZYME = re.compile(r"alk(?:\.|\w*)[ -]?(?:fosf|phos)", re.IGNORECASE)
_NUMBER = re.compile(r"[<>]?=?\s?\d")
_A_MINUTE = re.compile(r"/\s*min", re.IGNORECASE)


def ordered_on(item: Item) -> date | None:
    """When it was observed by the order: from, else until."""
    return day_of_event(item.order.component(7)) or day_of_event(item.order.component(8)) if item.order else None
