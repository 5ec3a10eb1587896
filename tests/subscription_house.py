"""An invented hospital's server that keeps Subscriptions over a real socket, and can be told to do everything wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Node = dict[str, Any]
Said = tuple[int, dict[str, str], bytes]
FHIR = {"Content-Type": "application/fhir+json"}


def capabilities(version: str = "4.0.1", *, resource: Node | None = None) -> Node:
    known = {
        "type": "Subscription",
        "interaction": [{"code": code} for code in ("create", "read", "update", "delete", "search-type")],
    }
    resources = [{"type": "ServiceRequest"}, *([known if resource is None else resource] if resource != {} else [])]
    return {"resourceType": "CapabilityStatement", "fhirVersion": version, "rest": [{"mode": "server", "resource": resources}]}


@dataclass
class Server:
    """Subscriptions by their id. `says`: method -> what is answered instead, once for each. `drops`: methods whose answer is lost."""

    kept: dict[str, Node] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # method and path, without `metadata`
    headers: list[dict[str, str]] = field(default_factory=list)
    says: dict[str, list[Said]] = field(default_factory=dict)
    drops: set[str] = field(default_factory=set)
    capable: Node = field(default_factory=capabilities)
    activates: str = "active"  # what it makes of `requested`
    heeds_conditions: bool = True
    searches: bool = True  # by the address; else it gives all of them
    gives_back: bool = True
    longest: str = ""  # the end it grants, whatever was asked
    laid: dict[str, Node] = field(default_factory=dict)  # what is new there, by its address
    made: int = 0
    url: str = ""

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Said:
        if path == "metadata":
            return self._said("metadata") or (200, FHIR, json.dumps(self.capable).encode())
        self.asked.append(f"{method} {path.partition('?')[0]}")
        self.headers.append(headers)
        return self._said(method) or self._done(method, path, headers, body)

    def _said(self, method: str) -> Said | None:
        waiting = self.says.get(method, [])
        return waiting.pop(0) if waiting else None

    def _done(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Said:
        kind, _, rest = path.partition("/")
        number, query = rest, parse_qs(urlsplit(path).query)
        if path in self.laid:
            return 200, FHIR, json.dumps(self.laid[path]).encode()
        if not kind.startswith("Subscription"):
            new = [{"resource": one} for one in self.laid.values() if path.startswith(f"{one['resourceType']}?")]
            return 200, FHIR, json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": new}).encode()
        if method == "GET" and not number:
            return self._found(query.get("url", [""])[0])
        if method == "POST":
            return self._create(headers, json.loads(body))
        if method == "PUT":
            return self._write(number, json.loads(body), 200)
        if number not in self.kept:
            return 404, {}, b""
        if method == "DELETE":
            del self.kept[number]
            return 204, {}, b""
        return 200, FHIR, json.dumps(self.kept[number]).encode()

    def _found(self, endpoint: str) -> Said:
        found = [one for one in self.kept.values() if not self.searches or one["channel"]["endpoint"] == endpoint]
        entries = [{"resource": one} for one in found]
        return 200, FHIR, json.dumps({"resourceType": "Bundle", "type": "searchset", "entry": entries}).encode()

    def _create(self, headers: dict[str, str], tree: Node) -> Said:
        condition = parse_qs(headers.get("if-none-exist", "")).get("url", [""])[0]
        there = [number for number, one in self.kept.items() if one["channel"]["endpoint"] == condition]
        if self.heeds_conditions and there:
            return 200, {"Location": f"{self.url}/fhir/Subscription/{there[0]}"}, b""
        self.made += 1
        return self._write(f"s{self.made}", tree, 201)

    def _write(self, number: str, tree: Node, status: int) -> Said:
        state = self.activates if tree["status"] == "requested" else tree["status"]
        self.kept[number] = tree | {"id": number, "status": state} | ({"end": self.longest} if self.longest else {})
        body = json.dumps(self.kept[number]).encode() if self.gives_back else b""
        return status, FHIR | {"Location": f"{self.url}/fhir/Subscription/{number}/_history/1"}, body

    @property
    def only(self) -> Node:
        (one,) = self.kept.values()
        return one


@contextmanager
def subscriptions_at() -> Iterator[Server]:
    made = Server()

    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more, answer = made.answer(self.command, self.path.removeprefix("/fhir/"), headers, body)
            if self.command in made.drops:
                made.drops.discard(self.command)
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = _do

        def log_message(self, *_: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        made.url = f"http://127.0.0.1:{running.server_address[1]}"
        yield made
        running.shutdown()
