"""The listener's own line to PostgreSQL: a double hears its first answer, and a line that is cut loses nothing."""

from __future__ import annotations

import asyncio
from contextlib import closing
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import func, select

from mdo_portal import reception
from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import FeedCount, InboundMessage
from mdo_portal.exchange import Wire
from mdo_portal.reception import Sorted
from mdo_portal.services.inbox import inbound_line
from mdo_portal.services.links.hospitals import Senders
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.test_lines import HERE, READER, sort


def kept_directly(database: Database, batches: list[list[Sorted]]) -> list[list[tuple[object, str]]]:
    async def scenario() -> list[list[tuple[object, str]]]:
        keeper = reception.Keeper(database)
        found = [[(one.at, one.reference) for one in await keeper.keep(keeper.prepare(batch))] for batch in batches]
        keeper.close()
        return found

    return asyncio.run(scenario())


def test_a_double_hears_the_first_answer_again_in_its_batch_and_later(database: Database, region: Region) -> None:
    links = Senders(region.links.values())
    raw = make.hl7_referral("D1")

    def again(minutes: int) -> Sorted:
        now = NOW + timedelta(minutes=minutes)
        return reception.sort(raw, wire=Wire.HL7V2, reader=READER, links=links, now=now, caller=HERE)

    first, second = kept_directly(database, [[again(0), again(1)], [again(2)]])
    by_session = reception.keep(database, [again(3)])

    assert {*first, *second} == {(NOW, by_session[0].reference)}
    assert by_session[0].at == NOW
    with database.transaction() as session:
        (row,) = session.scalars(select(InboundMessage).where(InboundMessage.control_id == "D1"))
    assert row.doubles == 3


def test_a_connection_that_was_cut_is_made_anew_and_nothing_is_lost(database: Database, region: Region) -> None:
    links = Senders(region.links.values())

    async def scenario() -> None:
        keeper = reception.Keeper(database)
        await keeper.keep(keeper.prepare([sort(links, HERE, control_id="C1")]))
        with database.transaction() as session:
            session.connection().exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'mdo-portal keep'"
            )
        await keeper.keep(keeper.prepare([sort(links, HERE, control_id="C2")]))
        keeper.close()

    asyncio.run(scenario())
    with database.transaction() as session:
        assert {"C1", "C2"} <= set(session.scalars(select(InboundMessage.control_id)))


def test_what_it_asks_is_not_compiled_whatever_the_server_does_and_it_keeps_the_role_that_it_took_at_the_door(
    database: Database,
) -> None:
    async def scenario() -> list[inbound_line.Row]:
        line = inbound_line.DirectLine(f"{database.plain_url}&options=-c%20jit%3Don%20-c%20role%3Dmdo_work")
        with closing(line):
            asked = "SELECT current_setting('jit'), current_user::text, current_setting('plan_cache_mode')"
            return await line.ask(inbound_line.question(asked, (), ()))

    assert asyncio.run(scenario()) == [[b"off", b"mdo_work", b"force_generic_plan"]]


def changes_of(region: Region, *patients: str) -> list[Sorted]:
    """The feed: a change of each of these patients."""
    links = Senders(region.links.values())
    raws = [make.hl7_change(f"F{patient}", patient=patient) for patient in patients]
    return [reception.sort(raw, wire=Wire.HL7V2, reader=READER, links=links, now=NOW, caller=HERE) for raw in raws]


def test_what_is_nobodys_among_changes_of_patients_who_are_known_is_counted(database: Database, region: Region) -> None:
    with database.transaction() as session:
        make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), patient=make.identity("4711"))

    kept_directly(database, [changes_of(region, "4711", "90001", "90002"), changes_of(region, "90003")])

    with database.transaction() as session:
        assert list(session.scalars(select(InboundMessage.control_id))) == ["F4711"]
        assert session.scalar(select(func.sum(FeedCount.ignored))) == 3


def test_nobody_is_answered_while_what_is_nobodys_is_not_counted(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept without an answer is safe: it comes again. Answered and not counted, it would be missing from what came in."""
    with database.transaction() as session:
        make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), patient=make.identity("4711"))
    asks, said = inbound_line.DirectLine.ask, list[str]()

    async def once(line: inbound_line.DirectLine, asked: inbound_line.Question) -> list[inbound_line.Row]:
        said.append(asked.statement)
        if len(said) > 1:
            raise psycopg.OperationalError("the connection is gone")
        return await asks(line, asked)

    monkeypatch.setattr(inbound_line.DirectLine, "ask", once)

    with pytest.raises(psycopg.OperationalError):
        kept_directly(database, [changes_of(region, "4711", "90001")])
