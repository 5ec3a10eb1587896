"""Everything in a message that is neither question nor document becomes a fact: nothing a hospital wrote is dropped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from integrations.hl7v2.meaning.around import how, number_of, part_of
from integrations.hl7v2.meaning.by_rule import NOTED, by_rule, with_beside, with_own_notes
from integrations.hl7v2.meaning.observed import called, is_silent, is_told_in_notes, ordered_on, section_of, without_a_day
from integrations.hl7v2.meaning.places import asked_by, closing
from integrations.hl7v2.meaning.spare import of_patient, sent_to, spare
from integrations.hl7v2.message.documents import file_name, is_pointer, rich_words
from integrations.hl7v2.message.headed import around, own_notes
from integrations.hl7v2.message.items import DRUGS, ORDERED, Item, ordered_as
from integrations.hl7v2.message.persons import interpreter, is_named_elsewhere, people_in
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.statuses import done_words, is_cancelled, is_order_back, status_of
from integrations.hl7v2.message.timing import of_order, timing
from integrations.hl7v2.text.packed import value_type
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.status_codes import GONE, said
from integrations.hl7v2.text.values import day_of_event
from integrations.hl7v2.text.words import is_sentence, not_in
from integrations.letter_end import unsigned
from mdo_portal.exchange import Fact, Section


class Told(NamedTuple):
    """The facts of a message in its order, each with the segment that says it; read once, for a document in it is large."""

    standing: list[tuple[Item, Fact]]
    #: what the message says is no longer so: a deleted result or diagnosis, an order that is cancelled beside others that stand
    over: list[tuple[Item, Fact]]

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(fact for _, fact in self.standing)

    @property
    def taken_back(self) -> tuple[Fact, ...]:
        return tuple(fact for _, fact in self.over)


def told(reading: Reading, used: frozenset[str]) -> Told:
    """`used` are the places that were taken for a question, e.g. `@label board`. What is told anew in the same words is not over."""
    every = list(_told(reading, used))
    standing = [(item, fact) for item, fact in every if fact.status != GONE]
    gone = [(item, replace(fact, status="")) for item, fact in every if fact.status == GONE and fact.text]
    stands = {fact for _, fact in standing} if gone else ()
    return Told(standing, [(item, fact) for item, fact in gone if fact not in stands])


def _told(reading: Reading, used: frozenset[str]) -> Iterator[tuple[Item, Fact]]:
    for item in reading.items:
        found = [fact for fact in (*of_patient(reading, item), *_of_item(reading, item, used)) if fact.text or fact.label]
        status = _status(reading, item) if found else ""
        for fact in found:
            yield item, replace(fact, status=status) if status and not fact.status else fact


def _status(reading: Reading, item: Item) -> str:
    """What the item says of all that it tells."""
    if item.segment.name in ORDERED:
        is_over = id(item.common) in reading.replaced_orders or is_given_up(reading, item) or is_order_back(reading, item)
        return GONE if is_over else ""
    return status_of(reading, item) if item.segment.name == "OBX" else ""


def is_given_up(reading: Reading, item: Item) -> bool:
    """Whether an OBR says that it is taken back whole: no result stands under it, but what says itself that it is none."""
    return item.segment.name == "OBR" and id(item.segment) not in reading.standing and is_cancelled(reading, item.segment)


def observation_facts(reading: Reading, item: Item) -> Iterator[Fact]:
    """What one OBX of a result says, its notes included."""
    return _observation(reading, item, frozenset())


def other_facts(reading: Reading, item: Item, *, is_over: bool = False) -> Iterator[Fact]:
    """What a segment beside the results holds that is something to show; of what it says is over the notes alone, under its name."""
    if is_over:
        name = by_rule(item.segment, reading.profile["facts"][item.segment.name]).text
        return (replace(fact, label=fact.label or name) for fact in _noted(reading, item, frozenset()))
    return (fact for fact in _of_item(reading, item, frozenset()) if fact.text and fact.status != GONE)


def _of_item(reading: Reading, item: Item, used: frozenset[str]) -> Iterator[Fact]:
    name = item.segment.name
    if name == "OBX":
        yield from _observation(reading, item, used)
        return
    placed, notes = placed_by_rule(reading, item), list(_noted(reading, item, used))
    if placed and name in NOTED and item is not closing(reading):
        placed, notes = with_own_notes(placed, notes)
    if placed and not (name == "PV2" and "@asking PV2-3" in used):
        yield placed
    yield from spare(reading, item, used)
    yield from sent_to(reading, item, used)
    yield from notes
    yield from (_plain(reading, item, text) for text in item.loose_texts)


def placed_by_rule(reading: Reading, item: Item) -> Fact | None:
    """What a segment beside the results says by the rule of the profile, with who judged it, and of a drug when and how it is given."""
    rules = reading.profile["facts"]
    rule = rules.get(item.segment.name)
    if rule and "material" in rule and _is_somebody(reading, item.segment, int(rule["material"])):
        rule = {**rule, "material": "0"}
    placed = by_rule(item.segment, rule) if rule else None
    if rule is None or placed is None or not placed.text:
        return None
    by = interpreter(item.segment, int(rule.get("interpreter", 0)))
    by = reading.judges.get(id(item.segment), "") if is_sentence(by) or not by else by
    people = people_in(reading.message, item.segment, rule.get("people", ()))
    judged = f"{reading.profile['beside']['interpreter']}: {by}" if by else ""
    common = item.common if item.segment.name in DRUGS else None
    when = of_order(common, item.segment, int(rule.get("timing", 0))) if common is not None else ""
    ways = [timing(one.segment) if one.segment.name == "TQ1" else by_rule(one.segment, rules["RXR"]).text for one in item.more]
    more = (one for one in ways if one not in placed.text.split("; "))
    said = "; ".join(dict.fromkeys(filter(None, (placed.text, *people, judged, when if when not in placed.text else "", *more))))
    whole, name = (
        with_beside(said, done_words(reading, item)),
        with_beside(placed.label, number_of(reading, item.segment)),
    )
    return replace(placed, text=whole, label=name)


def _is_somebody(reading: Reading, segment: Segment, n: int) -> bool:
    """Whether who asks stands once more where the material belongs: a number shows that by itself (values.material)."""
    return not segment.component(n) and any(is_named_elsewhere(reading.message, one) for one in segment.repetitions(n))


def _noted(reading: Reading, item: Item, used: frozenset[str]) -> Iterator[Fact]:
    is_asked = (f"@notes {item.segment.name}" in used and reading.may_ask(item)) or (
        "@closing" in used and item is closing(reading)
    )
    is_asked = is_asked and bool(asked_by(reading, item))
    said = [(unsigned("\n".join(item.notes))[1], "")] if is_asked else item.remarks
    if "@headed board" in used and reading.may_head(item):
        own = own_notes(item)
        rest = around(own, reading.labels.headings("board"))
        said = [(rest, ""), *(one for one in said if one[1])] if rest != own else said
    elif not is_asked and is_told_in_notes(reading, item):
        said = [(own_notes(item), ordered_as(item.segment)), *(one for one in said if one[1])]
    for text, shown in said:
        if text and (not shown or f"@label {reading.labels.of(shown)}" not in used):
            yield _plain(reading, item, text, shown)


def _observation(reading: Reading, item: Item, used: frozenset[str]) -> Iterator[Fact]:
    segment = item.segment
    if item.is_document:
        # The file name is the title of the document; any other note is something to read.
        named = file_name(item)
        beside = segment.component(5, 1, 0).strip() if value_type(segment) == "RP" else ""
        said = (*filter(None, [beside]), *(text for text in item.notes if text != named), *rich_words(item))
        yield from (
            replace(_plain(reading, item, text, called(reading, item)), section=section_of(reading, item)) for text in said
        )
    elif item.position in reading.checklist.headings:
        yield replace(_observed(reading, item), text=reading.checklist.headings[item.position], label="")
    elif f"@label {reading.asks[item.position]}" not in used and not is_silent(reading, item):
        yield _observed(reading, item)


def _observed(reading: Reading, item: Item) -> Fact:
    segment, text, shown = item.segment, item.text, called(reading, item) or "; ".join(reading.titles)
    if is_pointer(segment):
        text, shown = ": ".join(filter(None, (shown, text))), reading.profile["documents"]["not_sent"]
    shown = with_beside(shown, "; ".join((*filter(None, [part_of(reading, segment)]), *not_in(shown, reading.titles))))
    part = without_a_day(reading, item)  # then the day of the order is not the day of this either
    mood = str(reading.profile["result"]["moods"].get(said(segment, 22), ""))
    return Fact(
        section=section_of(reading, item),
        text="\n".join(filter(None, (with_beside(with_beside(text, part), mood), *(how(reading, item) if text else ())))),
        label=with_beside(shown, "; ".join(filter(None, (reading.orders.get(item.position), reading.subs.get(item.position))))),
        dated_on=day_of_event(segment.component(14)) or (None if part else ordered_on(item)),
        code=segment.component(3),
        code_system=segment.component(3, 3),
    )


def _plain(reading: Reading, item: Item, text: str, shown: str = "") -> Fact:
    placed = reading.sections.matching("", shown.replace("_", " "))  # some write a name as a code
    section = Section(placed or reading.profile["referral"]["default_section"])
    return Fact(section, text, shown or reading.other_order(item.segment), ordered_on(item))
