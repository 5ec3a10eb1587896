"""SMART App Launch, EHR launch: from the launch token an EPD gave to the patient it had on the screen.

Rules. Only addresses that the link names are asked or are what a browser is sent to; what the server says of itself at that moment is
not read, so it cannot send us elsewhere. PKCE always. Nothing is kept: the token that was had is for this one patient, and forgotten.
Who the person is says the portal's own session: no ID token is asked for, and none would be believed.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # type: ignore[import-untyped]
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

from integrations.fhir.entries.cautions import has_second_bsn
from integrations.fhir.entries.people import patient_identity
from integrations.fhir.server.door import JSON
from integrations.fhir.text.json_gate import load
from integrations.fhir.text.profile import load_profile
from integrations.fhir.text.values import Node, text
from integrations.out import NoReply, Reach, Reply, exchange
from integrations.smart.client import BEARER, Tokens, bearer_of
from mdo_portal.exchange import Address, LaunchAttempt, Launched, LaunchOffer, LaunchServer, NotLaunched, Unreadable

SECONDS = 15.0
"""For token and patient together: somebody waits for the page."""
MOST_TOKEN, MOST_PATIENT, MOST_OFFER = 64_000, 512_000, 256_000
LONGEST_CODE = 4_096
SCOPES = {"R4": "launch patient/Patient.rs", "STU3": "launch patient/Patient.read"}
"""What we ask for where nothing else was agreed: the patient on the screen, and no more (SMART 2 says `.rs`, SMART 1 `.read`)."""
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
"""FHIR's id: nothing that could lead to another place below the server."""
_FORM = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}


class EhrLauncher:
    """exchange.Launcher. `tokens` signs for links whose EPD knows us by our key."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def start(self, server: LaunchServer, *, launch: str, back_to: str) -> tuple[str, LaunchAttempt]:
        attempt = LaunchAttempt(secrets.token_urlsafe(32), secrets.token_urlsafe(48))
        asked = {
            "launch": launch, "aud": server.iss,
            "code_challenge": create_s256_code_challenge(attempt.verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        address = server.address
        scopes = address.scopes or SCOPES[load_profile(address.profile).version]
        url = prepare_grant_uri(server.authorize_url, address.client_id, "code", back_to, scopes, attempt.state, **asked)
        return str(url), attempt

    def finish(self, server: LaunchServer, attempt: LaunchAttempt, answer: Mapping[str, str], *, back_to: str) -> Launched:
        until = time.monotonic() + min(SECONDS, server.address.timeout_seconds)
        told = self._exchanged(server, _code(answer, attempt), attempt.verifier, back_to, until)
        token, number = bearer_of(told), told.get("patient")
        if not token:
            raise NotLaunched("answer")
        if not isinstance(number, str) or not _ID.fullmatch(number):
            raise NotLaunched("no_patient")
        return _read(_patient(server.address, token, number, until), server.address.profile)

    def look(self, iss: str, address: Address) -> LaunchOffer:
        url = f"{iss.rstrip('/')}/.well-known/smart-configuration"
        told = _json(_asked("GET", url, iss, address, {"Accept": "application/json"}, limit=MOST_OFFER, seconds=SECONDS))
        return LaunchOffer(
            authorize_url=text(told.get("authorization_endpoint")),
            token_url=text(told.get("token_endpoint")),
            takes_pkce="S256" in _words(told, "code_challenge_methods_supported"),
            takes_launch="launch-ehr" in _words(told, "capabilities"),
        )

    def _exchanged(self, server: LaunchServer, code: str, verifier: str, back_to: str, until: float) -> Node:
        address = server.address
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": back_to, "code_verifier": verifier}
        form |= (
            {"client_assertion_type": BEARER, "client_assertion": self._tokens.assertion(address)}
            if server.signs
            else {"client_id": address.client_id}
        )
        content = urlencode(form).encode()
        return _json(
            _asked("POST", address.token_url, address.token_url, address, _FORM, content, limit=MOST_TOKEN, seconds=_left(until))
        )


def _code(answer: Mapping[str, str], attempt: LaunchAttempt) -> str:
    if not secrets.compare_digest(answer.get("state", "").encode(), attempt.state.encode()):
        raise NotLaunched("state", again=True)
    if "error" in answer:
        raise NotLaunched("cancelled" if answer["error"] == "access_denied" else "refused", again=True)
    code = answer.get("code", "")
    if not code or len(code) > LONGEST_CODE:
        raise NotLaunched("answer", again=True)
    return code


def _patient(address: Address, token: str, number: str, until: float) -> Node:
    url = f"{address.url.rstrip('/')}/Patient/{number}"
    shown = {"Accept": JSON, "Authorization": f"Bearer {token}"}
    found = _json(_asked("GET", url, address.url, address, shown, limit=MOST_PATIENT, seconds=_left(until)))
    if found.get("resourceType") != "Patient" or found.get("id") != number:
        raise NotLaunched("other_patient")
    return found


def _read(resource: Node, name: str) -> Launched:
    """What the FHIR reader would take of it. Of two BSNs that hold neither is taken: a person says which."""
    profile = load_profile(name)
    found, two = patient_identity(resource, profile), has_second_bsn(resource, profile)
    return Launched(replace(found, bsn="") if two else found, has_second_bsn=two)


def _asked(
    method: str, url: str, base: str, address: Address, headers: Mapping[str, str], content: bytes = b"",
    *, limit: int, seconds: float,
) -> Reply:  # fmt: skip
    """One request below one registered address; everything but 200 is no answer, a redirect too. Raises NotLaunched."""
    try:
        reply = exchange(
            method, url, reach=Reach((base,), address.inside), headers=headers, content=content, seconds=seconds, limit=limit,
            certificate=address.certificate, trust=address.trust,
        )  # fmt: skip
    except NoReply as silence:
        raise NotLaunched(_CODES.get(silence.code, "unreachable"), again=silence.code not in _CODES) from None
    if reply.status >= 500 or reply.status in (408, 429):
        raise NotLaunched("unreachable", again=True)
    if reply.status != 200:
        raise NotLaunched("refused", again=True)
    return reply


_CODES = {"address": "address", "certificate": "certificate", "too_large": "answer", "compressed": "answer"}


def _json(reply: Reply) -> Node:
    try:
        return load(reply.body)
    except Unreadable:
        raise NotLaunched("answer") from None


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise NotLaunched("unreachable", again=True)
    return left


def _words(told: Node, name: str) -> tuple[str, ...]:
    found = told.get(name)
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()
