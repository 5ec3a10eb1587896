"""Where a profile says something stands: terser paths, and the few named functions for what a path can't say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from itertools import groupby

from .er7 import Message
from .events import kind_of
from .headed import below, headings, is_letter, told_by, unsigned
from .items import Item, is_around, name_of
from .labels import asks_board, labelled
from .notification import number_aside
from .numbers import identifies, numbers
from .people import provider
from .reading import Reading, is_referral, line_of_value
from .segment import Segment
from .telephone import is_moment
from .values import day
from .words import asks_something, is_sentence, names_board


def first(reading: Reading, places: Iterable[str]) -> str:
    """The value at the first place that has one."""
    return found(reading, places)[0]


def found(reading: Reading, places: Iterable[str]) -> tuple[str, str]:
    """(value, place) of the first place that has a value."""
    values = ((value_at(reading, place), reading.at(place)) for place in places)
    return next(((value, place) for value, place in values if value and value.strip("^~& ")), ("", ""))  # `^^` says nothing


def number_at(reading: Reading) -> tuple[str, str]:
    """(the sender's number of the referral, its place); what stands there and is none, as the day of the message, is passed over."""
    now = reading.message.get("MSH-7-1")
    values = ((value_at(reading, place).strip(), reading.at(place)) for place in reading.profile["referral"]["number"])
    each = ((value, place) for value, place in values if identifies(value) and not _is_now(value, place, now))
    return next(each, None) or number_aside(reading.message.first("TXA"))


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
    texts = [item.text for item in reading.answers.get(name, ())]
    for item in reading.items:
        if item.segment.name != "OBX":  # of an OBX its notes are part
            notes = zip(item.notes, item.note_labels, strict=True)
            texts += [text for text, shown in notes if shown and labelled(shown, reading.profile) == name]
    return "\n".join(dict.fromkeys(filter(None, texts)))


def may_head(reading: Reading, item: Item) -> bool:
    """Whether a text of an item may hold the question under its heading: a letter that refers, a note beside the results."""
    name, order = item.segment.name, item.segment if item.segment.name == "OBR" else item.order
    if reading.board is not None and (name in ("ORC", "TQ1") or order not in (None, reading.board.order)):
        return False  # of which order it is, or that it is of another
    return is_letter(item, reading.profile, _title_of(reading, order)) if name == "OBX" else may_ask(reading, item)


def _title_of(reading: Reading, order: Segment | None) -> str:
    """What says that all texts below it are the letter: the title of a document that refers, an order for a board."""
    is_asked = kind_of(reading.message).startswith(("ORM", "OM")) or is_referral(reading)
    ordered = name_of(order) if order is not None and is_asked else ""
    is_board = names_board(ordered, reading.profile["referral"]["recognised"])
    return ordered if is_board else reading.asking_title


def _headed(reading: Reading, name: str) -> str:
    return next(filter(None, (below(text, headings(reading.profile, name)) for text in _letters(reading))), "")


def _letters(reading: Reading) -> Iterator[str]:
    """Each text in which the question may stand; what comes line by line is one."""
    for is_value, alike in groupby((item for item in reading.items if may_head(reading, item)), line_of_value):
        texts = [text for item in alike for text in told_by(item)]
        yield from ["\n".join(texts)] if is_value else texts


def _sentence(reading: Reading, field: str) -> str:
    """What stands in a field where no words belong, when it is a sentence."""
    said = (value_at(reading, f"{field}-{c}") for c in ("2-0", "1"))
    return next(filter(is_sentence, said), "")


def _notes(reading: Reading, name: str) -> str:
    noted = (item for item in reading.items if item.segment.name == name and item.notes and may_ask(reading, item))
    return "\n".join(unsigned("\n".join(item.notes))[0] for item in noted)


def _asking(reading: Reading, name: str) -> str:
    """The notes of a segment where one of them asks, or a field that does."""
    said = first(reading, (f"{name}-2-0", f"{name}-1")) if "-" in name else _notes(reading, name)
    return said if any(map(asks_something, said.split("\n"))) else ""


def may_ask(reading: Reading, item: Item) -> bool:
    """Whether the notes of a segment may be the question: those of a result that a referral (REF) rests on, or of another order
    than the board's, are not.
    """
    if item.segment.name == "OBR" and reading.board is not None and reading.board.order is not item.segment:
        return False
    if item.segment.name != "OBR" or not is_referral(reading) or id(item.segment) not in reading.filled:
        return True
    return asks_board(item.segment, reading.profile["referral"]["recognised"])


def closing(reading: Reading) -> Item | None:
    """The segment with the notes that close a referral: behind these REF_I12 has no notes but those on the whole.

    Notes that say what they are (NTE-4) are that.
    """
    last = next((item for item in reversed(reading.items) if item.notes or not is_around(item.segment.name)), None)
    is_of_all = (
        last is not None and last.notes and not any(last.note_labels) and last.segment.name not in ("RF1", "PRD", "OBR", "OBX")
    )
    return last if is_of_all and is_referral(reading) else None


def _closing(reading: Reading, _: str) -> str:
    last = closing(reading)
    return unsigned("\n".join(last.notes))[0] if last else ""


def _provider(reading: Reading, role: str) -> str:
    """Which organisation; or who, when that is the one of the two that names a board."""
    contact = provider(reading.message, role)
    said = [contact.organisation, contact.name] if contact else []
    boards = (one for one in said if names_board(one, reading.profile["referral"]["recognised"]))
    return next(boards, "") or next(filter(None, said), "")


def _number(reading: Reading, kind: str) -> str:
    """The number of this type in PID-3: the referral's own number, as ZorgDomein sends it (`VN`)."""
    return next((one.number for pid in reading.message.all("PID") for one in numbers(pid, 3) if one.kind == kind), "")


def _subject(reading: Reading, _: str) -> str:
    """What a note or a letter says that it is about, where that names a board."""
    texts = (text for item in reading.items for text in item.notes if may_ask(reading, item))
    said = (below(text, _SUBJECTS).partition("\n")[0] for text in texts)
    return next((one for one in said if names_board(one, reading.profile["referral"]["recognised"])), "")


_SUBJECTS = ("betreft", "onderwerp")


_NAMED: dict[str, Callable[[Reading, str], str]] = {
    "asking": _asking, "closing": _closing, "headed": _headed, "label": _labelled, "notes": _notes, "number": _number,
    "provider": _provider, "sentence": _sentence, "subject": _subject, "title": _title
}  # fmt: skip
