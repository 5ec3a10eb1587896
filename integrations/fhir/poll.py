"""Asking a hospital's server which referrals are new, where nobody there tells us: one registered search, read from a moment on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qsl

from integrations.fhir.pull import FhirPuller
from integrations.fhir.server.door import Door
from integrations.fhir.server.fetching import Fetching
from integrations.fhir.server.queries import NotAllowed, fetch_of
from integrations.fhir.text.moments import moment
from integrations.fhir.text.values import Node, node, nodes, text
from integrations.smart.client import Tokens
from mdo_portal.exchange import Address, IncomingNotice, NotPulled, Offered, Pulled

REFERRALS = ("ServiceRequest", "ReferralRequest")
#: what belongs to a referral and is fetched with it; more arrives as messages of its own
_WITH_IT = (
    "subject",
    "patient",
    "requester",
    "reasonReference",
    "supportingInfo",
    "supportingInformation",
    "encounter",
    "context",
)
#: ours to say in every search
_OURS = {"_lastupdated", "_sort", "_count"}
_WHOSE = {"patient", "subject"}


class FhirPoller:
    """exchange.Poller."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._door = Door(tokens)
        self._puller = FhirPuller(tokens)

    def look(self, query: str, address: Address, *, since: datetime) -> list[Offered]:
        """Every referral of the search that changed since then, oldest first. Raises NotPulled."""
        try:
            fetch = fetch_of(asked(query, since=since), address.url)
        except NotAllowed:
            raise NotPulled("query", again=False) from None
        found = [one for tree in Fetching(address, self._door).pages(fetch) for one in _offered(tree, address.url)]
        return sorted(dict.fromkeys(found), key=lambda one: one.changed_at)

    def fetch(self, offered: Offered, address: Address) -> Pulled:
        """The referral and what it points at, as one Bundle; the same bytes when nothing changed there. Raises NotPulled."""
        notice = IncomingNotice(number=offered.number, fetches=offered.fetches)
        return self._puller.pull(notice, address, at=offered.changed_at)


def trouble(query: str) -> str:
    """Why this is no search that can be registered: kind, ours, not_allowed or person; "" when it can."""
    kind, _, said = query.partition("?")
    if kind not in REFERRALS:
        return "kind"
    names = {re.split(r"[:.]", name.lower())[0] for name, _ in parse_qsl(said, keep_blank_values=True)}
    if names & _OURS:
        return "ours"
    if names & _WHOSE:
        return "person"
    try:
        fetch = fetch_of(query, "https://registered.example")
    except NotAllowed:
        return "not_allowed"
    return "person" if fetch.form or not fetch.is_search else ""


def asked(query: str, *, since: datetime) -> str:
    """The registered search from a moment on."""
    start = since.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{query}{'&' if '?' in query else '?'}_lastUpdated=ge{start}&_sort=_lastUpdated&_count=50"


def _offered(tree: Node, base: str) -> Iterator[Offered]:
    for entry in nodes(tree.get("entry")):
        resource = node(entry.get("resource"))
        kind, number, meta = text(resource.get("resourceType")), text(resource.get("id")), node(resource.get("meta"))
        changed_at = moment(meta.get("lastUpdated"))
        if kind not in REFERRALS or not number:
            continue
        if changed_at is None:  # a server that does not say when cannot be asked what is new
            raise NotPulled("answer", again=False)
        # The moment too, and first: some servers call every version 1, and a name is cut where it is too long.
        version = f"{changed_at.isoformat()} {text(meta.get('versionId'))}".strip()
        yield Offered(f"{kind}/{number} {version}", changed_at, (f"{kind}/{number}", *_pointed_at(resource, base)))


def _pointed_at(resource: Node, base: str) -> tuple[str, ...]:
    """References below the same endpoint; what stands inside the referral or elsewhere is not fetched."""
    said = [found for name in _WITH_IT for found in _references(resource.get(name))]
    return tuple(one for one in dict.fromkeys(said) if _is_there(one, base))


def _is_there(reference: str, base: str) -> bool:
    try:
        return not fetch_of(reference, base).is_search
    except NotAllowed:
        return False


def _references(value: object) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            yield text(one.get("reference"))
            yield from _references(one.get("agent"))  # STU3: requester.agent
