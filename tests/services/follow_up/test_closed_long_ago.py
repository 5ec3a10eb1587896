"""The list of what is followed, with the closed ones of many years in it, is no dearer than with those of one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.services.follow_up import follow_up_list
from mdo_portal.services.follow_up.follow_up_list import Filter
from mdo_portal.services.follow_up.follow_up_rows import FollowRow
from mdo_portal.services.people import sessions
from tests import blocks, make
from tests.copies import as_web
from tests.people import Region, person_id
from tests.services.follow_house import IMAGING, items_of, signed
from tests.services.following import DONE, close


@pytest.mark.parametrize("who", ["Aisha", "Dirk"])
def test_of_ten_times_as_many_closed_ones_the_newest_are_found_as_soon(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    """All were read and sorted for the two hundred that are shown: 408,000 blocks of 100,000, and 8,800 now."""
    monkeypatch.setattr(follow_up_list, "MOST", 20)
    with database.transaction() as session:
        (item,) = items_of(session, signed(session, region, IMAGING))
        close(session, region, item, DONE)
        one = item
    with database.transaction() as session:
        place = region.viewers[who].hospital_id
        key = sessions.start_session(session, person_id(who), place, proof=make.PROOF, now=datetime.now(UTC))

    def read() -> int:
        with as_web(database).transaction(entering=sessions.hash_key(key)) as session:
            assert len(listed(session)) == 20
            return blocks.read_for(session, listed)

    def listed(session: Session) -> list[FollowRow]:
        return follow_up_list.page(session, region.viewers[who], Filter(everything=True)).rows

    multiplied(database, one, 1, 1_000)
    of_a_thousand = read()
    multiplied(database, one, 1_001, 9_000)

    assert read() < 2 * of_a_thousand


def multiplied(database: Database, one: FollowUp, first: int, count: int) -> None:
    """Each of a case of its own, an hour before the one before it."""
    at = f"(n + {first - 1})"
    blocks.copied(database, Case.__tablename__, one.case_id, count, id=f"md5('c' || {at})::uuid", referral_number=f"'W' || {at}")
    blocks.copied(
        database, FollowUp.__tablename__, one.id, count,
        case_id=f"md5('c' || {at})::uuid", position=f"{at} + 10", closed_at=f"now() - {at} * interval '1 hour'",
        signed_at=f"now() - {at} * interval '1 hour' - interval '20 days'",
    )  # fmt: skip
