"""Keeping secrets at rest: AES-256-GCM with a named key, and blind indexes to find equal values.

A sealed value is `key id | 0x00 | nonce (12) | ciphertext+tag`; the purpose (`patient.bsn`, `inbound.raw`) is
authenticated with it, so that a value cannot be moved to another column. Facts: knowledge/security.md 2.7.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class Sealer:
    """Seals with the newest key, opens with whichever key sealed. Raises KeyError for a key that is gone."""

    def __init__(self, keyring: tuple[tuple[str, bytes], ...]) -> None:
        self._newest = keyring[0][0]
        self._ciphers = {name: AESGCM(key) for name, key in keyring}
        self._blind_key = hashlib.sha256(b"blind index" + keyring[-1][1]).digest()

    def seal(self, plain: bytes, *, purpose: str) -> bytes:
        nonce = os.urandom(12)
        sealed = self._ciphers[self._newest].encrypt(nonce, plain, purpose.encode())
        return self._newest.encode() + b"\0" + nonce + sealed

    def open(self, sealed: bytes, *, purpose: str) -> bytes:
        name, _, rest = bytes(sealed).partition(b"\0")
        return self._ciphers[name.decode()].decrypt(rest[:12], rest[12:], purpose.encode())

    def blind(self, value: str, *, purpose: str) -> bytes:
        """A keyed fingerprint: equal values are findable, the value is not readable."""
        return hmac.new(self._blind_key, f"{purpose}\0{value}".encode(), hashlib.sha256).digest()

    def derived(self, name: str) -> bytes:
        """A key of 32 bytes for another use, from the same root as the blind index: it outlives the rotation of the sealing keys."""
        return hmac.new(self._blind_key, b"derived\0" + name.encode(), hashlib.sha256).digest()
