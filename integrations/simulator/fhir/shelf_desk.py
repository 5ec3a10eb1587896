"""The part of the hospital's FHIR server where the portal fetches what was laid ready: a token for an assertion, then reading."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from integrations.out import LOOPBACK, NoReply, Reach, exchange
from integrations.simulator.config import Config
from integrations.simulator.fhir import shelf
from integrations.simulator.store import Store
from integrations.smart import server
from integrations.smart.server import NotProven

CLIENT = "mdo-portaal"
FHIR = "application/fhir+json"


def routes(desk: Blueprint, config: Config, store: Store) -> None:
    """Add the token address. The portal's public key is fetched from the portal, as a hospital's server would."""

    @desk.get("/<kind>")
    @desk.put("/<kind>/<number>")
    def nothing(kind: str, number: str = "") -> ResponseReturnValue:
        """Who holds a token of the shelf was answered before this; for others nothing is here."""
        return Response("{}", status=404, mimetype=FHIR)

    @desk.post("/token")
    def token() -> ResponseReturnValue:
        form = {name: request.form[name] for name in request.form}
        now = datetime.now(UTC)
        try:
            known = server.client_of(form) == CLIENT
            proof = server.proven(form, _keys(config) if known else "", audiences=frozenset({request.base_url}), now=now)
        except NotProven as error:
            return jsonify(error=error.code), 401
        made = shelf.lend(store, form.get("authorization_base", ""), jti=proof.jti, now=now)
        if made is None:
            return jsonify(error="invalid_grant"), 400
        return jsonify(access_token=made, token_type="Bearer", expires_in=300)


def opened(store: Store) -> str | None:
    """What the token that is shown opens: an authorization base, "" for handing letters in, None for nothing."""
    shown = request.headers.get("Authorization", "").partition(" ")[2]
    return shelf.base_of(store, shown, now=datetime.now(UTC)) if shown else None


def answer(store: Store, base: str) -> Response:
    """What the shelf says to who may read this base."""
    kind, _, number = request.path.removeprefix("/fhir/").partition("/")
    if request.method == "PUT":
        done = shelf.replace(store, base, kind, number, json.loads(request.get_data()))
        return Response("{}", status=200 if done else 404, mimetype=FHIR)
    if number:
        found = shelf.read(store, base, kind, number)
        return Response(json.dumps(found or {}, ensure_ascii=False), status=200 if found else 404, mimetype=FHIR)
    page = request.args.get("_page", "0")
    told = shelf.search(store, base, kind, page=int(page) if page.isdecimal() else 0, root=f"{request.url_root}fhir")
    return Response(json.dumps(told, ensure_ascii=False), mimetype=FHIR)


def _keys(config: Config) -> str:
    url = f"{config.portal_fhir.rstrip('/')}/jwks"
    try:
        reply = exchange("GET", url, reach=Reach((url,), LOOPBACK), headers={"Accept": "application/json"}, seconds=5)
    except NoReply:
        return ""
    return reply.body.decode() if reply.status == 200 else ""
