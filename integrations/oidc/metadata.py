"""Discovery: what a provider says about itself, believed only as far as it is the registered one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from integrations.oidc.gate import Gate, host_of
from integrations.oidc.provider import Provider, Refused


@dataclass(frozen=True)
class Metadata:
    """The endpoints of the pinned issuer, each on a registered host."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    #: empty = it is not read
    userinfo_endpoint: str
    #: it says who it is in every answer (RFC 9207): then an answer without that is not its own
    names_itself: bool
    #: for whoever tests the link
    acr_values: tuple[str, ...]
    algorithms: tuple[str, ...]
    pkce: bool
    backchannel_logout: bool


def gate_of(provider: Provider, *, loopback: bool) -> Gate:
    """The registered places: the issuer's own host and what the hospital named besides."""
    return Gate(frozenset({host_of(provider.issuer), *provider.extra_hosts}), loopback)


def discover(provider: Provider, gate: Gate) -> Metadata:
    """Read the metadata. Raises Refused when it is somebody else's or points elsewhere."""
    found = gate.get(provider.issuer.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != provider.issuer:  # exactly: a slash more is another issuer (OIDC Discovery 4.3)
        raise Refused("other_issuer")
    return Metadata(
        issuer=provider.issuer,
        authorization_endpoint=gate.check(found.get("authorization_endpoint")),
        token_endpoint=gate.check(found.get("token_endpoint")),
        jwks_uri=gate.check(found.get("jwks_uri")),
        # Entra ID has it at another host; where nothing is read there, where it stands does not matter.
        userinfo_endpoint=gate.check(found.get("userinfo_endpoint")) if provider.reads_userinfo else "",
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        acr_values=_words(found.get("acr_values_supported")),
        algorithms=_words(found.get("id_token_signing_alg_values_supported")),
        pkce="S256" in _words(found.get("code_challenge_methods_supported")),
        backchannel_logout=found.get("backchannel_logout_supported") is True,
    )


def _words(value: Any) -> tuple[str, ...]:
    return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()
