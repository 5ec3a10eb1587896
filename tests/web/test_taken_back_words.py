"""What the page says of a referral that its hospital took back depends on what became of the case here."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.hospital import Hospital
from tests import make
from tests.people import Region
from tests.web.portal import app_on, signed_in

STILL, TOO, OVER = "De casus staat hier nog.", "De casus is hier ook ingetrokken.", "De casus was toen al besloten of afgerond."


@pytest.mark.parametrize(("state", "said"), [(CaseState.READY, STILL), (CaseState.WITHDRAWN, TOO), (CaseState.REDIRECTED, OVER)])
def test_a_case_that_was_withdrawn_here_too_asks_nobody_to_call(
    database: Database, region: Region, state: CaseState, said: str
) -> None:
    """Who did as the page asked, and withdrew it, read that it had been decided then, and that the referrer was to be called."""
    now = datetime.now(UTC)
    with database.transaction() as session:
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=now, board_id=region.boards["URO-P"])
        case_id = case.id
        session.flush()
        found = session.get_one(Case, case_id)
        found.state, found.cancel_told_at, found.reason = state, now, "toch niet"

    with app_on(database) as app:
        page = signed_in(app, database, region, "Aisha").get(f"/cases/{case_id}").text

    assert [one in page for one in (STILL, TOO, OVER)] == [one == said for one in (STILL, TOO, OVER)]
