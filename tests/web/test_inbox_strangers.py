"""Messages under a name that no link knows: who sees how they sign, and what is to be done."""

from __future__ import annotations

from mdo_portal.domain.link import Link
from mdo_portal.domain.people import Role
from tests import make
from tests.web.identity_house import House, house
from tests.web.test_inbox import kept, table

__all__ = ["house"]


def signed_by_a_stranger(house: House) -> None:
    raw = make.hl7_referral("W1", sender="HIX").replace(b"|HIX|ZEED|", b"|HIX^1.2.3^ISO|VECHT|")
    kept(house, "unknown_sender", "", raw=raw, control_id="W1")


def test_a_stranger_is_shown_as_it_signs_to_the_administrator_alone(house: House) -> None:
    signed_by_a_stranger(house)

    rows = table(house.person(Role.ADMINISTRATOR, "KREE").get("/inbox?state=unreadable").text)

    assert "tekent als HIX / VECHT" in rows
    assert "van Voorbeeld" not in rows
    assert "HIX" not in house.person(Role.LINK_MANAGER).get("/inbox").text


def test_once_a_link_knows_the_stranger_the_row_says_who_must_send_again(house: House) -> None:
    signed_by_a_stranger(house)
    ada = house.person(Role.ADMINISTRATOR, "KREE")
    assert "Deze afzender is nu bekend" not in ada.get("/inbox").text

    with house.database.transaction() as session:
        link = session.get_one(Link, house.region.links["KREE"].link_id)
        link.sending_applications = [*link.sending_applications, "HIX"]
        link.sending_facilities = []

    assert "Deze afzender is nu bekend" in ada.get("/inbox").text


def test_a_hospital_sees_how_its_own_epd_signs_now_and_where_to_write_that_down(house: House) -> None:
    raw = make.hl7_referral("W1", sender="NEW-EPD")
    kept(house, "other_name", "ZEED", raw=raw, control_id="W1")
    rows = table(house.person(Role.LINK_MANAGER).get("/inbox?state=unreadable").text)

    assert "tekent als NEW-EPD" in rows and f"/links/{house.region.hospitals['ZEED']}/settings" in rows
    assert "Opnieuw lezen" not in rows  # it was refused: its sender believes that we do not have it

    with house.database.transaction() as session:
        link = session.get_one(Link, house.region.links["ZEED"].link_id)
        link.sending_applications = [*link.sending_applications, "NEW-EPD"]
    assert "Deze afzender is nu bekend" in house.person(Role.LINK_MANAGER).get("/inbox").text
