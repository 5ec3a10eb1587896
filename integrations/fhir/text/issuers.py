"""Who gives out numbers: the systems of identifiers as they are spelled, and as they are known."""

from __future__ import annotations

import re
from typing import Any

from integrations.fhir.text.values import codings, node, nodes, text

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
