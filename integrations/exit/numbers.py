"""The ids under which things leave: UUIDs as URNs for FHIR, and the same as OIDs (arc 2.25) for IHE."""

from __future__ import annotations

import re
from datetime import datetime
from uuid import UUID, uuid5

from integrations.fhir.text.values import Node


def urn(of: str, part: str = "") -> str:
    """`urn:uuid:…` of a thing, or of a named part of it: the same each time."""
    return (uuid5(UUID(of), part) if part else UUID(of)).urn


def oid(of: str, part: str = "") -> str:
    """The same number as an OID (ITU-T X.667)."""
    return f"2.25.{UUID(urn(of, part)).int}"


def instant(at: datetime) -> str:
    """Raises ValueError without a zone: a naive time means another moment elsewhere."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at.isoformat(timespec="seconds")


def printable(words: str) -> str:
    """Without characters that neither XML nor FHIR knows."""
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", " ", words).strip()


def entry(url: str, resource: Node) -> Node:
    return {"fullUrl": url, "resource": resource}
