"""Which version of a resource this is."""

from __future__ import annotations

from integrations.fhir.text.values import Node, moment, node, text
from mdo_portal.exchange import Version


def version_of(own: Node) -> Version:
    """What its server says of it: a number, where it counts its versions, and when it was changed."""
    meta = node(own.get("meta"))
    number = text(meta.get("versionId"))
    return Version(int(number) if number.isdecimal() and len(number) < 19 else None, moment(meta.get("lastUpdated")))
