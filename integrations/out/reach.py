"""Where we may go: registered endpoints only, and of the numbers behind their names only those outside our own walls.

A message, a token or a server's answer may at most choose *which* of the registered addresses is asked (SSRF: knowledge/security.md
2.5). Names are resolved once; the number that was judged is the number that is called, so a name cannot change its mind in between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

LOOPBACK = ("127.0.0.0/8", "::1/128")
"""What the demo and the tests register: this machine."""
_PORTS = {"https": 443, "http": 80}
_HIDDEN = re.compile(r"%(2e|2f|5c|00|0a|0d)", re.IGNORECASE)
#: where clouds hand out their keys; a hospital never stands there, whatever somebody registered
_NEVER = [
    ip_network(one)
    for one in (
        "0.0.0.0/8",
        "169.254.0.0/16",
        "100.100.100.200/32",
        "168.63.129.16/32",
        "192.0.0.192/32",
        "fd00:ec2::/32",
        "fe80::/10",
    )
]
_NAT64 = ip_network("64:ff9b::/96")
_INTERNET_6 = ip_network("2000::/3")
"""All of IPv6 that was ever given out; outside it stand what never was and more disguises of IPv4 (`::a.b.c.d`, RFC 6052, 8215)."""
_Number = IPv4Address | IPv6Address


class NotRegistered(Exception):
    """We may not go there. The text never repeats the address: it may hold what somebody smuggled in."""


@dataclass(frozen=True)
class Target:
    """One address that may be asked, taken apart once: nobody parses it a second time in another way."""

    scheme: str
    host: str
    port: int
    path: str  # with the query

    @property
    def authority(self) -> str:
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _PORTS[self.scheme] else f"{shown}:{self.port}"

    def at(self, number: str) -> str:
        """The same with the judged number in place of the name."""
        shown = f"[{number}]" if ":" in number else number
        return f"{self.scheme}://{shown}:{self.port}{self.path}"


@dataclass(frozen=True)
class Reach:
    """What is registered for one link. `endpoints`: addresses with a path below which everything is meant.

    `inside`: networks (CIDR) that are no internet and yet are meant: a VPN, or this machine in the demo. Over plain http only
    this machine is asked, and only when it is registered.
    """

    endpoints: tuple[str, ...]
    inside: tuple[str, ...] = ()

    def target(self, url: object) -> Target:
        """The address, if it lies under a registered endpoint. Raises NotRegistered."""
        found = _parts(url)
        if found is None or not any(_covers(base, found) for each in self.endpoints if (base := _parts(each)) is not None):
            raise NotRegistered()
        host = (found.hostname or "").rstrip(".")
        if found.scheme == "http" and not (_is_this_machine(host) and self.allows(_literal(host) or "127.0.0.1")):
            raise NotRegistered()
        literal = _literal(host)
        if literal and not self.allows(literal):
            raise NotRegistered()
        path = (found.path or "/") + (f"?{found.query}" if found.query else "")
        return Target(found.scheme, host, found.port or _PORTS[found.scheme], path)

    def covers(self, url: object) -> bool:
        """Whether `target` would give it."""
        try:
            return bool(self.target(url))
        except NotRegistered:
            return False

    def allows(self, number: str) -> bool:
        """Whether this numeric address is the internet, or a network that was registered. Disguises are taken off first."""
        try:
            found = _bare(ip_address(number.partition("%")[0]))
        except ValueError:
            return False
        if found.is_multicast or found.is_unspecified or any(found in network for network in _NEVER):
            return False
        if self._holds(found):
            return True
        return found.is_global and (not found.is_reserved if isinstance(found, IPv4Address) else found in _INTERNET_6)

    def is_within(self, number: str) -> bool:
        """Whether it lies in a network that was registered, and not merely on the internet."""
        return self.allows(number) and self._holds(_bare(ip_address(number.partition("%")[0])))

    def _holds(self, number: _Number) -> bool:
        return any(number in network for network in map(ip_network, self.inside))


def _bare(number: _Number) -> _Number:
    """`::ffff:127.0.0.1`, 6to4, Teredo and NAT64 carry an IPv4 address inside: that is the one to judge."""
    if isinstance(number, IPv4Address):
        return number
    teredo = number.teredo[1] if number.teredo else None
    nat64 = IPv4Address(int(number) & 0xFFFFFFFF) if number in _NAT64 else None
    return number.ipv4_mapped or number.sixtofour or teredo or nat64 or number


def _parts(url: object) -> SplitResult | None:
    """The pieces of an absolute address that cannot be read in two ways; None for any other."""
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or re.search(r"[\s\\#@<>\"^`{}]", url):
        return None
    try:
        found = urlsplit(url)
        port = found.port
    except ValueError:
        return None
    steps = found.path.split("/")
    plain = found.scheme in _PORTS and bool(found.hostname) and port != 0
    return found if plain and not {".", ".."} & set(steps) and "//" not in found.path and not _HIDDEN.search(found.path) else None


def _covers(base: SplitResult, asked: SplitResult) -> bool:
    same = _place(base) == _place(asked)
    prefix = base.path.rstrip("/")
    return same and (asked.path.rstrip("/") == prefix or asked.path.startswith(f"{prefix}/"))


def _place(parts: SplitResult) -> tuple[str, str, int]:
    return parts.scheme, (parts.hostname or "").rstrip("."), parts.port or _PORTS[parts.scheme]


def _literal(host: str) -> str:
    try:
        return str(ip_address(host))
    except ValueError:
        return ""


def _is_this_machine(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" or (bool(literal) and ip_address(literal).is_loopback)
