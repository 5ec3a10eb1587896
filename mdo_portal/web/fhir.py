"""POST /fhir: the FHIR door of hospitals, straight to reception."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import structlog
from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import RequestEntityTooLarge

from mdo_portal import __version__, reception, wiring
from mdo_portal.exchange import Answer, MessageHeader, Reader, Verdict, Wire
from mdo_portal.services import hospitals
from mdo_portal.services.hospitals import LinkRow
from mdo_portal.web import limits
from mdo_portal.web.context import database, settings, transaction
from mdo_portal.web.guard import machine, public

blueprint = Blueprint("fhir", __name__, url_prefix="/fhir")
log = structlog.get_logger(__name__)


@blueprint.post("")
@machine("a hospital's system proves itself with its bearer token")
def receive() -> Response:
    """Keep the bundle and answer; it is understood afterwards. 401 without a known token, 415 when it is no JSON."""
    try:
        raw = request.get_data()  # read it all, also when it is refused: the line may carry the next message
    except RequestEntityTooLarge:
        return _say(413, Answer(Verdict.REFUSED, "", reason="too_large", text="larger than agreed"))
    token = _token()
    link = _link(token)
    try:
        limits.ask_link(request.headers.get("Authorization", ""), known=link is not None)
    except limits.TooMany:
        return _say(429, Answer(Verdict.NOT_NOW, "", reason="busy", text="too many requests; send again later"))
    if link is None:
        return _say(401, Answer(Verdict.NOT_HERE, "", reason="login", text="bearer token missing or unknown"))
    if request.mimetype not in ("application/fhir+json", "application/json"):
        return _say(415, Answer(Verdict.NOT_HERE, "", reason="media_type", text="send application/fhir+json"))
    reader = cast(Reader, current_app.extensions["mdo_readers"][Wire.FHIR])
    sorted_ = reception.sort(raw, wire=Wire.FHIR, reader=reader, links=[], now=datetime.now(UTC), link=link)
    answer = sorted_.answer
    try:
        reception.keep(database(), [sorted_], link=token)
    except SQLAlchemyError as error:
        log.error("fhir.not_stored", error=type(error).__name__)
        answer = Answer(Verdict.NOT_NOW, "", reason="not_stored", text="could not be stored now; send again")
    return _say(None, answer, sorted_.arrival.header, sorted_.arrival.raw)


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _link(token: str) -> LinkRow | None:
    with transaction() as db:
        return hospitals.link_by_token(db, token) if token else None


def _say(status: int | None, answer: Answer, header: MessageHeader | None = None, raw: bytes = b"") -> Response:
    found, body = wiring.fhir_answer(answer, header or MessageHeader())
    response = Response(body, status=status or found, mimetype="application/fhir+json")
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


@blueprint.get("/metadata")
@public("says what this door accepts; no data")
def metadata() -> Response:
    return Response(wiring.fhir_capabilities(f"{settings().public_url}/fhir", __version__), mimetype="application/fhir+json")
