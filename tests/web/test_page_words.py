"""Words of pages that depend on who reads them, and texts that are as long as somebody made them."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, get_template_attribute
from flask_babel import force_locale
from sqlalchemy import update

from mdo_portal.database import Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import Person
from mdo_portal.web.assets import DIST
from tests import make
from tests.people import Region
from tests.web.decision_desk import on_the_table
from tests.web.portal import CSRF, app_on, signed_in

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as running:
        yield running


def test_a_page_that_is_not_there_names_the_work_list_only_to_who_has_one(app: Flask, database: Database, region: Region) -> None:
    said = {name: signed_in(app, database, region, name).get("/nothing-here").text for name in ("Aisha", "Lars", "Ada")}

    assert {name: "via de werklijst" in text for name, text in said.items()} == {"Aisha": True, "Lars": False, "Ada": False}
    assert "kies hierboven waar u wilt zijn" in said["Lars"]


def test_a_form_that_is_refused_leads_back_to_where_it_stands(app: Flask, database: Database, region: Region) -> None:
    """*Terug* led to the beginning, and from there nobody found back what they typed."""
    petra = signed_in(app, database, region, "Petra")
    sent = {"csrf_token": CSRF, "number": "0000", "bsn": ""}

    answer = petra.post("/destruction/find", data=sent, headers={"Referer": "http://localhost/retention"})
    from_an_answer = petra.post("/destruction/find", data=sent, headers={"Referer": "http://localhost/destruction/find"})

    assert answer.status_code == 404 and "data-typed-waits" in answer.text
    assert 'href="/retention">' in answer.text.partition("<main")[2]
    assert "Ga terug en kijk na wat u invulde." in answer.text and "Wat u typte staat nog op de vorige pagina." in answer.text
    assert 'href="/destruction/find"' not in from_an_answer.text


@pytest.mark.parametrize("name", ["cases", "meetings", "destruction"])
def test_a_page_that_is_not_there_leads_elsewhere_than_to_itself(
    app: Flask, database: Database, region: Region, name: str
) -> None:
    address = f"/{name}/{uuid.uuid4()}"
    answer = signed_in(app, database, region, "Petra" if name == "destruction" else "Aisha").get(address)

    assert answer.status_code == 404
    assert f'href="{address}"' not in answer.text.partition("<main")[2]


def test_an_emergency_that_misses_something_says_so_in_the_reader_s_language(
    app: Flask, database: Database, region: Region
) -> None:
    with database.transaction() as session:
        session.execute(update(Person).where(Person.name == "Dirk").values(language="en"))
    dirk = signed_in(app, database, region, "Dirk")

    said = dirk.post("/glass", data={"csrf_token": CSRF, "reason": "The patient is in the emergency room."})

    assert said.status_code == 422 and "The patient is in the emergency room." in said.text
    assert "Nog niet alles is ingevuld" not in said.text


def test_who_has_an_invitation_that_is_over_is_sent_to_sign_in_and_to_no_work_list(app: Flask) -> None:
    said = app.test_client().get("/invitation").text.partition("<main")[2]

    assert "Deze uitnodiging is niet (meer) geldig." in said and "Hebt u al een account?" in said
    assert "Aanmelden bij het portaal" in said and "werklijst" not in said


def test_a_form_of_a_page_from_before_signing_in_again_is_no_matter_of_rights(
    app: Flask, database: Database, region: Region
) -> None:
    aisha = signed_in(app, database, region, "Aisha")

    said = aisha.post("/sign-out", data={"csrf_token": "of before"})
    nobody = app.test_client().post("/sign-out", data={"csrf_token": "of before"})

    for answer in (said, nobody):
        assert answer.status_code == 403
        assert "Deze pagina is verlopen" in answer.text and "Wat u typte staat nog op de vorige pagina." in answer.text
        assert "om de juiste rol" not in answer.text
    assert "Aanmelden bij het portaal" not in said.text.partition("<main")[2]
    assert 'target="_blank"' in nobody.text


def test_a_long_text_stands_whole_in_the_page_once_and_has_a_more(app: Flask) -> None:
    long, short = "Graag uw oordeel. " * 60, "Graag uw oordeel."
    with app.test_request_context():
        long_text = get_template_attribute("components/long.html", "long_text")
        drawn, plain = str(long_text(long)), str(long_text(short))

    assert drawn.count(long.strip()) == 1 and "<summary>" in drawn
    assert plain.strip() == short


def test_our_own_label_is_in_the_reader_s_language_and_a_hospital_s_as_it_was_sent(app: Flask) -> None:
    words = "{{ 'Aangevraagd'|fact_label }} {{ 'Diagnose'|fact_label }} {{ 'Verwijzer'|fact_label }}"
    with app.test_request_context(), force_locale("en"):
        drawn = app.jinja_env.from_string(words).render()

    assert drawn == "Requested Diagnosis Verwijzer"


def test_the_case_says_of_a_document_that_it_breaks_off_or_was_corrected(app: Flask, database: Database, region: Region) -> None:
    papers = (
        make.document(b"%PDF-1.7 begin", title="Afgebroken"),
        make.document(b"%PDF-1.7 heel\n%%EOF\n", title="Heel"),
        make.document(b"%PDF-1.7 anders\n%%EOF\n", title="Anders", status="corrected"),
    )
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed, board_id=region.boards["URO-P"], documents=papers)
        path = f"/cases/{case.id}"

    listed = re.findall(r'<li><a id="document-.*?</li>', signed_in(app, database, region, "Aisha").get(path).text, re.DOTALL)

    assert len(listed) == len(papers)
    assert ["breekt af" in one for one in listed] == ["Afgebroken" in one for one in listed]
    assert ["gecorrigeerd" in one for one in listed] == ["Anders" in one for one in listed]


def test_the_case_says_who_wrote_a_document(app: Flask, database: Database, region: Region) -> None:
    papers = (
        make.document(b"%PDF-1.7 een\n%%EOF\n", title="Verslag", author="dr. A. Krol (patholoog), Streeklab <Zuid>"),
        make.document(b"%PDF-1.7 twee\n%%EOF\n", title="Zonder"),
    )
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        path = f"/cases/{make.case(session, zeed, board_id=region.boards['URO-P'], documents=papers).id}"

    listed = re.findall(r'<li><a id="document-.*?</li>', signed_in(app, database, region, "Aisha").get(path).text, re.DOTALL)

    told = "door dr. A. Krol (patholoog), Streeklab &lt;Zuid&gt;"
    assert [told in one for one in listed] == ["Verslag" in one for one in listed]
    assert sum(told in one for one in listed) == 1


def test_every_icon_that_a_page_names_is_drawn() -> None:
    drawn = set(re.findall(r'<symbol id="([a-z0-9-]+)"', next(DIST.glob("icons*.svg")).read_text(encoding="utf-8")))
    pages = [file.read_text(encoding="utf-8") for file in TEMPLATES.rglob("*.html")]
    named = {name for page in pages for name in re.findall(r'\b(?:icon\(|panel\(_\("[^"]*"\),)\s*"([a-z0-9-]+)"', page)}

    assert {"copy", "device-mobile"} <= named
    assert named - drawn == set()


def test_a_page_folds_for_larger_letters_as_it_does_for_a_narrower_window() -> None:
    """Who sets the browser's letters at 200 % has half as many rem: a width in pixels would not know, and the page would not fit."""
    sheets = (TEMPLATES.parent / "mdo_portal" / "frontend" / "css").glob("*.css")
    asked = [line for sheet in sheets for line in re.findall(r"@(?:media|container)[^{]*", sheet.read_text(encoding="utf-8"))]

    assert len(asked) > 50 and not [line for line in asked if re.search(r"\d(px|pt)\b", line)]


def test_the_list_of_keys_in_the_meeting_names_all_its_keys(app: Flask, database: Database, region: Region) -> None:
    with database.transaction() as session:
        meeting_id = on_the_table(session, region, now=datetime.now(UTC)).meeting_id
    bram, room = signed_in(app, database, region, "Bram"), f"/meetings/{meeting_id}/room"
    for act in ("open", "next"):
        bram.post(f"{room}/{act}", data={"csrf_token": CSRF})

    page = bram.get(room).text
    main, keys = page.partition("<main")[2].partition('id="keys-help"')[::2]

    used = set(re.findall(r'data-hotkey="([a-z])"', main)) - set("jk")
    named = set(re.findall(r"<kbd[^>]*>([a-z])</kbd>", keys))
    assert {"n", "r", "v", "i"} <= used
    assert used <= named


@pytest.mark.parametrize(("lacking", "said"), [(["wens"], "ontbreekt: wens"), (["wens", "beeld"], "ontbreken: wens, beeld")])
def test_one_thing_is_missing_and_two_things_are(app: Flask, lacking: list[str], said: str) -> None:
    """*4 mist* stood above what a case lacked."""
    with app.test_request_context():
        dots = get_template_attribute("components/facts.html", "readiness_dots")
        drawn = str(dots([("vraag", "ok"), *((one, "missing") for one in lacking)]))

    assert said in drawn


def test_above_what_a_case_lacks_stands_how_much_that_is(app: Flask, database: Database, region: Region) -> None:
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(session, zeed, board_id=region.boards["URO-P"])
        case.missing = ["wish", "pathology"]
        path = f"/cases/{case.id}"

    assert "2 ontbreken" in signed_in(app, database, region, "Aisha").get(path).text


@pytest.mark.parametrize(("by_token", "word"), [(False, "Alleen via een tunnel"), (True, "Geen token")])
def test_a_line_that_only_a_tunnel_may_use_is_called_so(app: Flask, by_token: bool, word: str) -> None:
    """It was called *Nog geen certificaat*, as if it took nothing yet."""
    with app.test_request_context():
        badge = get_template_attribute("links/_line.html", "line_badge")
        drawn = str(badge(True, "unproven", datetime.now(UTC), by_token))

    assert word in drawn and ("tunnel" in drawn) is not by_token


@pytest.mark.parametrize(("hours", "first"), [(-1, True), (24, False)])
def test_opening_the_meeting_is_the_next_step_only_once_registration_closed(
    app: Flask, database: Database, region: Region, hours: int, first: bool
) -> None:
    """Five days ahead the one coloured button of an empty agenda was *Open vergadering*."""
    with database.transaction() as session:
        meeting = session.get_one(Meeting, region.meeting)
        meeting.registration_closes_at = datetime.now(UTC) + timedelta(hours=hours)

    page = signed_in(app, database, region, "Bram").get(f"/meetings/{region.meeting}").text

    button = re.search(r'<button class="([^"]*)"[^>]*>(?:<svg.*?</svg>)?Open vergadering', page)
    assert button and ("btn-primary" in button[1]) is first


def test_no_browser_keeps_what_is_typed_for_who_comes_next(app: Flask) -> None:
    """A ward's machine has one account of Windows for all: what one typed about a patient was offered to the next, letter by letter."""
    with app.test_request_context():
        field = get_template_attribute("components/forms.html", "field")
        own, named = field("reason", "Reden"), field("email", "E-mail", attributes={"autocomplete": "username", "maxlength": 9})

    assert 'autocomplete="off"' in own
    assert 'autocomplete="username"' in named and 'maxlength="9"' in named and "off" not in named
    typed = [
        (path.name, one)
        for path in TEMPLATES.rglob("*.html")
        for one in re.findall(r'<input class="input[^>]*', path.read_text())
    ]
    assert len(typed) > 10
    assert [
        one
        for one in typed
        if not any(word in one[1] for word in ("autocomplete", "readonly", "_tied(", 'type="number"', 'type="date'))
    ] == []


def test_no_sign_in_a_name_turns_round_what_stands_behind_it(app: Flask, database: Database, region: Region) -> None:
    """A sender's U+202E showed the birth date behind the name backwards; on paper it stands as [U+202E]."""
    name = replace(make.identity().name, family="Zeegers\u202e")
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        case = make.case(
            session, zeed, patient=make.identity("Z-9", name=name), question_board="\u2067Wat nu?\u2069 \u0627\u200f"
        )

    page = signed_in(app, database, region, "Dirk").get(f"/cases/{case.id}").text

    assert "Zeegers" in page and "Wat nu? \u0627\u200f" in page
    assert [one for one in page if one in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"] == []


def test_who_leads_a_dozen_boards_has_their_figures_in_one_menu(app: Flask) -> None:
    """Twelve buttons stood above the list of meetings, which began below them."""
    with app.test_request_context():
        per_board = get_template_attribute("components/layout.html", "per_board")
        shown = [
            per_board([(uuid.uuid4(), f"MDO {n}") for n in range(count)], "year_figures.page", "Jaarcijfers %s", "Per MDO…")
            for count in (2, 12)
        ]

    assert ["<details" in one for one in shown] == [False, True]
    assert [one.count("<a ") for one in shown] == [2, 12]
    assert "Jaarcijfers MDO 1" in shown[0]
