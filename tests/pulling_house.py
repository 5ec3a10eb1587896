"""A portal and a hospital that lays data ready and tells so, talking to each other over real sockets."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.serving import make_server

from integrations.simulator import outbox
from integrations.simulator.process import Running
from mdo_portal import pulling, understanding, wiring, wiring_region
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel, Level
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.link import Link
from mdo_portal.domain.pull import Pull
from mdo_portal.exchange import Puller
from mdo_portal.services.common.sealed import client_secret
from mdo_portal.services.links.hospitals import hash_token
from tests.integrations.simulator.make import TOKEN, hospital
from tests.people import Region
from tests.web.portal import app_on

READERS = wiring.readers()
CASE = "MERW"


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    app.config["SERVER_NAME"] = None
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()


@dataclass(frozen=True)
class Places:
    """A portal and a hospital that talk to each other over real sockets."""

    database: Database
    merwe: Running
    hospital_id: uuid.UUID
    link_id: uuid.UUID
    puller: Puller

    def send(self, code: str = "") -> None:
        """The hospital lays a case ready, and we wait until its notice is kept."""
        before = len(self.messages("Task"))
        outbox.ask(self.merwe.store, [code or first_case()])
        assert self.merwe.courier
        self.merwe.courier.wake()
        until(lambda: len(self.messages("Task")) > before)

    def messages(self, kind: str) -> list[InboundMessage]:
        with self.database.transaction() as session:
            return list(session.scalars(select(InboundMessage).where(InboundMessage.kind == kind).order_by(InboundMessage.seq)))

    def understand(self) -> None:
        while understanding.understand(self.database, READERS, now=now()):
            pass

    def pull(self) -> None:
        while pulling.pull_next(self.database, self.puller, clock=now):
            pass

    def work(self) -> None:
        self.understand()
        self.pull()
        self.understand()

    def pulls(self) -> list[Pull]:
        with self.database.transaction() as session:
            return list(session.scalars(select(Pull).order_by(Pull.created_at)))


def first_case() -> str:
    return next(one.code for one in wiring_region.invented_region().cases if one.hospital == CASE)


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def places(database: Database, region: Region, tmp_path: Path) -> Iterator[Places]:
    with app_on(database) as app, served(app) as portal:
        object.__setattr__(app.extensions["mdo_settings"], "public_url", portal)
        with hospital(CASE, tmp_path, notified_pull=True, portal_fhir=f"{portal}/fhir", answer_seconds=10.0) as merwe:
            link_id = _linked(database, region, merwe)
            puller = wiring.outward(client_secret(database)).puller
            yield Places(database, merwe, region.hospitals["DELT"], link_id, puller)


def _linked(database: Database, region: Region, merwe: Running) -> uuid.UUID:
    with database.transaction() as session:
        link = session.execute(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).scalar_one()
        link.level, link.channel_out, link.profile_in, link.profile_out = Level.PULL, Channel.FHIR, "generic-stu3", "generic-stu3"
        link.url_out, link.token_url_out = f"{merwe.url}/fhir", f"{merwe.url}/fhir/token"
        link.client_id_out, link.scopes_out, link.inside_networks = "mdo-portaal", "system/*.read", ["127.0.0.0/8"]
        link.token_in_hash, link.timeout_seconds = hash_token(TOKEN), 30.0
        return link.id
