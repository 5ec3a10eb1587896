"""What a link's page may claim: nothing is done or secured that nobody did."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.hospital import Channel, Hospital, Level
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.domain.link import Link
from mdo_portal.domain.policy import Act
from mdo_portal.exchange import Wire
from mdo_portal.services.inbox import intake
from mdo_portal.services.links import line_acceptance, line_binding, links
from mdo_portal.services.oversight import link_cards, link_status
from mdo_portal.services.oversight.link_status import LineState
from tests import make
from tests.make import NOW
from tests.people import Region


@pytest.fixture
def zeed(session: Session, region: Region) -> tuple[Hospital, Link]:
    hospital, link = links.hospital_for(session, region.lars, Act.LINK_MANAGE, region.hospitals["ZEED"])
    assert link is not None
    link.channel_out = Channel.PAPER
    return hospital, link


def test_a_level_is_only_set_up_until_a_message_was_understood(
    session: Session, region: Region, zeed: tuple[Hospital, Link]
) -> None:
    def stands() -> list[str]:
        status = link_status.status(session, *zeed, now=NOW)
        return [one.stand.value for one in link_status.steps(Level.HL7V2, has_understood=status.has_understood)]

    intake.keep(session, [make.arrival(region.links["ZEED"], at=NOW)])
    assert stands() == ["passed", "passed", "set_up", "later", "later"]

    session.execute(update(InboundMessage).values(state=InboundState.UNDERSTOOD))
    assert stands() == ["passed", "passed", "here", "beside", "later"]


def test_who_goes_from_hl7_to_fhir_stands_there_only_once_that_was_read(
    session: Session, region: Region, zeed: tuple[Hospital, Link]
) -> None:
    """Page and card said that the hospital stood at FHIR, beside *Geen token*: what was read had come over the line of before."""
    intake.keep(session, [make.arrival(region.links["ZEED"], at=NOW)])
    session.execute(update(InboundMessage).values(state=InboundState.UNDERSTOOD, wire=Wire.HL7V2))

    def stands() -> tuple[bool, bool]:
        card = next(one for one in link_cards.link_cards(session, region.lars, now=NOW) if one.hospital_id == zeed[0].id)
        return link_status.status(session, *zeed, now=NOW).has_understood, card.has_understood

    assert stands() == (True, True)
    zeed[1].level = Level.FHIR
    session.flush()
    assert stands() == (False, False)

    session.execute(update(InboundMessage).values(wire=Wire.FHIR))
    assert stands() == (True, True)


def test_a_level_without_a_line_needs_no_message() -> None:
    assert [one.stand.value for one in link_status.steps(Level.DOCUMENT, has_understood=False)][:3] == ["passed", "here", "next"]


def test_who_comes_for_a_line_does_not_have_to_go_by_documents_first() -> None:
    stands = [one.stand.value for one in link_status.steps(Level.FORM, has_understood=False)]

    assert stands == ["here", "beside", "next", "next", "later"]


def test_a_line_is_called_secured_only_once_a_certificate_is_bound(session: Session, zeed: tuple[Hospital, Link]) -> None:
    link = zeed[1]
    assert link_status.line_state(session, link, now=NOW) is LineState.UNPROVEN

    line_binding.bind(session, link.id, now=NOW, by="A. Beheerder", name="zeed.example")
    assert link_status.line_state(session, link, now=NOW) is LineState.SECURED

    line_acceptance.accept_plain(session, link.id, by="J. de Wit, CISO", why="geen TLS", until=NOW + timedelta(days=9), now=NOW)
    assert link_status.line_state(session, link, now=NOW) is LineState.UNSECURED


def test_a_line_for_fhir_is_not_called_secured_by_the_certificate_of_an_earlier_one(
    session: Session, zeed: tuple[Hospital, Link]
) -> None:
    """Nothing that comes over FHIR shows it: without a token nothing is taken."""
    link = zeed[1]
    line_binding.bind(session, link.id, now=NOW, by="A. Beheerder", fingerprint="a" * 64, expires_at=NOW + timedelta(days=1))
    link.level, link.token_in_hash = Level.FHIR, ""

    for days in (0, 2):
        assert link_status.line_state(session, link, now=NOW + timedelta(days=days)) is LineState.UNPROVEN


def test_a_line_whose_certificates_all_ended_is_not_called_secured(session: Session, zeed: tuple[Hospital, Link]) -> None:
    link = zeed[1]
    ends = {"a": NOW + timedelta(days=1), "b": NOW + timedelta(days=300)}
    line_binding.bind(session, link.id, now=NOW, by="A. Beheerder", fingerprint="a" * 64, expires_at=ends["a"])
    assert link_status.line_state(session, link, now=NOW + timedelta(days=2)) is LineState.ENDED

    line_binding.bind(session, link.id, now=NOW, by="A. Beheerder", fingerprint="b" * 64, expires_at=ends["b"])
    assert link_status.line_state(session, link, now=NOW + timedelta(days=2)) is LineState.SECURED


def test_letters_that_go_over_a_network_without_tls_are_said_beside_what_comes_in_secured(
    session: Session, zeed: tuple[Hospital, Link]
) -> None:
    link = zeed[1]
    line_binding.bind(session, link.id, now=NOW, by="A. Beheerder", name="zeed.example")
    for tls, state in ((False, LineState.LETTERS_UNSECURED), (True, LineState.SECURED)):
        link.channel_out, link.tls_out, link.inside_networks = Channel.MLLP, tls, ["10.20.0.0/16"]
        assert link_status.line_state(session, link, now=NOW) is state


@pytest.mark.parametrize("networks", [[], ["127.0.0.0/8", "::1/128"]], ids=["nothing may go yet", "a tunnel on this machine"])
def test_nothing_is_called_unsecured_that_goes_over_no_network(
    session: Session, zeed: tuple[Hospital, Link], networks: list[str]
) -> None:
    link = zeed[1]
    link.channel_out, link.tls_out, link.inside_networks = Channel.MLLP, False, networks
    assert link_status.line_state(session, link, now=NOW) is LineState.UNPROVEN

    line_binding.bind(session, link.id, now=NOW, by="A. Beheerder", name="zeed.example")
    assert link_status.line_state(session, link, now=NOW) is LineState.SECURED


def test_what_was_not_fetched_is_said_in_a_sentence_and_not_in_our_word_for_it(
    session: Session, region: Region, zeed: tuple[Hospital, Link]
) -> None:
    stands = make.arrival(region.links["ZEED"], at=NOW, reason="not_pulled")
    intake.keep(session, [replace(stands, place="certificate")])

    error = link_status.status(session, *zeed, now=NOW).last_error

    assert error is not None and error.sentence.startswith("Het certificaat van de server") and error.where == ""


def test_letters_stand_still_when_the_strictest_board_of_the_hospital_calls_them_late(session: Session, region: Region) -> None:
    here = select(BoardHospital.board_id).where(BoardHospital.hospital_id == region.hospitals["ZEED"])
    session.execute(update(Board).where(Board.id.in_(here)).values(late_hours=24))

    hours = link_status.outgoing(session, region.hospitals["ZEED"]).late_hours
    out = link_status.Outgoing(None, 1, NOW, 0, hours)

    assert out.stands_still_since(Channel.MLLP, now=NOW + timedelta(hours=23)) is None
    assert out.stands_still_since(Channel.MLLP, now=NOW + timedelta(hours=24)) == NOW
