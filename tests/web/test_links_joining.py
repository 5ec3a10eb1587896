"""A hospital joins: its sender is added by both names and the message judged again, and it takes part in boards or is warned of."""

from __future__ import annotations

import html
import io
import re

from sqlalchemy import select

from mdo_portal.domain.board import Board
from mdo_portal.domain.link import Link
from mdo_portal.web.links_try import LARGEST_AGAIN
from tests.integrations.hl7v2 import samples
from tests.web.portal import CSRF
from tests.web.test_links import Portal, portal

__all__ = ["portal"]


def test_a_second_hospital_with_the_same_epd_is_added_by_both_names_and_its_message_read_again(portal: Portal) -> None:
    ada = portal.person("Ada")
    with portal.database.transaction() as session:
        zeed = session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one()
        zeed.sending_applications, zeed.sending_facilities = ["HIX"], ["ZEED"]
    home = portal.link("KREE")
    ada.post(f"{home}/settings", data={"csrf_token": CSRF, "name": "Kreekrug", "profile_in": "hix"})
    raw = samples.REFERRAL.replace(b"|HIX|ZEED|", b"|HIX|KREE|")
    before = ada.post(f"{home}/try", data={"csrf_token": CSRF, "file": (io.BytesIO(raw), "bericht.hl7")}).text
    again = re.search(r'name="again" value="([^"]+)"', before)
    assert again is not None and "Dit bericht wordt geweigerd." in before

    after = ada.post(
        f"{home}/sender", data={"csrf_token": CSRF, "application": "HIX", "facility": "KREE", "again": html.unescape(again[1])}
    ).text

    with portal.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["KREE"])).one()
        assert (link.sending_applications, link.sending_facilities) == (["HIX"], ["KREE"])
    assert "Deze afzender is toegevoegd:" in after and "van Putten" in after
    assert "Dit bericht wordt goed gelezen." in after and "Voeg deze afzender toe" not in after


def test_a_hospital_without_a_board_is_warned_of_until_it_joins_one(portal: Portal) -> None:
    ada, warning = portal.person("Ada"), "aan geen MDO deel: aanmeldingen ziet niemand."
    alone = ada.post("/links/new", data={"csrf_token": CSRF, "name": "Alleen", "code": "ALLEEN"}).headers["Location"]
    home = alone.removesuffix("/settings")
    shown = [warning in ada.get(path).text for path in ("/links", home, f"{home}/try")]
    with portal.database.transaction() as session:
        board_id = session.scalars(select(Board.id).limit(1)).one()

    page = ada.get(f"/manage/hospitals/{home.rpartition('/')[2]}").text
    form = {"csrf_token": CSRF, "name": "Alleen", "review_months": "6", "boards": "1", "board": str(board_id)}
    saved = ada.post(f"/manage/hospitals/{home.rpartition('/')[2]}", data=form)
    joined = ada.post("/links/new", data={"csrf_token": CSRF, "name": "Mee", "code": "MEE", "board": str(board_id)})

    assert (shown, saved.status_code) == ([True, True, True], 302)
    assert f'name="board" value="{board_id}"' in page
    assert warning not in ada.get(home).text
    assert warning not in ada.get(joined.headers["Location"].removesuffix("/settings")).text


def test_that_a_large_message_will_have_to_be_chosen_again_is_said_before_the_sender_is_added(portal: Portal) -> None:
    ada = portal.person("Ada")
    home = portal.link("KREE")
    ada.post(f"{home}/settings", data={"csrf_token": CSRF, "name": "Kreekrug", "profile_in": "hix"})
    large = samples.REFERRAL + b"NTE|9||" + b"x" * LARGEST_AGAIN + b"\r"

    def tried(raw: bytes) -> str:
        return ada.post(f"{home}/try", data={"csrf_token": CSRF, "file": (io.BytesIO(raw), "bericht.hl7")}).text

    warned = ["kies het bestand daarna opnieuw" in tried(raw) for raw in (samples.REFERRAL, large)]
    added = ada.post(f"{home}/sender", data={"csrf_token": CSRF, "application": "HIX", "facility": "ZEED"}, follow_redirects=True)

    assert warned == [False, True]
    assert "Kies het bestand opnieuw" in added.text


def test_what_a_hospital_sends_is_not_read_with_a_profile_for_letters_in_a_folder(portal: Portal) -> None:
    page = portal.person("Ada").get(f"{portal.link('KREE')}/settings").text
    choice = re.search(r'<select[^>]*name="profile_in".*?</select>', page, re.DOTALL)

    assert choice is not None and "ChipSoft HiX" in choice[0] and "zonder koppeling" in choice[0]
    assert "Map:" not in choice[0]
