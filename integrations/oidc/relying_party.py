"""Our side of the conversation: send somebody to their provider, see them back, and hear when they left."""

from __future__ import annotations

import json
import re
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode

from authlib.oauth2.auth import encode_client_secret_basic  # type: ignore[import-untyped]
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from integrations.oidc.claims import vouched, with_userinfo
from integrations.oidc.gate import Gate
from integrations.oidc.keys import KeySet
from integrations.oidc.logout import TYPES, ended
from integrations.oidc.metadata import Metadata, discover, gate_of
from integrations.oidc.provider import Attempt, Provider, Refused
from integrations.oidc.tokens import verified
from mdo_portal.exchange import Ended, Vouched

KEPT = 600.0
ID_TOKEN = frozenset({"jwt"})
_CONTEXT = re.compile(r"c\d{1,2}")


@dataclass(frozen=True)
class _Known:
    """What we learned of a provider, until `until`."""

    gate: Gate
    metadata: Metadata
    keys: KeySet
    until: float


class RelyingParty:
    """Holds what was learned of each provider for ten minutes. `loopback`: this portal is the demo, or a test."""

    def __init__(self, *, loopback: bool = False) -> None:
        self._loopback = loopback
        self._known: dict[Provider, _Known] = {}
        self._lock = threading.Lock()

    def look(self, provider: Provider) -> Metadata:
        """Fetch the metadata and the keys now, for whoever sets the link up. Raises Refused."""
        with self._lock:
            self._known.pop(provider, None)
        known = self._of(provider)
        known.keys.fetch()
        return known.metadata

    def start(self, provider: Provider, *, redirect_uri: str, now: datetime, fresh: bool = False) -> tuple[str, Attempt]:
        """Where to send the browser, and what to remember until it is back. Raises Refused."""
        metadata = self._of(provider).metadata
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        attempt = Attempt(state, nonce, verifier, redirect_uri, now, fresh)
        asked: dict[str, Any] = {
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
            "response_mode": "query",
            "max_age": "0" if fresh else str(int(provider.max_age.total_seconds())),
        }
        asked |= _asked_strength(provider)
        if fresh:
            asked["prompt"] = "login"
        url = prepare_grant_uri(
            metadata.authorization_endpoint, provider.client_id, "code", redirect_uri, provider.scopes, attempt.state, **asked
        )
        return str(url), attempt

    def finish(self, provider: Provider, attempt: Attempt, answer: Mapping[str, str], *, now: datetime) -> Vouched:
        """Whom the provider vouched for, from what the browser brought back. Raises Refused."""
        known = self._of(provider)
        code = _code(answer, attempt, known.metadata)
        tokens = self._exchanged(provider, known, attempt, code)
        return self.judge(provider, attempt, tokens, now=now)

    def judge(self, provider: Provider, attempt: Attempt, tokens: Mapping[str, Any], *, now: datetime) -> Vouched:
        """The token endpoint's answer, weighed. Raises Refused."""
        known = self._of(provider)
        token, access = tokens.get("id_token"), tokens.get("access_token", "")
        if not isinstance(access, str) or not access.isascii():
            raise Refused("answer")
        claims, algorithm = verified(token, provider, known.keys, types=ID_TOKEN)
        if provider.reads_userinfo:
            claims = with_userinfo(claims, _userinfo(known, access))
        return vouched(claims, provider, attempt, access_token=access, algorithm=algorithm, now=now)

    def ended(self, provider: Provider, logout_token: object, *, now: datetime) -> Ended:
        """Whose session ended, from a back-channel logout. Raises Refused."""
        claims, _ = verified(logout_token, provider, self._of(provider).keys, types=TYPES)
        return ended(claims, provider, now=now)

    def _exchanged(self, provider: Provider, known: _Known, attempt: Attempt, code: str) -> dict[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": attempt.redirect_uri,
            "code_verifier": attempt.verifier,
        }
        # RFC 6749 2.3.1: id and secret are form-encoded before they become user and password
        headers = {"Authorization": _basic(quote_plus(provider.client_id), quote_plus(provider.client_secret))}
        return known.gate.post(known.metadata.token_endpoint, urlencode(form), headers=headers)

    def _of(self, provider: Provider) -> _Known:
        with self._lock:
            known = self._known.get(provider)
        if known is None or known.until < time.monotonic():
            known = self._learned(provider, known)
        return known

    def _learned(self, provider: Provider, before: _Known | None) -> _Known:
        """Asked anew; the keys that were there stay as long as they stand at the same address (they have their own clock)."""
        gate = gate_of(provider, loopback=self._loopback)
        gate.check(provider.issuer)
        metadata = discover(provider, gate)
        same = before is not None and before.metadata.jwks_uri == metadata.jwks_uri
        keys = before.keys if same and before else KeySet(lambda: gate.get(metadata.jwks_uri))
        known = _Known(gate, metadata, keys, time.monotonic() + KEPT)
        with self._lock:
            self._known = {one: kept for one, kept in self._known.items() if kept.until > time.monotonic()}
            self._known[provider] = known
        return known


def _asked_strength(provider: Provider) -> dict[str, str]:
    """acr_values; Entra ID's authentication contexts (c1 to c99) are asked for as a claim instead."""
    contexts = [one for one in provider.required_acr if _CONTEXT.fullmatch(one)]
    if contexts:
        return {"claims": json.dumps({"id_token": {"acrs": {"essential": True, "value": contexts[0]}}})}
    return {"acr_values": " ".join(provider.required_acr)} if provider.required_acr else {}


def _code(answer: Mapping[str, str], attempt: Attempt, metadata: Metadata) -> str:
    """The code of an answer that belongs to this attempt and comes from this provider (RFC 9207)."""
    if not secrets.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
        raise Refused("state")
    named = answer.get("iss")
    if named != metadata.issuer and (named is not None or metadata.names_itself):
        raise Refused("mix_up")
    if "error" in answer:
        raise Refused("cancelled" if answer["error"] == "access_denied" else "provider_refused", _plain(answer["error"]))
    code = answer.get("code", "")
    if not code or len(code) > 4096:
        raise Refused("answer")
    return code


def _plain(word: str) -> str:
    return "".join(letter for letter in word[:40] if letter.isascii() and (letter.isalnum() or letter == "_"))


def _basic(client_id: str, client_secret: str) -> str:
    """Authlib's client_secret_basic, for a client of which we keep nothing else."""
    client = type("Client", (), {"client_id": client_id, "client_secret": client_secret})
    _, headers, _ = encode_client_secret_basic(client, "POST", "", {}, "")
    return str(headers["Authorization"])


def _userinfo(known: _Known, access_token: str) -> dict[str, Any]:
    if not known.metadata.userinfo_endpoint or not access_token:
        raise Refused("userinfo")
    return known.gate.get(known.metadata.userinfo_endpoint, headers={"Authorization": f"Bearer {access_token}"})
