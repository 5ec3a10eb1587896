"""Which board the sender means, by the place that names one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from integrations.hl7v2.meaning.places import found, value_at
from integrations.hl7v2.message.items import name_of
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.statuses import is_order_back
from integrations.hl7v2.text.packed import value_type
from integrations.hl7v2.text.values import coded
from integrations.hl7v2.text.words import is_sentence, says_no_which


def board_hint(reading: Reading) -> tuple[str, str]:
    """(words, place) of the first of the profile's places that says anything.

    What an order is called (OBR-4) gives way to a place that names a board and no report of one: it may be a result that came along.
    A hospital that is asked gives way to the board that an order names, and words that say no which to the board that was chosen.
    """
    words, place = _first_board(reading)
    chosen = value_at(reading, f"@label {_CHOSEN}").strip() if says_no_which(words) else ""
    if chosen or not says_no_which(words):
        return (chosen, f"@label {_CHOSEN}") if chosen else (words, place)
    return next(_named_by_line(reading), (words, place))


def _named_by_line(reading: Reading) -> Iterator[tuple[str, str]]:
    """What was chosen in a line of the form that is called a board and no more (`MDO`): by a code, or the name of one. Words there may
    tell anything.
    """
    for item in reading.values:
        if item.label.strip(" :?").casefold() in _CALLED and (reading.board is None or item.order is reading.board.order):
            said = item.text.strip()
            is_chosen = value_type(item.segment) in _CODED and bool(item.segment.component(5, 2, 0))
            if "\n" not in said and (is_chosen or (reading.recognised.only_names_board(said) and not says_no_which(said))):
                yield said, f"{item.place}-5"


_CALLED = ("mdo", "board", "werkgroep", "tumorwerkgroep", "bespreking", "tumorbespreking", "mdo-bespreking", "mdo bespreking")
_CODED = ("CE", "CWE", "CNE")


_CHOSEN = "meeting"


def _first_board(reading: Reading) -> tuple[str, str]:
    is_board = reading.recognised.is_board
    each = [found(reading, [place]) for place in reading.profile["referral"]["board_hint"]]
    said = [(words.strip(), place) for words, place in each if words.strip() and not _is_none(reading, words, place)]
    first = said[0] if said else ("", "")
    if is_house(first[0]) and not is_board(first[0]):
        return next((one for one in said if _field(one[1]) == _ORDER and is_board(one[0])), first)
    if _field(first[1]) not in _ORDERS or (is_board(first[0]) and not says_no_which(first[0])):
        return first
    others = (*(one for one in said if _field(one[1]) != _field(first[1])), *_products(reading), *_titles(reading))
    return next((one for one in others if is_board(one[0]) and not says_no_which(one[0])), first)


def _is_none(reading: Reading, words: str, place: str) -> bool:
    """Whether it names no board: why somebody comes, or a report that a referral (REF) rests on."""
    if reading.recognised.names_board(words):
        return False
    order = reading.message.first("OBR") if _field(place) == _ORDER and reading.is_referral else None
    return (order is not None and bool(order.component(25))) or (place.startswith("PV2") and is_sentence(words))


def _products(reading: Reading) -> Iterator[tuple[str, str]]:
    """What ZorgDomein calls what is asked (OBX-3), below the specialism that is its order."""
    for item in reading.values:
        if reading.recognised.is_system(item.segment.component(3, 3)):
            yield item.segment.component(3, 2, 0).strip(), f"{item.place}-3-2-0"


def _titles(reading: Reading) -> Iterator[tuple[str, str]]:
    """What the documents of a referral are called (`Verwijsbrief MDO schildklier`)."""
    for item in reading.values:
        if item.is_document and (reading.board is None or item.order is reading.board.order):
            yield item.label, f"{item.place}-3-2-0"


def other_boards(reading: Reading) -> Iterator[str]:
    """Where a second board is asked in the same message: one referral asks one, so a person sees to the other."""
    own, is_board = reading.board, reading.recognised.is_board
    first = name_of(own.order) if own is not None else ""
    for item in reading.items:
        if item.segment.name != "OBR" or is_order_back(reading, item):
            continue
        name, *more = (coded(one) for one in item.segment.repetitions(4)) if item.segment.field(4) else ("",)
        is_other = own is not None and name_of(item.segment) != first and is_board(name_of(item.segment))
        if is_other or (is_board(name) and any(one != name and is_board(one) for one in more)):
            yield f"{item.place}/board"


_ORDER = "OBR-4"
_ORDERS = (_ORDER, "AIS-3")
_HOUSE = re.compile(
    r"ziekenhuis|hospital|kliniek|klinikum|(?<!\w)(?:umc|mc|medisch centrum|universitair centrum)(?!\w)", re.IGNORECASE
)


def is_house(words: str) -> bool:
    """Whether this names a hospital, and so no board of one."""
    return _HOUSE.search(words) is not None


def _field(place: str) -> str:
    return "-".join(re.sub(r"\(\d+\)", "", place).split("-")[:2])
