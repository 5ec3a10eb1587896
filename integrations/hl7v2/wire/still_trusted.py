"""Who called when a line was opened may not call any more: the files of the authorities changed since. TLS itself asks only once."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import NamedTuple

from cryptography import x509

_BLOCK = re.compile(rb"-----BEGIN (CERTIFICATE|X509 CRL)-----.*?-----END \1-----", re.DOTALL)


class Trust(NamedTuple):
    """What a file of authorities says: whom they are, and which certificates they withdrew (issuer, serial number)."""

    authorities: frozenset[bytes]
    withdrawn: frozenset[tuple[bytes, int]]

    def refuses(self, shown: bytes, *, before: Trust) -> str:
        """Why a client certificate (DER) that was let in by what was here `before` is none to call with; "" when it still is."""
        try:
            told = x509.load_der_x509_certificate(shown)
        except ValueError:
            return ""
        issuer = told.issuer.public_bytes()
        if (issuer, told.serial_number) in self.withdrawn:
            return "certificate_withdrawn"
        return "unknown_authority" if issuer in before.authorities - self.authorities else ""


def trust_in(pem: bytes) -> Trust:
    """What cannot be read of it says nothing of lines that are open; the next handshake is OpenSSL's."""
    authorities: set[bytes] = set()
    withdrawn: set[tuple[bytes, int]] = set()
    for block in _BLOCK.finditer(pem):
        with suppress(ValueError):
            if block[1] == b"CERTIFICATE":
                authorities.add(x509.load_pem_x509_certificate(block[0]).subject.public_bytes())
            else:
                told = x509.load_pem_x509_crl(block[0])
                withdrawn |= {(told.issuer.public_bytes(), one.serial_number) for one in told}
    return Trust(frozenset(authorities), frozenset(withdrawn))
