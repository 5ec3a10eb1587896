"""The one gate through which we go out to a provider: registered hosts only, https, bounded in time and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from integrations.fhir.text.json_gate import load
from integrations.oidc.provider import Refused
from integrations.out import LOOPBACK, NoReply, Reach, Reply, exchange
from mdo_portal.exchange import Unreadable

SECONDS = 5.0
MAX_BYTES = 256_000


@dataclass(frozen=True)
class Gate:
    """Where we may go for one provider. `loopback`: the demo and the tests talk to this machine, and to nothing else over http."""

    hosts: frozenset[str]
    loopback: bool = False

    @property
    def reach(self) -> Reach:
        """The same for the house's one gate. Over http only in the demo, and only on this machine."""
        schemes = ("https", "http") if self.loopback else ("https",)
        return Reach(tuple(f"{scheme}://{host}/" for scheme in schemes for host in self.hosts), LOOPBACK if self.loopback else ())

    def check(self, url: object) -> str:
        """The address, if we may go there. Raises Refused("address")."""
        if not isinstance(url, str) or not self.reach.covers(url):
            raise Refused("address")
        return url

    def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """A JSON object. Raises Refused."""
        return _json(self._ask("GET", url, {"Accept": "application/json", **(headers or {})}, b""))

    def post(self, url: str, body: str, *, headers: Mapping[str, str]) -> dict[str, Any]:
        """A form posted, a JSON object back. Raises Refused."""
        form = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded", **headers}
        return _json(self._ask("POST", url, form, body.encode()))

    def _ask(self, method: str, url: str, headers: Mapping[str, str], content: bytes) -> Reply:
        try:
            return exchange(
                method, url, reach=self.reach, headers=headers, content=content, seconds=SECONDS, limit=MAX_BYTES
            )  # fmt: skip
        except NoReply as silence:
            raise Refused("address" if silence.code == "address" else "unreachable", silence.code) from None


def authority(host: str, port: int | None, scheme: str = "https") -> str:
    """`login.example.nl` or `127.0.0.1:8801`: the default port is no other place."""
    return host if port is None or port == {"https": 443, "http": 80}.get(scheme) else f"{host}:{port}"


def host_of(url: str) -> str:
    try:
        parts = urlsplit(url)
        return authority(parts.hostname or "", parts.port, parts.scheme)
    except ValueError:
        return ""


def _json(reply: Reply) -> dict[str, Any]:
    if reply.status >= 500:
        raise Refused("unreachable", str(reply.status))
    if reply.status != 200:
        raise Refused("provider_refused", str(reply.status))
    try:
        return load(reply.body)
    except Unreadable as error:
        raise Refused("answer", error.args[0] if error.args else "") from None
