"""The portal keeps a Subscription at a hospital's server for as long as it is agreed, and leans on it only while it tells."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from mdo_portal import polling, subscribing, wiring
from mdo_portal.commands import hospital_fhir
from mdo_portal.commands.hospital_fhir import Agreed
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Database
from mdo_portal.domain.link import Link
from mdo_portal.domain.poll import Poll
from mdo_portal.domain.subscription import Subscription
from mdo_portal.exchange import Notice, StandingSubscription
from mdo_portal.services.common.sealed import client_secret
from mdo_portal.services.inbox import hearing, subscriptions
from mdo_portal.settings import Settings
from tests.copies import as_web
from tests.people import Region
from tests.subscription_house import Server, capabilities, subscriptions_at

T0 = datetime.now(UTC).replace(microsecond=0)
MINUTE, AGREED = timedelta(minutes=1), timedelta(seconds=300)
SEARCH = "ServiceRequest?category=mdo"
PORTAL = Settings(public_url="https://mdo.example")
EVENT, SIGN_OF_LIFE = Notice(wakes=True), Notice(wakes=False)


@dataclass
class House:
    """The portal's worker and a server; the clock goes on when a test says so."""

    database: Database
    worker: Database
    there: Server
    link_id: uuid.UUID
    at: datetime = T0

    def now(self) -> datetime:
        return self.at

    def look(self, after: timedelta = timedelta(0)) -> bool:
        self.at += after
        subscriber = wiring.outward(client_secret(self.worker), PORTAL).subscriber
        return subscribing.keep_next(self.worker, subscriber, clock=self.now)

    def ask(self) -> timedelta:
        """What is new; says after how long it is asked again."""
        poller = wiring.outward(client_secret(self.worker), PORTAL).poller
        with self.database.transaction() as session:
            session.execute(update(Poll).values(next_at=self.at))
        assert polling.poll_next(self.worker, poller, clock=self.now)
        return self.asked_after

    @property
    def asked_after(self) -> timedelta:
        with self.database.transaction() as session:
            return session.get_one(Poll, self.link_id).next_at - self.at

    @property
    def row(self) -> Subscription:
        with self.database.transaction() as session:
            return session.get_one(Subscription, self.link_id)

    @property
    def is_known(self) -> bool:
        with self.database.transaction() as session:
            return session.get(Subscription, self.link_id) is not None

    @property
    def secret(self) -> str:
        return str(self.there.only["channel"]["header"][0]).removeprefix("Authorization: Bearer ")

    def agree(self, **said: object) -> None:
        hospital_fhir.agree(self.database, "DELT", Agreed(**said))  # type: ignore[arg-type]

    def set(self, **values: object) -> None:
        with self.database.transaction() as session:
            session.execute(update(Subscription).values(**values))

    def hears(self, secret: str, notice: Notice) -> bool:
        """A web process, as anybody who is not signed in."""
        with as_web(self.database).transaction() as session:
            return hearing.hears(session, self.link_id, secret) and hearing.heard(session, self.link_id, secret, notice)


@pytest.fixture
def house(database: Database, region: Region) -> Iterator[House]:
    worker = Database(as_role(database.url, "mdo_work"), sealer=database.sealer)
    with subscriptions_at() as there:
        with database.transaction() as session:
            link = session.execute(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).scalar_one()
            link.profile_in, link.inside_networks = "generic-r4", ["127.0.0.0/8"]
            made = House(database, worker, there, link.id)
        made.agree(url=f"{there.url}/fhir", profile_out="generic-r4", search=SEARCH, every=300, subscribes=True)
        yield made
    worker.engine.dispose()


def test_one_is_made_kept_and_renewed_and_its_secret_lies_sealed(house: House) -> None:
    assert house.look() and not house.look()
    row, secret = house.row, house.secret
    assert (row.number, row.status, row.status_at, row.ends_at) == ("s1", "active", T0, T0 + subscriptions.LIFE)
    with house.database.transaction() as session:
        stored = session.execute(select(Subscription.secret_sealed, Subscription.secret_hash)).one()
    assert len(secret) > 40 and secret.encode() not in stored.secret_sealed and secret != stored.secret_hash
    assert house.ask() == hearing.BESIDE

    house.look(subscriptions.LOOK)
    house.look(subscriptions.LIFE / 2)
    assert house.there.asked.count("PUT Subscription/s1") == 1 and house.secret == secret
    assert house.row.ends_at == house.at + subscriptions.LIFE == datetime.fromisoformat(house.there.only["end"])
    house.there.only["status"] = "off"
    house.look(timedelta(days=30))
    assert house.row.status == "active" and house.row.ends_at == house.at + subscriptions.LIFE and house.there.made == 1


def test_a_worker_that_dies_in_between_or_settles_late_leaves_one(house: House) -> None:
    with house.worker.transaction() as session:
        slow = subscriptions.claim(session, now=house.now())
        with house.worker.transaction() as at_once:
            assert subscriptions.claim(at_once, now=house.now()) is None
    with house.worker.transaction() as session:
        assert subscriptions.claim(session, now=house.now()) is None
    assert slow and slow.wanted
    subscriber = wiring.outward(client_secret(house.worker), PORTAL).subscriber
    subscriber.keep(slow.wanted, slow.address, number="", writes=True)
    assert not house.look(MINUTE), "its lease holds, also for another search"
    house.look(subscriptions.LEASE)
    with house.worker.transaction() as session:
        subscriptions.stands(session, slow, StandingSubscription("other", "off", None, written=True), now=house.now())

    assert (house.row.number, house.row.status, house.there.made) == ("s1", "active", 1)


@pytest.mark.parametrize("said", [{"search": "ServiceRequest?category=tumor"}, {"topic": "https://epd.example/mdo"}], ids=str)
def test_another_search_or_topic_is_told_at_once_and_again_when_it_was_refused(house: House, said: dict[str, str]) -> None:
    house.look()
    house.there.says["PUT"] = [(422, {}, b"")]
    house.agree(**said)
    assert house.look() and not house.look()
    assert house.row.is_refused and house.ask() == AGREED
    house.look(subscriptions.REFUSED_AGAIN)
    assert [house.there.only["criteria"]] == list(said.values()) and house.row.reason == "" and house.there.made == 1


def test_where_there_is_none_its_server_is_asked_as_before_and_turned_off_nothing_is_left(house: House) -> None:
    house.there.capable = capabilities(resource={})
    house.look()
    assert house.row.reason == "none" and house.ask() == AGREED
    house.agree(subscribes=False)
    house.look()
    assert not house.is_known and house.there.asked == ["GET ServiceRequest"]


def test_one_that_begins_to_fail_is_leant_on_no_longer(house: House) -> None:
    house.look()
    assert house.ask() == hearing.BESIDE
    house.there.activates = house.there.only["status"] = "error"
    house.look(subscriptions.LOOK)
    assert (house.row.status, house.asked_after) == ("error", AGREED)
    house.there.activates = "active"
    house.look(subscriptions.LOOK)
    assert house.ask() == hearing.BESIDE
    house.there.says["GET"] = [(503, {}, b"")]
    house.look(subscriptions.LOOK)
    assert (house.row.reason, house.asked_after) == ("unreachable", AGREED)


def test_turned_off_it_is_taken_away_also_when_the_answer_of_making_it_was_lost(house: House) -> None:
    house.there.drops = {"POST"}
    house.look()
    assert house.row.reason == "unreachable" and len(house.there.kept) == 1
    house.agree(search="")
    assert house.look() and (house.there.kept, house.is_known) == ({}, False)


def test_a_server_that_is_away_is_asked_to_let_it_go_until_it_ended_by_itself(house: House) -> None:
    house.look()
    secret = house.secret
    house.agree(subscribes=False)
    house.there.says["GET"] = [(503, {}, b"")] * 9
    house.look()
    assert house.row.is_leaving and house.row.reason == "unreachable" and not house.hears(secret, EVENT)
    house.look(timedelta(hours=1))
    assert house.is_known
    house.look(subscriptions.LIFE)
    assert not house.is_known


def test_at_another_address_it_is_made_anew_with_another_secret_and_the_old_server_is_not_called(house: House) -> None:
    house.look()
    old = house.secret
    with subscriptions_at() as other:
        house.agree(url=f"{other.url}/fhir")
        house.look()
        house.there, first = other, house.there
        assert house.secret != old and house.row.number == "s1"
    assert "DELETE" not in str(first.asked) and not house.hears(old, EVENT)


def test_a_secret_that_opens_no_more_is_replaced_and_one_that_breaks_holds_up_nobody(house: House) -> None:
    class Breaks:
        def keep(self, *_: object, **__: object) -> StandingSubscription:
            raise ZeroDivisionError

        def take_away(self, *_: object, **__: object) -> None:
            raise ZeroDivisionError

    house.look()
    old = house.secret
    house.set(secret_sealed=b"nobody can open this")
    house.at += subscriptions.LOOK
    assert subscribing.keep_next(house.worker, Breaks(), clock=house.now) and house.row.reason == "answer"
    house.look(timedelta(hours=1))
    assert house.secret != old and house.there.made == 1 and house.hears(house.secret, EVENT) and not house.hears(old, EVENT)


def test_a_notice_wakes_the_asking_a_sign_of_life_only_when_events_were_missed(house: House) -> None:
    house.look()
    secret = house.secret

    def woken(notice: Notice) -> bool:
        with house.database.transaction() as session:
            session.execute(update(Poll).values(next_at=T0 + timedelta(days=1)))
        said = house.hears(secret, notice)
        assert said == (house.asked_after < timedelta(hours=1))
        return said

    assert [woken(one) for one in (EVENT, Notice(False, 0), Notice(False, 0), SIGN_OF_LIFE)] == [True, False, False, False]
    assert [woken(one) for one in (Notice(False, 2), Notice(False, 2), Notice(True, 3), Notice(False, 3))] == [
        True,
        False,
        True,
        False,
    ]
    assert woken(Notice(False, 0)), "a server that counts anew has lost its place"
    assert house.row.noticed_at and house.row.events == 0
    assert not house.hears("x", EVENT) and not house.hears("", EVENT)


def test_what_is_new_without_a_notice_says_that_none_arrive_until_one_does(house: House) -> None:
    def lay(number: int) -> None:
        meta, subject = {"lastUpdated": house.at.isoformat()}, {"reference": "Patient/p"}
        house.there.laid |= {
            "Patient/p": {"resourceType": "Patient", "id": "p"},
            f"ServiceRequest/r{number}": {
                "resourceType": "ServiceRequest", "id": f"r{number}", "meta": meta, "status": "active", "intent": "order", "subject": subject,
            },
        }  # fmt: skip

    house.ask()
    house.at += MINUTE
    lay(1)
    house.look()
    assert house.ask() == hearing.BESIDE, "what stood there before it told says nothing"
    house.at += 2 * MINUTE
    lay(2)
    assert house.ask() == AGREED and house.row.unheard_at == house.at
    house.hears(house.secret, SIGN_OF_LIFE)
    assert house.row.unheard_at, "a heartbeat says nothing of events"
    house.hears(house.secret, EVENT)
    assert house.row.unheard_at is None
    house.set(noticed_at=house.at + MINUTE)
    house.at += 2 * MINUTE
    lay(3)
    assert house.ask() == hearing.BESIDE and house.row.unheard_at is None
    house.at += 2 * MINUTE
    lay(4)
    assert house.ask() == AGREED, "the last notice was before the last look"


def test_what_was_agreed_to_be_rarer_stays_so(house: House) -> None:
    house.agree(every=7_200)
    house.look()
    assert house.ask() == timedelta(hours=2)
