"""Who sends, and where a letter goes."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import update
from sqlalchemy.orm import Session

from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.services.links import hospitals
from tests import make
from tests.people import Region


def test_a_hospital_is_known_by_the_names_in_its_header(region: Region) -> None:
    rows = list(region.links.values())

    assert hospitals.sender_of(rows, make.header(sending_application="ZEED-EPD")) == region.links["ZEED"]
    assert hospitals.sender_of(rows, make.header(sending_application="zeed-epd")) is None
    assert hospitals.sender_of(rows, make.header(sending_application="")) is None


def test_a_link_with_facilities_wants_one_of_them(region: Region) -> None:
    strict = replace(region.links["ZEED"], sending_facilities=("ZEED",))

    assert hospitals.sender_of([strict], make.header(sending_facility="ZEED")) is strict
    assert hospitals.sender_of([strict], make.header(sending_facility="ELDERS")) is None


def test_a_name_that_two_hospitals_claim_is_nobodys(region: Region) -> None:
    both = [region.links["ZEED"], replace(region.links["KREE"], sending_applications=("ZEED-EPD",))]

    assert hospitals.sender_of(both, make.header()) is None


def test_a_token_opens_the_door_of_its_own_hospital(session: Session, region: Region) -> None:
    assert hospitals.link_by_token(session, "token-DELT") == region.links["DELT"]
    assert hospitals.link_by_token(session, "token-ODUL") is None
    assert hospitals.link_by_token(session, "") is None


def test_a_letter_goes_as_the_link_says_and_else_on_paper(session: Session, region: Region) -> None:
    channel, address = hospitals.address_of(session, region.hospitals["ZEED"])

    assert (channel, address.hospital_code, address.profile) == (Channel.MLLP, "ZEED", "generic-v2")
    assert hospitals.address_of(session, region.hospitals["ODUL"])[0] is Channel.PAPER


def test_no_link_promises_an_acknowledgement_that_has_nowhere_to_go(session: Session, region: Region) -> None:
    session.execute(update(Link).values(application_ack_out=True, channel_out=Channel.MLLP))
    assert hospitals.link_of(session, region.links["ZEED"].link_id).application_ack_out

    session.execute(update(Link).values(channel_out=Channel.PAPER))
    session.expire_all()
    assert not hospitals.link_of(session, region.links["ZEED"].link_id).application_ack_out
