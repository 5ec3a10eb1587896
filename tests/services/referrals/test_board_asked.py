"""The board that a later version of a referral asks for: found where there was none, told where the case stands with another."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseEvent, CaseState
from mdo_portal.domain.hospital import Hospital
from tests import make
from tests.people import Region
from tests.services.referral_house import present, register

LABEL = "Gevraagd MDO"


def test_a_version_that_names_the_board_gives_it_to_a_case_without_one(session: Session, region: Region, zeed: Hospital) -> None:
    """It stood among those without a board until somebody looked, with the words of before behind it."""
    first = make.referral(number="VW-1", board_hint="MDO onbekend")
    case = register(session, zeed, first)
    register(session, zeed, replace(first, board_hint="Uro-prostaat"), minutes=5)

    assert (case.board_id, case.board_hint, case.state) == (region.boards["URO-P"], "Uro-prostaat", CaseState.READY)
    assert "case.routed" in session.scalars(select(CaseEvent.what).where(CaseEvent.case_id == case.id)).all()


def test_the_same_words_give_it_too_once_the_link_says_which_board_they_mean(
    session: Session, region: Region, zeed: Hospital
) -> None:
    first = make.referral(number="VW-1", board_hint="Regiobespreking")
    case = register(session, zeed, first)
    register(session, zeed, replace(first, board_code="URO-P"), minutes=5)

    assert (case.board_id, case.board_hint) == (region.boards["URO-P"], "Regiobespreking")


def test_what_the_same_words_mean_since_asks_no_other_board_for_a_case_that_was_given_one(
    session: Session, region: Region
) -> None:
    """The referrer wrote the same, and the case said that another board was asked by now."""
    delt = session.get_one(Hospital, region.hospitals["DELT"])
    first = make.referral(number="VW-1", board_hint="Regiobespreking")
    case = register(session, delt, first)
    case.board_id = region.boards["GI"]
    register(session, delt, replace(first, board_code="URO-P"), minutes=5)

    assert (case.board_id, case.board_hint) == (region.boards["GI"], "Regiobespreking")
    assert LABEL not in {label for label, _ in present(session, case)}


def test_a_version_for_another_board_moves_nothing_and_is_told(session: Session, region: Region) -> None:
    delt = session.get_one(Hospital, region.hospitals["DELT"])
    first = make.referral(number="VW-1", board_hint="Uro-prostaat")
    case = register(session, delt, first)
    for minutes in (5, 6):
        register(session, delt, replace(first, board_hint="Lage GI"), minutes=minutes)

    assert case.board_id == region.boards["URO-P"]
    assert [one for one in present(session, case) if one[0] == LABEL] == [(LABEL, "Lage GI")]


def test_other_words_for_the_same_board_say_nothing_new(session: Session, region: Region, zeed: Hospital) -> None:
    first = make.referral(number="VW-1", board_hint="Uro-prostaat")
    case = register(session, zeed, first)
    register(session, zeed, replace(first, board_hint="MDO Uro-prostaat (spoed)"), minutes=5)

    assert LABEL not in {label for label, _ in present(session, case)}


def test_an_older_version_that_is_read_late_asks_for_no_other_board(session: Session, region: Region) -> None:
    delt = session.get_one(Hospital, region.hospitals["DELT"])
    first = make.referral(number="VW-1", board_hint="Uro-prostaat")
    case = register(session, delt, first, minutes=5)
    register(session, delt, replace(first, board_hint="Lage GI"), minutes=1)

    assert LABEL not in {label for label, _ in present(session, case)}


def test_whoever_asks_the_first_board_again_asks_no_other_any_more(session: Session, region: Region) -> None:
    """The words of between stood on the case as what the hospital asks now."""
    delt = session.get_one(Hospital, region.hospitals["DELT"])
    first = make.referral(number="VW-1", board_hint="Uro-prostaat")
    case = register(session, delt, first)
    for minutes, hint in ((5, "Lage GI"), (10, "Uro-prostaat")):
        register(session, delt, replace(first, board_hint=hint), minutes=minutes)
    assert LABEL not in {label for label, _ in present(session, case)}

    register(session, delt, replace(first, board_hint="Lage GI"), minutes=15)
    assert (LABEL, "Lage GI") in present(session, case)
