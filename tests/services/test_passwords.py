"""Passwords: a wrong one says nothing about whose it is, and a new one has to be long and uncommon."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.people import Person
from mdo_portal.services import passwords, people
from tests.make import NOW
from tests.people import PASSWORD, person_id

AISHA = person_id("Aisha")
GOOD = "vier losse woorden hier"


@pytest.mark.parametrize("email", ["aisha@example.nl", "nobody@example.nl", "", "aisha@example.nl\0"])
def test_whoever_it_is_a_wrong_password_gets_the_same_answer(session: Session, email: str) -> None:
    with pytest.raises(people.WrongCredentials):
        passwords.check(session, email, "fout")


def test_the_right_password_finds_the_person(session: Session) -> None:
    assert passwords.check(session, " Aisha@Example.nl ", PASSWORD).id == AISHA


def test_a_disabled_person_does_not_come_in(session: Session) -> None:
    session.get_one(Person, AISHA).disabled_at = NOW

    with pytest.raises(people.WrongCredentials):
        passwords.check(session, "aisha@example.nl", PASSWORD)


def test_who_has_no_password_has_no_empty_one(session: Session) -> None:
    session.get_one(Person, AISHA).password_hash = ""

    for tried in ("", PASSWORD):
        with pytest.raises(people.WrongCredentials):
            passwords.check(session, "aisha@example.nl", tried)


@pytest.mark.parametrize(
    "password", ["kort", "elf tekens.", "Welkom123456", "wacht woord 123!", "aaaaaaaaaaaaaaaa", "x" * 1001, ""]
)
def test_a_short_or_common_password_is_refused(session: Session, password: str) -> None:
    with pytest.raises(passwords.Unfit):
        passwords.set_new(session, AISHA, password)


@pytest.mark.parametrize("password", [GOOD, "ik heb geen hoofdletter nodig", "žluťoučký kůň 12"])
def test_a_long_password_needs_nothing_else(session: Session, password: str) -> None:
    passwords.set_new(session, AISHA, password)

    assert passwords.check(session, "aisha@example.nl", password).id == AISHA
