"""The FHIR server of the hospital at /fhir: takes the letter, shows it again to who may ask, behaves as it is told."""

from __future__ import annotations

import contextlib
import hmac
import json
import select
import socket
import threading
import time
from collections.abc import Callable
from urllib.parse import unquote

from flask import Blueprint, Response, request

from integrations.simulator import behaviour
from integrations.simulator.behaviour import Behaviour, Mode
from integrations.simulator.config import Config
from integrations.simulator.fhir import filing, shelf_desk
from integrations.simulator.fhir.elements import Node
from integrations.simulator.fhir.filing import NotFiled
from integrations.simulator.store import Store

LONGEST_SILENCE = 300.0
VERSIONS = {"R4": "4.0.1", "STU3": "3.0.2"}


def blueprint(config: Config, store: Store, stop: threading.Event) -> Blueprint:
    """The routes below /fhir. Everything but metadata wants the bearer token."""
    desk = Blueprint("fhir", __name__, url_prefix="/fhir")

    @desk.before_request
    def check_token() -> Response | None:
        if request.path == "/fhir/token":
            return None
        opened = shelf_desk.opened(store)
        if opened:
            return shelf_desk.answer(store, opened)
        shown = request.headers.get("Authorization", "").encode()
        is_known = bool(config.token) and hmac.compare_digest(shown, f"Bearer {config.token}".encode())
        return (
            None
            if is_known or opened is not None or request.path == "/fhir/metadata"
            else _outcome(401, "login", "bearer token missing or unknown")
        )

    @desk.get("/metadata")
    def metadata() -> Response:
        return _json(200, _capabilities(config))

    shelf_desk.routes(desk, config, store)
    _taking(desk, store, stop)
    _asked(desk, store)
    _showing(desk, store, stop)
    return desk


def _taking(desk: Blueprint, store: Store, stop: threading.Event) -> None:
    @desk.post("")
    @desk.post("/")
    def take() -> Response:
        now = behaviour.load(store)
        if now.mode is Mode.SILENT:
            return _silence(stop)
        return _behaved(store, now, lambda: _filed(store), stop)

    @desk.post("/Bundle")
    def take_document() -> Response:
        """A whole document, kept as one resource."""
        now = behaviour.load(store)
        return _silence(stop) if now.mode is Mode.SILENT else _behaved(store, now, lambda: _document(store), stop)


def _behaved(store: Store, now: Behaviour, act: Callable[[], Response], stop: threading.Event) -> Response:
    if now.mode is Mode.REFUSE:
        return _outcome(422, "business-rule", "Geweigerd door het gesimuleerde EPD")
    if now.mode is Mode.KEEP:
        return Response(status=202)
    answer = act()
    if now.mode is Mode.SLOW:
        stop.wait(now.seconds)
    return answer


def _asked(desk: Blueprint, store: Store) -> None:
    @desk.post("/Task")
    def question() -> Response:
        """A question of a board: kept once under the portal's own number."""
        sent = json.loads(request.get_data())
        number, is_new = filing.task(store, sent if isinstance(sent, dict) else {})
        response = _json(201 if is_new else 200, {"resourceType": "OperationOutcome", "issue": []})
        response.headers["Location"] = f"Task/{number}/_history/1"
        return response


def _showing(desk: Blueprint, store: Store, stop: threading.Event) -> None:
    @desk.get("/DocumentReference", defaults={"kind": "DocumentReference"})
    @desk.get("/Bundle", defaults={"kind": "Bundle"})
    def find(kind: str) -> Response:
        if behaviour.load(store).mode is Mode.SILENT:
            return _silence(stop)
        found = filing.find(store, kind, request.args.get("identifier", ""))
        entries = [{"resource": one, "search": {"mode": "match"}} for one in found]
        return _json(200, {"resourceType": "Bundle", "type": "searchset", "total": len(entries), "entry": entries})

    @desk.get("/<kind>/<resource_id>")
    def read(kind: str, resource_id: str) -> Response:
        if kind == "Binary":
            content = filing.binary(store, resource_id)
            return Response(content, mimetype="application/pdf") if content else _outcome(404, "not-found", "no such document")
        found = filing.read(store, kind, resource_id)
        if found is None:
            return _outcome(404, "not-found", "no such resource")
        response = _json(200, found)
        response.headers["ETag"] = filing.etag(found)
        return response

    @desk.put("/Task/<resource_id>", defaults={"kind": "Task"})
    @desk.put("/DocumentReference/<resource_id>", defaults={"kind": "DocumentReference"})
    def replace(kind: str, resource_id: str) -> Response:
        """Written over only under the version that was read."""
        sent = json.loads(request.get_data())
        status = filing.replace(store, kind, resource_id, sent, request.headers.get("If-Match", ""))
        return _json(status, {"resourceType": "OperationOutcome", "issue": []})


def _filed(store: Store) -> Response:
    try:
        sent = json.loads(request.get_data())
    except ValueError:
        return _outcome(400, "structure", "not JSON")
    try:
        return _json(200, filing.transaction(store, sent if isinstance(sent, dict) else {}))
    except NotFiled as refused:
        return _outcome(refused.status, refused.code, str(refused))


def _document(store: Store) -> Response:
    try:
        sent = json.loads(request.get_data())
    except ValueError:
        return _outcome(400, "structure", "not JSON")
    try:
        number, is_new = filing.document(
            store, sent if isinstance(sent, dict) else {}, unquote(request.headers.get("If-None-Exist", ""))
        )
    except NotFiled as refused:
        return _outcome(refused.status, refused.code, str(refused))
    response = _json(201 if is_new else 200, {"resourceType": "OperationOutcome", "issue": []})
    response.headers["Location"] = f"Bundle/{number}/_history/1"
    return response


def _silence(stop: threading.Event) -> Response:
    """Say nothing until the other side has had enough, then hang up without an answer."""
    line = request.environ.get("werkzeug.socket")
    deadline = time.monotonic() + LONGEST_SILENCE
    while isinstance(line, socket.socket) and not stop.wait(0.1) and time.monotonic() < deadline:
        if select.select([line], [], [], 0)[0] and not line.recv(1, socket.MSG_PEEK):
            break
    if isinstance(line, socket.socket):
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
    return Response(status=503)


def _outcome(status: int, code: str, words: str) -> Response:
    issue = {"severity": "error", "code": code, "diagnostics": words}
    return _json(status, {"resourceType": "OperationOutcome", "issue": [issue]})


def _json(status: int, body: Node) -> Response:
    return Response(json.dumps(body, ensure_ascii=False), status=status, mimetype="application/fhir+json")


def _capabilities(config: Config) -> Node:
    taken = [{"type": "DocumentReference", "interaction": [{"code": "read"}, {"code": "search-type"}]}]
    rest = {"mode": "server", "resource": taken, "interaction": [{"code": "transaction"}]}
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": "2026-11-22",
        "kind": "instance",
        **({"acceptUnknown": "no"} if config.fhir_version == "STU3" else {}),
        "software": {"name": f"Gesimuleerd EPD {config.seed.name}"},
        "fhirVersion": VERSIONS[config.fhir_version],
        "format": ["application/fhir+json"],
        "rest": [rest],
    }
