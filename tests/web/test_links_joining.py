"""A hospital joins: its sender is added by both names and the message judged again, and it takes part in boards or is warned of."""

from __future__ import annotations

import html
import io
import re

import pytest
from sqlalchemy import select

from mdo_portal.domain.board import Board
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.link import Link
from mdo_portal.services.people import people
from mdo_portal.web.links_try import LARGEST_AGAIN
from tests import make, pdf_text
from tests.integrations.hl7v2 import samples
from tests.people import person_id
from tests.web.decision_desk import on_the_table
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
    raw = samples.REFERRAL.replace(b"|HIX|ZEED|", b"|HIX|KREE|").replace(b"Uro-prostaat", b"Lage GI")
    before = ada.post(f"{home}/try", data={"csrf_token": CSRF, "file": (io.BytesIO(raw), "bericht.hl7")}).text
    again = re.search(r'name="again" value="([^"]+)"', before)
    assert again is not None and "Dit bericht wordt geweigerd." in before

    after = ada.post(
        f"{home}/try/adopt", data={"csrf_token": CSRF, "application": "HIX", "facility": "KREE", "again": html.unescape(again[1])}
    ).text

    with portal.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["KREE"])).one()
        assert (link.sending_applications, link.sending_facilities) == (["HIX"], ["KREE"])
    assert "Deze afzender is toegevoegd:" in after and "van Putten" in after
    assert "Dit bericht wordt goed gelezen." in after and "Voeg deze afzender toe" not in after


def test_a_hospital_where_nobody_can_hand_in_the_form_says_so_and_where_to_invite(portal: Portal) -> None:
    """Added, it *could hand in by the web form at once*, and nothing said that nobody there had an account."""
    ada, warning = portal.person("Ada"), "Niemand van Alleen kan aanmelden."
    made = ada.post("/links/new", data={"csrf_token": CSRF, "name": "Alleen", "code": "ALLEEN"}).headers["Location"]
    home = made.removesuffix("/settings")
    place = home.rpartition("/")[2]
    page = ada.get(home).text
    assert warning in page and f'href="/people/hospital/{place}#add"' in page

    form = {"csrf_token": CSRF, "email": "n.nieuw@example.nl", "name": "N. Nieuw", "discipline": "uroloog", "role": "specialist"}
    added = ada.post(f"/people/hospital/{place}/add", data=form)
    assert added.status_code in (302, 303) and warning not in ada.get(home).text


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


@pytest.mark.parametrize(("language", "quoted"), [("nl", "„HIX”"), ("en", "“HIX”")])
def test_the_name_of_a_sender_is_quoted_as_in_the_language_of_the_page(portal: Portal, language: str, quoted: str) -> None:
    with portal.database.transaction() as session:
        people.set_language(session, person_id("Ada"), language)
    ada, home = portal.person("Ada"), portal.link("KREE")
    ada.post(f"{home}/settings", data={"csrf_token": CSRF, "name": "Kreekrug", "profile_in": "hix"})
    raw = samples.REFERRAL.decode("latin-1")
    assert quoted in html.unescape(ada.post(f"{home}/try", data={"csrf_token": CSRF, "message": raw}).text)


def _that_hix_sends_to(portal: Portal) -> str:
    with portal.database.transaction() as session:
        zeed = session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one()
        zeed.sending_applications, zeed.sending_facilities = ["HIX"], ["ZEED"]
    return portal.link("ZEED")


def test_a_referral_that_names_no_board_of_its_hospital_is_not_called_good(portal: Portal) -> None:
    ada, home = portal.person("Ada"), _that_hix_sends_to(portal)

    def tried(raw: bytes) -> str:
        answer = ada.post(f"{home}/try", data={"csrf_token": CSRF, "file": (io.BytesIO(raw), "bericht.hl7")})
        return html.unescape(answer.text)

    named, unnamed = tried(samples.REFERRAL), tried(samples.REFERRAL.replace(b"Uro-prostaat", b"hoofd-hals"))
    elsewhere = tried(samples.REFERRAL.replace(b"Uro-prostaat", b"Lage GI"))

    assert "Dit bericht wordt goed gelezen." in named and "De casus komt bij het MDO Uro-prostaat." in named
    for page in (unnamed, elsewhere):
        assert "Dit bericht wordt goed gelezen." not in page and "Dit bericht wordt gelezen, maar niet alles klopt." in page
        assert page.index("Gevraagd MDO") < page.index(">ontbreekt<"), "what is needed stands first"
        assert "U mag ook zo verder" in page and f'href="{home}#told"' in page, "it was a page without a way on"
    assert "Daaruit blijkt niet bij welk MDO de casus hoort" in unnamed and "Uro-prostaat (URO-P)" in unnamed
    assert "Dat is het MDO Lage GI, en daaraan neemt dit ziekenhuis niet deel" in elsewhere


def test_the_report_says_by_which_names_a_board_is_known_and_not_what_the_message_said(portal: Portal) -> None:
    ada, home = portal.person("Ada"), _that_hix_sends_to(portal)
    raw = samples.REFERRAL.replace(b"Uro-prostaat", b"hoofd-hals")

    page = ada.post(f"{home}/try", data={"csrf_token": CSRF, "file": (io.BytesIO(raw), "bericht.hl7")}).text
    sealed = re.search(r'name="report" value="([^"]+)"', page)
    assert sealed is not None
    said = pdf_text.whole(ada.post(f"{home}/report", data={"csrf_token": CSRF, "report": html.unescape(sealed[1])}).data)

    words = " ".join(said.split())
    assert "Uro-prostaat (URO-P)" in words and "hoofd-hals" not in words
    assert "iemand moet het aanvullen of herstellen" in words


def test_where_a_field_stands_may_be_written_as_a_vendor_writes_it(portal: Portal) -> None:
    ada, home = portal.person("Ada"), portal.link("ZEED")
    kept = []
    for place in ("zpi.2", "PID.3.1", "OBX(2)-5", " PID-3(1)-1 "):
        ada.post(f"{home}/places/one", data={"csrf_token": CSRF, "field": "patient.local_number", "place": place})
        with portal.database.transaction() as session:
            link = session.scalars(select(Link).where(Link.hospital_id == portal.region.hospitals["ZEED"])).one()
            kept.append(link.otherwise)

    found = [re.search(r'local_number = \["([^"]+)"', text) for text in kept]
    assert [one and one[1] for one in found] == ["ZPI-2", "PID-3-1", "OBX(2)-5", "PID-3(1)-1"]


def test_what_is_no_place_is_said_at_the_field_and_with_its_name_on_the_page_of_its_hospital(portal: Portal) -> None:
    ada, home = portal.person("Ada"), portal.link("ZEED")

    wrong = ada.post(f"{home}/places/one", data={"csrf_token": CSRF, "field": "patient.local_number", "place": "in veld 2"})
    page, _, rest = wrong.text.partition('id="f-place-error"')

    assert wrong.status_code == 422 and 'value="in veld 2"' in page + rest
    assert "„in veld 2” is geen plaats in een bericht" in rest.partition("</div>")[0]
    assert "patient.local_number”" not in wrong.text and "Ziekenhuis ZEED" in page.partition('<nav class="tabs"')[0]


def test_that_own_places_lapse_with_the_profile_they_were_for_is_said_and_kept_in_their_history(portal: Portal) -> None:
    ada, home = portal.person("Ada"), portal.link("ZEED")
    ada.post(f"{home}/places/one", data={"csrf_token": CSRF, "field": "patient.local_number", "place": "ZPI-2"})

    def saved(profile: str) -> str:
        form = {"csrf_token": CSRF, "name": "Zeeduyn", "profile_in": profile}
        return ada.post(f"{home}/settings", data=form, follow_redirects=True).text

    said = [saved("nexus"), saved("nexus")]

    assert ["Wat elders stond is vervallen" in page for page in said] == [True, False]
    versions = ada.get(f"{home}/places").text.partition("Vorige versies")[2]
    assert versions.index("(leeg)") < versions.index("ZPI-2")


def test_a_page_about_how_it_runs_has_no_empty_foot(portal: Portal) -> None:
    ada = portal.person("Ada")
    made = ada.post("/links/new", data={"csrf_token": CSRF, "name": "Alleen", "code": "ALLEEN"}).headers["Location"]

    pages = [ada.get(made.removesuffix("/settings")).text, ada.get(portal.link("ZEED")).text]

    assert [re.search(r'class="panel-foot[^"]*">\s*</div>', page) for page in pages] == [None, None]


def test_the_form_of_a_new_hospital_says_what_may_stay_empty(portal: Portal) -> None:
    page = portal.person("Ada").get("/links/new").text

    assert page.count('<span class="optional">niet verplicht</span>') == 5


def test_that_a_large_message_will_have_to_be_chosen_again_is_said_before_the_sender_is_added(portal: Portal) -> None:
    ada = portal.person("Ada")
    home = portal.link("KREE")
    ada.post(f"{home}/settings", data={"csrf_token": CSRF, "name": "Kreekrug", "profile_in": "hix"})
    large = samples.REFERRAL + b"NTE|9||" + b"x" * LARGEST_AGAIN + b"\r"

    def tried(raw: bytes) -> str:
        return ada.post(f"{home}/try", data={"csrf_token": CSRF, "file": (io.BytesIO(raw), "bericht.hl7")}).text

    warned = ["kies het bestand daarna opnieuw" in tried(raw) for raw in (samples.REFERRAL, large)]
    added = ada.post(
        f"{home}/try/adopt", data={"csrf_token": CSRF, "application": "HIX", "facility": "ZEED"}, follow_redirects=True
    )

    assert warned == [False, True]
    assert "Kies het bestand opnieuw" in added.text


def test_what_a_hospital_sends_is_not_read_with_a_profile_for_letters_in_a_folder(portal: Portal) -> None:
    page = portal.person("Ada").get(f"{portal.link('KREE')}/settings").text
    choice = re.search(r'<select[^>]*name="profile_in".*?</select>', page, re.DOTALL)

    assert choice is not None and "ChipSoft HiX" in choice[0] and "zonder koppeling" in choice[0]
    assert "Map:" not in choice[0]


def test_letters_that_were_refused_lead_only_who_may_see_the_post_to_it(portal: Portal) -> None:
    with portal.database.transaction() as session:
        round_ = on_the_table(session, portal.region, now=make.NOW)
        discussed = make.discussed(session, round_, viewer=portal.region.bram)
        make.signed(session, discussed, viewer=portal.region.bram)
        for one in session.scalars(select(Delivery)):
            one.state = DeliveryState.REFUSED
        code = session.get_one(Hospital, portal.region.hospitals["ZEED"]).code

    pages = {name: portal.person(name).get(portal.link(code)).text.partition("<main")[2] for name in ("Ada", "Lars")}

    assert all("Brieven geweigerd of vastgelopen" in page for page in pages.values())
    assert {name: 'href="/post"' in page for name, page in pages.items()} == {"Ada": False, "Lars": True}
