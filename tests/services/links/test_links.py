"""Links as a link manager keeps them: whose they are, what may be said, and who said it."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Channel, Hospital, Level
from mdo_portal.domain.inbound import FeedCount, InboundState
from mdo_portal.domain.link import Changed, Link
from mdo_portal.domain.policy import Act
from mdo_portal.errors import Incomplete, NotFound
from mdo_portal.exchange import Caller
from mdo_portal.services.inbox import intake
from mdo_portal.services.links import hospitals, line_acceptance, line_binding, lines, link_history, links
from mdo_portal.services.links.link_claims import CLAIMED, CLAIMED_WHOLLY, claim_on
from mdo_portal.services.oversight import link_status
from mdo_portal.wiring_profiles import known_profiles
from tests import make
from tests.make import NOW
from tests.people import Region

FORM = {"name": "Zeeduin", "profile_in": "hix", "sending_applications": "HIX\nHIX2", "channel_out": "paper"}


def save(session: Session, hospital: Hospital, link: Link | None, region: Region, **over: str) -> Link:
    return links.save(
        session, hospital, link, FORM | over, profiles=known_profiles(), viewer=region.lars, now=NOW, loopback=False
    )  # fmt: skip


@pytest.fixture
def zeed(session: Session, region: Region) -> tuple[Hospital, Link | None]:
    return links.hospital_for(session, region.lars, Act.LINK_MANAGE, region.hospitals["ZEED"])


def test_somebody_elses_link_does_not_exist(session: Session, region: Region) -> None:
    for viewer, code in ((region.lars, "KREE"), (region.dirk, "ZEED"), (region.petra, "ZEED")):
        with pytest.raises(NotFound):
            links.hospital_for(session, viewer, Act.LINK_MANAGE, region.hospitals[code])
    assert links.hospital_for(session, region.ada, Act.LINK_MANAGE, region.hospitals["KREE"])[0].code == "KREE"


def test_a_new_hospital_takes_part_at_once_and_without_it(session: Session, region: Region) -> None:
    hospital = links.add_hospital(session, {"code": "nieuw", "name": "Nieuwland"}, viewer=region.ada, now=NOW)

    channel, _ = hospitals.address_of(session, hospital.id)
    assert (hospital.code, channel) == ("NIEUW", Channel.PAPER)
    assert [one.what for one in link_history.history(session, hospital.id)] == [Changed.MADE]


@pytest.mark.parametrize(
    ("form", "field"),
    [({"code": "1", "name": "x"}, "code"), ({"code": "ZEED", "name": "x"}, "code"), ({"code": "AB", "name": ""}, "name"), ({"code": "AB", "name": "x", "ura": "12"}, "ura")],
)  # fmt: skip
def test_a_hospital_that_cannot_be_is_refused_with_a_sentence(
    session: Session, region: Region, form: dict[str, str], field: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        links.add_hospital(session, form, viewer=region.ada, now=NOW)
    assert field in refused.value.fields


def test_what_is_saved_is_what_the_listener_goes_by(session: Session, region: Region, zeed: tuple[Hospital, Link | None]) -> None:
    save(session, *zeed, region)

    row = next(one for one in hospitals.links(session) if one.hospital_code == "ZEED")
    assert row.sends("HIX2", "")
    assert (row.profile_in, row.level) == ("hix", Level.HL7V2)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"profile_in": "nergens"}, "profile_in"),
        ({"charset_in": "klingon"}, "charset_in"),
        ({"channel_out": "mllp", "profile_out": "hix", "host_out": "", "port_out": "2575"}, "host_out"),
        ({"channel_out": "mllp", "profile_out": "hix", "host_out": "epd", "port_out": "99999"}, "port_out"),
        ({"channel_out": "mllp", "profile_out": "generic-r4", "host_out": "epd", "port_out": "2575"}, "profile_out"),
        ({"channel_out": "fhir", "profile_out": "generic-r4", "url_out": "http://epd.example/fhir"}, "url_out"),
        ({"channel_out": "fhir", "profile_out": "generic-r4", "url_out": "https://u:p@epd.example/fhir"}, "url_out"),
        ({"sending_applications": "KREE-EPD"}, "sending_applications"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_changes(
    session: Session, region: Region, zeed: tuple[Hospital, Link | None], over: dict[str, str], field: str
) -> None:
    if field == "sending_applications":
        over = {"sending_applications": region.links["KREE"].sending_applications[0]}
    with pytest.raises(Incomplete) as refused:
        save(session, *zeed, region, **over)

    assert field in refused.value.fields
    assert link_history.history(session, zeed[0].id) == []


def test_the_history_says_who_changed_what_and_holds_no_token(
    session: Session, region: Region, zeed: tuple[Hospital, Link | None]
) -> None:
    link = save(session, *zeed, region, token_out="heel-geheim")
    token = links.new_token(session, zeed[0], link, viewer=region.lars, now=NOW)
    links.save_otherwise(session, zeed[0], link, '[patient]\nbsn = ["ZPI-2"]', viewer=region.lars, now=NOW)

    history = link_history.history(session, zeed[0].id)
    said = " ".join(f"{one.before} {one.after}" for one in history)
    assert {one.what for one in history} == {Changed.SETTINGS, Changed.TOKEN, Changed.OTHERWISE}
    assert {one.by_name for one in history} == {"Lars"}
    assert token not in said and "heel-geheim" not in said and "profile_in: hix" in said
    assert hospitals.link_by_token(session, token) is not None


def test_what_stands_elsewhere_goes_with_the_profile_and_leaves_with_it(
    session: Session, region: Region, zeed: tuple[Hospital, Link | None]
) -> None:
    link = save(session, *zeed, region)
    links.save_otherwise(session, zeed[0], link, '[patient]\nbsn = ["ZPI-2"]', viewer=region.lars, now=NOW)
    assert hospitals.link_of(session, link.id).profile_in == 'hix\n[patient]\nbsn = ["ZPI-2"]'

    save(session, zeed[0], link, region, profile_in="nexus")
    assert hospitals.link_of(session, link.id).profile_in == "nexus"


def test_a_sender_is_taken_over_unless_another_link_has_it(
    session: Session, region: Region, zeed: tuple[Hospital, Link | None]
) -> None:
    link = save(session, *zeed, region)
    links.add_sender(session, zeed[0], link, "EPD-ACC", "ZEED", viewer=region.lars, now=NOW)
    assert link.sending_applications == ["HIX", "HIX2", "EPD-ACC"] and link.sending_facilities == []

    with pytest.raises(Incomplete):
        links.add_sender(
            session, zeed[0], link, region.links["KREE"].sending_applications[0], "", viewer=region.lars, now=NOW
        )  # fmt: skip


def add_same(session: Session, region: Region, code: str) -> None:
    hospital, link = links.hospital_for(session, region.ada, Act.LINK_MANAGE, region.hospitals[code])
    assert link is not None
    links.add_sender(session, hospital, link, "SAME", "", viewer=region.ada, now=NOW)


def test_a_name_that_another_takes_with_any_facility_is_not_freed_by_filling_in_one_s_own(
    session: Session, region: Region
) -> None:
    kree, zeed = region.links["KREE"], region.hospitals["ZEED"]
    link = session.get_one(Link, kree.link_id)
    link.sending_applications, link.sending_facilities = ["ZorgDomein"], []
    session.flush()

    assert claim_on(session, zeed, ["ZorgDomein"], ["ZEED"]) == CLAIMED_WHOLLY
    link.sending_facilities = ["KREE"]
    session.flush()
    assert claim_on(session, zeed, ["ZorgDomein"], []) == CLAIMED
    assert claim_on(session, zeed, ["ZorgDomein"], ["ZEED"]) == ""


def test_two_hospitals_send_under_one_name_only_when_the_certificates_they_call_with_tell_them_apart(
    session: Session, region: Region
) -> None:
    zeed, kree = region.links["ZEED"].link_id, region.links["KREE"].link_id
    theirs = Caller("", False, "b" * 64)

    def may() -> bool:
        return claim_on(session, region.hospitals["ZEED"], ["SAME"], []) == ""

    add_same(session, region, "KREE")
    line_binding.bind(session, kree, now=NOW, by="Test", fingerprint="b" * 64)
    line_binding.bind(session, zeed, now=NOW, by="Test", fingerprint="a" * 64)
    assert not may()  # the other may be calling over a tunnel
    lines.saw(session, {"b": theirs}, now=NOW)
    assert may()
    line_acceptance.accept_plain(
        session, kree, by="J. de Wit", why="geen TLS", until=datetime.now(UTC) + timedelta(days=9), now=NOW
    )
    assert not may()
    line_acceptance.withdraw_plain(session, kree, now=NOW)
    line_binding.bind(session, zeed, now=NOW, by="Test", fingerprint="b" * 64, is_shared=True)
    assert not may()
    line_binding.withdraw(session, zeed, "b" * 64, now=NOW)

    add_same(session, region, "ZEED")  # PostgreSQL takes it too
    assert claim_on(session, region.hospitals["KREE"], ["SAME", "MORE"], []) == ""  # who had it first may go on as before
    session.get_one(Link, kree).sending_applications = ["SAME", "MORE"]
    session.flush()

    assert [one.hospital_code for one in hospitals.links(session).signing("SAME", "")] == ["KREE", "ZEED"]


def test_of_two_links_that_take_one_sender_at_once_one_gets_it(database: Database, region: Region) -> None:
    refused: list[Incomplete] = []

    def second() -> None:
        try:
            with database.transaction() as session:
                add_same(session, region, "ZEED")
        except Incomplete as error:
            refused.append(error)

    late = threading.Thread(target=second)
    with database.transaction() as session:
        add_same(session, region, "KREE")
        late.start()
        waits = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'advisory' AND datname = current_database()")
        deadline = time.monotonic() + 10
        while not session.scalar(waits) and time.monotonic() < deadline:  # it looked before this was kept
            session.execute(text("SELECT pg_stat_clear_snapshot()"))
    late.join(20)

    with database.transaction() as session:
        owners = [row.hospital_code for row in hospitals.links(session) if "SAME" in row.sending_applications]
    assert owners == ["KREE"] and [one.fields for one in refused] == [{"sending_applications": CLAIMED}]


def test_the_page_counts_what_came_and_says_what_waits_too_long(session: Session, region: Region) -> None:
    row = region.links["ZEED"]
    intake.keep(
        session,
        [make.arrival(row, at=NOW - timedelta(minutes=6)), make.arrival(row, at=NOW - timedelta(days=3), reason="no_patient")],
    )
    session.add(FeedCount(link_id=row.link_id, day=NOW.date(), ignored=41))
    session.flush()
    hospital, link = links.hospital_for(session, region.lars, Act.LINK_READ, row.hospital_id)

    status = link_status.status(session, hospital, link, now=NOW)

    assert (status.today[InboundState.KEPT], status.week[InboundState.UNREADABLE], status.feed_today) == (1, 1, 41)
    assert status.waits_too_long(NOW) and status.unread_too_long(NOW)
    assert status.last_error is not None and status.last_error.reason == "no_patient"
