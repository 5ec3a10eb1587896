"""Calls that came to nothing: the desk writes them down when it looks who may send, and no more of them than can be read."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from mdo_portal.commands import desk as at_desk
from mdo_portal.commands.desk import Desk
from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.exchange import Caller, Wire
from mdo_portal.services.links import refused_calls
from tests.integrations.hl7v2.samples import ADT
from tests.make import NOW
from tests.people import Region


def told_at_the_desk(database: Database, *calls: tuple[str, str]) -> None:
    async def scenario() -> None:
        desk = Desk(database, clock=lambda: NOW)
        for address, reason in calls:
            await desk.refused(Caller(address, is_local=False), reason, b"")
        looking = asyncio.ensure_future(desk.know_links())
        await asyncio.wait_for(desk.knows_links.wait(), 20)
        looking.cancel()
        await desk.close()

    asyncio.run(scenario())


def kept(database: Database, *, days: int = 0) -> list[tuple[str, str, int]]:
    with database.transaction() as session:
        return [
            (one.address, one.reason, one.times)
            for one in refused_calls.lately(session, Wire.HL7V2, now=NOW + timedelta(days=days))
        ]


def test_what_failed_before_any_message_is_kept_by_address_and_reason_with_how_often(database: Database, region: Region) -> None:
    told_at_the_desk(database, ("10.0.0.9:1", "no_certificate"), ("10.0.0.9:2", "no_certificate"), ("[fd00::9]:3", "not_tls"))
    told_at_the_desk(database, ("10.0.0.9:4", "no_certificate"), ("10.0.0.8:1", "no_tls"))

    assert kept(database) == [("10.0.0.9", "no_certificate", 3), ("[fd00::9]", "not_tls", 1)]
    assert kept(database, days=15) == []


def test_a_scan_from_everywhere_leaves_no_more_than_the_newest(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_calls, "MOST", 3)
    monkeypatch.setattr(at_desk, "MOST_TURNED_AWAY", 5)
    with database.transaction() as session:
        refused_calls.write_down(session, {("10.0.0.1", "not_tls"): 1}, now=NOW - timedelta(days=1))
        refused_calls.write_down(session, {("10.0.0.2", "not_tls"): 1}, now=NOW - timedelta(days=15))

    told_at_the_desk(database, *((f"10.1.0.{number}:1", "not_tls") for number in range(9)), ("10.1.0.0:1", "not_tls"))

    assert len(kept(database)) == 3
    assert ("10.1.0.0", "not_tls", 2) in kept(database)
    assert "10.0.0.1" not in {address for address, _, _ in kept(database)}


def test_a_message_without_its_frame_is_a_row_for_a_person_and_a_call_without_a_message_is_not(
    database: Database, region: Region
) -> None:
    async def scenario() -> None:
        desk = Desk(database, clock=lambda: NOW)
        await desk.refused(Caller("127.0.0.1:1", is_local=True), "not_framed", ADT)
        await desk.refused(Caller("127.0.0.1:1", is_local=True), "not_framed", b"")
        looking = asyncio.ensure_future(desk.know_links())
        await asyncio.wait_for(desk.knows_links.wait(), 20)
        looking.cancel()
        await desk.close()

    asyncio.run(scenario())

    with database.transaction() as session:
        rows = session.execute(select(InboundMessage.state, InboundMessage.reason, InboundMessage.control_id)).all()
    assert rows == [(InboundState.UNREADABLE, "not_framed", "M0002")]
    assert kept(database) == [("127.0.0.1", "not_framed", 1)]
