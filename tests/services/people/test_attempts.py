"""Guessing waits; nobody is locked out by strangers; waiting tells nothing about who has an account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.services.people import attempts
from mdo_portal.services.people.attempts import CEILING, FREE, Origin, TooMany
from tests.make import NOW
from tests.people import person_id

CHAIR = "bram@example.nl"
STRANGER = Origin("203.0.113.7")
OWN = Origin("198.51.100.4", "her-own-browser")


def tries(session: Session, account: str, origin: Origin, times: int, *, apart: float = 0) -> int:
    """How many of so many wrong tries were judged at all."""
    judged = 0
    for number in range(times):
        try:
            attempts.begin(session, account, origin, now=NOW + timedelta(seconds=apart * number))
            judged += 1
        except TooMany:
            continue
    return judged


@pytest.fixture
def known(session: Session) -> None:
    attempts.remember_device(session, person_id("Bram"), OWN.device, now=NOW)
    session.flush()


def test_a_typing_error_makes_nobody_wait(session: Session) -> None:
    assert tries(session, CHAIR, STRANGER, FREE) == FREE


def test_of_a_hundred_tries_at_once_a_handful_is_judged(session: Session) -> None:
    assert tries(session, CHAIR, STRANGER, 100) == FREE + 1


def test_a_wait_is_at_most_a_minute_and_trying_meanwhile_does_not_lengthen_it(session: Session) -> None:
    tries(session, CHAIR, STRANGER, 300, apart=0.5)

    attempts.begin(session, CHAIR, STRANGER, now=NOW + timedelta(seconds=151 + 60))


def test_who_waits_a_minute_each_time_is_heard_each_time(session: Session) -> None:
    assert tries(session, CHAIR, STRANGER, 12, apart=60) == 12


@pytest.mark.usefixtures("known")
def test_a_hundred_wrong_tries_of_a_stranger_do_not_keep_the_chair_out_of_her_own_browser(session: Session) -> None:
    tries(session, CHAIR, STRANGER, 100)

    attempts.begin(session, CHAIR, OWN, now=NOW)


@pytest.mark.usefixtures("known")
def test_also_not_when_the_stranger_sits_behind_the_same_network_address(session: Session) -> None:
    tries(session, CHAIR, Origin(OWN.address), 100)

    attempts.begin(session, CHAIR, OWN, now=NOW)


@pytest.mark.usefixtures("known")
def test_a_known_browser_of_one_person_is_no_pass_for_another(session: Session) -> None:
    assert tries(session, "dirk@example.nl", OWN, 100) == FREE + 1


@pytest.mark.usefixtures("known")
def test_who_has_the_known_browser_waits_too(session: Session) -> None:
    assert tries(session, CHAIR, OWN, 100) == FREE + 1


def test_a_chair_on_a_new_browser_waits_for_nobody_elses_tries(session: Session) -> None:
    tries(session, CHAIR, STRANGER, 100)

    attempts.begin(session, CHAIR, Origin("198.51.100.9"), now=NOW)


def test_an_address_that_tries_many_accounts_meets_a_ceiling(session: Session) -> None:
    judged = sum(tries(session, f"somebody{number}@example.nl", STRANGER, 1) for number in range(CEILING * 2))

    assert judged == CEILING
    attempts.begin(session, "late@example.nl", STRANGER, now=NOW + timedelta(minutes=11))


@pytest.mark.usefixtures("known")
def test_who_signed_in_in_her_own_browser_before_does_not_meet_that_ceiling(session: Session) -> None:
    for number in range(CEILING + 1):
        tries(session, f"somebody{number}@example.nl", Origin(OWN.address), 1)
    assert tries(session, CHAIR, Origin(OWN.address), 1) == 0

    attempts.begin(session, CHAIR, OWN, now=NOW)


def test_good_tries_do_not_fill_the_ceiling_of_a_hospital(session: Session) -> None:
    for number in range(CEILING * 2):
        attempts.begin(session, f"somebody{number}@example.nl", STRANGER, now=NOW)
        attempts.good(session, f"somebody{number}@example.nl", STRANGER, now=NOW)


def test_an_account_that_does_not_exist_waits_as_one_that_does(session: Session) -> None:
    nobody = tries(session, "nobody@example.nl", STRANGER, 50)

    assert nobody == tries(session, CHAIR, Origin("203.0.113.8"), 50)


def test_a_good_try_starts_anew(session: Session) -> None:
    tries(session, CHAIR, STRANGER, FREE)
    attempts.good(session, CHAIR, STRANGER, now=NOW)

    assert tries(session, CHAIR, STRANGER, FREE) == FREE


def test_a_device_that_was_not_seen_for_half_a_year_is_unknown(session: Session) -> None:
    attempts.remember_device(session, person_id("Bram"), OWN.device, now=NOW - timedelta(days=181))

    assert not attempts.is_known(session, CHAIR, OWN.device, now=NOW)


@pytest.mark.usefixtures("known")
def test_whose_browsers_are_forgotten_is_known_in_none_and_others_are_as_they_were(session: Session) -> None:
    attempts.remember_device(session, person_id("Dirk"), OWN.device, now=NOW)
    attempts.remember_device(session, person_id("Bram"), "another-browser", now=NOW)

    attempts.forget_devices(session, person_id("Bram"))

    assert [attempts.is_known(session, CHAIR, device, now=NOW) for device in (OWN.device, "another-browser")] == [False, False]
    assert attempts.is_known(session, "dirk@example.nl", OWN.device, now=NOW)
