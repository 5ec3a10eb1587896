"""What a notice of a subscription is for: an event, a handshake or a heartbeat; in doubt an event."""

from __future__ import annotations

import json
from typing import Any

import pytest

from integrations.fhir.server.notice import heard
from mdo_portal.exchange import Notice


def r4(kind: str, events: Any = None, *, value: str = "valueString") -> bytes:
    """The backport for R4: the status as Parameters."""
    said: list[dict[str, Any]] = [{"name": "status", "valueCode": "active"}, {"name": "type", "valueCode": kind}]
    said += [{"name": "events-since-subscription-start", value: events}] if events is not None else []
    status = {"resourceType": "Parameters", "parameter": said}
    return json.dumps({"resourceType": "Bundle", "type": "history", "entry": [{"resource": status}]}).encode()


def later(kind: str, events: Any, *, bundle: str) -> bytes:
    """R4B and R5: a resource of its own."""
    status = {"resourceType": "SubscriptionStatus", "type": kind, "eventsSinceSubscriptionStart": events}
    return json.dumps({"resourceType": "Bundle", "type": bundle, "entry": [{"resource": status}]}).encode()


@pytest.mark.parametrize(
    ("raw", "means"),
    [
        (b"", Notice(wakes=True)),
        (r4("handshake", "0"), Notice(wakes=False, events=0)),
        (r4("heartbeat", "3"), Notice(wakes=False, events=3)),
        (r4("heartbeat"), Notice(wakes=False)),
        (r4("heartbeat", 3, value="valueUnsignedInt"), Notice(wakes=False, events=3)),
        (r4("event-notification", "4"), Notice(wakes=True, events=4)),
        (r4("query-status", "4"), Notice(wakes=True, events=4)),
        (later("heartbeat", "5", bundle="history"), Notice(wakes=False, events=5)),
        (later("handshake", 0, bundle="subscription-notification"), Notice(wakes=False, events=0)),
        (later("event-notification", "6", bundle="subscription-notification"), Notice(wakes=True, events=6)),
        (r4("heartbeat", "9" * 30), Notice(wakes=False)),
        (r4("heartbeat", "-1"), Notice(wakes=False)),
        (r4("heartbeat", "٣"), Notice(wakes=False)),
        (later("heartbeat", "5", bundle="collection"), Notice(wakes=True)),
        (b'{"resourceType": "ServiceRequest", "id": "7"}', Notice(wakes=True)),
        (b'{"resourceType": "Bundle", "type": "history", "entry": [[7]]}', Notice(wakes=True)),
        (b"<Bundle xmlns='http://hl7.org/fhir'/>", Notice(wakes=True)),
        (b"\xff\xfe", Notice(wakes=True)),
    ],
    ids=range(18),
)
def test_what_a_notice_is_for(raw: bytes, means: Notice) -> None:
    assert heard(raw) == means
