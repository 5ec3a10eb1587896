"""Where a profile says something stands: terser paths, and the few named functions for what a path can't say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta

from integrations.hl7v2.meaning.noted import asked_by, closing
from integrations.hl7v2.meaning.own_segments import own
from integrations.hl7v2.meaning.soon import soon, with_any
from integrations.hl7v2.message.documents import plain_words, rich_words
from integrations.hl7v2.message.ending import ending
from integrations.hl7v2.message.headed import below
from integrations.hl7v2.message.items import Item
from integrations.hl7v2.message.notification import Notification
from integrations.hl7v2.message.persons import person_in
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.roles import participant, provider, roles
from integrations.hl7v2.message.worded_lines import line_value, lines_at
from integrations.hl7v2.text.er7 import Message, field_of
from integrations.hl7v2.text.numbers import identifies, numbers
from integrations.hl7v2.text.segment import Repetition
from integrations.hl7v2.text.telephone import is_moment
from integrations.hl7v2.text.values import day
from integrations.hl7v2.text.words import asks_something, is_sentence, says_no_which


def first(reading: Reading, places: Iterable[str]) -> str:
    """The value at the first place that has one."""
    return found(reading, places)[0]


def found(reading: Reading, places: Iterable[str]) -> tuple[str, str]:
    """(value, place) of the first place that has a value."""
    for place in places:
        value = value_at(reading, place)
        if value and value.strip("^~& "):  # `^^` says nothing
            return value, _at(reading, place)
    return "", ""


def _at(reading: Reading, place: str) -> str:
    lines = lines_at(reading.message, place)
    return lines[0] if len(lines) == 1 else reading.at(place)  # what stands on several lines stands at none of them


def number_at(reading: Reading, *, but: tuple[str, ...] = ()) -> tuple[str, str]:
    """(the sender's number of the referral, its place), in none of the fields `but`; what stands there and is none, as the day of the
    message, is passed over.
    """
    now, told = reading.message.get("MSH-7-1"), reading.notification
    listed = (one for one in reading.profile["referral"]["number"] if one.rpartition("-")[0] not in but)
    places = (one for one in listed if not (told and _is_somebody(told, one)))
    values = ((value_at(reading, place).strip(), _at(reading, place)) for place in places)
    each = ((value, place) for value, place in values if identifies(value) and not _is_now(value, place, now))
    return next(each, None) or (told.number_aside if told else ("", ""))


def _is_somebody(told: Notification, place: str) -> bool:
    return place.startswith("TXA-") and told.names_somebody(field_of(place))


def _is_now(value: str, place: str, now: str) -> bool:
    """Whether it is the day of the message, or in RF1, which has days beside the number, its moment or a day of these months."""
    if value == now[:_DAY] or (place.startswith("RF1") and is_moment(value) and now.startswith(value)):
        return True
    on, sent_on = (day(one) if len(one) >= _DAY and one.isdecimal() else None for one in (value, now))
    return bool(place.startswith("RF1") and len(value) == _DAY and on and sent_on and abs(on - sent_on) < _LONG)


_DAY = len("20260302")
_LONG = timedelta(days=366)


def value_at(reading: Reading, place: str) -> str:
    """The value at a path or of a named function (`@notes OBR`)."""
    if not place.startswith("@"):
        return reading.message.get(reading.at(place)).lstrip("^")  # plain text that was put where a code has its words
    name, _, argument = place[1:].partition(" ")
    return _NAMED[name](reading, argument)


def found_in(message: Message, places: Iterable[str]) -> tuple[str, str]:
    """(value, place) of the first plain path that has a value."""
    return next(((value, place) for place in places if not place.startswith("@") and (value := message.get(place))), ("", ""))


def _title(reading: Reading, _: str) -> str:
    return reading.asking_title


def _labelled(reading: Reading, name: str) -> str:
    texts = (*(_words_of(item) for item in reading.answers.get(name, ())), *reading.answering_notes.get(name, ()))
    return "\n".join(dict.fromkeys(filter(None, texts)))


def _words_of(item: Item) -> str:
    """Of an answer that came packed, as a document, its words: a PDF has none here, and is read beside it."""
    return "\n".join((*rich_words(item), *plain_words(item), *item.notes)) if item.is_document else item.text


def _headed(reading: Reading, name: str) -> str:
    called = reading.labels.headings(name) if reading.letters else frozenset[str]()
    letters = with_any(reading, called) if name == _SELDOM else reading.letters
    return next(filter(None, (below(text, called) for text in letters)), "")


_SELDOM = "latest"


def _sentence(reading: Reading, field: str) -> str:
    """What stands in a field where no words belong, or behind a code, when it is a sentence."""
    name, _, n = field.partition("-")
    segment = reading.message.first(name) if reading.at(field) == field else None
    if segment is not None and segment.repeats(int(n), 1):
        return next(filter(None, map(_asked_beside, segment.repetitions(int(n)))), "")
    return next(filter(is_sentence, (value_at(reading, f"{field}-{c}") for c in ("2-0", "1"))), "")


def _asked_beside(one: Repetition) -> str:
    """What one of several asks. Beside a code stands the name of a diagnosis, which may be long, or in doubt (`Metastasen?`)."""
    code, words = one.component(1, 0), one.component(2, 0)
    asked = words or code
    is_coded = bool(words) and bool(code or one.component(3))
    return asked if asks_something(asked) and (not is_coded or " " in asked.strip()) else ""


def _notes(reading: Reading, name: str) -> str:
    noted = (item for item in reading.items if item.segment.name == name and item.notes and reading.may_ask(item))
    return "\n".join(filter(None, (asked_by(reading, item) for item in noted)))


def _asking(reading: Reading, name: str) -> str:
    """The notes of a segment where one of them asks, or a field that does. Of which of several orders such notes are nobody can tell."""
    if name in _BESIDE_AN_ORDER and (reading.board is not None or not reading.message.all(name)):
        return ""
    said = first(reading, (f"{name}-2-0", f"{name}-1")) if "-" in name else _notes(reading, name)
    return said if any(map(asks_something, said.split("\n"))) else ""


_BESIDE_AN_ORDER = ("ORC", "PRT", "TQ1", "DG1")


def _closing(reading: Reading, _: str) -> str:
    last = closing(reading)
    return asked_by(reading, last) if last else ""


def _provider(reading: Reading, role: str) -> str:
    """Which organisation; or who, when that is the one of the two that names a board."""
    contact = provider(reading.message, role)
    said = [contact.organisation, contact.name] if contact else []
    where = next((segment for segment in reading.message.all("PRD") if role in roles(segment)), None)
    aside = ((n, c) for n in (4, 5, 7, 10, 6) for c in range(1, _DESCRIBED + 1))
    rooms = sorted((where.component(n, c) for n, c in aside) if where else (), key=lambda one: " " not in one)
    boards = (one for one in (*said, *rooms) if reading.recognised.names_board(one))
    return next(boards, "") or next(filter(None, said), "")


_DESCRIBED = 9
"""PL.9 of a location: what it is called; before it the room, the building. Some write it where a telephone or a number belongs."""


def _board(reading: Reading, place: str) -> str:
    """What a place that has words of its own holds (`OBR-24`, a component `OBR-4-5`), where that names a board.

    To whom a message goes (`MSH-5`) is mostly the portal itself, and a category (RF1-5) stands beside a kind: each counts when it says
    which board.
    """
    said = (value_at(reading, one) for one in ((place,) if place.count("-") > 1 else (f"{place}-2-0", f"{place}-1")))
    named = next((one for one in said if reading.recognised.is_board(one)), "")
    return "" if place.startswith(("MSH", "RF1")) and says_no_which(named) else named


def _number(reading: Reading, kind: str) -> str:
    """The number of this type in PID-3: the referral's own number, as ZorgDomein sends it (`VN`)."""
    return next((one.number for pid in reading.message.all("PID") for one in numbers(pid, 3) if one.kind == kind), "")


def _subject(reading: Reading, _: str) -> str:
    """What a note or a letter says that it is about, where that names a board."""
    texts = (text for item in reading.items for text in item.notes if reading.may_ask(item))
    said = (below(text, _SUBJECTS).partition("\n")[0] for text in texts)
    return next((one for one in said if reading.recognised.names_board(one)), "")


_SUBJECTS = ("betreft", "onderwerp")


def _participant(reading: Reading, role: str) -> str:
    who = participant(reading.message, role)
    return who.name or who.number if who else ""


def _person(reading: Reading, place: str) -> str:
    who = person_in(reading.message, place)
    return who.name or who.number if who else ""


def _line(reading: Reading, argument: str) -> str:
    return line_value(reading.message, argument)


_NAMED: dict[str, Callable[[Reading, str], str]] = {
    "asking": _asking, "board": _board, "closing": _closing, "ending": ending, "headed": _headed, "label": _labelled, "line": _line,
    "lines": _line, "notes": _notes, "number": _number, "own": own, "participant": _participant, "person": _person,
    "provider": _provider, "sentence": _sentence, "soon": soon, "subject": _subject, "title": _title,
}  # fmt: skip
