"""Of several orders in one message the one that asks a board: its question, its urgency and its last useful day are the referral's.

Beside the board an order set asks a scan or a puncture. What is asked of the radiologist is no question to the board, and that his
scan can wait says nothing of the patient.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import dropwhile, takewhile
from typing import NamedTuple

from integrations.hl7v2.message.items import DRUGS, name_of, ordered_as
from integrations.hl7v2.message.received import Received
from integrations.hl7v2.message.statuses import is_taken_back
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.status_codes import said

_OWN = ("ORC", "OBR", "TQ1")
"""What stands once for each order: where the board's has none, that of another says nothing of it."""
_NONE = 9_999


class BoardOrder(NamedTuple):
    """The order with its ORC, and which of the segments of a name is its own, counted from 0."""

    order: Segment
    common: Segment | None
    places: Mapping[str, int]

    def at(self, place: str) -> str:
        """The path `OBR-31-1` as it counts in this message; one that says itself which segment it means stays as it is."""
        own = self.places.get(place[:3]) if place[3:4] == "-" else None
        return f"{place[:3]}({own}){place[3:]}" if own else place

    def named_other(self, order: Segment) -> str:
        """What another order is called; "" for this one."""
        return ordered_as(order) if order is not self.order else ""


def counted(place: str) -> int:
    """Which segment of its name a place means, from 1."""
    return int(place[4 : place.index(")")]) + 1 if place[3] == "(" else 1


def board_order(received: Received) -> BoardOrder | None:
    """None where there is one order, and where none of several names a board; nor in a referral, for what it rests on."""
    if received.is_referral or len(received.message.all("OBR")) < 2:
        return None
    named = [one for one in _groups(received.message) if received.recognised.is_board(name_of(one.order))]
    asked = [one for one in named if one.common is None or not is_taken_back(received, one.common)] or named
    return next((one for one in asked if said(one.common, 1) == _REPLACES), asked[0] if asked else None)


_REPLACES = "RO"
"""ORC-1: this takes the place of the order before it (RP)."""
_REPLACED = ("RP", "RU")


def replaced_by(board: BoardOrder | None, received: Received) -> frozenset[int]:
    """The ORCs (`id`) that give their place to the order that asks the board. One that is replaced and by no other is told anew.

    Where several boards are asked anew in one message, those before its own: the others wait for their own, which a person sees.
    """
    if board is None or said(board.common, 1) != _REPLACES:
        return frozenset()
    commons, names_board = [one for one in received.message.segments if one.name == "ORC"], received.recognised.names_board
    anew = (one for one in _groups(received.message) if said(one.common, 1) == _REPLACES and names_board(name_of(one.order)))
    if len({id(one.common) for one in anew}) < 2:
        return frozenset(id(one) for one in commons if said(one, 1) in _REPLACED)
    before = list(takewhile(lambda one: one is not board.common, commons))
    own = dropwhile(lambda one: said(one, 1) == _REPLACES, reversed(before))
    return frozenset(id(one) for one in takewhile(lambda one: said(one, 1) in _REPLACED, own))


def _groups(message: Message) -> list[BoardOrder]:
    """Each OBR with its ORC, its timing (before it or behind it) and its diagnosis."""
    counts: dict[str, int] = {}
    shared: dict[str, int] = {}  # what an ORC and what follows it say of each OBR up to the next ORC
    own: dict[str, int] | None = None
    common: Segment | None = None
    found: list[BoardOrder] = []
    for segment in message.segments:
        name = segment.name
        n = counts.get(name, 0)
        counts[name] = n + 1
        if name == "ORC":
            common, shared, own = segment, {"ORC": n}, None
        elif name in DRUGS:
            own = {}  # what follows is of the drug
        elif name == "OBR":
            own = dict.fromkeys(_OWN, _NONE) | shared | {"OBR": n}
            found.append(BoardOrder(segment, common, own))
        elif name == "TQ1" or (name == "DG1" and own is not None):
            behind = shared if own is None else own
            behind[name] = n if behind.get(name, _NONE) == _NONE else behind[name]
    return found
