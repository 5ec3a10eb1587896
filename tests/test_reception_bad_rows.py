"""A row of the inbox that cannot be opened costs only itself: it stands on a person's list, everything else goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError

from mdo_portal import understanding
from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.retention import Kind
from mdo_portal.domain.unreadable import UNREADABLE_REASONS
from mdo_portal.services.inbox import replaying
from mdo_portal.services.keeping import purging
from mdo_portal.services.patients import pile
from tests import make
from tests.make import NOW
from tests.people import Region
from tests.reception_house import READERS, hand_in, rows, understand_all

EMPTY = b""
OTHER_PURPOSE = make.sealer().seal(b"moved from another column", purpose="patient.bsn")
KEY_GONE = b"2019z\0" + b"n" * 12 + b"c" * 40
CUT = b"2026a\0nonce"


def kept(database: Database, region: Region, *patients: str) -> None:
    """One referral of each of these patients, M0, M1 …"""
    raws = [make.hl7_referral(f"M{at}", patient=patient, referral_number=f"VW-{at}") for at, patient in enumerate(patients)]
    hand_in(database, region, *raws)


def spoil(database: Database, control_id: str, **values: object) -> None:
    with database.transaction() as session:
        session.execute(update(InboundMessage).where(InboundMessage.control_id == control_id).values(**values))


@pytest.mark.parametrize(
    ("sealed", "reason"),
    [(EMPTY, "emptied"), (OTHER_PURPOSE, "sealed"), (KEY_GONE, "sealed"), (CUT, "sealed")],
    ids=["emptied", "of another purpose", "its key is gone", "cut off"],
)
def test_one_message_that_cannot_be_opened_stops_nobody(database: Database, region: Region, sealed: bytes, reason: str) -> None:
    kept(database, region, "1", "2", "2", "3")
    spoil(database, "M1", raw_sealed=sealed)

    for _ in range(3):
        understanding.understand(database, READERS, now=NOW, most=16)

    assert [(row.state, row.reason) for row in rows(database)] == [
        (InboundState.UNDERSTOOD, ""),
        (InboundState.UNREADABLE, reason),
        (InboundState.UNDERSTOOD, ""),
        (InboundState.UNDERSTOOD, ""),
    ]
    assert reason in UNREADABLE_REASONS


def test_a_batch_of_nothing_else_is_set_aside_and_what_comes_after_it_goes_on(database: Database, region: Region) -> None:
    kept(database, region, *"123456")
    for at in range(4):
        spoil(database, f"M{at}", raw_sealed=KEY_GONE)

    understanding.understand(database, READERS, now=NOW, most=2)

    assert [row.state for row in rows(database)] == [InboundState.UNREADABLE] * 4 + [InboundState.UNDERSTOOD] * 2


def test_what_was_emptied_is_never_in_the_queue_or_on_the_pile(database: Database, region: Region) -> None:
    kept(database, region, "1", "2")
    with database.transaction() as session:
        pile.put_on_pile(session, rows(database)[1].id, reason=pile.WAITS, place="PID-3")

    for control_id in ("M0", "M1"):  # as destroy_case() and the terms do it
        spoil(database, control_id, raw_sealed=b"", patient_keys=[])

    assert [(row.state, row.reason, row.settled_at is None) for row in rows(database)] == [
        (InboundState.UNREADABLE, "emptied", False)
    ] * 2
    with database.transaction() as session:
        replaying.ignore(session, session.get_one(InboundMessage, rows(database)[1].id), now=NOW)  # a person can be done with it


def test_what_waits_for_a_person_is_not_emptied_by_its_term(database: Database, region: Region) -> None:
    """Nobody decided yet: what came may be a referral that nobody has read."""
    kept(database, region, "1")
    years_ago = NOW - timedelta(days=4000)
    spoil(database, "M0", received_at=years_ago)
    with database.transaction() as session:
        pile.put_on_pile(session, rows(database)[0].id, reason=pile.WAITS, place="PID-3")
        assert purging.purge(session, Kind.INBOUND, now=NOW) == 0

    with database.transaction() as session:  # decided: it is read again
        session.execute(update(InboundMessage).values(state=InboundState.KEPT, reason="", place=""))
    understand_all(database)

    assert [row.state for row in rows(database)] == [InboundState.UNDERSTOOD]


def test_a_question_keeps_its_patient_and_the_messages_that_wait_for_its_answer(database: Database, region: Region) -> None:
    """Number 1 with two BSNs waits for a person; meanwhile the only case of number 1 reaches its term (ADR 0113)."""
    told = [make.hl7_referral(control, patient="1", bsn=bsn) for control, bsn in (("M1", make.BSN), ("M2", make.OTHER_BSN))]
    hand_in(database, region, *told, make.hl7_change("M3", patient="1"))
    understand_all(database)
    assert [row.reason for row in rows(database)] == ["", "identity_conflict", "waits_for_identity"]
    ended = {"state": CaseState.CLOSED, "is_open": False, "state_since": NOW - timedelta(days=20_000)}
    with database.transaction() as session:
        session.execute(update(Case).where(Case.hospital_id == region.hospitals["ZEED"]).values(**ended))
        assert purging.purge(session, Kind.CASE, now=NOW) == 0

    understand_all(database)

    assert [row.reason for row in rows(database)] == ["", "identity_conflict", "waits_for_identity"]
    assert all(row.raw_sealed for row in rows(database))


NO_ROOM = """
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '%s'; END$$;
    CREATE TRIGGER no_room BEFORE INSERT ON audit_entries EXECUTE FUNCTION no_room();
"""


@pytest.mark.parametrize("most", [1, 16])
@pytest.mark.parametrize("code", ["53100", "57P01"], ids=["disk full", "stops"])
def test_a_database_without_room_for_longer_than_all_tries_makes_no_message_unreadable(
    database: Database, region: Region, code: str, most: int
) -> None:
    """A disk that was full for half a minute put acknowledged messages on a person's list, as *failed*."""
    kept(database, region, "1", "2")
    with database.transaction() as session:
        session.execute(text(NO_ROOM % code))

    for seconds in range(0, 60, 4):
        with pytest.raises(OperationalError):
            understanding.understand(database, READERS, now=NOW + timedelta(seconds=seconds), most=most)
    assert [(row.state, row.attempts) for row in rows(database)] == [(InboundState.KEPT, 0)] * 2
    with database.transaction() as session:
        session.execute(text("DROP TRIGGER no_room ON audit_entries"))
    understand_all(database, now=NOW + timedelta(minutes=2))

    assert [(row.state, row.reason, row.attempts) for row in rows(database)] == [(InboundState.UNDERSTOOD, "", 1)] * 2
