"""One Subscription of ours at a hospital's server, whatever was lost on the way: looked for before it is made, and made under a condition.

Ours is known by the address that it calls, which names the link and nobody else's. So an answer that never came, a worker that died in
between and a server that was put back from a copy lead to the same: the next look finds it, or finds that it is gone.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from urllib.parse import quote

from integrations.fhir.server.door import JSON, Door
from integrations.fhir.server.fetching import Fetching
from integrations.fhir.server.queries import Fetch
from integrations.fhir.subscription import NOTICE, asks_for, end_of, is_ours, state_of, subscription_of, takes
from integrations.fhir.text.judge import problem
from integrations.fhir.text.profile import load_profile
from integrations.fhir.text.values import Node, node, nodes, text
from integrations.out import Reply
from integrations.smart.client import Tokens
from mdo_portal.exchange import Address, NotPulled, StandingSubscription, WantedSubscription

_ID = re.compile(r"(?!\.+$)[A-Za-z0-9\-.]{1,64}")
_LOCATION = re.compile(r"(?:^|/)Subscription/([A-Za-z0-9\-.]{1,64})(?:/_history/[A-Za-z0-9\-.]{1,64})?/?$")
_GONE = (404, 410)
_CANNOT_DELETE = (403, 405, 501)
_WRONG_SHAPE = (400, 422)
_NO_SUCH_DOOR = (404, 405, 501)


class FhirSubscriber:
    """exchange.Subscriber. `portal`: the address under which hospitals reach us."""

    def __init__(self, tokens: Tokens | None = None, *, portal: str) -> None:
        self._door, self._portal = Door(tokens), portal.rstrip("/")

    def keep(self, wanted: WantedSubscription, address: Address, *, number: str, writes: bool) -> StandingSubscription:
        version = _version(wanted.profile)
        there = self._there(wanted.key, address)
        found = there.read(number) if number else None
        if found is None:
            there.takes(wanted, version)
            found = there.only()
        if found is None:
            return there.written(wanted, version)
        if writes or not asks_for(found, wanted, endpoint=there.endpoint) or state_of(found) in ("error", "off"):
            return there.written(wanted, version, number=text(found.get("id")))
        return StandingSubscription(text(found.get("id")), state_of(found), end_of(found), written=False)

    def take_away(self, key: str, address: Address, *, number: str) -> None:
        there = self._there(key, address)
        found = there.read(number) if number else None
        for one in [found] if found else there.all():
            there.end(one)

    def _there(self, key: str, address: Address) -> _There:
        return _There(key, self._portal + NOTICE + key, Fetching(address, self._door))


def _version(profile: str) -> str:
    """Of the link, never guessed. Raises NotPulled where the link has none."""
    try:
        return load_profile(profile.partition("\n")[0]).version
    except (KeyError, ValueError):  # none is agreed, or one of another wire
        raise NotPulled("version", again=False) from None


@dataclass
class _There:
    """The Subscriptions of one server, as far as they call `endpoint`. Everything raises NotPulled."""

    key: str
    endpoint: str
    fetching: Fetching

    def takes(self, wanted: WantedSubscription, version: str) -> None:
        """Raises when the server says that it takes none like this."""
        if why := takes(self.fetching.json(self.fetching.send("GET", "metadata")), wanted, version):
            raise NotPulled(why, again=False)

    def read(self, number: str) -> Node | None:
        """Ours under this id; None when it is gone, or somebody else's by now."""
        reply = self.fetching.once("GET", f"Subscription/{number}", None, b"")
        if reply.status in _GONE:
            return None
        tree = self.fetching.json(self.fetching.fine(reply))
        return tree | {"id": number} if is_ours(tree, self.key) else None

    def all(self) -> list[Node]:
        """Ours, by their ids. A server that does not search by address gives everybody's: those are passed by."""
        search = Fetch(f"Subscription?url={quote(self.endpoint, safe='')}")
        found = {
            text(tree.get("id")): tree
            for page in self.fetching.pages(search)
            for one in nodes(page.get("entry"))
            if is_ours(tree := node(one.get("resource")), self.key) and _ID.fullmatch(text(tree.get("id")))
        }
        return [found[number] for number in sorted(found)]

    def only(self) -> Node | None:
        """Ours, if there is one; of several the others are taken away."""
        found = self.all()
        for one in found[1:]:
            self.end(one)
        return found[0] if found else None

    def written(self, wanted: WantedSubscription, version: str, *, number: str = "") -> StandingSubscription:
        """Made (on the condition that there is none), or changed."""
        made = subscription_of(wanted, endpoint=self.endpoint, number=number)
        if problem(made, version):
            raise NotPulled("shape", again=False)
        body = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": JSON, "Prefer": "return=representation"}
        if number:
            reply = self.fetching.once("PUT", f"Subscription/{number}", headers, body)
        else:
            condition = {"If-None-Exist": f"url={quote(self.endpoint, safe='')}"}
            reply = self.fetching.once("POST", "Subscription", headers | condition, body)
            if reply.status in _NO_SUCH_DOOR:
                raise NotPulled("none", again=False)
        return self._stands(self._taken(reply), number)

    def _taken(self, reply: Reply) -> Reply:
        """A server that finds several under our condition, or one gone that we were changing, is looked through anew."""
        if reply.status in (*_GONE, 409, 412):
            raise NotPulled("changed", again=True)
        if reply.status in _WRONG_SHAPE:
            raise NotPulled("shape", again=False)
        return self.fetching.fine(reply, 201, 204)

    def _stands(self, reply: Reply, number: str) -> StandingSubscription:
        """By what the server gave back; by looking once more where it gave nothing to go by."""
        told = self.fetching.json(reply) if reply.body.strip() and reply.status != 204 else {}
        located = _LOCATION.search(reply.headers.get("location", "").partition("?")[0])
        number = number or (located[1] if located else "") or text(told.get("id"))
        if not _ID.fullmatch(number):
            raise NotPulled("answer", again=True)
        found = told if is_ours(told, self.key) else self.read(number) or {}
        return StandingSubscription(number, state_of(found), end_of(found), written=True)

    def end(self, one: Node) -> None:
        """Taken away; off, where a server lets nobody delete."""
        path = f"Subscription/{text(one.get('id'))}"
        reply = self.fetching.once("DELETE", path, None, b"")
        if reply.status in _CANNOT_DELETE:
            body = json.dumps(one | {"status": "off"}, ensure_ascii=False, separators=(",", ":"), default=str).encode()
            reply = self.fetching.once("PUT", path, {"Content-Type": JSON}, body)
        if reply.status not in _GONE:
            self.fetching.fine(reply, 201, 202, 204)
