"""Which board the sender means, by the place that names one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from integrations.hl7v2.meaning.places import found, value_at
from integrations.hl7v2.message.items import name_of
from integrations.hl7v2.message.reading import Reading, is_referral
from integrations.hl7v2.message.statuses import is_taken_back
from integrations.hl7v2.text.values import coded
from integrations.hl7v2.text.words import is_report, is_sentence, names_board, says_no_which


def board_hint(reading: Reading) -> tuple[str, str]:
    """(words, place) of the first of the profile's places that says anything.

    What an order is called (OBR-4) gives way to a place that names a board and no report of one: it may be a result that came along.
    A hospital that is asked gives way to the board that an order names, and words that say no which to the board that was chosen.
    """
    words, place = _first_board(reading)
    chosen = value_at(reading, f"@label {_CHOSEN}").strip() if says_no_which(words) else ""
    return (chosen, f"@label {_CHOSEN}") if chosen else (words, place)


_CHOSEN = "meeting"


def _first_board(reading: Reading) -> tuple[str, str]:
    rules = reading.profile["referral"]
    each = [found(reading, [place]) for place in rules["board_hint"]]
    said = [(words.strip(), place) for words, place in each if words.strip() and not _is_none(reading, words, place)]
    first = said[0] if said else ("", "")
    if is_house(first[0]) and not _is_board(first[0], rules["recognised"]):
        return next((one for one in said if _field(one[1]) == _ORDER and _is_board(one[0], rules["recognised"])), first)
    if _field(first[1]) != _ORDER or (_is_board(first[0], rules["recognised"]) and not says_no_which(first[0])):
        return first
    others = (*(one for one in said if _field(one[1]) != _ORDER), *_products(reading))
    return next((one for one in others if _is_board(one[0], rules["recognised"]) and not says_no_which(one[0])), first)


def _is_none(reading: Reading, words: str, place: str) -> bool:
    """Whether it names no board: why somebody comes, or a report that a referral (REF) rests on."""
    if names_board(words, reading.profile["referral"]["recognised"]):
        return False
    order = reading.message.first("OBR") if _field(place) == _ORDER and is_referral(reading) else None
    return (order is not None and bool(order.component(25))) or (place.startswith("PV2") and is_sentence(words))


def _products(reading: Reading) -> Iterator[tuple[str, str]]:
    """What ZorgDomein calls what is asked (OBX-3), below the specialism that is its order."""
    systems = reading.profile["referral"]["recognised"]["systems"]
    for item in reading.items:
        if item.segment.name == "OBX" and item.segment.component(3, 3).strip().upper() in systems:
            yield item.segment.component(3, 2, 0).strip(), f"{item.place}-3-2-0"


def other_boards(reading: Reading) -> Iterator[str]:
    """Where a second board is asked in the same message: one referral asks one, so a person sees to the other."""
    own, rules = reading.board, reading.profile["referral"]["recognised"]
    first = name_of(own.order) if own is not None else ""
    for item in reading.items:
        if item.segment.name != "OBR" or (item.common and is_taken_back(item.common, reading.profile)):
            continue
        name, *more = (coded(one) for one in item.segment.repetitions(4)) if item.segment.field(4) else ("",)
        is_other = own is not None and name_of(item.segment) != first and _is_board(name_of(item.segment), rules)
        if is_other or (_is_board(name, rules) and any(one != name and _is_board(one, rules) for one in more)):
            yield f"{item.place}/board"


_ORDER = "OBR-4"
_HOUSE = re.compile(
    r"ziekenhuis|hospital|kliniek|klinikum|(?<!\w)(?:umc|mc|medisch centrum|universitair centrum)(?!\w)", re.IGNORECASE
)


def is_house(words: str) -> bool:
    """Whether this names a hospital, and so no board of one."""
    return _HOUSE.search(words) is not None


def _is_board(words: str, recognised: Mapping[str, Any]) -> bool:
    return names_board(words, recognised) and not is_report(words, recognised)


def _field(place: str) -> str:
    return "-".join(re.sub(r"\(\d+\)", "", place).split("-")[:2])
