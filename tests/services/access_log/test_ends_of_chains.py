"""The ends of the chains are asked with every batch that is sealed and every minute: what was sealed long ago is not read for it."""

from __future__ import annotations

from sqlalchemy import text

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act
from mdo_portal.services.access_log import audit, audit_seals
from tests import blocks, make
from tests.make import NOW
from tests.people import Region


def test_ten_times_as_many_seals_are_no_more_to_read(database: Database, region: Region) -> None:
    """All were read: of five million lines 110,000 blocks a time."""
    with database.transaction() as session:
        for code, who in (("ZEED", region.aisha), ("KREE", region.carla)):
            case = make.case(session, session.get_one(Hospital, region.hospitals[code]))
            audit.record(session, who, Act.CASE_READ, now=NOW, case=case)
        while audit_seals.seal(session, now=NOW):
            pass
        ends = audit_seals.heads(session)
    assert {region.hospitals["ZEED"], region.hospitals["KREE"]} <= {one.hospital_id for one in ends}

    multiplied(database, 1, 1_000)
    of_a_thousand = read(database)
    multiplied(database, 1_001, 9_000)

    assert read(database) < 2 * of_a_thousand
    with database.transaction() as session:
        assert {one.hospital_id: one.number for one in audit_seals.heads(session)} == {one.hospital_id: 11_001 for one in ends}


def read(database: Database) -> int:
    with database.transaction() as session:
        return blocks.read_for(session, audit_seals.heads)


def multiplied(database: Database, first: int, count: int) -> None:
    """So many more in each chain, each of a line of its own."""
    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO audit_seals (hospital_id, number, seq, form, prev_hash, hash, words_hash, sealed_at)"
                " SELECT s.hospital_id, s.number + 1000 + n, s.seq + 1000000 * n, s.form, s.prev_hash, s.hash, s.words_hash, s.sealed_at"
                " FROM audit_seals s, generate_series(CAST(:first AS bigint), :last) n WHERE s.number = 1"
            ),
            {"first": first, "last": first + count - 1},
        )
        session.execute(text("ANALYZE audit_seals"))
