"""A provider on loopback that says and signs whatever a test wants: metadata, keys and a token endpoint, over real HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from integrations.oidc.provider import Refused
from tests.integrations.oidc import mint

RSA, OTHER_RSA, EC = mint.rsa_key(), mint.rsa_key(), mint.ec_key()


@dataclass
class Idp:
    """What it serves, and what it was asked."""

    url: str
    metadata: dict[str, Any] = field(default_factory=dict)
    keys: list[dict[str, Any]] = field(default_factory=list)
    answer: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    #: an answer for a path, instead of the usual: (status, headers, body)
    odd: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    posted: list[tuple[dict[str, str], dict[str, list[str]]]] = field(default_factory=list)

    def of(self, path: str) -> dict[str, Any]:
        known = {"/.well-known/openid-configuration": self.metadata, "/jwks": {"keys": self.keys}, "/token": self.answer}
        return {**known, "/userinfo": self.userinfo}[path]


def _handler(idp: Idp) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            idp.asked.append(self.path)
            usual = (200, {"Content-Type": "application/json"}, json.dumps(idp.of(self.path)).encode())
            status, headers, body = idp.odd.get(self.path, usual)
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            idp.posted.append((dict(self.headers), form))
            self.do_GET()

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextmanager
def serving(keys: list[dict[str, Any]], **metadata: Any) -> Iterator[Idp]:
    idp = Idp("")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(idp))
    idp.url = f"http://127.0.0.1:{server.server_port}"
    idp.keys = keys
    idp.metadata = {
        "issuer": idp.url,
        "authorization_endpoint": f"{idp.url}/auth",
        "token_endpoint": f"{idp.url}/token",
        "jwks_uri": f"{idp.url}/jwks",
        "userinfo_endpoint": f"{idp.url}/userinfo",
        "id_token_signing_alg_values_supported": ["RS256"],
        **metadata,
    }
    threading.Thread(target=server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()
    try:
        yield idp
    finally:
        server.shutdown()
        server.server_close()


def refusal(call: Any) -> str:
    """Why this is refused."""
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code
