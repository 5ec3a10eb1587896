"""What stands around the value of an OBX and belongs to it: how and where it was found, who found it, and which part of a report it is."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.hl7v2.message.addenda import is_addendum
from integrations.hl7v2.message.items import Item, line_of
from integrations.hl7v2.message.names import professional_name
from integrations.hl7v2.message.persons import person_in
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.telephone import is_moment
from integrations.hl7v2.text.values import coded, label


def how(reading: Reading, item: Item) -> Iterator[str]:
    """`methode: immunohistochemie`: how a value was found and where in the body, each on a line of its own.

    Who wrote a text that comes line by line stands at its end.
    """
    segment = item.segment
    for name, field in (("method", 17), ("site", 20)):
        said = ", ".join(filter(None, map(coded, segment.repetitions(field))))
        if said and not is_moment(said):
            yield f"{reading.profile['beside'][name]}: {said}"
    is_last = reading.ends.get(line_of(item)) is item
    by = found_by(reading, segment) or _judged_by(reading, item)
    if by := by or (written_by(reading) if is_last else ""):
        yield f"{reading.profile['beside']['by']}: {by}"


def _judged_by(reading: Reading, item: Item) -> str:
    """Who stands behind the value or one of its lines (v2.7)."""
    every = (reading.judges.get(id(one.segment), "") for one in (item, *item.more)) if reading.judges else ()
    return next(filter(None, every), "")


def written_by(reading: Reading) -> str:
    """Of the words of a document who wrote it (TXA-9), else who did what it tells of (TXA-5), or stands one field behind that."""
    if reading.notification is None:
        return ""
    people = (one for n in (9, 5) for one in reading.notification.segment.repetitions(n) if one.component(2, 0))
    aside = person_in(reading.message, "TXA-6")
    return next((professional_name(one, 2) for one in people), aside.name if aside else "")


def found_by(reading: Reading, segment: Segment) -> str:
    """Who found a value, where that is another than the hospital that sends it: the organisation (OBX-23, 15) and the person (OBX-16)."""
    house = segment.component(23, 1, 0) or _producer(segment)
    people = (professional_name(one, 2) for one in segment.repetitions(16) if one.component(2))
    return ", ".join(
        dict.fromkeys(filter(None, (house if house.strip().casefold() != reading.sender.casefold() else "", *people)))
    )


def _producer(segment: Segment) -> str:
    """Who found it (OBX-15) in words; some have the name where the number of a laboratory belongs, and that behind it."""
    words, first = segment.component(15, 2, 0), segment.component(15, 1, 0)
    is_number = any(map(str.isdigit, words)) and " " not in words
    return first if is_number and sum(map(str.isalpha, first)) > sum(map(str.isalpha, words)) else words


def part_of(reading: Reading, segment: Segment) -> str:
    """Which part of a report an OBX is, by what stands behind its code (`MRM&IMP`); what nobody here knows as it was sent."""
    part, parts = segment.component(3, 1, 2).strip(), reading.profile["result"]["parts"]
    return str(parts.get(part.upper(), part)) or added_by(reading, label(segment))


def added_by(reading: Reading, name: str) -> str:
    """`addendum`, of what comes as one (T05, T06) and does not say it: it stands beside the document that it adds to."""
    is_added = reading.notification is not None and reading.notification.is_adding
    says_so = is_added and any(map(is_addendum, (name, *reading.titles)))
    return str(reading.profile["result"]["parts"]["ADT"]) if is_added and not says_so else ""


def number_of(reading: Reading, specimen: Segment) -> str:
    """Under which the values say that they are of a specimen (`I`, OBX-4); a number that only counts may count something else."""
    places = ((1, 1), (2, 1), (2, 2)) if specimen.name == "SPM" else ()
    own = {specimen.component(n, c) for n, c in places} - {""}
    return next((sub for sub in reading.subs.values() if sub in own and not sub.isdigit()), "")
