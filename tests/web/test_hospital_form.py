"""The administrator's form of a hospital: after how many months its rights are gone over."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.hospital import Hospital
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in

GOOD = {"csrf_token": CSRF, "name": "ZEED", "city": "", "phone": "", "ura": "", "agb": ""}


def months_after(database: Database, app: Flask, region: Region, sent: str) -> tuple[int, int, str]:
    """What the answer was, what is kept now, and what the log says of it."""
    zeed = region.hospitals["ZEED"]
    answer = signed_in(app, database, region, "Ada").post(f"/manage/hospitals/{zeed}", data=GOOD | {"review_months": sent})
    with database.transaction() as session:
        told = session.scalars(select(AuditEntry.detail).where(AuditEntry.act == "board:manage", AuditEntry.outcome == 0)).all()
        return answer.status_code, session.get_one(Hospital, zeed).review_months, " ".join(told)


def test_the_form_shows_and_changes_after_how_many_months_rights_are_gone_over(database: Database, region: Region) -> None:
    with app_on(database) as app:
        page = signed_in(app, database, region, "Ada").get(f"/manage/hospitals/{region.hospitals['ZEED']}").text
        status, months, told = months_after(database, app, region, "3")

    assert 'name="review_months" value="6"' in page
    assert (status, months) == (302, 3) and "review_months" in told


@pytest.mark.parametrize("sent", ["0", "25", "", "-1", "zes", "1e1", "٣"])
def test_what_is_no_term_is_not_kept_and_marked(database: Database, region: Region, sent: str) -> None:
    with app_on(database) as app:
        assert months_after(database, app, region, sent) == (422, 6, "")


@pytest.mark.parametrize(
    "said", [{"name": ""}, {"name": "x" * 121}, {"city": "x" * 121}, {"ura": "1234567"}, {"agb": "١٢٣٤٥٦٧٨"}]
)
def test_what_the_form_of_its_link_refuses_is_refused_here_too(database: Database, region: Region, said: dict[str, str]) -> None:
    """Its link manager could keep nothing more, with a name that this page took and that one does not."""
    with app_on(database) as app:
        ada, lars = (signed_in(app, database, region, name) for name in ("Ada", "Lars"))
        typed = GOOD | {"review_months": "6"} | said
        here = ada.post(f"/manage/hospitals/{region.hospitals['ZEED']}", data=typed)
        there = lars.post(f"/links/{region.hospitals['ZEED']}/settings", data=typed | {"profile_in": "hix"})

    assert (here.status_code, there.status_code) == (422, 422)
