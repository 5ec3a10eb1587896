"""What a request to the FHIR door asks beside its body: on which condition it is to be taken, and how much it wants to hear."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qsl

from flask import request

from mdo_portal import wiring
from mdo_portal.exchange import Flaw

_FOR_THE_ANSWER = {"_format", "_pretty"}
MOST_PARTS = 20


class Number(NamedTuple):
    """`identifier=system|number`; without a system in it that of any (`is_of_any`)."""

    system: str
    value: str
    is_of_any: bool

    def is_among(self, raw: bytes) -> bool:
        """Whether the message has this number. Two systems give out the same ones: that of another is another thing."""
        found = wiring.fhir_numbers(raw)
        return any(value == self.value for _, value in found) if self.is_of_any else (self.system, self.value) in found


def number_in(query: str) -> Number | None:
    """The one number that a condition names; None for one that we cannot judge: other parameters, several of them, more than anybody
    means.
    """
    try:
        asked = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARTS)
    except ValueError:
        return None
    asked = [(name, value) for name, value in asked if name not in _FOR_THE_ANSWER]
    if [name for name, _ in asked] != ["identifier"]:
        return None
    system, bar, value = asked[0][1].rpartition("|")
    if not value or "\0" in value:  # PostgreSQL knows no NUL: nothing is here under it
        return None
    return Number(system, value, not bar)


def is_any() -> bool:
    """Whether the address asks for something. How the answer is to look is no condition."""
    return bool(set(request.args) - _FOR_THE_ANSWER)


def is_unmet(raw: bytes) -> bool:
    """Whether this is an update of whatever the address asks for (`PUT …?identifier=…`), and that is not what the body is."""
    if request.method != "PUT" or (request.view_args or {}).get("resource_id") or not is_any():
        return False
    asked = number_in(request.query_string.decode("ascii", "replace"))
    return asked is None or not asked.is_among(raw)


def passed_over() -> tuple[Flaw, ...]:
    """What was asked and is not done here: what is taken all the same is said so."""
    return (_NO_VERSIONS,) if "If-Match" in request.headers else ()


def wants_little() -> bool:
    """`Prefer: return=minimal`: no words where all is well."""
    asked = (one.strip().casefold() for told in request.headers.getlist("Prefer") for one in told.replace(";", ",").split(","))
    return "return=minimal" in asked


_NO_VERSIONS = Flaw(
    "",
    "not-supported",
    "If-Match is not looked at: no versions are kept here, and it was taken. Say in meta.versionId or meta.lastUpdated which is newer.",
)
