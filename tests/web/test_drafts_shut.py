"""A draft whose key is gone keeps nobody from registering, and one odd row of a form is refused and not a fault of ours."""

from __future__ import annotations

import io
import uuid

from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.draft import Draft
from tests.people import Region
from tests.web.portal import CSRF, app_on, signed_in


def test_who_has_a_draft_that_opens_no_more_registers_all_the_same(database: Database, region: Region) -> None:
    with app_on(database) as app:
        browser = signed_in(app, database, region, "Dirk")
        browser.post("/register/draft", data={"csrf_token": CSRF, "family": "Begonnen", "page": "a"})
        with database.transaction() as session:
            session.execute(update(Draft).values(fields_sealed=b"of a key that is gone"))

        page = browser.get("/register")
        kept = browser.post("/register/draft", data={"csrf_token": CSRF, "family": "Opnieuw", "page": "b"})
        again = browser.get("/register")

    assert (page.status_code, kept.status_code) == (200, 302)
    assert "Opnieuw" in again.text


def test_an_agenda_is_not_put_in_an_order_of_no_numbers(database: Database, region: Region) -> None:
    with app_on(database) as app:
        browser = signed_in(app, database, region, "Aisha")
        answer = browser.post(f"/meetings/{region.meeting}/order", data={"csrf_token": CSRF, "row": ["x", str(uuid.uuid4())]})

    assert answer.status_code == 409


def test_who_keeps_a_form_with_a_file_chosen_hears_that_the_file_is_not_kept(database: Database, region: Region) -> None:
    """It said *Bewaard*, and the referral went later without its letter."""
    with app_on(database) as app:
        browser = signed_in(app, database, region, "Dirk")
        typed = {"csrf_token": CSRF, "family": "Begonnen", "page": "a"}

        with_file = browser.post(
            "/register/draft", data=typed | {"letter": (io.BytesIO(b"%PDF-1.7"), "brief.pdf")}, follow_redirects=True
        ).text
        without = browser.post("/register/draft", data=typed | {"letter": (io.BytesIO(), "")}, follow_redirects=True).text

    assert "Bijlagen niet: kies ze opnieuw" in with_file and 'value="Begonnen"' in with_file
    assert "Bijlagen niet" not in without and "U kunt later verder gaan." in without
