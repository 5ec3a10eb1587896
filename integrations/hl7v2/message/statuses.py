"""What a sender says of a value beside the value: that it is preliminary, corrected, taken back, or was never obtained."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from integrations.hl7v2.message.items import Item, name_of
from integrations.hl7v2.message.received import Received
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.status_codes import GONE, said, state_of, status_in

DELETED = ("D", "DE")
"""Of a diagnosis, procedure or problem (tables 0206 and 0287): it is to be taken out of the list that was sent before."""


def status_of(received: Received, item: Item) -> str:
    """OBX-11; when it says nothing out of the ordinary, the order's (OBR-25) or the document's (TXA-17, TXA-19)."""
    rules = received.profile["result"]
    if is_status_only(received, item):
        return ""  # what the status becomes is what the code says: final
    own = status_in(item.segment, 11, rules["status"]) or _aside(item.segment, rules)
    if received.notification is not None:
        return own or received.notification.status
    return own or status_by_order(received, item.order)


def status_by_order(received: Received, order: Segment | None) -> str:
    """OBR-25: the codes of a value, but for those that say something else of an order (table 0123)."""
    rules = received.profile["result"]
    return str(rules["order_status"].get(said(order, 25), "")) or status_in(order, 25, rules["status"])


def is_cancelled(received: Received, order: Segment) -> bool:
    """Whether OBR-25 says that the order is taken back."""
    code = said(order, 25)
    return code in received.profile["result"]["cancelled"] or state_of(code) == GONE


def _aside(segment: Segment, rules: Mapping[str, Any]) -> str:
    """The status where it stands one field early and its own place is empty: no code of that field (table 0080) is one of these."""
    return status_in(segment, 10, rules["status"]) if said(segment, 10) in _NO_NATURE and not said(segment, 11) else ""


_NO_NATURE = ("C", "D", "P", "W", "X")


def is_gone(received: Received, item: Item) -> bool:
    """Whether an OBX is taken back."""
    return status_of(received, item) == GONE


def is_none(received: Received, item: Item) -> bool:
    """Whether an OBX says itself that it is no result: by one of the codes that take an order back, or in words."""
    code = said(item.segment, 11)
    return code in received.profile["result"]["cancelled"] or state_of(code) == GONE


def is_status_only(received: Received, item: Item) -> bool:
    """OBX-11 says that a result is final without telling it again."""
    return said(item.segment, 11) in received.profile["result"]["status_only"] and not item.text


def is_order_back(received: Received, item: Item) -> bool:
    """Whether the ORC of an order takes it back, though the rest of the message stands."""
    return item.common is not None and is_taken_back(received, item.common)


def is_waiting(item: Item) -> bool:
    """Whether the ORC of an order holds it up, or says that it is held up."""
    return item.common is not None and (said(item.common, 1) in ON_HOLD or said(item.common, 5) == "HD")


ON_HOLD = ("HD", "OH")
"""ORC-1 (table 0119): hold it, and that it is held."""


def is_taken_back(received: Received, common: Segment) -> bool:
    """Whether an ORC takes its order back: by its own code, or as the state that its order has. One that is asked for anew has none, and
    one that could not be cancelled stands.
    """
    rules, state = received.profile["referral"], said(common, 5)
    if says_so_itself(received, common):
        return True
    if said(common, 1) in _COULD_NOT:
        return False
    return not is_anew(common) and (state in rules["cancel_states"] or state_of(state) == GONE)


def says_so_itself(received: Received, common: Segment) -> bool:
    """Whether an ORC takes its order back by what is to be done with it, and not by how far it is."""
    rules, control = received.profile["referral"], said(common, 1)
    return control in rules["cancel_codes"] or state_of(control) == GONE or _becomes(common, rules["cancel_states"], rules)


def is_anew(common: Segment) -> bool:
    """Whether an ORC asks for its order, first or in the place of another."""
    return said(common, 1) in _ANEW


_COULD_NOT = ("UC", "UD", "UM", "UX", "UH")
"""ORC-1 (table 0119): the filler could not cancel, discontinue, replace, change or hold it; ORC-5 then says what was asked."""
_ANEW = ("NW", "RO", "RP")
"""ORC-1 (table 0119): new, and what takes the place of another."""


def is_only_done(received: Received) -> bool:
    """Whether all that the orders of a message say is that they are done: it asks for nothing, and makes no case."""
    return _all_become(received, received.profile["referral"]["done_states"])


def is_only_underway(received: Received) -> bool:
    """Whether all that the orders of a message say is how far a study is, and none asks a board: no case, as of one that is done."""
    names = map(name_of, received.message.all("OBR"))
    return _all_become(received, _UNDERWAY) and not any(map(received.recognised.names_board, names))


def _all_become(received: Received, states: Collection[str]) -> bool:
    commons = received.message.all("ORC")
    return bool(commons) and all(_becomes(one, states, received.profile["referral"]) for one in commons)


_UNDERWAY = ("A", "IP", "SC")
"""ORC-5 (table 0038): some of it is there, in process, scheduled."""


def done_words(received: Received, item: Item) -> str:
    """`afgerond`, of an OBR whose ORC says that it is; else ""."""
    rules, common = received.profile["referral"], item.common
    is_done = common is not None and _becomes(common, rules["done_states"], rules)
    return str(rules["done_states"][said(common, 5)]) if is_done else ""


def _becomes(common: Segment, states: Collection[str], rules: Mapping[str, Any]) -> bool:
    return said(common, 1) in rules["state_codes"] and said(common, 5) in states
