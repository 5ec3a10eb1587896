"""The provider's public keys: fetched from the pinned issuer only, never from what a token says about itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey, import_key

from integrations.oidc.provider import Refused

KEPT = 600.0
"""Seconds a set of keys is believed: a withdrawn key is out after this."""
PAUSE = 30.0
"""Seconds between two fetches because of an unknown key: a flood of invented kids costs the provider nothing."""
MIN_RSA_BITS = 2048
_CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}
PublicKey = RSAKey | ECKey


@dataclass
class KeySet:
    """The keys of one provider. Guarded by a lock; `fetch` goes over the network."""

    fetch: Callable[[], Mapping[str, Any]]
    clock: Callable[[], float] = time.monotonic
    _keys: list[Mapping[str, Any]] = field(default_factory=list)
    _fetched_at: float = -KEPT
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def key(self, kid: str | None, algorithm: str) -> PublicKey:
        """The one key with this id that is fit for this algorithm. Raises Refused("unknown_key")."""
        with self._lock:
            if self.clock() - self._fetched_at >= KEPT:
                self._refresh()
            found = self._fit(kid, algorithm)
            if not found and self.clock() - self._fetched_at >= PAUSE:
                self._refresh()
                found = self._fit(kid, algorithm)
        if len(found) != 1:  # two keys of one name are as useless as none
            raise Refused("unknown_key")
        return found[0]

    def _refresh(self) -> None:
        keys = self.fetch().get("keys")
        if not isinstance(keys, list):
            raise Refused("answer", "no keys")
        self._keys = [one for one in keys if isinstance(one, dict)]
        self._fetched_at = self.clock()

    def _fit(self, kid: str | None, algorithm: str) -> list[PublicKey]:
        named = [one for one in self._keys if kid is None or one.get("kid") == kid]
        return [key for one in named if is_fit(one, algorithm) and (key := _imported(one, algorithm)) is not None]


def is_fit(key: Mapping[str, Any], algorithm: str) -> bool:
    """For signing, with this algorithm or any of its kind; a shared secret (oct) never."""
    if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
        return False
    if algorithm in _CURVES:
        return key.get("kty") == "EC" and key.get("crv") == _CURVES[algorithm]
    return key.get("kty") == "RSA"


def _imported(key: Mapping[str, Any], algorithm: str) -> PublicKey | None:
    """Only the public half, whatever was published; nothing shorter than 2048 bits."""
    parts = ("kty", "crv", "x", "y") if algorithm in _CURVES else ("kty", "n", "e")
    try:
        made = import_key({name: str(key[name]) for name in parts})
        if isinstance(made, RSAKey):
            return made if made.raw_value.key_size >= MIN_RSA_BITS else None
        return made if isinstance(made, ECKey) else None
    except (JoseError, KeyError, ValueError):
        return None
