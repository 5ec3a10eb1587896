"""A server that cannot tell us is asked: what is new is kept once, in order, and nothing is lost while it is away."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest
from sqlalchemy import select

from mdo_portal import polling, understanding, wiring
from mdo_portal.commands import hospital_fhir
from mdo_portal.commands.hospital_fhir import Agreed
from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.poll import Poll
from mdo_portal.errors import Incomplete
from mdo_portal.services.common.sealed import client_secret
from mdo_portal.services.inbox import polls
from mdo_portal.services.links.hospitals import hash_token
from tests.integrations.fhir.pull_house import Hospital, Node, bundle, hospital
from tests.people import Region
from tests.web.portal import app_on, signed_in

READERS = wiring.readers()
TOKEN = "token-of-deltamond"
T0 = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=2)
AWAY = (503, {}, b"")


@dataclass
class Asked:
    """One portal and one server that it asks; the clock goes on by itself, an hour a look."""

    database: Database
    there: Hospital
    link_id: uuid.UUID
    looks: int = 0

    def now(self) -> datetime:
        return T0 + timedelta(hours=self.looks)

    def look(self) -> None:
        self.looks += 1
        poller = wiring.outward(client_secret(self.database)).poller
        assert polling.poll_next(self.database, poller, clock=self.now)
        while understanding.understand(self.database, READERS, now=self.now()):
            pass

    def messages(self) -> list[InboundMessage]:
        with self.database.transaction() as session:
            query = select(InboundMessage).where(InboundMessage.kind == "Bundle/poll").order_by(InboundMessage.seq)
            return list(session.scalars(query))

    def numbers(self) -> list[str]:
        with self.database.transaction() as session:
            return sorted(session.scalars(select(Case.referral_number).where(Case.referral_number.like("VRAAG-%"))))

    def poll(self) -> Poll:
        with self.database.transaction() as session:
            return session.get_one(Poll, self.link_id)

    def searches(self) -> list[dict[str, str]]:
        return [dict(parse_qsl(path.partition("?")[2])) for _, path, _ in self.there.asked if path.startswith("ServiceRequest?")]


class Server(dict[str, Any]):
    """Pages of a FHIR server that searches: `ServiceRequest?…` finds what changed since then, two to a page."""

    def __init__(self) -> None:
        super().__init__()
        self.search: Any = None

    def lay(self, n: int, *, minutes: int, version: int = 1, **more: Any) -> None:
        at = (T0 + timedelta(minutes=minutes)).isoformat()
        self[f"Patient/p{n}"] = {
            "resourceType": "Patient", "id": f"p{n}", "birthDate": "1960-02-03",
            "identifier": [{"system": "urn:oid:2.25.1", "value": f"70{n}"}], "name": [{"family": f"Voorbeeld{n}", "given": ["A"]}],
        }  # fmt: skip
        self[f"ServiceRequest/r{n}"] = {
            "resourceType": "ServiceRequest", "id": f"r{n}", "meta": {"versionId": str(version), "lastUpdated": at}, "status": "active",
            "intent": "order", "identifier": [{"value": f"VRAAG-{n}"}], "subject": {"reference": f"Patient/p{n}"},
        } | more  # fmt: skip

    def get(self, key: str, default: Any = None) -> Any:
        if "ServiceRequest?" not in key or key.startswith("GET "):
            return super().get(key, default)
        if self.search is not None:
            return self.search
        asked = dict(parse_qsl(key.partition("?")[2]))
        since = datetime.fromisoformat(asked["_lastUpdated"].removeprefix("ge"))
        found = [
            one
            for name, one in self.items()
            if name.startswith("ServiceRequest/") and datetime.fromisoformat(one["meta"]["lastUpdated"]) >= since
        ]
        found.sort(key=lambda one: str(one["meta"]["lastUpdated"]))
        page = int(asked.get("page", 0))
        further = f"{key}&page={page + 1}" if not page and len(found) > 2 else ""
        return bundle(*(found[2:] if page else found[:2]), further=further)


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def asked(database: Database, region: Region, server: Server) -> Iterator[Asked]:
    with hospital(server) as there:
        with database.transaction() as session:
            link = session.execute(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).scalar_one()
            link.profile_in, link.token_in_hash, link.inside_networks = "generic-r4", hash_token(TOKEN), ["127.0.0.0/8"]
            link_id = link.id
        hospital_fhir.agree(
            database,
            "DELT",
            Agreed(url=f"{there.url}/fhir", profile_out="generic-r4", search="ServiceRequest?status=active", every=600),
        )
        with database.transaction() as session:
            poll = session.get_one(Poll, link_id)
            poll.since, poll.next_at = T0 - timedelta(days=1), T0
        yield Asked(database, there, link_id)


def test_what_is_new_becomes_a_case_and_is_taken_once(asked: Asked, server: Server) -> None:
    for n in (1, 2, 3):
        server.lay(n, minutes=n)
    asked.look()
    asked.look()

    assert asked.numbers() == ["VRAAG-1", "VRAAG-2", "VRAAG-3"]
    moments = [(T0 + timedelta(minutes=n)).isoformat() for n in (1, 2, 3)]
    assert [one.control_id for one in asked.messages()] == [
        f"poll ServiceRequest/r{n + 1} {at} 1" for n, at in enumerate(moments)
    ]
    assert all(one.state is InboundState.UNDERSTOOD for one in asked.messages())
    assert asked.searches()[0]["status"] == "active"
    poll = asked.poll()
    assert (poll.since, poll.looked_at, poll.reason, poll.attempts) == (T0 + timedelta(minutes=3), asked.now(), "", 0)


@pytest.mark.parametrize("version", [2, 1], ids=["another version", "a server that numbers no versions"])
def test_a_newer_version_is_a_newer_message_of_the_same_case(asked: Asked, server: Server, version: int) -> None:
    server.lay(1, minutes=1)
    asked.look()
    server.lay(1, minutes=50, version=version, priority="urgent")
    asked.look()

    first, second = asked.messages()
    assert asked.numbers() == ["VRAAG-1"] and first.case_id == second.case_id and second.control_id.endswith(f" {version}")


def test_nothing_is_lost_while_the_server_is_away(asked: Asked, server: Server) -> None:
    server.lay(1, minutes=1)
    server.lay(2, minutes=2)
    server["Patient/p2"], was = AWAY, server["Patient/p2"]
    asked.look()
    assert asked.numbers() == ["VRAAG-1"] and asked.poll().reason == "unreachable"
    server.search = AWAY
    asked.look()
    server.lay(3, minutes=3)
    server.search, server["Patient/p2"] = None, was
    asked.look()

    assert asked.numbers() == ["VRAAG-1", "VRAAG-2", "VRAAG-3"] and asked.poll().reason == ""


def test_one_referral_that_cannot_be_had_stands_for_a_person_and_the_others_go_on(asked: Asked, server: Server) -> None:
    server.lay(1, minutes=1, supportingInfo=[{"reference": "Observation/gone"}])
    server.lay(2, minutes=2)
    asked.look()

    refused, fine = asked.messages()
    assert (refused.state, refused.reason, refused.place) == (InboundState.UNREADABLE, "not_polled", "refused")
    assert fine.state is InboundState.UNDERSTOOD and asked.numbers() == ["VRAAG-2"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), "refused"),
        ((200, {}, b"<html>"), "answer"),
        (bundle({"resourceType": "ServiceRequest", "id": "r1"}), "answer"),
        (bundle(further="https://elsewhere.example/fhir?page=2"), "address"),
        ((401, {}, b""), "token"),
    ],
    ids=["sent elsewhere", "no FHIR", "without a moment", "further elsewhere", "no access"],
)
def test_an_odd_answer_is_said_on_the_link_and_asked_again(
    asked: Asked, server: Server, region: Region, answer: Node, reason: str
) -> None:
    server.search = answer
    asked.look()

    poll = asked.poll()
    assert poll.reason == reason and not asked.messages() and poll.next_at <= asked.now() + timedelta(minutes=16)
    with app_on(asked.database) as app:
        page = signed_in(app, asked.database, region, "Ada").get(f"/links/{region.hospitals['DELT']}").text
    assert "Opvragen wat nieuw is" in page and poll.sentence in page and "elke 10 minuten" in page


def test_a_notice_of_the_server_is_only_a_reason_to_ask_at_once(asked: Asked, server: Server) -> None:
    asked.look()
    server.lay(1, minutes=5)
    assert asked.poll().next_at > asked.now() + timedelta(minutes=5)
    with app_on(asked.database) as app:
        client = app.test_client()
        assert client.post("/fhir/Subscription/notice").status_code == 401
        told = client.post("/fhir/Subscription/notice", headers={"Authorization": f"Bearer {TOKEN}"}, json={"any": "thing"})
    assert told.status_code == 204 and asked.poll().next_at <= datetime.now(UTC)
    asked.look()
    assert asked.numbers() == ["VRAAG-1"]


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_a_server_that_sends_the_resource_along_is_heard_and_what_it_sends_is_not_read(asked: Asked, method: str) -> None:
    asked.look()
    with app_on(asked.database) as app:
        path, body = "/fhir/Subscription/notice/ServiceRequest/7", {"resourceType": "ServiceRequest", "id": "7"}
        assert app.test_client().open(path, method=method, json=body).status_code == 401
        told = app.test_client().open(path, method=method, json=body, headers={"Authorization": f"Bearer {TOKEN}"})
    assert told.status_code == 204 and asked.poll().next_at <= datetime.now(UTC)
    assert asked.messages() == []


def test_it_is_asked_as_often_as_registered_and_no_oftener(asked: Asked) -> None:
    hospital_fhir.agree(asked.database, "DELT", Agreed(search="ServiceRequest?status=active", every=7_200))
    asked.looks = 3
    asked.look()
    assert asked.poll().next_at == asked.now() + timedelta(hours=2)


def test_what_the_server_tells_while_it_is_asked_is_asked_for_afterwards(asked: Asked) -> None:
    with asked.database.transaction() as session:
        claimed = polls.claim(session, now=asked.now())
        assert claimed is not None
    with asked.database.transaction() as session:
        assert polls.noticed(session, asked.link_id, now=asked.now())
    with asked.database.transaction() as session:
        polls.looked(session, claimed, now=asked.now())
    assert asked.poll().next_at == asked.now()


def test_asking_ends_when_the_administrator_says_so(asked: Asked) -> None:
    hospital_fhir.agree(asked.database, "DELT", Agreed(search=""))
    poller = wiring.outward(client_secret(asked.database)).poller
    assert not polling.poll_next(asked.database, poller, clock=asked.now)
    with app_on(asked.database) as app:
        told = app.test_client().post("/fhir/Subscription/notice", headers={"Authorization": f"Bearer {TOKEN}"})
    assert told.status_code == 404


@pytest.mark.parametrize(
    "query",
    ["Patient?name=a", "ServiceRequest?_lastUpdated=ge2020", "ServiceRequest?subject.identifier=1", "ServiceRequest/7", "https://x/ServiceRequest", "ServiceRequest?_count=9"],
)  # fmt: skip
def test_only_a_search_for_referrals_can_be_registered(asked: Asked, query: str) -> None:
    with pytest.raises(Incomplete):
        hospital_fhir.agree(asked.database, "DELT", Agreed(search=query))
    assert re.fullmatch(r"ServiceRequest\?status=active", asked.poll().query)


def test_a_clock_of_theirs_that_is_ahead_hides_nothing(asked: Asked, server: Server) -> None:
    server.lay(1, minutes=60 * 24 * 3650)
    asked.look()
    server.lay(2, minutes=200)
    asked.look()

    assert asked.numbers() == ["VRAAG-1", "VRAAG-2"]


def test_what_changed_at_one_moment_is_all_found_look_by_look(
    asked: Asked, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A migration over there touches all at once: the first of them were found at every look, and the others never."""
    monkeypatch.setattr(polls, "MOST", 2)
    for n in range(1, 6):
        server.lay(n, minutes=10)
    for _ in range(3):
        asked.look()

    assert asked.numbers() == [f"VRAAG-{n}" for n in range(1, 6)]


def test_a_long_version_is_known_again(asked: Asked, server: Server) -> None:
    server.lay(1, minutes=1)
    server["ServiceRequest/r1"]["meta"]["versionId"] = "v" * 300
    asked.look()
    asked.look()

    assert [one.doubles for one in asked.messages()] == [0]
