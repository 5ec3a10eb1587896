"""The review of a large hospital: a page at a time, judged by whose lines it is about, and counted without reading eight weeks anew."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select

from mdo_portal.domain.audit_review import AuditReview
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.services.access_log import audit, audit_review
from mdo_portal.web import log_overdue
from tests import make
from tests.web.log_house import House, house
from tests.web.portal import CSRF
from tests.web.test_log_review import reader

__all__ = ["house"]


def _days_of(house: House, *names: str) -> None:
    """Each of these reads two cases on no agenda, on a day of their own."""
    with house.database.transaction() as session:
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        for ago, name in enumerate(names):
            who, at = reader(session, house.region, name), datetime.now(UTC) - timedelta(days=10 + ago)
            for case in [make.case(session, zeed) for _ in range(2)]:
                audit.record(session, who, Act.CASE_READ, now=at, case=case, relation=Relation.OWN_HOSPITAL)


def _keys(page: str) -> list[str]:
    return re.findall(r'name="finding" value="([^"]+)"', page)


def _pages(client: FlaskClient, path: str) -> list[list[str]]:
    found = []
    while path:
        page = client.get(path).text
        found.append(_keys(page))
        older = re.search(r'href="([^"]*after=[^"]*)"[^>]*>Volgende bevindingen', page)
        path = older[1].replace("&amp;", "&") if older else ""
    return found


def test_every_finding_stands_on_one_page_and_none_on_two(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _days_of(house, *(f"M. Onbekend{letter}" for letter in "abcde"))
    petra = house.person("Petra")
    everything = _keys(petra.get("/log/review?rule=no+link").text)
    monkeypatch.setattr(audit_review, "ROWS", 3)

    pages = _pages(petra, "/log/review?rule=no+link")

    assert [key for page in pages for key in page] == everything and len(everything) >= 10
    assert len(pages) >= 3 and all(len(page) <= 4 for page in pages)


def test_who_judged_a_whole_page_stands_at_the_place_where_they_were(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _days_of(house, "M. Onbekend", "N. Anders", "O. Verder")
    monkeypatch.setattr(audit_review, "ROWS", 2)
    petra = house.person("Petra")
    first, *others = _pages(petra, "/log/review?rule=no+link")
    after = re.search(r"after=([^&\"]+)[^>]*>Volgende", petra.get("/log/review?rule=no+link").text)
    assert after is not None
    said = {"csrf_token": CSRF, "finding": others[0], "verdict": "in order", "rule": "no link", "after": "1 2020"}

    answer = petra.post("/log/review/judge", data=said)

    assert "after=1+2020" in answer.headers["Location"]
    assert _keys(petra.get(f"/log/review?rule=no+link&after={after[1]}").text) == others[1]
    assert _keys(petra.get("/log/review?rule=no+link").text) == first


def test_an_address_of_a_page_says_nothing_of_whom_its_findings_are(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _days_of(house, "M. Onbekend", "N. Anders")
    monkeypatch.setattr(audit_review, "ROWS", 1)

    older = re.search(r"after=([^&\"]+)", house.person("Petra").get("/log/review").text)

    assert older and re.fullmatch(r"[01](\+|%20)[\d.T:%A-]+", older[1])


def test_a_judgement_reads_the_lines_of_whom_it_is_about_and_nobody_elses(house: House) -> None:
    """It read eight weeks of the whole hospital for each press of the button."""
    _days_of(house, "M. Onbekend", "N. Anders", "O. Verder")
    with house.database.transaction() as session:
        found = audit_review.findings(session, house.region.hospitals["ZEED"], now=datetime.now(UTC))
        key = next(one.finding.key for one in found if one.finding.person_name == "N. Anders" and one.finding.rule == "no link")
        asked: list[Any] = []
        event.listen(session.connection(), "before_cursor_execute", lambda *call: asked.append(call[2:4]))
        petra = house.region.petra

        (made,) = audit_review.judge(session, petra, [key], "in order", "", now=datetime.now(UTC))

        assert made.finding == key and session.scalars(select(AuditReview)).one() is made
    (reads,) = [values for statement, values in asked if "max(audit_entries.relation)" in statement]
    assert {str(value) for name, value in reads.items() if name.startswith("person_id")} == {key.split(":")[1]}


def test_the_number_in_the_menu_is_not_counted_anew_for_every_page(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _days_of(house, "M. Onbekend")
    counted: list[int] = []
    whole = audit_review.findings
    monkeypatch.setattr(audit_review, "findings", lambda *of, **told: counted.append(1) or whole(*of, **told))
    petra = house.person("Petra")

    numbers = [re.search(r'Logboek<span class="count[^>]*>(\d+)', petra.get("/retention").text) for _ in range(3)]

    assert len(counted) == 1 and len({one[1] for one in numbers if one}) == 1


def test_an_emergency_stays_in_the_number_when_the_review_was_looked_at(house: House) -> None:
    """The page put the number back to what waits longer than a week: for a minute nobody was told of an emergency."""
    with house.database.transaction() as session:
        case, who = session.get_one(Case, house.case_id), reader(session, house.region, "M. Onbekend")
        told = {"now": datetime.now(UTC), "case": case, "relation": Relation.EMERGENCY}
        audit.record(session, who, Act.GLASS_BREAK, detail="spoed op de SEH", **told)  # type: ignore[arg-type]
    log_overdue.forget_all()
    petra = house.person("Petra")
    petra.get("/log/review")

    page = petra.get("/retention").text

    assert re.search(r'Logboek<span class="count[^>]*>1\b', page)
