"""What stands where a question may stand and was not chosen: told under the label that the profile has for its place."""

from __future__ import annotations

from collections.abc import Iterator

from integrations.hl7v2.meaning.by_rule import with_beside
from integrations.hl7v2.meaning.hint import is_house
from integrations.hl7v2.meaning.observed import ordered_on
from integrations.hl7v2.meaning.places import value_at
from integrations.hl7v2.message.board_order import counted
from integrations.hl7v2.message.headed import question_of
from integrations.hl7v2.message.items import Item
from integrations.hl7v2.message.patient import YES
from integrations.hl7v2.message.persons import is_person
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.roles import roles
from integrations.hl7v2.text.coding_systems import CODING_SYSTEM, is_coding_system
from integrations.hl7v2.text.field_words import field_words
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.stamps import stamp
from integrations.hl7v2.text.values import coded, day
from integrations.hl7v2.text.words import is_sentence
from mdo_portal.exchange import Fact, Section


def spare(reading: Reading, item: Item, used: frozenset[str]) -> Iterator[Fact]:
    """What could have been the question, and was not chosen."""
    name = item.segment.name
    for place, shown in reading.profile["referral"]["spare_labels"].items():
        if place[:3] != name:
            continue
        text = _words(reading, item.segment, int(place[4:]))
        text = "" if text and _is_usual(reading, item.segment, place, text) else text
        asked = reading.at(place)
        taken = (asked, f"@asking {place}", f"@board {place}")
        if text and f"@sentence {place}" in used:
            text = _but(text, value_at(reading, f"@sentence {place}"))
        elif text and item.position == counted(asked) and any(one.startswith(taken) for one in used):
            text = question_of(text, reading.labels.headings("board"), is_list=asked not in used)[1]
        if text:
            yield Fact(Section.COURSE, text, with_beside(shown, reading.other_order(item.segment)), ordered_on(item))


def _but(text: str, asked: str) -> str:
    """What the repetitions of a field say, without the one that asks."""
    return "\n".join(line for line in text.split("\n") if line.strip() != asked.strip())


def sent_to(reading: Reading, item: Item, used: frozenset[str]) -> Iterator[Fact]:
    """The hospital that a referral is sent to, where the board stands elsewhere."""
    if item.segment.name != "PRD" or not used or any(one.startswith("@provider") for one in used):
        return
    said = (value_at(reading, f"@provider {one}") for one in _RECIPIENTS if one in roles(item.segment))
    yield from (Fact(Section.OTHER, house.strip(), reading.profile["beside"]["sent_to"]) for house in said if is_house(house))


_RECIPIENTS = ("RT", "IR")


def of_patient(reading: Reading, item: Item) -> Iterator[Fact]:
    """Which language a patient speaks (PID-15): whoever tells the advice asks it. And that somebody was born with another of the same
    surname and birth date (PID-24, 25).
    """
    said = [coded(one) for one in item.segment.repetitions(15)] if item.segment.name == "PID" else []
    if said := [one for one in said if any(map(str.isalpha, one))]:
        yield Fact(Section.OTHER, "; ".join(said), reading.profile["beside"]["language"])
    if item.segment.name == "PID" and item.segment.component(24).strip().upper() in YES:
        which = item.segment.component(25).strip()
        words = reading.profile["beside"]
        yield Fact(Section.OTHER, with_beside(words["yes"], which), words["twin"])


def _is_usual(reading: Reading, segment: Segment, place: str, text: str) -> bool:
    """Whether what stands there is what belongs there, and says nothing to a board."""
    if place == _A_MOMENT:
        return bool(stamp(text) or day(text))
    if place == _WHY_CHANGED:
        return _is_no_reason(segment, text)
    if place == "ARQ-7" and reading.recognised.only_names_board(text):
        return True
    if place in _NO_WORDS and not (
        is_sentence(text) or CODING_SYSTEM.fullmatch(segment.component(int(place.partition("-")[2]), 3))
    ):
        return True
    return place in _KINDS and " " not in text


def _is_no_reason(segment: Segment, text: str) -> bool:
    """Whether somebody stands where the reason of a change does, one field before his own (TXA-22); or a moment, or a number."""
    third = segment.component(21, 3)
    is_number = " " not in text and any(map(str.isdigit, text))
    return (bool(third) and not is_coding_system(third)) or is_number


def _words(reading: Reading, segment: Segment, n: int) -> str:
    """The words of a field; none of one where somebody is named (persons.py)."""
    return "" if any(is_person(reading.message, one) for one in segment.repetitions(n)) else field_words(segment, n).strip()


_WHY_CHANGED = "TXA-21"
_A_MOMENT = "OBR-14"
"""When the material came in: words there stand one place too far."""
_NO_WORDS = ("OBR-32", "RF1-9", "RF1-11")
"""Who judged it, when it was taken up, the number elsewhere: a sentence, or a diagnosis by its code, stands there one place aside."""
_KINDS = ("RF1-3", "ARQ-7")
"""What kind of referral (table 0281) or appointment (0276) it is: one word is a specialism."""
