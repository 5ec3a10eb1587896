"""What goes on at the pages while something is wrong: a FHIR hospital hands in, and a person looks."""

from __future__ import annotations

import re
import threading
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from itertools import count

import httpx
from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from mdo_portal.database import Database
from mdo_portal.services.people import sessions
from tests import make, people
from tests.faults.webs import TOKEN
from tests.integrations.fhir.make import bundle, patient, request
from tests.people import Region


class Posts:
    """A FHIR hospital that hands in one message after another at the pages, and a person who looks at a page between them."""

    def __init__(self, port: int, cookie: str) -> None:
        self.statuses, self.seen, self.sentences = Counter[int](), Counter[int](), Counter[str]()
        self.stored: set[str] = set()
        self._portal, self._cookie, self._ended = f"http://127.0.0.1:{port}", cookie, threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._ended.set()
        self._thread.join(60)

    def _run(self) -> None:
        with httpx.Client(trust_env=False, timeout=60) as client:
            for number in count(1):
                if self._ended.wait(0.1):
                    return
                with suppress(httpx.HTTPError):
                    self._hand_in(client, f"F{number}")
                    self._look(client)

    def _hand_in(self, client: httpx.Client, name: str) -> None:
        told = bundle(
            request(identifier=[{"value": name}]), patient(id="p", identifier=[{"system": "urn:oid:2.25.1", "value": name}])
        )
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/fhir+json"}
        status = client.post(f"{self._portal}/fhir", content=told, headers=headers).status_code
        self.statuses[status] += 1
        if status < 300:
            self.stored.add(name)

    def _look(self, client: httpx.Client) -> None:
        page = client.get(f"{self._portal}/worklist", headers={"Cookie": self._cookie})
        self.seen[page.status_code] += 1
        if page.status_code >= 500:
            self.sentences[" ".join(re.sub("<[^>]+>", " ", page.text.partition("<main")[2])[:400].split())[:160]] += 1


def cookie_of_somebody(database: Database, region: Region, secret: str) -> str:
    """Of somebody who signed in."""
    with database.transaction() as session:
        hospital = region.hospitals[people.PEOPLE["Aisha"][1]]
        key = sessions.start_session(session, people.person_id("Aisha"), hospital, proof=make.PROOF, now=datetime.now(UTC))
    app = Flask("cookie")
    app.secret_key = secret
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    return "mdo=" + str(signer.dumps({"_user_id": key, "_fresh": True, "csrf": f"token {key}"}))
