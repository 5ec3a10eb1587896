"""The one gate through which we go out to a provider: registered hosts only, https, bounded in time and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from integrations.fhir.http import NoReply, Reply, exchange
from integrations.fhir.json_gate import load
from integrations.oidc.provider import Refused
from mdo_portal.exchange import Unreadable

SECONDS = 5.0
MAX_BYTES = 256_000
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True)
class Gate:
    """Where we may go for one provider. `loopback`: the demo and the tests talk to this machine, and to nothing else over http."""

    hosts: frozenset[str]
    loopback: bool = False

    def check(self, url: object) -> str:
        """The address, if we may go there. Raises Refused("address")."""
        if not isinstance(url, str) or not self._allows(url):
            raise Refused("address")
        return url

    def _allows(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return False
        host = parts.hostname or ""
        here = host in _LOOPBACK
        secure = (here and self.loopback and parts.scheme in ("http", "https")) or (not here and parts.scheme == "https")
        plain = parts.username is None and not parts.fragment and url.isascii() and url.isprintable() and " " not in url
        return secure and plain and "\\" not in url and authority(host, port, parts.scheme) in self.hosts

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
                method, self.check(url), headers=headers, content=content, seconds=SECONDS, limit=MAX_BYTES,
                may_reach=self.may_reach,
            )  # fmt: skip
        except NoReply as silence:
            raise Refused("address" if silence.code == "address" else "unreachable", silence.code) from None

    def may_reach(self, address: str) -> bool:
        """Whether a connected peer is out on the internet; nothing inside our own walls is a provider (SSRF)."""
        try:
            peer = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return peer.is_loopback if self.loopback and peer.is_loopback else peer.is_global and not peer.is_multicast


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
