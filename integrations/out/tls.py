"""As whom we go out: the other side's certificate is always checked, ours is shown where the link has one."""

from __future__ import annotations

import os
import ssl
from functools import lru_cache

import certifi


@lru_cache(maxsize=32)
def context(certificate: str = "", trust: str = "", *, beside_public: bool = False) -> ssl.SSLContext:
    """TLS 1.2 or newer. `certificate`: our chain and key for this link (PEM); `trust`: the roots of this link, else the public ones;
    with `beside_public` those as well.

    Not `ssl.create_default_context`: what that asks of a certificate grows with Python (3.13 refuses authorities of a hospital's own that
    3.11 takes), and a line that ran must not stop because somebody renewed the machine.

    Raises ssl.SSLError or ValueError when they are no PEM.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if trust:
        made.load_verify_locations(cadata=trust)
    if not trust or beside_public:
        made.load_verify_locations(cafile=certifi.where())
    if certificate:
        _show(made, certificate)
    return made


def _show(made: ssl.SSLContext, certificate: str) -> None:
    """Python reads keys from files only: this one lives in memory and is gone at once."""
    held = os.memfd_create("client-certificate")
    try:
        os.write(held, certificate.encode())
        made.load_cert_chain(f"/proc/self/fd/{held}")
    finally:
        os.close(held)
