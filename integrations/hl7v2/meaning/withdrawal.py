"""Orders that are taken back: which of them take the referral with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from integrations.hl7v2.meaning.places import number_at
from integrations.hl7v2.message.items import Item, name_of
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.statuses import is_anew, is_cancelled, is_gone, is_taken_back, says_so_itself
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.status_codes import GONE, said, state_of
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
    if before := taken_back_by_title(reading):
        return before
    number, place = number_at(reading)
    own = next((one.number for one in gone if one.number), "")
    if place.startswith(reading.at("ORC-4")) and own and not _name_board(gone, reading.recognised):
        number = own.strip()
    return number


def order_of_group(reading: Reading) -> tuple[str, bool]:
    """(the number of the board's own order where the referral goes by that of its group, whether that order is new)."""
    order = reading.board.order if reading.board is not None else reading.message.first("OBR")
    if order is None or not number_at(reading)[1].startswith(reading.at("ORC-4")):
        return "", False
    number = reading.message.get(reading.at("ORC-2-1")).strip() or order.component(2).strip()
    is_new = reading.message.get(reading.at("ORC-1-1")).strip().upper() == "NW"
    return (number, is_new) if reading.recognised.is_board(name_of(order)) else ("", False)


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


def taken_back_by_title(reading: Reading) -> str:
    """The number of the document before it that registers, of one that takes that back by its title; one without it is read by a
    person.
    """
    told = reading.notification
    if told is None or told.status == GONE:
        return ""
    return told.parent if any(map(reading.recognised.takes_back, told.titles)) else ""


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
            if not stands and is_over(reading, segment):
                above.is_empty = not above.name
                found.append(Line(True, segment.component(2) or above.number, name_of(segment), above.reason))
            else:
                above.name += f" {name_of(segment)}"
                above.is_empty = False
    return found or list(_without_common(reading))


def _without_common(reading: Reading) -> Iterator[Line]:
    """Who reports (ORU) mostly has no ORC: then an OBR speaks for itself. What a referral rests on says nothing of that."""
    for segment in reading.message.all("OBR") if not reading.is_referral else ():
        yield Line(is_over(reading, segment), segment.component(2) or segment.component(3), name_of(segment))


def is_over(reading: Reading, order: Segment) -> bool:
    """Whether an OBR is taken back: by its own state, or, where it registers for a board, with all that stands under it: that was of
    another patient, or is deleted with the question. One deleted answer of a form takes nothing along.
    """
    if is_cancelled(reading, order) or not _registers(reading, order):
        return is_cancelled(reading, order)
    values = [item for item in reading.values if item.order is order]
    if not values or not all(is_gone(reading, item) for item in values):
        return False
    return any(reading.labels.answered(one) == "board" for one in values) or all(map(_is_of_another, values))


def _is_of_another(item: Item) -> bool:
    return said(item.segment, 11) == "W"


def is_registration_over(reading: Reading, order: Segment) -> bool:
    """Whether an order that registers for a board by its name is taken back, or its form says so."""
    form = (item for item in reading.values if item.order is order)
    return _registers(reading, order) and (is_over(reading, order) or any(_says_gone(reading, one) for one in form))


def _registers(reading: Reading, order: Segment) -> bool:
    recognised = reading.recognised
    return recognised.is_board(name_of(order)) and recognised.is_registration(order.component(4), order.component(4, 2, 0))


def says_it_is_over(reading: Reading) -> bool:
    """Whether a form says of the registration that it is taken back (`Status aanmelding: Ingetrokken`)."""
    return any(_says_gone(reading, item) for item in reading.values)


def _says_gone(reading: Reading, item: Item) -> bool:
    return _is_state(reading, item) and state_of(item.text.partition("\n")[0].strip().upper()) == GONE


def _is_state(reading: Reading, item: Item) -> bool:
    return not item.is_document and reading.recognised.is_state(item.label)


def _name_board(lines: list[Line], recognised: Recognised) -> bool:
    return any(recognised.names_board(one.name) for one in lines)
