"""The bytes of a document, from base64 as senders write it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from typing import Any
from urllib.parse import unquote_to_bytes

from integrations.fhir.text.values import text

_URL_SAFE = str.maketrans("-_", "+/")


_IN_AN_ADDRESS = ";base64,"
"""Before it stands what some take for a part of the bytes: `data:application/pdf;base64,…`."""


class NotReadable(ValueError):
    """The bytes of a document are damaged; the text says how."""


def decoded(sent: Any, digest: str = "") -> bytes:
    """The bytes of base64. Raises NotReadable when it is none, or when they do not give the digest sent with them.

    FHIR says SHA-1 in base64; SHA-256 and hexadecimal are met in the field and accepted too.
    """
    try:
        packed = "".join(text(sent).rpartition(_IN_AN_ADDRESS)[2].split()).translate(_URL_SAFE).rstrip("=")
        content = base64.b64decode(packed + "=" * (-len(packed) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise NotReadable("document is not base64") from None
    digests = [hashlib.sha1(content, usedforsecurity=False).digest(), hashlib.sha256(content).digest()]
    known = {form for value in digests for form in (value.hex(), base64.b64encode(value).decode())}
    if digest and not {digest, digest.lower(), _unwrapped(digest)} & known:
        raise NotReadable("document differs from its hash")
    return content


_ONCE_MORE = (b"JVBERi0", b"iVBORw0KGgo", b"/9j/", b"e1xydGY")
"""How the base64 of a PDF, a PNG, a JPEG and RTF begins."""


def written_once(content: bytes) -> bytes:
    """What was written as base64 twice, as it was; anything else as it came."""
    if not content.startswith(_ONCE_MORE):
        return content
    try:
        return base64.b64decode(b"".join(content.split()), validate=True)
    except (binascii.Error, ValueError):
        return content


MOST_UNPACKED = 32 * 1024 * 1024


def unpacked(content: bytes) -> bytes:
    """What gzip made smaller, as it was; anything else, what breaks off and what would be too large, as it came."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    packed = zlib.decompressobj(wbits=31)
    try:
        found = packed.decompress(content, MOST_UNPACKED)
    except zlib.error:
        return content
    return found if packed.eof and not packed.unused_data else content


def in_address(address: str) -> tuple[str, str]:
    """(media type, base64) of a document that stands in its own address (`data:text/plain,Graag%20spoed`); empty for any other."""
    if address[:5].lower() != "data:":
        return "", ""
    kind, _, inside = address[5:].partition(",")
    media = kind.removesuffix(";base64")
    return media, inside if media != kind else base64.b64encode(unquote_to_bytes(inside)).decode()


def _unwrapped(digest: str) -> str:
    """Some senders put the base64 of the hexadecimal digest."""
    try:
        return base64.b64decode(digest, validate=True).decode("ascii").lower()
    except (binascii.Error, ValueError):
        return ""
