"""What a sender says of a value beside the value: that it is preliminary, corrected, taken back, or was never obtained."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from integrations.hl7v2.message.items import Item, name_of
from integrations.hl7v2.message.notification import document_status
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.status_codes import GONE, said, state_of, status_in
from integrations.hl7v2.text.words import names_board
from mdo_portal.exchange import Profile

DELETED = ("D", "DE")
"""Of a diagnosis, procedure or problem (tables 0206 and 0287): it is to be taken out of the list that was sent before."""


def item_status(item: Item, notification: Segment | None, profile: Profile) -> str:
    """OBX-11; when it says nothing out of the ordinary, the order's (OBR-25) or the document's (TXA-17, TXA-19)."""
    rules = profile["result"]
    if is_status_only(item, rules):
        return ""  # what the status becomes is what the code says: final
    own = status_in(item.segment, 11, rules["status"]) or _aside(item.segment, rules)
    if notification is not None:
        return own or document_status(notification, profile)
    return own or status_by_order(item.order, profile)


def status_by_order(order: Segment | None, profile: Profile) -> str:
    """OBR-25: the codes of a value, but for those that say something else of an order (table 0123)."""
    rules = profile["result"]
    return str(rules["order_status"].get(said(order, 25), "")) or status_in(order, 25, rules["status"])


def is_cancelled(order: Segment, profile: Profile) -> bool:
    """Whether OBR-25 says that the order is taken back."""
    code = said(order, 25)
    return code in profile["result"]["cancelled"] or state_of(code) == GONE


def _aside(segment: Segment, rules: Mapping[str, Any]) -> str:
    """The status where it stands one field early and its own place is empty: no code of that field (table 0080) is one of these."""
    return status_in(segment, 10, rules["status"]) if said(segment, 10) in _NO_NATURE and not said(segment, 11) else ""


_NO_NATURE = ("C", "D", "P", "W", "X")


def is_gone(item: Item, message: Message, profile: Profile) -> bool:
    """Whether an OBX is taken back."""
    return item_status(item, message.first("TXA"), profile) == GONE


def is_status_only(item: Item, rules: Mapping[str, Any]) -> bool:
    """OBX-11 says that a result is final without telling it again."""
    return said(item.segment, 11) in rules["status_only"] and not item.text


def order_status(item: Item, profile: Profile) -> str:
    """Of what is asked for in an OBR: withdrawn when its own ORC takes it back, though the rest of the message stands."""
    return GONE if item.common is not None and is_taken_back(item.common, profile) else ""


def is_taken_back(common: Segment, profile: Profile) -> bool:
    """Whether an ORC takes its order back: by its own code, or as the state that its order has. One that is asked for anew has none, and
    one that could not be cancelled stands.
    """
    rules, state = profile["referral"], said(common, 5)
    if says_so_itself(common, profile):
        return True
    if said(common, 1) in _COULD_NOT:
        return False
    return not is_anew(common) and (state in rules["cancel_states"] or state_of(state) == GONE)


def says_so_itself(common: Segment, profile: Profile) -> bool:
    """Whether an ORC takes its order back by what is to be done with it, and not by how far it is."""
    rules, control = profile["referral"], said(common, 1)
    return control in rules["cancel_codes"] or state_of(control) == GONE or _becomes(common, rules["cancel_states"], rules)


def is_anew(common: Segment) -> bool:
    """Whether an ORC asks for its order, first or in the place of another."""
    return said(common, 1) in _ANEW


_COULD_NOT = ("UC", "UD", "UM", "UX", "UH")
"""ORC-1 (table 0119): the filler could not cancel, discontinue, replace, change or hold it; ORC-5 then says what was asked."""
_ANEW = ("NW", "RO", "RP")
"""ORC-1 (table 0119): new, and what takes the place of another."""


def is_only_done(message: Message, profile: Profile) -> bool:
    """Whether all that the orders of a message say is that they are done: it asks for nothing, and makes no case."""
    rules, commons = profile["referral"], message.all("ORC")
    return bool(commons) and all(_becomes(one, rules["done_states"], rules) for one in commons)


def is_only_underway(message: Message, profile: Profile) -> bool:
    """Whether all that the orders of a message say is how far a study is, and none asks a board: no case, as of one that is done."""
    rules, commons = profile["referral"], message.all("ORC")
    is_underway = bool(commons) and all(_becomes(one, _UNDERWAY, rules) for one in commons)
    return is_underway and not any(names_board(name_of(one), rules["recognised"]) for one in message.all("OBR"))


_UNDERWAY = ("A", "IP", "SC")
"""ORC-5 (table 0038): some of it is there, in process, scheduled."""


def done_words(item: Item, profile: Profile) -> str:
    """`afgerond`, of an OBR whose ORC says that it is; else ""."""
    rules, common = profile["referral"], item.common
    is_done = common is not None and _becomes(common, rules["done_states"], rules)
    return str(rules["done_states"][said(common, 5)]) if is_done else ""


def _becomes(common: Segment, states: Collection[str], rules: Mapping[str, Any]) -> bool:
    return said(common, 1) in rules["state_codes"] and said(common, 5) in states
