"""Who gives out numbers: the systems of identifiers as they are spelled, and as they are known."""

from __future__ import annotations

import re

BSN = ("http://fhir.nl/fhir/NamingSystem/bsn", "urn:oid:2.16.840.1.113883.2.4.6.3")
_SPELLED = re.compile(
    r"(?:(?:https?://)?fhir\.nl/fhir/NamingSystem/bsn|(?:urn:oid:)?2\.16\.840\.1\.113883\.2\.4\.6\.3)/?", re.IGNORECASE
)


def issued_by(system: str) -> str:
    """The system as it came, but that of a BSN as it is known, whether it was written with https, in capitals, or as a bare OID.

    Read as any other system, such a number would stand in the clear as one of the hospital.
    """
    return BSN[0] if system not in BSN and _SPELLED.fullmatch(system) else system
