"""A Subscription as we ask for one, in both versions; and reading one back. Pure.

By the registered search itself, or (R4 only) by a topic of the server with that search as filter, as the backport of R5's
subscriptions writes it: http://hl7.org/fhir/uv/subscriptions-backport (1.1.0). Never with content: a notice only makes us ask.
"""

from __future__ import annotations

from datetime import datetime

from integrations.fhir.sending.outgoing import instant
from integrations.fhir.server.door import JSON
from integrations.fhir.text.moments import moment
from integrations.fhir.text.values import Node, node, nodes, text
from mdo_portal.exchange import WantedSubscription

BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition"
HEARTBEAT_SECONDS = 900
STATES = ("requested", "active", "error", "off")
NOTICE = "/fhir/Subscription/notice/"
WHY = "MDO-portaal: laat weten dat er een aanmelding nieuw of gewijzigd is"


def subscription_of(wanted: WantedSubscription, *, endpoint: str, number: str = "") -> Node:
    """The resource; `number`: its id, of one that is there."""
    made: Node = {"resourceType": "Subscription"} | ({"id": number} if number else {})
    if wanted.topic:
        made["meta"] = {"profile": [f"{BACKPORT}/backport-subscription"]}
    made |= {"status": "requested", "reason": WHY, "end": instant(wanted.ends_at), "criteria": wanted.topic or wanted.search}
    if wanted.topic and "?" in wanted.search:
        made["_criteria"] = {"extension": [{"url": f"{BACKPORT}/backport-filter-criteria", "valueString": wanted.search}]}
    channel: Node = {"type": "rest-hook", "endpoint": endpoint, "header": [f"Authorization: Bearer {wanted.secret}"]}
    return made | {"channel": (_told_briefly() | channel) if wanted.topic else channel}


def _told_briefly() -> Node:
    """Without content, and with a sign of life in between."""
    return {
        "extension": [{"url": f"{BACKPORT}/backport-heartbeat-period", "valueUnsignedInt": HEARTBEAT_SECONDS}],
        "payload": JSON,
        "_payload": {"extension": [{"url": f"{BACKPORT}/backport-payload-content", "valueCode": "empty"}]},
    }


def is_ours(tree: Node, key: str) -> bool:
    """Whether this Subscription calls us for this link: under whichever name we were reached when it was made."""
    endpoint = text(node(tree.get("channel")).get("endpoint"))
    return tree.get("resourceType") == "Subscription" and endpoint.endswith(NOTICE + key)


def asks_for(tree: Node, wanted: WantedSubscription, *, endpoint: str) -> bool:
    """Whether it tells us of what we want to hear. A filter that its server does not show may stand there all the same."""
    calls = text(node(tree.get("channel")).get("endpoint"))
    return (calls, text(tree.get("criteria"))) == (endpoint, wanted.topic or wanted.search)


def state_of(tree: Node) -> str:
    """One of STATES; "" for any other word."""
    said = text(tree.get("status"))
    return said if said in STATES else ""


def end_of(tree: Node) -> datetime | None:
    return moment(tree.get("end"))


def takes(capabilities: Node, wanted: WantedSubscription, version: str) -> str:
    """Why a server that says this of itself takes no such Subscription: a code of SUBSCRIPTION_REASONS; "" when it may."""
    if capabilities.get("resourceType") != "CapabilityStatement":
        return "answer"
    said = text(capabilities.get("fhirVersion"))
    if said and said.partition(".")[0] != {"R4": "4", "STU3": "3"}[version]:
        return "version"
    of_it = [
        one
        for rest in nodes(capabilities.get("rest"))
        for one in nodes(rest.get("resource"))
        if one.get("type") == "Subscription"
    ]
    if not of_it or not any(_may_be_made(one) for one in of_it):
        return "none"
    topics = {text(one.get("valueCanonical")) for tree in of_it for one in nodes(tree.get("extension")) if _names_topic(one)}
    return "topic" if wanted.topic and (version != "R4" or (topics and wanted.topic not in topics)) else ""


def _may_be_made(resource: Node) -> bool:
    """A server that lists no interactions says nothing of them."""
    listed = {text(one.get("code")) for one in nodes(resource.get("interaction"))}
    return not listed or "create" in listed


def _names_topic(extension: Node) -> bool:
    return text(extension.get("url")).endswith("/capabilitystatement-subscriptiontopic-canonical")
