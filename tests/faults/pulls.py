"""A hospital whose server tells what it likes, and notices that send us there: how a fetch is provoked, and what came of it."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from sqlalchemy import select

from integrations.fhir.entries.task import BSN
from mdo_portal import reception, wiring
from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.hospital import Channel, Level
from mdo_portal.domain.identifiers import passes_eleven_test
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.link import Link
from mdo_portal.domain.pull import Pull, PullState
from mdo_portal.exchange import Wire
from mdo_portal.services.links import hospitals
from tests.faults.house import House

Node = dict[str, Any]
FHIR = {"Content-Type": "application/fhir+json"}
SECONDS = 2.0
"""What the link waits for an answer."""


class Told(NamedTuple):
    """What the server says: status, headers, and the body in pieces, which may be endless."""

    status: int = 200
    headers: Mapping[str, str] = {}
    pieces: Iterable[bytes] = ()


def said(tree: Node) -> Told:
    body = json.dumps(tree).encode()
    return Told(200, FHIR | {"Content-Length": str(len(body))}, [body])


Page = Node | Callable[[int], Node | Told]
"""A resource, or what is said the first, second … time."""


@dataclass
class Server:
    """A FHIR server as a table of paths below /fhir, and a token address. Remembers what it was asked."""

    pages: dict[str, Page] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)  #: Authorization of every request
    written: int = 0  #: bytes of bodies that went on the wire
    token: Callable[[], Told] = lambda: said({"access_token": "t0ken", "token_type": "bearer", "expires_in": 300})
    _times: dict[str, int] = field(default_factory=dict)

    def answer(self, method: str, path: str) -> Told:
        self.asked.append(f"{method} {path}")
        if path == "/fhir/token":
            return self.token()
        page = self.pages.get(path.removeprefix("/fhir/"))
        if page is None:
            return Told(404, {"Content-Length": "0"})
        self._times[path] = self._times.get(path, 0) + 1
        found = page(self._times[path]) if callable(page) else page
        return found if isinstance(found, Told) else said(found)


def handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.tokens.add(self.headers.get("Authorization", ""))
            told = server.answer(self.command, self.path)
            self.send_response(told.status)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for piece in told.pieces:
                    self.wfile.write(piece)
                    server.written += len(piece)
            except OSError:
                return  # the other side had enough

        do_GET = do_POST = do_PUT = _do

        def log_message(self, *_: object) -> None:
            return

    return Handler


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_port = True  # beside whoever listens at every address (addresses.py)


class Open:
    """The server's door, open from the moment it is made. `certificate` makes it https."""

    def __init__(self, server: Server, at: tuple[str, int] = ("127.0.0.1", 0), *, certificate: str = "") -> None:
        self._http = _Http(at, handler(server))
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True, do_handshake_on_connect=False)
        self.port = int(self._http.server_address[1])
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


# What is fetched


def searchset(*resources: Node, further: str = "") -> Node:
    links = [{"relation": "next", "url": further}] if further else []
    return {"resourceType": "Bundle", "type": "searchset", "link": links, "entry": [{"resource": one} for one in resources]}


def patient(n: str, *, bsn: str, family: str = "van Voorbeeld", born: str = "1960-01-01", number: str = "") -> Node:
    ids = [{"system": "urn:oid:2.25.1", "value": number or f"P{n}"}, *([{"system": BSN[0], "value": bsn}] if bsn else [])]
    return {"resourceType": "Patient", "id": f"p-{n}", "identifier": ids, "name": [{"family": family}], "birthDate": born}


def condition(n: str, text: str = "") -> Node:
    return {
        "resourceType": "Condition",
        "id": f"c-{n}",
        "code": {"text": text or f"Diagnose {n}"},
        "subject": {"reference": f"Patient/p-{n}"},
    }


def pages(n: str, *, bsn: str, **over: Page) -> dict[str, Page]:
    """All that lies ready for notice `n`: task, referral, patient, conditions. `over`: by the names `task`, `referral`, …"""
    queries = [f"Patient?_id=p-{n}", f"Condition?code={n}"]
    task = {
        "resourceType": "Task", "id": f"w-{n}", "status": "requested", "intent": "order", "focus": {"reference": f"ReferralRequest/r-{n}"},
        "input": [{"type": {"text": "q"}, "valueString": query} for query in queries],
    }  # fmt: skip
    referral = {
        "resourceType": "ReferralRequest", "id": f"r-{n}", "status": "active", "intent": "order", "identifier": [{"value": f"MERW-{n}"}],
        "subject": {"reference": f"Patient/p-{n}"}, "type": {"coding": [{"system": "http://snomed.info/sct", "code": "384682003"}]},
    }  # fmt: skip
    fixed: dict[str, Page] = {
        f"Task/w-{n}": task,
        f"ReferralRequest/r-{n}": referral,
        queries[0]: searchset(patient(n, bsn=bsn)),
        queries[1]: searchset(condition(n)),
    }
    names = dict(zip(("task", "referral", "patient", "conditions"), fixed, strict=True))
    return fixed | {names.get(name, name): page for name, page in over.items()}


def notice(n: str, *, bsn: str, workflow: str = "", fetches: Iterable[str] = ()) -> bytes:
    """The notification Task, as the hospital hands it in."""
    inputs: list[Node] = [{"type": {"coding": [{"code": "authorization-base"}]}, "valueString": f"base-{n}"}]
    inputs += [{"type": {"coding": [{"code": "read-available-resource"}]}, "valueString": one} for one in fetches]
    task: Node = {
        "resourceType": "Task", "status": "requested", "intent": "proposal", "identifier": [{"value": f"n-{n}"}],
        "basedOn": [{"reference": workflow or f"Task/w-{n}"}], "for": {"identifier": {"system": BSN[0], "value": bsn}} if bsn else {"display": "?"},
        "requester": {"agent": {"display": "EPD"}}, "input": inputs,
    }  # fmt: skip
    return json.dumps(task).encode()


# Provoking it, and what came of it


def linked(database: Database, house: House, url: str, **over: Any) -> None:
    """From now on DELT is a hospital that lays data ready at that address."""
    with database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == house.region.hospitals["DELT"])).one()
        link.level, link.channel_out, link.profile_in, link.profile_out = Level.PULL, Channel.FHIR, "generic-stu3", "generic-stu3"
        values = {
            "url_out": url, "token_url_out": f"{url}/token", "client_id_out": "mdo", "scopes_out": "system/*.read",
            "inside_networks": ["127.0.0.0/8"], "timeout_seconds": SECONDS,
        }  # fmt: skip
        for name, value in (values | over).items():
            setattr(link, name, value)


def hand_in(database: Database, raws: Iterable[bytes]) -> None:
    """The notices, as the FHIR door keeps them."""
    reader, now = wiring.readers()[Wire.FHIR], datetime.now(UTC)
    with database.transaction() as session:
        link = next(row for row in hospitals.links(session) if row.hospital_code == "DELT")
    reception.keep(database, [reception.sort(raw, wire=Wire.FHIR, reader=reader, links=[], link=link, now=now) for raw in raws])


def outcomes(
    database: Database, numbers: Iterable[str], *, seconds: float, tries: Mapping[str, int] | None = None
) -> dict[str, tuple[str, str]]:
    """Notice -> (state, reason), when each is settled, or was tried so often (once) and waits to be tried again."""
    wanted, until = list(numbers), time.monotonic() + seconds
    least = dict.fromkeys(wanted, 1) | dict(tries or {})
    while True:
        with database.transaction() as session:
            found = {one.number.removeprefix("n-"): one for one in session.scalars(select(Pull))}
            kept = session.scalar(select(InboundMessage.id).where(InboundMessage.state == "kept").limit(1))
        done = [
            n
            for n in wanted
            if n in found and (found[n].state is not PullState.WAITING or (found[n].reason and found[n].attempts >= least[n]))
        ]
        if (len(done) == len(wanted) and kept is None) or time.monotonic() > until:
            return {n: (found[n].state.value, found[n].reason) if n in found else ("never came", "") for n in wanted}
        time.sleep(0.1)


def facts_of(database: Database) -> dict[str, set[str]]:
    """Referral number of every fetched case -> the texts of its facts."""
    with database.transaction() as session:
        query = select(Case.referral_number, CaseFact.text).join(CaseFact, CaseFact.case_id == Case.id, isouter=True)
        found: dict[str, set[str]] = {}
        for number, text in session.execute(query.where(Case.referral_number.like("MERW-%"))):
            found.setdefault(number.removeprefix("MERW-"), set()).add(text or "")
    return found


def bsn_of(n: int) -> str:
    """The n-th BSN of the test range, or one near it: of eleven numbers in a row at most two pass."""
    return next(one for digits in range(11 * n, 1_000_000) if passes_eleven_test(one := f"999{digits:06d}"))
