"""A client certificate as a person hands it in: one certificate of a hospital's system, and never a key."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from mdo_portal.domain.certificate_refusals import (
    AUTHORITY,
    BUNDLE,
    CHAIN,
    HOLDS_KEY,
    NO_CLIENT,
    NOT_ONE,
    NOTHING,
    REQUEST,
    TOO_LARGE,
)
from mdo_portal.errors import Incomplete

FIELD = "certificate"
LARGEST = 64 * 1024
"""Bytes; a certificate is a few thousand."""
LONGEST_NAME = 255
LONGEST_SUBJECT = 500

_BLOCKS = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")
_CERTIFICATES = frozenset({b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"})
_KEY_STORE = b"\xfe\xed\xfe\xed"  # Java
Kind = TypeVar("Kind", bound=x509.ExtensionType)
_BROKEN = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


@dataclass(frozen=True)
class Certificate:
    """What of a certificate counts for a line."""

    fingerprint: str  # SHA-256 of the DER, 64 hex digits in lower case
    names: tuple[str, ...]  # common name and DNS names, lower case: as the listener reads them of who calls
    subject: str  # RFC 4514, for people
    expires_at: datetime
    issuer: str = ""  # RFC 4514, as `authorities` names them
    pem: str = ""


def read(raw: bytes) -> Certificate:
    """The one certificate in these bytes, PEM or DER. Raises Incomplete with the reason, a sentence, at `FIELD`."""
    raw = _as_ascii(raw)
    reason = _not_one(raw)
    if reason:
        raise Incomplete({FIELD: reason}, reason)
    try:
        load = x509.load_pem_x509_certificate if _BLOCKS.search(raw) else x509.load_der_x509_certificate
        with _unmannered():
            found = load(raw)
            reason = _unfit(found)
            names = _names(found)
            made = Certificate(
                found.fingerprint(hashes.SHA256()).hex(), names, _subject(found, names), found.not_valid_after_utc,
                _printed(found.issuer), found.public_bytes(serialization.Encoding.PEM).decode(),
            )  # fmt: skip
    except _BROKEN:
        reason = NOT_ONE
    if reason:
        raise Incomplete({FIELD: reason}, reason)
    return made


def authorities(pem: bytes) -> tuple[str, ...]:
    """The names of the authorities in a PEM file, for people; none when it holds none that can be read."""
    try:
        with _unmannered():
            found = x509.load_pem_x509_certificates(pem)
            return tuple(dict.fromkeys(filter(None, (_printed(one.subject) for one in found))))
    except _BROKEN:
        return ()


@contextmanager
def _unmannered() -> Iterator[None]:
    """A serial number of zero or below (some old authorities) and a country in words are against the standard, and the line takes both."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        warnings.filterwarnings("ignore", "Attribute's length", UserWarning)
        yield


def spoken(fingerprint: str) -> str:
    """`AB:CD:…`: as other programs show a fingerprint."""
    digits = fingerprint.upper()
    return ":".join(digits[at : at + 2] for at in range(0, len(digits), 2))


def clean(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of a certificate that can be kept: printable, of a bearable length, in lower case, each once."""
    return tuple(dict.fromkeys(name.lower() for name in names if name.isprintable() and 0 < len(name) <= LONGEST_NAME))[:20]


def _as_ascii(raw: bytes) -> bytes:
    """Some editors store text in two bytes a letter."""
    if raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        return raw
    return raw.decode("utf-16", errors="replace").encode("ascii", errors="replace")


def _not_one(raw: bytes) -> str:
    """Why these bytes hold no single certificate; "" when they may."""
    if not raw.strip():
        return NOTHING
    if len(raw) > LARGEST:
        return TOO_LARGE
    if _holds_key(raw):
        return HOLDS_KEY
    blocks = _BLOCKS.findall(raw)
    certificates = sum(block in _CERTIFICATES for block in blocks)
    if certificates > 1:
        return CHAIN
    if blocks and not certificates:
        return REQUEST if any(b"REQUEST" in block for block in blocks) else BUNDLE if b"PKCS7" in blocks else NOT_ONE
    return ""


def _holds_key(raw: bytes) -> bool:
    if b"PRIVATE KEY" in raw.upper() or raw.startswith(_KEY_STORE) or _is_pkcs12(raw):
        return True
    try:
        serialization.load_der_private_key(raw, None)
    except TypeError:
        return True  # one that is locked with a password
    except (ValueError, UnsupportedAlgorithm):
        return False
    return True


def _is_pkcs12(raw: bytes) -> bool:
    """A SEQUENCE that begins with version 3 (RFC 7292): nothing else that people hand in does."""
    if len(raw) < 8 or raw[0] != 0x30:
        return False
    start = 2 + (raw[1] & 0x7F if raw[1] & 0x80 else 0)
    return raw[start : start + 3] == b"\x02\x01\x03"


def _unfit(found: x509.Certificate) -> str:
    """Why a line could not be proven with this one; "" when it could."""
    with_use = _extension(found, x509.ExtendedKeyUsage)
    basic = _extension(found, x509.BasicConstraints)
    if basic is not None and basic.ca:
        return AUTHORITY
    if with_use is not None and not {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE} & set(with_use):
        return NO_CLIENT
    return ""


def _extension(found: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return found.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _subject(found: x509.Certificate, names: tuple[str, ...]) -> str:
    return _printed(found.subject) or ", ".join(names[:1])


def _printed(name: x509.Name) -> str:
    """A name for people; "" when it cannot be shown."""
    said = name.rfc4514_string()
    return said if said.isprintable() and len(said) <= LONGEST_SUBJECT else ""


def _names(found: x509.Certificate) -> tuple[str, ...]:
    common = [str(one.value) for one in found.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    others = _extension(found, x509.SubjectAlternativeName)
    return clean((*common, *(others.get_values_for_type(x509.DNSName) if others is not None else ())))
