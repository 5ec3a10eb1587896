"""Who gets in where, tried on every route there is: nobody, a foreigner, the wrong role, a forged form; and every read is logged."""

from __future__ import annotations

import random
import re
import string
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Table, func, select

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.services.people import sessions
from mdo_portal.web import guard, navigation_counts
from tests import make
from tests.copies import Copies
from tests.people import Region
from tests.web.access_house import BSN, READS, House, addresses, house, house_on, same_words
from tests.web.portal import CSRF

__all__ = ["house"]


@pytest.fixture(scope="module")
def open_house(copies: Copies, region: Region) -> Iterator[House]:
    """One for all tests of a file that only read, and each do it for themselves."""
    with copies.one() as database, house_on(database, region) as made:
        yield made


def test_every_route_names_its_act_or_says_why_it_needs_none(open_house: House) -> None:
    assert guard.unguarded(open_house.app) == []


def test_nobody_gets_in_without_signing_in(open_house: House) -> None:
    client = open_house.app.test_client()
    views = open_house.app.view_functions
    open_to_all = {name for name, view in views.items() if hasattr(view, "public")}
    asked = addresses(open_house, "GET", open_house.ids)

    answers = {path: client.get(path).status_code for name, path in asked if name not in open_to_all}

    assert answers
    assert {path: status for path, status in answers.items() if status != 302} == {}


def test_what_is_somebody_elses_answers_as_what_does_not_exist(open_house: House) -> None:
    carla = open_house.person("Carla")
    nowhere = {name: uuid.uuid4() for name in open_house.ids}
    theirs, absent = addresses(open_house, "GET", open_house.ids), addresses(open_house, "GET", nowhere)

    for (name, path), (_, other) in zip(theirs, absent, strict=True):
        if path == other:
            continue  # names no object
        answer, nothing = carla.get(path), carla.get(other)
        assert answer.status_code == nothing.status_code, name
        assert answer.status_code in (403, 404), name
        assert same_words(answer.text, path) == same_words(nothing.text, other), name
        assert b"van Voorbeeld" not in answer.data, name


def test_a_page_that_says_no_counts_nothing_for_its_header(open_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for what is not theirs, again and again, costs as little as can be."""
    carla, foreign = open_house.person("Carla"), f"/cases/{open_house.ids['case_id']}"

    def counted(*_: object) -> int:
        raise AssertionError("counted")

    monkeypatch.setattr(navigation_counts, "COUNTS", {"post.page": navigation_counts.Count(lambda viewer: True, counted)})

    assert carla.get("/worklist").status_code == 500  # a page that says yes does count
    assert (carla.get(foreign).status_code, carla.get("/log").status_code) == (404, 403)


def test_a_foreigner_changes_nothing_whatever_is_posted(house: House) -> None:
    carla = house.person("Carla")
    before = _everything(house)

    for name, path in addresses(house, "POST", house.ids):
        if not hasattr(house.app.view_functions[name], "public") and any(str(one) in path for one in house.ids.values()):
            answer = carla.post(
                path, data={"csrf_token": CSRF, "meeting_id": str(house.region.meeting), "reason": "x", "text": "x"}
            )
            assert answer.status_code in (400, 403, 404, 409, 422), name

    assert _everything(house) == before


def _everything(house: House) -> list[object]:
    """The rows that a post could change."""
    with house.database.transaction() as session:
        tables = (
            "cases",
            "rounds",
            "meetings",
            "deliveries",
            "case_documents",
            "information_requests",
            "decisions",
            "inbound_messages",
        )
        from_tables = [session.execute(select(func.count()).select_from(_table(name))).scalar_one() for name in tables]
        states = session.execute(select(_table("cases").c.state, _table("cases").c.revision).order_by(_table("cases").c.id)).all()
        return [*from_tables, *map(tuple, states)]


def _table(name: str) -> Table:
    return AuditEntry.metadata.tables[name]


def test_a_form_that_is_not_ours_is_refused(house: House) -> None:
    """At each route: none is left out of either of the two that look. How a guess or a site may look depends on no route."""
    aisha = house.person("Aisha")
    for name, path in addresses(house, "POST", house.ids):
        assert aisha.post(path, data={"csrf_token": "guessed"}).status_code == 403, name
        forged = aisha.post(path, data={"csrf_token": CSRF}, headers={"Sec-Fetch-Site": "cross-site"})
        assert forged.status_code == 403, name


def test_a_guess_in_any_letters_and_a_form_of_another_site_are_refused(house: House) -> None:
    aisha, path = house.person("Aisha"), f"/cases/{house.ids['case_id']}/seen"
    own = aisha.post(path, data={"csrf_token": CSRF}).status_code

    assert own != 403
    assert aisha.post(path, data={"csrf_token": "gegïst"}).status_code == 403
    assert aisha.post(path, data={"csrf_token": CSRF}, headers={"Origin": "https://evil.example"}).status_code == 403


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("Dirk", "/log", 403),
        ("Dirk", "/inbox", 403),
        ("Dirk", "/links", 403),
        ("Lars", "/worklist", 403),
        ("Lars", "/links", 200),
        ("Petra", "/log", 200),
        ("Petra", "/worklist", 403),
        ("Ada", "/worklist", 403),
        ("Ada", "/retention", 200),
        ("Petra", "/retention", 200),
        ("Dirk", "/retention", 403),
    ],
)
def test_a_page_is_for_the_roles_that_need_it(open_house: House, name: str, path: str, status: int) -> None:
    assert open_house.person(name).get(path).status_code == status


@pytest.mark.parametrize("path", READS)
def test_every_read_of_patients_leaves_a_line_and_no_bsn(open_house: House, path: str) -> None:
    bram = open_house.person("Bram")
    before = _lines(open_house)

    answer = bram.get(path.format(**open_house.ids))

    assert answer.status_code == 200
    assert _lines(open_house) > before
    assert BSN.encode() not in answer.data
    assert "no-store" in answer.headers["Cache-Control"]
    assert "frame-ancestors" in answer.headers["Content-Security-Policy"]


def _lines(house: House) -> int:
    with house.database.transaction() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def test_no_name_stands_in_a_title_or_an_address(open_house: House) -> None:
    bram = open_house.person("Bram")
    for path in READS:
        answer = bram.get(path.format(**open_house.ids))
        if answer.mimetype == "text/html":
            title = re.search(r"<title>(.*?)</title>", answer.text, re.S)
            assert title is None or "Voorbeeld" not in title[1], path
            named = r'(?:href|action|src|hx-get|data-live-url)="[^"]*(?:Voorbeeld|4711|999911120)'
            assert not re.search(named, make.without_ids(answer.text)), path


def test_a_session_that_was_ended_opens_nothing(house: House) -> None:
    bram = house.person("Bram")
    with bram.session_transaction() as cookie:
        key = str(cookie["_user_id"])
    with house.database.transaction() as session:
        sessions.end_session(session, key, now=datetime.now(UTC))

    assert bram.get(f"/cases/{house.ids['case_id']}").status_code == 302


def test_a_character_that_cannot_be_stored_gets_a_sentence(open_house: House) -> None:
    answer = open_house.person("Dirk").post("/register/draft", data={"csrf_token": CSRF, "family": "van\0Voorbeeld"})

    assert answer.status_code == 400
    assert "kan niet worden bewaard" in answer.text or "niet kan worden bewaard" in answer.text


def test_more_than_can_be_kept_in_a_field_gets_a_sentence(open_house: House) -> None:
    """A whole report was pasted where the number goes: it was said that something went wrong at our side."""
    pasted = "".join(random.Random(1).choices(string.ascii_letters, k=9_000))
    form = {
        "csrf_token": CSRF,
        "family": "Voorbeeld",
        "birth_on": "01-02-1950",
        "local_number": pasted,
        "question_board": "Operatie?",
    }

    answer = open_house.person("Dirk").post("/register", data=form | {"board_id": str(open_house.region.boards["URO-P"])})

    assert answer.status_code == 422 and "veel te lange tekst" in answer.text
