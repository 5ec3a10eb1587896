"""Who called when a line was opened may not call any more: the files of the authorities changed since. TLS itself asks only once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature

_BLOCK = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----.*?-----END \1-----", re.DOTALL)
ASKS_ANEW = "asks_anew"
"""An authority went, and by whom this certificate is good in the end its line does not tell: a new handshake does. Nothing is wrong."""


Refusal = Callable[[bytes], str]
"""Why a client certificate (DER) is none to call with any more; "" when it still is."""


def nobody(_: bytes) -> str:
    """Nothing changed since the start."""
    return ""


class Trust(NamedTuple):
    """What a file of authorities says: which they are, and which certificates they withdrew (issuer, serial number)."""

    authorities: frozenset[x509.Certificate]
    withdrawn: frozenset[tuple[bytes, int]]

    def refuses(self, shown: bytes, *, before: Trust) -> str:
        """Why a client certificate (DER) that was let in by what was here `before` is none to call with; "" when it still is."""
        try:
            told = x509.load_der_x509_certificate(shown)
            is_withdrawn = (told.issuer.public_bytes(), told.serial_number) in self.withdrawn
        except ValueError:
            return ""
        if is_withdrawn:
            return "certificate_withdrawn"
        if before.authorities <= self.authorities or _signed(told, self.authorities):
            return ""
        return "unknown_authority" if _signed(told, before.authorities) else ASKS_ANEW


def _signed(told: x509.Certificate, authorities: Iterable[x509.Certificate]) -> bool:
    """Whether one of these did. By its key: an authority that lost its own begins anew under the same name."""
    for one in authorities:
        with suppress(ValueError, TypeError, InvalidSignature):
            told.verify_directly_issued_by(one)
            return True
    return False


def trust_in(pem: bytes) -> Trust:
    """What cannot be read of it says nothing of lines that are open; the next handshake is OpenSSL's."""
    authorities: set[x509.Certificate] = set()
    withdrawn: set[tuple[bytes, int]] = set()
    for block in _BLOCK.finditer(pem):
        with suppress(ValueError):
            if block[1] == b"CERTIFICATE":
                authorities.add(x509.load_pem_x509_certificate(block[0]))
            else:
                told = x509.load_pem_x509_crl(block[0])
                withdrawn |= {(told.issuer.public_bytes(), one.serial_number) for one in told}
    return Trust(frozenset(authorities), frozenset(withdrawn))
