"""A letter that does not leave, whatever a person asks of it: the page says so, and nothing that would have them print and send it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.services.identity import merges, objections
from mdo_portal.services.letters import outbox, post
from mdo_portal.services.patients import patients
from tests import make
from tests.make import NOW
from tests.web.portal import CSRF
from tests.web.post_house import House, house
from tests.web.test_post_overtaken import correct

__all__ = ["house"]

A_COPY = {"audience": Audience.GP, "recipient_name": "H.A. Huisarts"}
GOES = ("gaat nu opnieuw weg", "Druk hem af")
CARRIED = "de brief is afgedrukt en verstuurd"


def test_who_wants_a_letter_to_go_that_names_another_patient_by_now_hears_that(house: House) -> None:
    for what in ("resend", "paper"):
        letter = house.letter(state="refused", receipt_code="AE")
        _is_anothers(house, letter)

        page = _asked(house, letter, what)

        assert "noemt een andere patiënt" in page and not any(one in page for one in GOES)
        assert _had_its_turn(house, letter).state is DeliveryState.REFUSED


@pytest.mark.parametrize("is_left", [False, True])
def test_who_printed_and_sent_what_is_not_to_be_carried_any_more_does_not_think_that_it_stands_anywhere(
    house: House, is_left: bool
) -> None:
    """From a page of before the objection, at the own hospital: it said *Genoteerd*, and noted nothing."""
    left = {"sent_at": NOW, "receipt_code": "timeout"} if is_left else {}
    copy = house.letter(state="waiting", channel="paper", **A_COPY, **left)
    _objects(house, copy)

    page = _asked(house, copy, "printed", by="Dirk")

    assert "Niet genoteerd" in page and CARRIED not in page


@pytest.mark.parametrize("what", ["resend", "paper"])
def test_a_copy_that_an_objection_kept_here_is_nobodys_to_send_again_as_long_as_it_lasts(house: House, what: str) -> None:
    """From a page of before: the board's coordinator finds no such letter, and the own hospital may not. Agreed after all, it goes."""
    copy = house.letter(state="waiting", channel="paper", **A_COPY)
    _objects(house, copy)
    assert house.now_is(copy).state is DeliveryState.CANCELLED
    path, board, own = f"/deliveries/{copy.id}/{what}", house.person("Aisha"), house.person("Dirk")

    assert [one.post(path, data={"csrf_token": CSRF}).status_code for one in (board, own)] == [404, 403]
    assert house.now_is(copy).state is DeliveryState.CANCELLED

    with house.database.transaction() as session:
        objections.lift(session, session.get_one(Case, copy.case_id), viewer=house.region.dirk, now=NOW)
    assert any(one in _asked(house, copy, what) for one in GOES)
    assert house.now_is(copy).state is DeliveryState.WAITING


def test_what_somebody_else_printed_and_sent_just_before_is_noted(house: House) -> None:
    letter = house.letter(state="waiting", channel="paper")
    assert CARRIED in _asked(house, letter, "printed")

    assert CARRIED in _asked(house, letter, "printed")


def _asked(house: House, letter: Delivery, what: str, *, by: str = "Aisha") -> str:
    return house.person(by).post(f"/deliveries/{letter.id}/{what}", data={"csrf_token": CSRF}, follow_redirects=True).text


def test_who_puts_on_paper_what_was_never_printed_and_is_replaced_by_now_hears_that_there_is_nothing_to_carry(
    house: House,
) -> None:
    """*Druk hem af en verstuur hem*, it said, of a letter without a print, that was gone from the list."""
    for sha256, goes in (("", False), ("0" * 64, True)):
        letter = house.letter(state="refused", receipt_code="unsendable")
        correct(house, letter, held=True)
        with house.database.transaction() as session:
            session.get_one(Delivery, letter.id).letter_sha256 = sha256

        page = _asked(house, letter, "paper")

        assert ("De brief gaat niet opnieuw weg" in page, GOES[1] in page) == (not goes, goes)
        assert (_had_its_turn(house, letter, may_be_taken=goes).state is DeliveryState.CANCELLED) is not goes


def test_a_hospital_is_not_said_to_refuse_what_it_never_saw(house: House) -> None:
    """It named another patient by now; all of them were said to go again, and none went."""
    letters = [house.letter(state="refused", receipt_code=code) for code in ("AE", "other_patient", "other_patient")]

    with house.database.transaction() as session:
        assert post.refusing(session, house.region.aisha) == []
        session.get_one(Delivery, letters[1].id).receipt_code = "AE"
        session.flush()
        assert [len(one.letters) for one in post.refusing(session, house.region.aisha)] == [2]


def _objects(house: House, letter: Delivery) -> None:
    with house.database.transaction() as session:
        objections.record(session, session.get_one(Case, letter.case_id), viewer=house.region.dirk, now=NOW)


def _is_anothers(house: House, letter: Delivery) -> None:
    with house.database.transaction() as session:
        born = NOW.date() - timedelta(days=9000)
        other = patients.add(session, house.region.hospitals["ZEED"], make.identity(birth_on=born), now=NOW)
        session.get_one(Case, letter.case_id).home_patient_id = other.id
        session.flush()
        merges.settle(session, [other.id], now=NOW, person_id=None)


def _had_its_turn(house: House, letter: Delivery, *, may_be_taken: bool = False) -> Delivery:
    with house.database.transaction() as session:
        claimed = outbox.claim(session, now=house.now_is(letter).created_at + timedelta(hours=1))
    assert (claimed is not None and claimed.delivery_id == letter.id) is may_be_taken
    return house.now_is(letter)
