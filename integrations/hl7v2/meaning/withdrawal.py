"""Orders that are taken back: which of them take the referral with them."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.hl7v2.meaning.places import number_at
from integrations.hl7v2.message.items import name_of
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.statuses import is_taken_back
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.words import names_board
from mdo_portal.exchange import Profile


@dataclass
class Line:
    """One ORC, with the names of what is ordered under it."""

    is_gone: bool  # it is taken back
    number: str  # ORC-2
    name: str = ""
    reason: str = ""  # ORC-16: why it is what it is


def withdrawn(message: Message, profile: Profile) -> list[Line]:
    """The orders that are taken back, when with them nobody asks a board any more; else none, for what is not taken back stands.

    So it is when all of the message is taken back, or the only order of it that names a board.
    """
    gone: list[Line] = []
    left: list[Line] = []
    for one in _lines(message, profile):
        (gone if one.is_gone else left).append(one)
    if left and (_name_board(left, profile) or not _name_board(gone, profile)):
        return []
    return gone


def number_of(reading: Reading, gone: list[Line]) -> str:
    """The referral's number. An order that is taken back speaks for its group (ORC-4) only when it names the board.

    A group may hold a board and a scan: when the scan is taken back the referral stands. A message does not say what else its
    group holds, so any other order is taken back under its own number, and a person looks when no referral has that.
    """
    number, place = number_at(reading)
    own = next((one.number for one in gone if one.number), "")
    if place.startswith(reading.at("ORC-4")) and own and not _name_board(gone, reading.profile):
        number = own.strip()
    return number


def why(gone: list[Line]) -> str:
    """Why they are taken back, in the sender's words."""
    return "; ".join(dict.fromkeys(one.reason for one in gone if one.reason))


def _lines(message: Message, profile: Profile) -> list[Line]:
    found: list[Line] = []
    for segment in message.segments:
        if segment.name == "ORC":
            reason = segment.component(16, 2, 0) or segment.component(16)
            found.append(Line(is_taken_back(segment, profile), segment.component(2), reason=reason))
        elif segment.name == "OBR" and found:
            found[-1].name += f" {name_of(segment)}"
    return found


def _name_board(lines: list[Line], profile: Profile) -> bool:
    return any(names_board(one.name, profile["referral"]["recognised"]) for one in lines)
