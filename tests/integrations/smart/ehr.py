"""An invented EPD on loopback that opens us: authorization server, token endpoint and FHIR server, over real HTTP.

It keeps its own side of the bargain: a code is good once, for the client, door and PKCE challenge it was given for, and a token for one
patient. `odd` makes it say something else.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet

Node = dict[str, Any]
CLIENT = "mdo-portaal"
LAUNCH = "xyz-123"
LOCAL, BSN = "urn:oid:2.16.840.1.113883.2.4.99", "http://fhir.nl/fhir/NamingSystem/bsn"


def patient(number: str = "4711", *, bsn: str = "", family: str = "van Voorbeeld", born: str = "1958-12-04", **more: Any) -> Node:
    numbers = [{"system": LOCAL, "value": number}] * bool(number) + [{"system": BSN, "value": bsn}] * bool(bsn)
    name = [{"use": "official", "family": family}]
    return {
        "resourceType": "Patient", "id": "p-1", "identifier": numbers, "name": name, "birthDate": born, "gender": "male"
    } | more  # fmt: skip


@dataclass
class Ehr:
    url: str
    patient: Node = field(default_factory=patient)
    #: in the token answer besides the token
    context: Node = field(default_factory=lambda: {"patient": "p-1"})
    #: an answer for a path, instead of the usual: (status, headers, body)
    odd: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    #: public keys (JWKS) of who must sign; empty = a public client
    keys: str = ""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)

    @property
    def iss(self) -> str:
        return f"{self.url}/fhir"

    def allowed(self, asked: dict[str, str]) -> str:
        """The browser is at the authorization server, and its person is signed in there: where it is sent back to."""
        right = asked.get("launch") == LAUNCH and asked.get("aud") == self.iss and asked.get("client_id") == CLIENT
        if not right or asked.get("code_challenge_method") != "S256" or asked.get("response_type") != "code":
            return f"{asked['redirect_uri']}?{urlencode({'error': 'invalid_request', 'state': asked['state']})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def exchanged(self, form: dict[str, str]) -> tuple[int, Node]:
        given = self.codes.pop(form.get("code", ""), {})
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=")
        fits = challenge.decode() == given.get("code_challenge") and form.get("redirect_uri") == given.get("redirect_uri")
        if not fits or not self._is_client(form):
            return 400, {"error": "invalid_grant"}
        token = secrets.token_urlsafe(16)
        self.tokens.add(token)
        return 200, {"access_token": token, "token_type": "bearer", "expires_in": 300} | self.context

    def _is_client(self, form: dict[str, str]) -> bool:
        if not self.keys:
            return form.get("client_id") == CLIENT and "client_assertion" not in form
        if "client_assertion" not in form:
            return False
        claims = jwt.decode(
            form["client_assertion"], KeySet.import_key_set(json.loads(self.keys)), algorithms=["ES384"]
        ).claims  # fmt: skip
        return (claims["iss"], claims["sub"], claims["aud"]) == (CLIENT, CLIENT, f"{self.url}/token")


def _handler(ehr: Ehr) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            ehr.asked.append(self.path)
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                self._say(302, {"Location": ehr.allowed(asked)}, b"")
            elif parts.path == "/fhir/Patient/p-1":
                bearer = self.headers.get("Authorization", "").removeprefix("Bearer ")
                self._json(*((200, ehr.patient) if bearer in ehr.tokens else (401, {})))
            elif parts.path == "/fhir/.well-known/smart-configuration":
                self._json(200, offer(ehr.url))
            else:
                self._json(404, {})

        def do_POST(self) -> None:
            ehr.asked.append(self.path)
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            self._json(*ehr.exchanged({name: values[0] for name, values in form.items()}))

        def _json(self, status: int, body: Node) -> None:
            self._say(status, {"Content-Type": "application/json"}, json.dumps(body).encode())

        def _say(self, status: int, headers: dict[str, str], body: bytes) -> None:
            status, headers, body = ehr.odd.get(urlsplit(self.path).path, (status, headers, body))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def offer(url: str) -> Node:
    return {
        "authorization_endpoint": f"{url}/authorize", "token_endpoint": f"{url}/token",
        "code_challenge_methods_supported": ["S256"], "capabilities": ["launch-ehr", "client-public"],
    }  # fmt: skip


def sent_back(url: str) -> str:
    """A browser goes there, and its person is let through: where it is sent next."""
    parts = urlsplit(url)
    line = HTTPConnection(parts.netloc, timeout=10)
    line.request("GET", f"{parts.path}?{parts.query}")
    location = line.getresponse().headers["Location"]
    line.close()
    return str(location)


@contextmanager
def serving() -> Iterator[Ehr]:
    ehr = Ehr("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(ehr))
    ehr.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()
    try:
        yield ehr
    finally:
        server.shutdown()
        server.server_close()
