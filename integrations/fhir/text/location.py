"""Addresses of resources as text: on which server, of which kind, under which id. Nothing is asked for."""

from __future__ import annotations

import re
from urllib.parse import unquote

_ADDRESS = re.compile(r"(?:https?://[^?#]+/)?([A-Z][A-Za-z]{1,63}/[A-Za-z0-9\-.]{1,64})(?:/_history/[^/]+)?")


def address(kind: str, told: str) -> str:
    """`Kind/id` of what stands at an address on a server; "" for a search, a name within a message (`urn:uuid:…`) or another kind."""
    found = _ADDRESS.fullmatch(told)
    return found[1] if found and found[1].startswith(f"{kind}/" if kind else "") else ""


_ON_A_SERVER = re.compile(r"(https?://.+)/[A-Za-z]{1,64}/[^/]+", re.IGNORECASE)


def root(full_url: str) -> str:
    """The server that an entry lives on; "" for one that lives on none."""
    found = _ON_A_SERVER.fullmatch(full_url)
    return found[1] if found else ""


def tail(address: str) -> str:
    """`Type/id` at the end of an address."""
    return "/".join(address.rstrip("/").split("/")[-2:])


_SEARCH = re.compile(r"([A-Z][A-Za-z]{1,63})\?identifier=([^|&]*)\|([^|&]+)")


def sought(told: str) -> tuple[str, str, str]:
    """(kind, system, number) of a conditional reference (`Patient?identifier=system|number`); empty for any other search, and no search."""
    found = _SEARCH.fullmatch(unquote(told)) if "?" in told else None
    return (found[1], found[2], found[3]) if found else ("", "", "")


def numbered(kind: str, system: str, value: str) -> str:
    """The conditional reference that `sought` reads."""
    return f"{kind}?identifier={system}|{value}"
