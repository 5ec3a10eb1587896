"""What a hospital registered about its provider, what a sign-in has to remember, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

#: asymmetric only: a shared secret or no signature at all is never an option (knowledge/security.md 2.8)
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")


class Refused(Exception):
    """The answer is not believed; `code` is one of domain.identity.REFUSALS. Nothing of a token stands in it."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Provider:
    """One registration: everything a token is measured by."""

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: str = "openid"
    #: one of these must come back as acr; empty = not asked
    required_acr: tuple[str, ...] = ()
    #: one of these must be among the amr; empty = not asked
    required_amr: tuple[str, ...] = ()
    #: acr or amr values that mean two factors
    strong_values: tuple[str, ...] = ()
    #: how long ago somebody may have proven identity at the provider
    max_age: timedelta = timedelta(hours=8)
    algorithms: tuple[str, ...] = ("RS256",)
    #: hosts besides the issuer's own where its endpoints may stand
    extra_hosts: tuple[str, ...] = ()
    #: claims about the person stand in userinfo (Dezi, oidc-provider) and not in the ID token
    reads_userinfo: bool = False


@dataclass(frozen=True)
class Attempt:
    """What is remembered between sending somebody to the provider and seeing them back."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    started_at: datetime
    #: a fresh proof is wanted: a provider that only remembers somebody is not enough
    fresh: bool = False


Claims = Mapping[str, Any]
