"""A parcel (MIME) in which a clinical document travels with what belongs to it (HL7 v2.5 and CDA R2 3.0)."""

from __future__ import annotations

import binascii
import re

import pybase64

MOST_PARTS = 100
_HEADERS = 4_000
_BOUNDARY = re.compile(rb"boundary=\"?([^\";\r\n]{1,70})\"?", re.IGNORECASE)


def is_parcel(content: bytes) -> bool:
    return content[:12].lower() == b"mime-version"


def parts(parcel: bytes) -> list[bytes]:
    found = _BOUNDARY.search(parcel[:_HEADERS])
    return list(map(_packed, parcel.split(b"--" + found[1], MOST_PARTS)[1:])) if found else []


def _packed(part: bytes) -> bytes:
    """What stands behind the headers of a part, out of its base64."""
    headers, _, body = part.partition(b"\r\n\r\n" if b"\r\n\r\n" in part[:_HEADERS] else b"\n\n")
    if b"base64" not in headers[:_HEADERS].lower():
        return body.strip(b"\r\n")
    packed = b"".join(body.split())
    try:
        return pybase64.b64decode(packed + b"=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""
