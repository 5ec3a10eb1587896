"""Who gives out numbers, as that is spelled and as it is known; and which of several numbers counts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from integrations.fhir.text.values import Node, codings, node, nodes, text
from integrations.times import is_an_end

BSN = ("http://fhir.nl/fhir/NamingSystem/bsn", "urn:oid:2.16.840.1.113883.2.4.6.3")
_SPELLED = re.compile(
    r"(?:(?:https?://)?fhir\.nl/fhir/NamingSystem/bsn|(?:urn:oid:)?2\.16\.840\.1\.113883\.2\.4\.6\.3)/?", re.IGNORECASE
)


def issued_by(system: str) -> str:
    """The system as it came, but that of a BSN as it is known, whether it was written with https, in capitals, or as a bare OID.

    Read as any other system, such a number would stand in the clear as one of the hospital.
    """
    is_one = system not in BSN and (_SPELLED.fullmatch(system) or _is_its_name(system))
    return BSN[0] if is_one else system


_NAMES = frozenset(("bsn", "burgerservicenummer", "nlminbiza", "rvig", "sofi", "sofinummer"))
_TYPES = frozenset(("NNNLD", "NNNL", "BSN"))
"""HL7 v2 table 0203, as 2.5 and as 2.4 wrote it, and as some write it themselves; the same names as over HL7 v2 (generic-v2.toml)."""


def _is_its_name(words: str) -> bool:
    return "".join(sign for sign in words.removeprefix("urn:").casefold() if sign not in " -_") in _NAMES


def is_bsn_by_type(kind: Any) -> bool:
    """Whether the type of a number says that it is a BSN: by any of its codes, or in words."""
    own = node(kind)
    said = (text(own.get("text")), *(text(one.get("display")) for one in nodes(own.get("coding"))))
    return bool(_TYPES & {code for _, code in codings(kind)}) or any(map(_is_its_name, said))


def is_past(item: Node) -> bool:
    """Whether a number is of before: it says so, or has an end."""
    return item.get("use") == "old" or bool(ended_on(item))


def ended_on(item: Node) -> str:
    """Until when something holds that has an end; "" for what has none."""
    said = text(node(item.get("period")).get("end"))
    return said if is_an_end(said) else ""


_RANKS = {"PLAC": -1, "FILL": 1}
"""Identifier.type (HL7 v2 table 0203): the number of who asks before that of who carries out."""


def best_first(identifiers: Iterable[Node]) -> list[Node]:
    """Identifiers in the order in which one of them is taken: as sent, but who asks first, who carries out later, what is for a time after
    that, what is old last.
    """

    def rank(one: Node) -> int:
        if is_past(one) or one.get("use") == "temp":
            return 3 if is_past(one) else 2
        return next((_RANKS[code] for _, code in codings(one.get("type")) if code in _RANKS), 0)

    return sorted(identifiers, key=rank)
