"""Workers that carry out the terms: one per kind at a time, in bites, and what is wrong with the moment is no fault of a case."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.draft import Draft
from mdo_portal.domain.retention import Kind
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.keeping import purging
from tests.people import Region
from tests.services.keeping_house import LONG_AGO, NOW, finished, is_there


def an_old_draft(session: Session, who: Viewer) -> None:
    session.add(Draft(person_id=who.person_id, hospital_id=who.hospital_id, fields_sealed=b"x", saved_at=LONG_AGO))


def test_while_one_worker_is_at_a_kind_another_leaves_it_and_takes_the_next(database: Database, region: Region) -> None:
    with database.transaction() as session:
        an_old_draft(session, region.aisha)
        finished(session, region)

    with database.transaction() as first:
        assert purging.purge(first, Kind.DRAFT, now=NOW) == 1
        with database.transaction() as second:
            assert purging.purge(second, Kind.DRAFT, now=NOW) == 0
            assert purging.purge(second, Kind.CASE, now=NOW) == 1
        first.rollback()

    with database.transaction() as later:
        assert purging.purge(later, Kind.DRAFT, now=NOW) == 1, "what the first gave back"


def test_a_bite_of_cases_is_smaller_than_one_of_rows(session: Session, region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "BATCH", 1)
    monkeypatch.setattr(purging, "ROWS", 2)
    for who in (region.aisha, region.bram, region.carla):
        an_old_draft(session, who)
        finished(session, region)

    assert [purging.purge(session, kind, now=NOW) for kind in (Kind.CASE, Kind.DRAFT)] == [1, 2]


@pytest.mark.parametrize("code", ["08006", "40001", "53100", "55P03", "57014"])
def test_what_holds_for_every_case_ends_the_bite(session: Session, region: Region, code: str) -> None:
    """A disk that is full, or an ending server: each case would fail, and the log would say of each that it clings."""
    case_id = finished(session, region).id
    fails = f"CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no'' USING ERRCODE = ''{code}''; END'"
    session.execute(text(fails))
    session.execute(text("CREATE TRIGGER fails BEFORE DELETE ON cases FOR EACH ROW EXECUTE FUNCTION fails()"))
    trial = session.begin_nested()

    with pytest.raises(DBAPIError):
        purging.purge(session, Kind.CASE, now=NOW)

    trial.rollback()
    assert is_there(session, case_id)
