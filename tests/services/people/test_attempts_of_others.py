"""A right try starts its own place anew, and nobody else's: else whoever has one account guesses at all the others without end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.credentials import Attempts
from mdo_portal.services.people import attempts
from mdo_portal.services.people.attempts import CEILING, CEILING_WINDOW, FREE, KEPT, Origin, TooMany
from tests.make import NOW
from tests.people import person_id

CHAIR, OTHER = "bram@example.nl", "dirk@example.nl"
HERE, ELSEWHERE = Origin("203.0.113.7"), Origin("198.51.100.4")
OWN = Origin("198.51.100.9", "her-own-browser")


def _until_it_waits(session: Session, account: str, origin: Origin) -> None:
    for _ in range(FREE + 1):
        attempts.begin(session, account, origin, now=NOW)
    with pytest.raises(TooMany):
        attempts.begin(session, account, origin, now=NOW)


@pytest.mark.parametrize(("account", "origin"), [(OTHER, HERE), (CHAIR, ELSEWHERE)])
def test_who_signs_in_with_another_account_or_elsewhere_ends_no_wait(session: Session, account: str, origin: Origin) -> None:
    _until_it_waits(session, CHAIR, HERE)

    attempts.good(session, account, origin, now=NOW)

    with pytest.raises(TooMany):
        attempts.begin(session, CHAIR, HERE, now=NOW)


def test_in_her_own_browser_a_right_try_starts_anew_too(session: Session) -> None:
    attempts.remember_device(session, person_id("Bram"), OWN.device, now=NOW)
    _until_it_waits(session, CHAIR, OWN)

    attempts.good(session, CHAIR, OWN, now=NOW)

    attempts.begin(session, CHAIR, OWN, now=NOW)


def test_a_right_code_ends_the_wait_of_its_own_browser_alone(session: Session) -> None:
    for device in ("hers", "another's"):
        for _ in range(FREE + 1):
            assert attempts.may_try_code(session, person_id("Bram"), device, now=NOW)
        assert not attempts.may_try_code(session, person_id("Bram"), device, now=NOW)

    attempts.good_code(session, person_id("Bram"), "hers")

    assert attempts.may_try_code(session, person_id("Bram"), "hers", now=NOW)
    assert not attempts.may_try_code(session, person_id("Bram"), "another's", now=NOW)


def test_a_right_try_takes_one_off_what_its_own_address_tried_and_off_no_other(session: Session) -> None:
    for number in range(CEILING):
        for origin in (HERE, ELSEWHERE):
            attempts.begin(session, f"somebody{number}@example.nl", origin, now=NOW)

    attempts.good(session, "somebody0@example.nl", HERE, now=NOW)

    attempts.begin(session, "late@example.nl", HERE, now=NOW)
    for origin in (HERE, ELSEWHERE):
        with pytest.raises(TooMany):
            attempts.begin(session, "later@example.nl", origin, now=NOW)


def test_a_new_window_of_one_address_ends_nobodys_wait(session: Session) -> None:
    late = NOW + CEILING_WINDOW + timedelta(seconds=1)
    attempts.begin(session, CHAIR, HERE, now=NOW)
    for _ in range(FREE):
        attempts.begin(session, CHAIR, HERE, now=late)

    attempts.begin(session, OTHER, ELSEWHERE, now=late)

    with pytest.raises(TooMany):
        attempts.begin(session, CHAIR, HERE, now=late)


def test_what_was_tried_a_day_ago_is_not_kept_and_what_was_tried_since_is(session: Session) -> None:
    attempts.begin(session, CHAIR, HERE, now=NOW - KEPT - timedelta(minutes=1))
    attempts.begin(session, OTHER, ELSEWHERE, now=NOW - KEPT + timedelta(minutes=1))

    attempts.good(session, "somebody@example.nl", OWN, now=NOW)

    assert session.scalar(select(func.count()).select_from(Attempts)) == 2, "of one try and of its address"


def test_a_browser_is_known_by_its_own_cookie(session: Session) -> None:
    attempts.remember_device(session, person_id("Bram"), OWN.device, now=NOW)

    assert not attempts.is_known(session, CHAIR, "another-browser", now=NOW)
    assert not attempts.is_known(session, OTHER, OWN.device, now=NOW)
    assert attempts.is_known(session, CHAIR, OWN.device, now=NOW)


def test_right_tries_in_a_known_browser_give_its_address_no_more_tries_than_others_have(session: Session) -> None:
    attempts.remember_device(session, person_id("Bram"), OWN.device, now=NOW)
    attempts.begin(session, OTHER, Origin(OWN.address), now=NOW)
    attempts.good(session, OTHER, Origin(OWN.address), now=NOW)
    for _ in range(FREE):
        attempts.begin(session, CHAIR, OWN, now=NOW)
        attempts.good(session, CHAIR, OWN, now=NOW)

    for number in range(CEILING):
        attempts.begin(session, f"somebody{number}@example.nl", Origin(OWN.address), now=NOW)
    with pytest.raises(TooMany):
        attempts.begin(session, "late@example.nl", Origin(OWN.address), now=NOW)
