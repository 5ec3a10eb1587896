"""Asking a hospital's FHIR server for something: one request after another, within bounds for all of them together."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from integrations.fhir.server.door import Door
from integrations.fhir.server.paging import found_on, has_failed, missing, next_page, total_of
from integrations.fhir.server.queries import Fetch
from integrations.fhir.text.json_gate import load
from integrations.fhir.text.values import Node
from integrations.out import NoReply, Reply
from integrations.smart.client import NoToken
from mdo_portal.exchange import Address, NotPulled, Unreadable

MAX_REQUESTS = 300
MAX_PAGES = 50  # of one search
MAX_BYTES = 30_000_000
MAX_PAGE = 10_000_000
MAX_SECONDS = 240.0
_AGAIN = {401, 408, 425, 429}


@dataclass
class Fetching:
    """All requests of one piece of work. `base`: the authorization base that goes with the token request. Raises NotPulled."""

    address: Address
    door: Door
    base: str = ""
    requests: int = 0
    size: int = 0
    until: float = field(default_factory=lambda: time.monotonic() + MAX_SECONDS)

    def pages(self, fetch: Fetch) -> Iterator[Node]:
        """What stands there: one resource, or every page of a search, each once; behind them what says that there was more."""
        root, found, total = self.address.url.rstrip("/"), 0, None
        at, tree = f"{root}/{fetch.path}", self.json(self.ask(fetch))
        asked = {at}
        for _ in range(MAX_PAGES):
            if has_failed(tree):
                raise NotPulled("answer", again=True)
            yield tree
            found, total = found + found_on(tree), max(filter(None, (total, total_of(tree))), default=None)
            at = next_page(tree, at, root)
            if at in asked and not (total and total <= found):  # nobody knows what stood on the page that should have come
                raise NotPulled("answer", again=False)
            if not at or at in asked:
                yield from [missing(fetch.kind, found, total)] if total and total > found else []
                return
            asked.add(at)
            tree = self.json(self.send("GET", at))
        raise NotPulled("too_large", again=False)

    def ask(self, fetch: Fetch) -> Reply:
        if fetch.form:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            return self.send("POST", fetch.path, form, fetch.form.encode())
        return self.send("GET", fetch.path)

    def send(self, method: str, path: str, headers: Mapping[str, str] | None = None, content: bytes = b"") -> Reply:
        """Raises NotPulled for everything but 200."""
        return self.fine(self.once(method, path, headers, content))

    def fine(self, reply: Reply, *statuses: int) -> Reply:
        """The same answer, if it is 200 or one of these. Raises NotPulled for every other."""
        if reply.status == 401:
            raise NotPulled("token", again=True, wait_seconds=reply.asks_to_wait)
        if reply.status >= 500 or reply.status in _AGAIN:
            raise NotPulled("unreachable", again=True, wait_seconds=reply.asks_to_wait)
        if reply.status not in (200, *statuses):  # 3xx too: an address is changed by a person, never by an answer
            raise NotPulled("refused", again=False)
        return reply

    def once(self, method: str, path: str, headers: Mapping[str, str] | None, content: bytes) -> Reply:
        self.requests += 1
        left = self.until - time.monotonic()
        if self.requests > MAX_REQUESTS or self.size > MAX_BYTES:
            raise NotPulled("too_large", again=False)
        if left <= 0:
            raise NotPulled("unreachable", again=True)
        try:
            reply = self.door.ask(
                method, path, self.address, headers=headers, content=content, base=self.base,
                seconds=min(left, self.address.timeout_seconds), limit=min(MAX_PAGE, MAX_BYTES - self.size + 1),
            )  # fmt: skip
        except NoToken as none:
            raise _no_token(none) from None
        except NoReply as silence:
            raise _told(silence) from None
        self.size += len(reply.body)
        return reply

    def json(self, reply: Reply) -> Node:
        try:
            return load(reply.body)
        except Unreadable:
            raise NotPulled("answer", again=is_page(reply)) from None


def is_page(reply: Reply) -> bool:
    """Whether it is a page for people: of a gateway that is maintained, mostly, which shows it under 200."""
    return bool(re.match(rb"\s*<(!doctype\s+html|html)\b", reply.body.removeprefix(b"\xef\xbb\xbf")[:200], re.IGNORECASE))


_SILENT = frozenset({"no_connection", "timeout", "cut"})


def _no_token(none: NoToken) -> NotPulled:
    """A server that is away, or shows another's certificate, refused nobody: whoever looks for it must look there."""
    if none.code == "certificate":
        return NotPulled("certificate", again=True)
    code = "unreachable" if none.code in _SILENT else "token"
    return NotPulled(code, again=none.again, wait_seconds=none.wait_seconds)


def _told(silence: NoReply) -> NotPulled:
    if silence.code == "address":
        return NotPulled("address", again=False)
    if silence.code == "certificate":  # they renew it, mostly within the hour in which somebody is told
        return NotPulled("certificate", again=True)
    if silence.code in ("too_large", "compressed"):
        return NotPulled("too_large" if silence.code == "too_large" else "answer", again=False)
    return NotPulled("unreachable", again=True)
