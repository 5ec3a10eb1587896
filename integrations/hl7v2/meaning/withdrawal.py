"""Orders that are taken back: which of them take the referral with them."""

from __future__ import annotations

from dataclasses import dataclass

from integrations.hl7v2.meaning.places import number_at
from integrations.hl7v2.message.items import name_of
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.statuses import is_anew, is_cancelled, is_taken_back, says_so_itself
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.status_codes import GONE
from integrations.hl7v2.text.words import Recognised
from mdo_portal.exchange import Replaced


@dataclass
class Line:
    """One ORC, with the names of what is ordered under it; what of that is taken back by itself (OBR-25) is a line of its own."""

    is_gone: bool  # it is taken back
    number: str  # ORC-2, or OBR-2 where that says none
    name: str = ""
    reason: str = ""  # ORC-16: why it is what it is
    is_empty: bool = False  # nothing is ordered under it but what is taken back by itself


def withdrawn(reading: Reading) -> list[Line]:
    """The orders that are taken back, when with them nobody asks a board any more; else none, for what is not taken back stands.

    So it is when all of the message is taken back, or the only order of it that names a board.
    """
    gone: list[Line] = []
    left: list[Line] = []
    for one in _lines(reading):
        if not one.is_empty:
            (gone if one.is_gone else left).append(one)
    if left and (_name_board(left, reading.recognised) or not _name_board(gone, reading.recognised)):
        return []
    return gone


def number_of(reading: Reading, gone: list[Line]) -> str:
    """The referral's number. An order that is taken back speaks for its group (ORC-4) only when it names the board.

    A group may hold a board and a scan: when the scan is taken back the referral stands. A message does not say what else its
    group holds, so any other order is taken back under its own number, and a person looks when no referral has that.
    """
    number, place = number_at(reading)
    own = next((one.number for one in gone if one.number), "")
    if place.startswith(reading.at("ORC-4")) and own and not _name_board(gone, reading.recognised):
        number = own.strip()
    return number


def why(gone: list[Line]) -> str:
    """Why they are taken back, in the sender's words."""
    return "; ".join(dict.fromkeys(one.reason for one in gone if one.reason))


def is_document_gone(reading: Reading) -> bool:
    """Whether the registration that a document is, is taken back whole with it: by its event, or as its state by now.

    What adds to it, or takes its place, may be taken back and leaves it as it is. So does a document that is put away for a newer one,
    and the form of an order: that stands until its ORC takes it back.
    """
    told = reading.notification
    if told is None or not reading.kind.startswith("MDM") or _is_of_an_order(reading.message) or not (told.number or told.parent):
        return False
    if told.is_cancelling:
        return True
    return not (told.is_adding or told.is_replacing or told.is_put_away) and told.status == GONE


def _is_of_an_order(message: Message) -> bool:
    """Whether it says of which order it is, by number."""
    places = (("ORC", 4), ("ORC", 2), ("OBR", 2))
    return any(one.component(n) for name, n in places for one in message.all(name))


def instead_of(reading: Reading, number: str) -> tuple[Replaced, ...]:
    """The orders whose place this referral takes, under their own numbers: they would stand on the list beside it."""
    before: dict[str, str] = {}
    for item in reading.ordered.values() if reading.replaced_orders else ():
        common = item.common
        if common is not None and id(common) in reading.replaced_orders:
            was = common.component(4) or common.component(2) or item.segment.component(2)
            if reading.recognised.names_board(name_of(item.segment)) and was not in ("", number):
                before[was] = common.component(16, 2, 0) or common.component(16)
    return tuple(Replaced(number=was, reason=reason) for was, reason in before.items())


def _lines(reading: Reading) -> list[Line]:
    found: list[Line] = []
    for segment in reading.message.segments:
        if segment.name == "ORC":
            reason = segment.component(16, 2, 0) or segment.component(16)
            is_gone = (says_so_itself if reading.is_referral else is_taken_back)(reading, segment)
            found.append(Line(is_gone, segment.component(2), reason=reason))
            above, stands = found[-1], is_gone or reading.is_referral or is_anew(segment)
        elif segment.name == "OBR" and found:
            if not stands and is_cancelled(reading, segment):
                above.is_empty = not above.name
                found.append(Line(True, segment.component(2) or above.number, name_of(segment), above.reason))
            else:
                above.name += f" {name_of(segment)}"
                above.is_empty = False
    return found


def _name_board(lines: list[Line], recognised: Recognised) -> bool:
    return any(recognised.names_board(one.name) for one in lines)
