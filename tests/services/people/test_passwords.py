"""Passwords: a wrong one says nothing about whose it is, and a new one has to be long and uncommon."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import Type, extract_parameters
from sqlalchemy.orm import Session

from mdo_portal.domain.people import Person
from mdo_portal.services.people import passwords
from tests import once
from tests.make import NOW
from tests.people import PASSWORD, person_id

AISHA = person_id("Aisha")
GOOD = "vier losse woorden hier"


@pytest.mark.parametrize("email", ["aisha@example.nl", "nobody@example.nl", "", "aisha@example.nl\0"])
def test_whoever_it_is_a_wrong_password_gets_the_same_answer(session: Session, email: str) -> None:
    with pytest.raises(passwords.WrongCredentials):
        passwords.check(session, email, "fout")


def test_the_right_password_finds_the_person(session: Session) -> None:
    assert passwords.check(session, " Aisha@Example.nl ", PASSWORD).id == AISHA


def test_a_disabled_person_does_not_come_in(session: Session) -> None:
    session.get_one(Person, AISHA).disabled_at = NOW

    with pytest.raises(passwords.WrongCredentials):
        passwords.check(session, "aisha@example.nl", PASSWORD)


def test_who_has_no_password_has_no_empty_one(session: Session) -> None:
    session.get_one(Person, AISHA).password_hash = ""

    for tried in ("", PASSWORD):
        with pytest.raises(passwords.WrongCredentials):
            passwords.check(session, "aisha@example.nl", tried)


@pytest.mark.parametrize(
    "password", ["kort", "elf tekens.", "Welkom123456", "wacht woord 123!", "aaaaaaaaaaaaaaaa", GOOD * 60, ""]
)
def test_a_short_or_common_password_is_refused(session: Session, password: str) -> None:
    with pytest.raises(passwords.Unfit):
        passwords.set_new(session, AISHA, password)


@pytest.mark.parametrize("password", [GOOD, "ik heb geen hoofdletter nodig", "žluťoučký kůň 12"])
def test_a_long_password_needs_nothing_else(session: Session, password: str) -> None:
    passwords.set_new(session, AISHA, password)

    assert passwords.check(session, "aisha@example.nl", password).id == AISHA


def test_four_letters_are_enough_however_often_they_come_back(session: Session) -> None:
    passwords.set_new(session, AISHA, "abab abab cdcd")

    assert passwords.check(session, "aisha@example.nl", "abab abab cdcd").id == AISHA


@pytest.mark.parametrize("email", ["nobody@example.nl", "aisha@example.nl"])
def test_an_address_without_a_password_costs_as_much_to_try(
    session: Session, monkeypatch: pytest.MonkeyPatch, email: str
) -> None:
    """Else one hears, by the clock, who has an account here."""
    session.get_one(Person, AISHA).password_hash = ""
    compared: list[str] = []

    class Watched:
        def hash(self, password: str) -> str:
            return once.HASHER.hash(password)

        def verify(self, kept: str, password: str) -> bool:
            compared.append(extract_parameters(kept).type.name)
            return once.HASHER.verify(kept, password)

    monkeypatch.setattr(passwords, "_hasher", Watched())
    with pytest.raises(passwords.WrongCredentials):
        passwords.check(session, email, GOOD)

    assert compared == ["ID"]


def test_the_password_of_somebody_else_signs_nothing(session: Session) -> None:
    assert passwords.is_password_of(session, AISHA, PASSWORD, now=NOW)
    assert not passwords.is_password_of(session, AISHA, "fout", now=NOW)


def test_guessing_the_password_before_a_signature_soon_has_to_wait(session: Session) -> None:
    for _ in range(4):
        assert not passwords.is_password_of(session, AISHA, "fout", now=NOW)

    assert not passwords.is_password_of(session, AISHA, PASSWORD, now=NOW)
    assert passwords.is_password_of(session, AISHA, PASSWORD, now=NOW + timedelta(minutes=2))


def test_passwords_are_dear_to_guess() -> None:
    """Argon2id as RFC 9106 advises where memory is scarce, or dearer; the other tests hash cheaply (tests/once.py)."""
    kept = extract_parameters(once.HASHER.hash(PASSWORD))

    assert (kept.type, kept.time_cost >= 3, kept.memory_cost >= 64 * 1024) == (Type.ID, True, True)


def test_a_right_password_forgives_the_wrong_ones_before_it(session: Session) -> None:
    for _ in range(3):
        for _ in range(3):
            assert not passwords.is_password_of(session, AISHA, "fout", now=NOW)
        assert passwords.is_password_of(session, AISHA, PASSWORD, now=NOW)


def test_a_wait_before_a_signature_is_a_minute_at_most(session: Session) -> None:
    for number in range(20):
        assert not passwords.is_password_of(session, AISHA, "fout", now=NOW + timedelta(minutes=number))

    assert passwords.is_password_of(session, AISHA, PASSWORD, now=NOW + timedelta(minutes=20))


@pytest.mark.parametrize("length", [passwords.SHORTEST, passwords.LONGEST])
def test_twelve_characters_are_enough_and_a_thousand_not_too_many(session: Session, length: int) -> None:
    password = ("vier losse woorden " * 60)[:length]
    passwords.set_new(session, AISHA, password)

    assert passwords.check(session, "aisha@example.nl", password).id == AISHA


def test_what_is_typed_beyond_the_longest_is_not_the_password(session: Session) -> None:
    password = ("vier losse woorden " * 60)[: passwords.LONGEST]
    passwords.set_new(session, AISHA, password)

    with pytest.raises(passwords.WrongCredentials):
        passwords.check(session, "aisha@example.nl", password[:-1])
