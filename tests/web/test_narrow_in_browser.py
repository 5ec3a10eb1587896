"""Pages as wide as a phone, or at four hundred per cent (WCAG 1.4.10): nothing makes the page itself scroll sideways."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route
from sqlalchemy import select

from mdo_portal.domain.board import Meeting, MeetingState
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Channel, Hospital
from mdo_portal.domain.link import Link
from mdo_portal.exchange import Fact, Section
from mdo_portal.services.inbox import polls
from mdo_portal.web.assets import DIST
from tests import make
from tests.browser import axe
from tests.people import person_id
from tests.web.decision_desk import on_the_agenda
from tests.web.people_house import House, house

__all__ = ["house"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
SITE = "http://portal.example"
STICKS_OUT = """one => { const box = one.getBoundingClientRect();
  return [...one.children].map(child => child.getBoundingClientRect()).some(child => child.width && (child.left < box.left + 3 || child.right > box.right - 3)); }"""
COVERED = """one => { const box = one.getBoundingClientRect();
  return box.width && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)?.closest('#toasts'); }"""
BEHIND = """one => { const box = one.getBoundingClientRect();
  return !one.contains(document.elementFromPoint(box.x + box.width / 2, box.bottom - 2)); }"""
MANY_MISSING = """async () => { const all = document.querySelector(".presence .people");
for (let n = 0; n < 12; n++) all.insertAdjacentHTML("beforeend", '<li class="person is-missing"><b>radiotherapeut-oncoloog</b></li>');
for (let n = 0; n < 3; n++) await new Promise(drawn => requestAnimationFrame(drawn)); }"""
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: what a reader may set for themselves (WCAG 1.4.12)
SPACED = """() => { const own = new CSSStyleSheet();
own.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }");
document.adoptedStyleSheets = [...document.adoptedStyleSheets, own]; }"""


@contextmanager
def narrow(browser: Browser, house: House, name: str, path: str, **told: Any) -> Iterator[Page]:
    """The page as this person gets it, with the built styles, 320 pixels wide; `told` is what the system says of its colours."""
    client = house.person(name)

    def answer(route: Route) -> None:
        asked = route.request.url.removeprefix(SITE)
        if asked.startswith("/static/dist/"):
            route.fulfill(path=DIST / asked.partition("?")[0].removeprefix("/static/dist/"))
        elif asked == path:
            route.fulfill(body=client.get(asked).text, content_type="text/html; charset=utf-8")
        else:
            route.abort()

    page = browser.new_page(viewport={"width": 320, "height": 800}, **told)
    page.route("**/*", answer)
    page.goto(SITE + path)
    yield page
    page.close()


def test_who_must_be_there_is_not_broken_inside_a_word(browser: Browser, house: House) -> None:
    """*patholoog* stood there as *patholoo* and *g*, beside its name and what is the matter."""
    with narrow(browser, house, "Aisha", f"/meetings/{house.region.meeting}") as page:
        lines = page.locator(".people .person").first.evaluate(
            """one => { one.innerHTML = `${one.querySelector("svg").outerHTML}<b>patholoog</b><span>dr. I.M. Lindeboom</span><span>nog niet binnen</span>`;
            const word = document.createRange(); word.selectNodeContents(one.querySelector("b")); return word.getClientRects().length; }"""
        )
        assert lines == 1


def test_a_sentence_that_warns_on_the_card_of_a_link_is_read_to_its_end(browser: Browser, house: House) -> None:
    with house.database.transaction() as session:
        long_ago = datetime.now(UTC) - timedelta(days=3)
        polls.register(session, session.get_one(Link, house.region.links["ZEED"].link_id), "ServiceRequest", every=timedelta(hours=1),
                       now=long_ago).reason = "token"  # fmt: skip
    with narrow(browser, house, "Lars", "/links") as page:
        told = page.locator("p.soon", has_text="antwoordt niet")
        assert told.count() == 1
        assert told.evaluate("one => one.scrollWidth - one.clientWidth") <= 0


def test_the_pages_of_links_boards_and_rights(browser: Browser, house: House) -> None:
    with house.database.transaction() as session:
        now, region = datetime.now(UTC), house.region
        soon, closes = now + timedelta(days=2), now + timedelta(days=1)
        round_ = on_the_agenda(session, region, now=now, starts_at=soon, closes_at=closes)
        make.signed(session, make.discussed(session, round_, viewer=region.bram, now=now), viewer=region.bram, now=now)
        for one in session.scalars(select(Delivery)):
            one.state, one.sent_at, one.received_at = "received", now - timedelta(days=1), now - timedelta(days=1)
        link = session.scalars(select(Link).where(Link.hospital_id == region.hospitals["ZEED"])).one()
        link.profile_in, link.profile_out = "generic-v2-confirmed", "generic-v2-confirmed"
        other = session.scalars(select(Link).where(Link.hospital_id == region.hospitals["DELT"])).one()
        other.profile_in, other.url_out, other.channel_out = "generic-r4", "https://fhir.delta.example/r4", Channel.FHIR
    home, uro = f"/links/{house.region.hospitals['ZEED']}", house.region.boards["URO-P"]
    fhir = f"/links/{house.region.hospitals['DELT']}"
    paths = [
        "/links",
        home,
        f"{home}/agreements",
        fhir,
        f"{fhir}/agreements",
        "/account",
        "/links/new",
        f"/manage/boards/{uro}",
        f"/rights/explain/{person_id('Aisha')}",
    ]

    found = {}
    for path in paths:
        with narrow(browser, house, "Ada", path) as page:
            found[path] = (page.evaluate(TOO_WIDE), axe(page))

    assert found == dict.fromkeys(paths, (0, []))


@pytest.mark.parametrize(("name", "path"), [("Petra", "/log"), ("Ada", "/links/{delt}/places")])
def test_a_page_whose_letters_somebody_set_wider(browser: Browser, house: House, name: str, path: str) -> None:
    """A long button, or the place of a field in FHIR, stuck out."""
    with house.database.transaction() as session:
        session.scalars(select(Link).where(Link.hospital_id == house.region.hospitals["DELT"])).one().profile_in = "generic-r4"
    with narrow(browser, house, name, path.format(delt=house.region.hospitals["DELT"])) as page:
        page.evaluate(SPACED)
        assert page.evaluate(TOO_WIDE) <= 0


def test_the_headings_of_the_form_are_not_broken_inside_a_word(browser: Browser, house: House) -> None:
    """*Patiënt* stood there as *Patië* and *nt*."""
    with narrow(browser, house, "Dirk", "/register") as page:
        heading = page.get_by_role("heading", name="Patiënt", exact=True)
        assert (
            heading.evaluate(
                "one => { const all = document.createRange(); all.selectNodeContents(one); return all.getClientRects().length; }"
            )
            == 1
        )


@pytest.mark.parametrize(("wide", "high"), [(320, 640), (720, 450), (1100, 800)])
def test_the_line_one_stands_on_is_never_behind_the_chosen_case(browser: Browser, house: House, wide: int, high: int) -> None:
    """At two hundred per cent and on a phone the brief lay over it: one chose a patient whose line was not to be seen."""
    with narrow(browser, house, "Aisha", "/worklist") as page:
        page.set_viewport_size({"width": wide, "height": high})
        page.evaluate(
            """() => { const row = document.querySelector("#worklist-rows [data-row]");
            for (let n = 0; n < 12; n++) { const copy = row.cloneNode(true); copy.id = copy.dataset.row = `row-${n}`; row.after(copy); }
            const words = "<div class='panel-body'><p>" + "Een vraag. ".repeat(90) + "</p></div>";
            document.querySelector("#brief").innerHTML = `<section class="panel" id="brief-case">${words}</section>`; }"""
        )
        behind = page.evaluate(
            """async () => { const brief = document.querySelector("#brief-case"), behind = [];
            for (const row of document.querySelectorAll("#worklist-rows [data-row]")) {
                const isBehind = () => row.getBoundingClientRect().bottom > brief.getBoundingClientRect().top + 1;
                row.tabIndex = 0; row.focus();
                for (let n = 0; n < 40 && (n === 0 || isBehind()); n++) await new Promise(later => setTimeout(later, 25)); // the browser scrolls when it draws
                if (isBehind()) behind.push(row.id);
            } return behind; }"""
        )
        assert behind == []


@pytest.mark.parametrize("wide", [718, 1047])
def test_on_paper_every_answer_of_the_work_list_stands_under_its_own_heading(browser: Browser, house: House, wide: int) -> None:
    """On A4 hospital and board shared one column, so that the question stood under MDO and the readiness under the question."""
    with narrow(browser, house, "Aisha", "/worklist") as page:
        page.set_viewport_size({"width": wide, "height": 1000})
        page.evaluate("document.querySelector('.rows-work .who a').textContent = 'Langenaamzonderspatie'.repeat(4)")
        page.emulate_media(media="print")
        left = "all => all.filter(one => one.offsetWidth > 1).map(one => Math.round(one.getBoundingClientRect().left))"
        heads = page.locator(".rows-work thead th").evaluate_all(left)
        cells = page.locator(".rows-work tbody tr").first.locator("> *").evaluate_all(left)

        assert heads == cells and len(heads) >= 6
        # What came is full, what is missing empty: browsers leave backgrounds out.
        assert page.locator(".dot").first.evaluate("one => getComputedStyle(one).printColorAdjust") == "exact"
        assert page.evaluate(TOO_WIDE) <= 0


def test_a_case_with_long_answers_of_another_hospital(browser: Browser, house: House) -> None:
    answers = (
        Fact(section=Section.FORM, text="Brief Kreekrijk", label="Document niet meegestuurd", dated_on=date(2026, 1, 2)),
        Fact(section=Section.FORM, text="nee", label="Roker", dated_on=date(2026, 2, 20)),
    )
    with house.database.transaction() as session:
        zeed = session.get_one(Hospital, house.region.hospitals["ZEED"])
        case = make.case(session, zeed, now=datetime.now(UTC), board_id=house.region.boards["URO-P"], facts=answers)
        path = f"/cases/{case.id}"

    with narrow(browser, house, "Aisha", path) as page:
        assert "Kreekrijk" in page.content()
        assert page.evaluate(TOO_WIDE) == 0


def test_the_meeting_for_who_looks_at_another_case_than_the_chair(browser: Browser, house: House) -> None:
    with house.database.transaction() as session:
        now = datetime.now(UTC)
        round_ = on_the_agenda(session, house.region, now=now, starts_at=now + timedelta(hours=1), closes_at=now)
        meeting_id, round_id = round_.meeting_id, round_.id
        session.get_one(Meeting, meeting_id).state = MeetingState.OPEN

    with narrow(browser, house, "Bram", f"/meetings/{meeting_id}/room?round={uuid.UUID(str(round_id))}") as page:
        assert page.get_by_text("Terug naar de voorzitter").count() == 1
        assert page.evaluate(TOO_WIDE) == 0
        page.set_viewport_size(
            {"width": 1440, "height": 900}
        )  # where the conclusion stands beside the case, in its narrow column
        foot = page.locator(".conclusion-foot :is(.btn, .btn-quiet):visible")
        assert foot.evaluate_all(f"all => all.filter({STICKS_OUT}).map(one => one.innerText)") == []
        assert foot.count() >= 5
        told = page.locator("#toasts").evaluate(
            "box => { box.innerHTML = '<div class=toast-note>Het portaal antwoordt niet.</div>'; }"
        )
        assert (
            told is None
            and page.locator(".conclusion-foot .btn, .presence .btn").evaluate_all(f"all => all.filter({COVERED})") == []
        )
        # Of many disciplines nobody is there yet: as chips those of a quorum took four lines of the case, on a laptop.
        page.evaluate(MANY_MISSING)
        assert page.locator(".presence").evaluate("one => one.offsetHeight") < 80
        # However high the bar becomes, Lezen en tekenen does not stand behind it.
        page.evaluate(MANY_MISSING)
        page.evaluate(MANY_MISSING)
        assert page.locator(".presence").evaluate("one => one.offsetHeight") > 80
        assert foot.evaluate_all(f"all => all.filter({BEHIND}).map(one => one.innerText)") == []


def test_on_paper_a_name_on_the_agenda_stands_on_one_line(browser: Browser, house: House) -> None:
    """What moves a line is not printed, and everything behind it stood one column too far: one letter of a name on each line."""
    with house.database.transaction() as session:
        now = datetime.now(UTC)
        on_the_agenda(session, house.region, now=now, starts_at=now + timedelta(days=2), closes_at=now + timedelta(days=1))
    for width in (560, 690, 1000):  # paper upright with and without margins, and on its side
        with narrow(browser, house, "Aisha", f"/meetings/{house.region.meeting}") as page:
            page.set_viewport_size({"width": width, "height": 1000})
            page.emulate_media(media="print")
            lines = page.locator(".agenda-plan .who > a").evaluate_all("all => all.map(one => one.getClientRects().length)")
            assert lines and set(lines) == {1}


def test_on_a_tablet_what_one_does_with_a_letter_is_in_sight(browser: Browser, house: House) -> None:
    """The last column, with its buttons, stood beyond the edge of the page."""
    with house.database.transaction() as session:
        now, region = datetime.now(UTC), house.region
        round_ = on_the_agenda(session, region, now=now, starts_at=now + timedelta(days=2), closes_at=now + timedelta(days=1))
        make.signed(session, make.discussed(session, round_, viewer=region.bram, now=now), viewer=region.bram, now=now)
    with narrow(browser, house, "Aisha", "/post?tab=all") as page:
        page.set_viewport_size({"width": 820, "height": 1180})
        assert page.evaluate(TOO_WIDE) == 0
        assert page.locator("#post-list .do button").first.evaluate("one => one.getBoundingClientRect().right") <= 820
