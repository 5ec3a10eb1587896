"""How a hospital's system comes in at /fhir: tokens for signed assertions (SMART Backend Services), keys, and what the door says."""

from __future__ import annotations

import re
from collections.abc import Mapping

import structlog
from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from mdo_portal import __version__, wiring, wiring_profiles
from mdo_portal.services.common.sealed import client_secret
from mdo_portal.services.links import hospitals, link_tokens
from mdo_portal.web import limits, refused_calls
from mdo_portal.web.context import client_place, database, now, settings, transaction
from mdo_portal.web.fhir_envelope import said
from mdo_portal.web.guard import machine, public

blueprint = Blueprint("fhir_access", __name__, url_prefix="/fhir")
log = structlog.get_logger(__name__)


@blueprint.get("/metadata")
@public("says what this door accepts; no data")
def metadata() -> Response:
    """In the version of the link whose token is shown, else of `fhirVersion` in Accept, else R4."""
    return said(wiring.fhir_capabilities(_base(), __version__, _version()))


@blueprint.get("/.well-known/smart-configuration")
@public("says where and how a token is had; no data")
def smart_configuration() -> Response:
    return jsonify(
        {
            "issuer": _base(),
            "jwks_uri": f"{_base()}/jwks",
            "token_endpoint": f"{_base()}/token",
            "grant_types_supported": ["client_credentials"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": list(wiring.smart.ALGORITHMS),
            "scopes_supported": list(link_tokens.SCOPES),
            "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
        }
    )


@blueprint.get("/jwks")
@public("the public half of the key by which this portal signs for hospitals' servers")
def jwks() -> Response:
    return Response(wiring.own_public_keys(client_secret(database())), mimetype="application/json")


@blueprint.post("/token")
@machine("a hospital's system proves itself with an assertion signed by a key it registered")
def token() -> ResponseReturnValue:
    """A token for five minutes. The assertion: iss = sub = client id, aud = this address, exp at most five minutes away, jti once."""
    try:
        limits.ask("token", client_place(), limits.STRANGER)
    except limits.TooMany:
        return _no("temporarily_unavailable", 429)
    form = {name: request.form[name] for name in request.form}
    client = None
    try:
        client_id = wiring.smart.client_of(form)
        with transaction() as db:
            client = link_tokens.client(db, client_id)
            jwks, jwks_url = (client.jwks, client.jwks_url) if client else ("", "")
            audiences = frozenset({f"{_base()}/token", _base()})
            proof = wiring.smart.proven(form, jwks, audiences=audiences, now=now(), jwks_url=jwks_url)
            scopes = link_tokens.granted(form.get("scope", ""))
            if not scopes or client is None:
                raise wiring.NotProven("invalid_scope", "scope")
            made = link_tokens.issue(db, client.link_id, jti=proof.jti, used_until=proof.until, scopes=scopes, now=now())
    except wiring.NotProven as error:
        return _not_proven(error.code, "client" if error.why == "key" and client is None else error.why, form)
    if made is None:  # it was used before
        return _not_proven("invalid_client", "jti", form)
    lives = int(link_tokens.LIFE.total_seconds())
    return _plain({"access_token": made, "token_type": "bearer", "expires_in": lives, "scope": scopes})


def _not_proven(code: str, why: str, form: Mapping[str, str]) -> ResponseReturnValue:
    """Why stands in the log and on the page of the link, not in the answer."""
    log.info("token.refused", code=code, why=why)
    if form.keys() & {"grant_type", "client_assertion"}:  # whoever knocks with something else wants no token
        refused_calls.tell(f"token_{why}")
    return _no(code, 401 if code == "invalid_client" else 400)


def _no(code: str, status: int = 400) -> ResponseReturnValue:
    """OAuth's own form."""
    response = _plain({"error": code})
    response.status_code = status
    return response


def _plain(told: dict[str, object]) -> Response:
    response = jsonify(told)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Pragma"] = "no-cache"
    return response


def _base() -> str:
    return f"{settings().public_url.rstrip('/')}/fhir"


def _version() -> str:
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and shown.strip():
        with transaction() as db:
            link = hospitals.link_by_token(db, shown.strip())
        if link is not None:
            return wiring_profiles.fhir_version(link.profile_in) or "R4"
    return "STU3" if re.search(r"fhirVersion=3\.0", request.headers.get("Accept", "")) else "R4"
