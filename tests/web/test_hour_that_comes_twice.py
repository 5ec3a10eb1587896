"""In the hour that comes twice when summer time ends (25 October 2026, 02:00 to 03:00), what is looked for until then is all of it."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from mdo_portal.domain.case import Case
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.services.access_log import audit
from tests import pdf_text
from tests.web.log_house import NUMBER, House, house, rows_of
from tests.web.portal import CSRF

__all__ = ["house"]
FIRST, SECOND = datetime(2026, 10, 25, 0, 15, tzinfo=UTC), datetime(2026, 10, 25, 1, 15, tzinfo=UTC)
"""A quarter past two, and an hour later a quarter past two."""


def test_a_breach_report_until_half_past_two_has_what_was_read_in_both(house: House) -> None:
    """What was read in the second of the two hours was left out, of a notification to the authority too."""
    with house.database.transaction() as session:
        case = session.get_one(Case, house.case_id)
        for who, at in ((house.region.mila, FIRST), (house.region.bram, SECOND)):
            audit.record(session, who, Act.CASE_READ, now=at, case=case, relation=Relation.BOARD)

    rows = rows_of(house.ask("/log/breach", since="2026-10-25T02:00", until="2026-10-25T02:30"))

    assert {"Mila", "Bram"} <= set(re.findall(r"Mila|Bram", rows))


def test_so_has_one_that_begins_there(house: House) -> None:
    with house.database.transaction() as session:
        case = session.get_one(Case, house.case_id)
        audit.record(session, house.region.mila, Act.CASE_READ, now=FIRST, case=case, relation=Relation.BOARD)

    assert "Mila" in rows_of(house.ask("/log/breach", since="2026-10-25T02:10", until="2026-10-25T04:00"))


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [("2026-03-29", "2026-03-30", "vanaf 29 maart 2026 · tot en met 30 maart 2026"),
     ("2026-10-25", "2026-10-25", "vanaf 25 oktober 2026 · tot en met 25 oktober 2026"),
     ("2026-12-31", "2026-12-31", "vanaf 31 december 2026 · tot en met 31 december 2026")],
)  # fmt: skip
def test_the_overview_for_the_patient_says_the_days_that_were_asked_for(house: House, since: str, until: str, said: str) -> None:
    form = {"csrf_token": CSRF, "number": NUMBER, "format": "pdf", "since": since, "until": until}

    answer = house.person("Petra").post("/log/patient", data=form)

    assert said in " ".join(pdf_text.whole(answer.data).split())


@pytest.mark.parametrize("first", ["0001-01-01", "0001-01-01T00:00"])
def test_from_the_first_day_there_is_means_all_of_it(house: House, first: str) -> None:
    """Whoever types it means *ever*: the page fell over, for here it is later than in Greenwich."""
    assert "<td" in rows_of(house.ask("/log/patient", number=NUMBER, since=first))
