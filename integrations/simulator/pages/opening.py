"""The button *Open in MDO-portaal*: this EPD as the server of a SMART App Launch, with its own door, tokens and patients below /epd.

Who sits at this screen counts as signed in to the EPD: it is one browser on this machine. Everything it gives is good once, for ten
minutes, and for that one patient.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, abort, jsonify, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from integrations.simulator.config import Config
from integrations.simulator.courier import ZONE, own_cases
from integrations.simulator.fhir import people
from integrations.simulator.fhir.elements import Node, Sheaf
from integrations.simulator.region import referral

CLIENT = "mdo-portaal"
KEPT = 600.0


@dataclass
class _Given:
    """What was handed out and not used yet: a word, what it is for, and until when."""

    known: dict[str, tuple[dict[str, str], float]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def give(self, **what: str) -> str:
        word = secrets.token_urlsafe(24)
        with self.lock:
            self.known = {one: kept for one, kept in self.known.items() if kept[1] > time.monotonic()}
            self.known[word] = (what, time.monotonic() + KEPT)
        return word

    def take(self, word: str) -> dict[str, str] | None:
        with self.lock:
            what, until = self.known.pop(word, ({}, 0.0))
        return what if until > time.monotonic() else None


def blueprint(config: Config) -> Blueprint:
    made = Blueprint("opening", __name__)
    launches, codes, tokens = _Given(), _Given(), _Given()
    portal = config.portal_fhir.removesuffix("/fhir")

    @made.get("/open/<code>")
    def start(code: str) -> AnyResponse:
        """The button: the portal is told which server this is, and a word for the patient."""
        if not any(one.code == code for one in own_cases(config)):
            abort(404)
        launch = launches.give(patient=code)
        return redirect(f"{portal}/launch?{urlencode({'iss': _iss(), 'launch': launch})}", 303)

    @made.get("/epd/authorize")
    def authorize() -> AnyResponse:
        asked = request.args
        back, launched = asked.get("redirect_uri", ""), launches.take(asked.get("launch", ""))
        if not back.startswith(f"{portal}/launch/back/") or asked.get("client_id") != CLIENT:
            abort(400)
        fits = asked.get("aud") == _iss() and asked.get("code_challenge_method") == "S256"
        if launched is None or not fits:
            return redirect(f"{back}?{urlencode({'error': 'invalid_request', 'state': asked.get('state', '')})}", 303)
        code = codes.give(**launched, back=back, challenge=asked.get("code_challenge", ""))
        return redirect(f"{back}?{urlencode({'code': code, 'state': asked.get('state', '')})}", 303)

    @made.post("/epd/token")
    def token() -> tuple[Response, int]:
        form = request.form
        given = codes.take(form.get("code", ""))
        shown = urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if given is None or (given["back"], given["challenge"]) != (form.get("redirect_uri"), shown):
            return jsonify(error="invalid_grant"), 400
        word = tokens.give(patient=given["patient"])
        return jsonify(access_token=word, token_type="bearer", expires_in=60, patient=given["patient"]), 200

    @made.get("/epd/Patient/<code>")
    def patient(code: str) -> tuple[Response, int]:
        given = tokens.take(request.headers.get("Authorization", "").removeprefix("Bearer "))
        return (jsonify(_patient(config, code)), 200) if given == {"patient": code} else (jsonify({}), 401)

    @made.get("/epd/.well-known/smart-configuration")
    def offer() -> Response:
        ways: dict[str, Any] = {"capabilities": ["launch-ehr", "client-public"], "code_challenge_methods_supported": ["S256"]}
        return jsonify(authorization_endpoint=f"{_iss()}/authorize", token_endpoint=f"{_iss()}/token", **ways)

    return made


def _iss() -> str:
    """As the link of the demo has it, whatever this machine was called in the address."""
    return f"http://127.0.0.1:{request.environ['SERVER_PORT']}/epd"


def _patient(config: Config, code: str) -> Node:
    case = next(one for one in own_cases(config) if one.code == code)
    sheaf = Sheaf(UUID(int=0), config.fhir_version)
    people.patient(sheaf, referral(case, today=datetime.now(ZONE).date()).patient, gp={})
    return sheaf.resources[0][1] | {"id": code}
