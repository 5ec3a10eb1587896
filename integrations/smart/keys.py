"""The key by which this house signs its assertions, and what others need to check them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey

ALGORITHM = "ES384"
_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
"""Of the curve P-384 (FIPS 186-5)."""


@dataclass(frozen=True)
class OwnKey:
    """One key pair made of a secret: every process that has the secret has the same key, and nothing has to be kept."""

    secret: bytes = field(repr=False)

    @cached_property
    def key(self) -> ECKey:
        stretched = HKDF(hashes.SHA384(), 64, b"mdo-portal", b"SMART Backend Services ES384").derive(self.secret)
        private = ec.derive_private_key(int.from_bytes(stretched) % (_ORDER - 1) + 1, ec.SECP384R1())
        return ECKey.import_key(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    @property
    def name(self) -> str:
        """kid: the thumbprint of the public half (RFC 7638)."""
        return self.key.thumbprint()

    def jwks(self) -> bytes:
        """The public half, as others fetch it."""
        public: dict[str, Any] = dict(self.key.as_dict(private=False))
        return json.dumps({"keys": [public | {"kid": self.name, "use": "sig", "alg": ALGORITHM, "key_ops": ["verify"]}]}).encode()
