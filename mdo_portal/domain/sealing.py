"""Keeping secrets at rest: AES-256-GCM envelopes with named keys, and blind indexes to find equal values.

A sealed value is `key name | mark | nonce (12) | ciphertext+tag`. The purpose (`patient.bsn`, `inbound.raw`) is authenticated with it,
and with mark 0x01 also the row it belongs to, so that a value cannot be moved to another column or another row. Values are sealed by a
data key (`d:…`, wrapped by a key of the ring) or, before there were data keys, by a key of the ring itself; both are opened.
Facts: knowledge/security.md 2.7, docs/decisions/0021.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from mdo_portal.domain.keys import KeyPurpose
from mdo_portal.errors import Unsafe

CANNOT_OPEN = (InvalidTag, KeyError, ValueError, Unsafe)
"""What `Sealer.open` raises: changed or of something else, its key gone, cut off, or a ring that does not fit."""
Keyring = tuple[tuple[str, bytes], ...]
BY_PURPOSE, BY_ROW = b"\0", b"\1"
_HEAD = re.compile(rb"([^\x00\x01]+)([\x00\x01])", re.DOTALL)


class WrappedKey(NamedTuple):
    """A key as it lies in the database: readable only with the key of the ring that it names."""

    name: str
    purpose: KeyPurpose
    wrapped: bytes
    kek: str
    is_retired: bool = False


@dataclass(frozen=True)
class _Keys:
    """What a sealer works with, replaced as a whole when there are new keys."""

    newest: str
    cipher: AESGCM  # the newest one's
    ciphers: dict[str, AESGCM]
    blind: bytes
    root: bytes


def ring_secret(keyring: Keyring, purpose: KeyPurpose) -> bytes:
    """What the ring itself gives for blind indexes (as 0.1 made them) and for derived secrets; the first data keys hold the same."""
    words = {KeyPurpose.BLIND: b"blind index", KeyPurpose.ROOT: b"derived secrets"}
    return hashlib.sha256(words[purpose] + keyring[-1][1]).digest()


def wrap(keyring: Keyring, name: str, purpose: KeyPurpose, key: bytes) -> WrappedKey:
    """The key, wrapped by the newest key of the ring."""
    kek, secret = keyring[0]
    nonce = os.urandom(12)
    return WrappedKey(name, purpose, nonce + AESGCM(secret).encrypt(nonce, key, _bound_to(name, purpose)), kek)


def unwrap(keyring: Keyring, key: WrappedKey) -> bytes:
    """The key itself. Raises Unsafe, with the names and what to do, when the ring lacks its key or has another one by that name."""
    secret = dict(keyring).get(key.kek)
    if secret is None:
        raise Unsafe([f"data key {key.name} is wrapped by key {key.kek}, which is not in MDO_KEYRING: put it back in the ring"])
    try:
        return AESGCM(secret).decrypt(key.wrapped[:12], key.wrapped[12:], _bound_to(key.name, key.purpose))
    except InvalidTag:
        raise Unsafe(
            [f"key {key.kek} of MDO_KEYRING does not open data key {key.name}: it is another key by that name"]
        ) from None


def _bound_to(name: str, purpose: KeyPurpose) -> bytes:
    return f"data key\0{name}\0{purpose}".encode()


class Sealer:
    """Seals with the newest key, opens with whichever key sealed. Raises KeyError for a key that is gone.

    `load` gives the data keys of the database, newest first; without it, or while there are none, the ring itself seals.
    """

    def __init__(self, keyring: Keyring, *, load: Callable[[], Sequence[WrappedKey]] = tuple) -> None:
        self._keyring = keyring
        self._load = load
        self._keys = self._loaded()

    @property
    def newest(self) -> str:
        """The name of the key that seals."""
        return self._keys.newest

    def refresh(self) -> None:
        """Take over keys that were made since. Raises Unsafe when one cannot be unwrapped; the old ones then stay in use."""
        self._keys = self._loaded()

    def _loaded(self) -> _Keys:
        found = self._load()
        plain = {key.name: unwrap(self._keyring, key) for key in found}
        ciphers = {name: AESGCM(secret) for name, secret in self._keyring}
        ciphers |= {key.name: AESGCM(plain[key.name]) for key in found if key.purpose is KeyPurpose.SEAL}

        def current(purpose: KeyPurpose) -> str:
            return next((key.name for key in found if key.purpose is purpose and not key.is_retired), "")

        def secret_of(purpose: KeyPurpose) -> bytes:
            return plain.get(current(purpose)) or ring_secret(self._keyring, purpose)

        newest = current(KeyPurpose.SEAL) or self._keyring[0][0]
        return _Keys(
            newest=newest,
            cipher=ciphers[newest],
            ciphers=ciphers,
            blind=secret_of(KeyPurpose.BLIND),
            root=secret_of(KeyPurpose.ROOT),
        )

    def seal(self, plain: bytes, *, purpose: str, row: str = "") -> bytes:
        """`row` names the row the value is for; it must be given again to open it."""
        keys = self._keys
        nonce, mark = os.urandom(12), BY_ROW if row else BY_PURPOSE
        return b"".join((keys.newest.encode(), mark, nonce, keys.cipher.encrypt(nonce, plain, _aad(purpose, row, mark))))

    def open(self, sealed: bytes, *, purpose: str, row: str = "") -> bytes:
        """What was sealed. Raises InvalidTag for a value of another purpose or row, or one that was changed; else of CANNOT_OPEN."""
        sealed = bytes(sealed)
        head = _HEAD.match(sealed)
        if head is None:
            raise InvalidTag()
        rest = sealed[head.end() :]
        return self._cipher(head[1].decode()).decrypt(rest[:12], rest[12:], _aad(purpose, row, head[2]))

    def _cipher(self, name: str) -> AESGCM:
        if name not in self._keys.ciphers:
            self.refresh()  # another process made a new key a moment ago
        return self._keys.ciphers[name]

    def blind(self, value: str, *, purpose: str) -> bytes:
        """A keyed fingerprint: equal values are findable, the value is not readable."""
        # HMAC-SHA-256 (RFC 2104) from its two states, made once per key: a third of the time of hmac.new, and this is done for
        # every number in every message that comes.
        begun, ended = _hmac_states(self._keys.blind)
        inner, outer = begun.copy(), ended.copy()
        inner.update(f"{purpose}\0{value}".encode())
        outer.update(inner.digest())
        return outer.digest()

    def derived(self, name: str) -> bytes:
        """32 bytes for another use, the same in every process and after every rotation: which use, `name` says."""
        return hmac.new(self._keys.root, f"derived\0{name}".encode(), hashlib.sha256).digest()


@lru_cache(maxsize=8)
def _hmac_states(key: bytes) -> tuple[hashlib._Hash, hashlib._Hash]:
    assert len(key) <= 64
    padded = key.ljust(64, b"\0")
    return hashlib.sha256(bytes(byte ^ 0x36 for byte in padded)), hashlib.sha256(bytes(byte ^ 0x5C for byte in padded))


def _aad(purpose: str, row: str, mark: bytes) -> bytes:
    return f"{purpose}\0{row}".encode() if mark == BY_ROW else purpose.encode()
