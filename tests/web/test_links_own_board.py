"""A hospital's own word for a board: its link manager says which board it means, in the messages of that hospital and nobody else's."""

from __future__ import annotations

import html
import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.board import Board
from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Changed, Link
from mdo_portal.services.links import link_history
from tests import make
from tests.integrations.fhir.make import bundle, patient, request
from tests.integrations.hl7v2 import samples
from tests.reception_house import hand_in, understand_all
from tests.web.portal import CSRF
from tests.web.test_links import Portal, portal

__all__ = ["portal"]

TODAY = datetime.now(UTC)
WORD = "Urologie  regio"
HL7 = samples.REFERRAL.replace(b"Uro-prostaat", WORD.encode())
FHIR = bundle(patient(), request(code={"text": WORD}))


def of(portal: Portal, code: str = "ZEED") -> Link:
    with portal.database.transaction() as session:
        return session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals[code])).one()


def reads(portal: Portal, profile: str) -> None:
    with portal.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one()
        link.profile_in, link.sending_applications, link.sending_facilities = profile, ["HIX"], ["ZEED"]


def tried(portal: Portal, raw: bytes, who: str = "Lars") -> str:
    form = {"csrf_token": CSRF, "file": (io.BytesIO(raw), "bericht")}
    return html.unescape(portal.person(who).post(f"{portal.link()}/try", data=form).text)


def said(portal: Portal, page: str, *, board: str = "URO-P", word: str = "", who: str = "Lars", code: str = "ZEED") -> str:
    again, named = (re.search(rf'name="{one}" value="([^"]+)"', page) for one in ("again", "word"))
    assert again is not None
    form = {"csrf_token": CSRF, "again": again[1], "word": word or (named[1] if named else WORD)}
    answer = portal.person(who).post(
        f"{portal.link(code)}/try/own-board", data=form | {"board": str(portal.region.boards[board])}, follow_redirects=True
    )
    return html.unescape(answer.text) if answer.status_code == 200 else str(answer.status_code)


@pytest.mark.parametrize(
    ("profile", "raw", "place"), [("hix", HL7, "PRD"), ("generic-r4", FHIR, "ServiceRequest/1.code.text")], ids=["HL7 v2", "FHIR"]
)
def test_the_link_manager_says_which_board_the_word_means_and_the_message_comes_there(
    portal: Portal, profile: str, raw: bytes, place: str
) -> None:
    """It took the administrator, with the same message: the first one of a hospital waited for another house."""
    reads(portal, profile)
    page = tried(portal, raw)
    assert "/try/own-board" in page and "Geldt voor wat dit ziekenhuis stuurt." in page

    after = said(portal, page)

    assert "Daaruit blijkt niet bij welk MDO" in page and "Daaruit blijkt niet bij welk MDO" not in after
    assert "De casus komt bij het MDO Uro-prostaat." in after and place in after and "Dit MDO is bedoeld" not in after
    with portal.database.transaction() as session:
        board = session.get_one(Board, portal.region.boards["URO-P"])
        details = session.scalars(select(AuditEntry.detail).order_by(AuditEntry.seq.desc()).limit(6)).all()
    assert not any("regio" in one for one in board.aliases)  # nobody else's word
    assert "places" in details and not any("regio" in one for one in details)


def test_what_was_read_before_comes_to_that_board_when_it_is_read_again(portal: Portal) -> None:
    raw = make.hl7_referral("M71", patient="71").replace(b"Uro-prostaat", b"Urologie regio")
    hand_in(portal.database, portal.region, raw, now=TODAY - timedelta(hours=1))
    understand_all(portal.database, now=TODAY - timedelta(hours=1))
    stands = select(Case.board_id).where(Case.board_hint == "MDO Urologie regio")  # what it was called, before and after
    with portal.database.transaction() as session:
        assert session.scalars(stands).all() == [None]

    said(portal, tried(portal, raw))
    answer = portal.person("Lars").post(f"{portal.link()}/replay", data={"csrf_token": CSRF}, follow_redirects=True)
    understand_all(portal.database, now=TODAY + timedelta(minutes=1))

    assert "1 aanmelding wordt opnieuw gelezen." in answer.text
    with portal.database.transaction() as session:
        assert session.scalars(stands).all() == [portal.region.boards["URO-P"]]


def of_beginning(portal: Portal, words: bytes = b"Urologie regio") -> list[tuple[object, str]]:
    """A referral with these words comes and is read: (board, what the sender called it) of its case."""
    raw = make.hl7_referral("M72", patient="72").replace(b"MDO Uro-prostaat", words)
    hand_in(portal.database, portal.region, raw, now=TODAY)
    understand_all(portal.database, now=TODAY)
    with portal.database.transaction() as session:
        found = session.execute(select(Case.board_id, Case.board_hint).where(Case.board_hint.not_in(("Uro-prostaat", "Lage GI"))))
        return [(board_id, hint) for board_id, hint in found]


def also_uro(portal: Portal) -> None:
    """ZEED takes part in a board of which the code is the beginning of another's."""
    with portal.database.transaction() as session:
        make.board(session, "URO", [session.get_one(Hospital, portal.region.hospitals["ZEED"])], name="Blaas en nier")


def test_the_board_that_was_chosen_is_meant_also_where_its_code_begins_with_that_of_another(portal: Portal) -> None:
    """In `URO-P` stands `URO` too: the page said *Opgeslagen*, and the next message had two boards, so none."""
    also_uro(portal)
    raw = make.hl7_referral("M71", patient="71").replace(b"MDO Uro-prostaat", b"Urologie regio")

    assert "De casus komt bij het MDO Uro-prostaat." in said(portal, tried(portal, raw))
    assert of_beginning(portal) == [(portal.region.boards["URO-P"], "Urologie regio")]


def test_a_board_that_has_another_code_by_now_is_none_and_certainly_no_other(portal: Portal) -> None:
    """The case came to the board of which the code is the beginning of the old one."""
    also_uro(portal)
    said(portal, tried(portal, make.hl7_referral("M71", patient="71").replace(b"MDO Uro-prostaat", b"Urologie regio")))
    with portal.database.transaction() as session:
        session.get_one(Board, portal.region.boards["URO-P"]).code = "PROST"

    assert of_beginning(portal) == [(None, "Urologie regio")]


def test_a_board_that_gets_another_code_is_meant_still(portal: Portal) -> None:
    """From that day every case of the hospital waited for somebody to choose; and the old code may be another board's by now."""
    said(portal, tried(portal, make.hl7_referral("M71", patient="71").replace(b"MDO Uro-prostaat", b"Urologie regio")))
    zeed = str(portal.region.hospitals["ZEED"])
    form = {
        "code": "prost", "name": "Uro-prostaat", "weekday": "3", "starts": "08:15", "minutes": "60", "minutes_per_case": "5",
        "closing_hours": "24", "review_months": "6", "objection_hours": "24", "follow_days": "7", "hospital": zeed,
    }  # fmt: skip

    answer = portal.person("Ada").post(f"/manage/boards/{portal.region.boards['URO-P']}", data=form | {"csrf_token": CSRF})

    assert answer.status_code == 302 and '"Urologie regio" = "PROST"' in of(portal).otherwise
    assert of_beginning(portal) == [(portal.region.boards["URO-P"], "Urologie regio")]
    with portal.database.transaction() as session:
        last = link_history.history(session, portal.region.hospitals["ZEED"])[0]
    assert (last.what, last.by_name) == (Changed.OTHERWISE, "Ada")


def test_a_word_of_another_board_or_a_board_of_others_is_refused(portal: Portal) -> None:
    reads(portal, "hix")
    page = tried(portal, HL7)

    assert "Met dat woord wordt al het MDO" in said(portal, page, word="Lage GI")
    assert "Kies welk MDO bedoeld is." in said(portal, page, board="GI")
    assert of(portal).otherwise == ""


def test_the_name_of_one_board_of_the_hospital_never_means_another(portal: Portal) -> None:
    """The words beside it made that message ask; every case for the one board would have come to the other from then on."""
    reads(portal, "hix")
    also_uro(portal)
    page = tried(portal, HL7)

    assert "Met dat woord wordt al het MDO Blaas en nier bedoeld." in said(portal, page, word="MDO blaas en nier")
    assert of(portal).otherwise == ""
    said(portal, page, word="Uro-prostaat of blaas en nier")  # of two of them it says which
    assert '"Uro-prostaat of blaas en nier" = "URO-P"' in of(portal).otherwise


@pytest.mark.parametrize(
    "word", ["Graag bespreken met urologie, radiologie en pathologie van de regio, en wel spoedig", "a\x07b"]
)
def test_a_sentence_is_no_word_for_a_board(portal: Portal, word: str) -> None:
    """Of one that was longer the beginning was kept: the page said *Opgeslagen*, and no message ever began with it."""
    reads(portal, "hix")
    page = tried(portal, HL7)

    assert "hoogstens 80 tekens" in said(portal, page, word=word)
    assert of(portal).otherwise == ""


def test_another_hospitals_link_learns_nothing_of_it(portal: Portal) -> None:
    reads(portal, "hix")
    page = tried(portal, HL7)

    assert said(portal, page, code="DELT") == "404" and said(portal, page, who="Dirk") == "403"
    assert of(portal, "DELT").otherwise == ""


def test_the_administrator_still_gives_the_board_a_name_for_everybody(portal: Portal) -> None:
    reads(portal, "hix")
    page = tried(portal, HL7, who="Ada")

    assert "/try/own-board" not in page and "/try/board" in page
