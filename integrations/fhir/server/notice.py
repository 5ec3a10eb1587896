"""What a subscription of ours tells: an event, a handshake or a heartbeat. Nothing in it is believed but what it is for.

In doubt it is an event: that costs one look at the server, and a notice that is taken for less costs a referral its time.
R4 writes the status as Parameters in a history, R4B and R5 as a SubscriptionStatus (the backport, 1.1.0).
"""

from __future__ import annotations

from integrations.fhir.text.json_gate import load
from integrations.fhir.text.values import Node, node, nodes, text
from mdo_portal.exchange import Notice, Unreadable

MAX_PIECES = 20_000
_SIGNS_OF_LIFE = frozenset({"handshake", "heartbeat"})
_BUNDLES = frozenset({"history", "subscription-notification"})
_MOST = 2**63 - 1


def heard(raw: bytes) -> Notice:
    """Never raises: whatever cannot be read is an event."""
    try:
        status = _status(load(raw, most=MAX_PIECES)) if raw.strip() else {}
    except Unreadable:
        return Notice(wakes=True)
    return Notice(wakes=status.get("type") not in _SIGNS_OF_LIFE, events=_number(status.get("events", "")))


def _status(tree: Node) -> dict[str, str]:
    """`type` and `events` of the first entry; empty for anything else, also for what is no notice at all."""
    first = node(next(iter(nodes(tree.get("entry"))), {}).get("resource"))
    if tree.get("resourceType") != "Bundle" or tree.get("type") not in _BUNDLES:
        return {}
    if first.get("resourceType") == "SubscriptionStatus":
        return {"type": text(first.get("type")), "events": text(first.get("eventsSinceSubscriptionStart"))}
    if first.get("resourceType") != "Parameters":
        return {}
    said = {text(one.get("name")): one for one in nodes(first.get("parameter"))}
    events = said.get("events-since-subscription-start", {})
    kind = said.get("type", {})
    return {
        "type": text(kind.get("valueCode")),
        "events": text(events.get("valueString") or events.get("valueUnsignedInt") or events.get("valueInteger64")),
    }


def _number(said: str) -> int | None:
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 20 and int(said) <= _MOST else None
