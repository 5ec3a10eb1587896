"""A passkey is believed for one number, of one purpose, for one person, on our own address, when it asked who it is."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.people import Person
from mdo_portal.services.people import passkeys
from mdo_portal.services.people.passkeys import Refused
from tests.make import NOW
from tests.people import person_id
from tests.services.device import PRESENT, Device

SITE = passkeys.site_of("https://portal.example.nl", "")
AISHA, BRAM = person_id("Aisha"), person_id("Bram")


@pytest.fixture
def device(session: Session) -> Device:
    """Aisha's, added."""
    made = Device()
    added(session, made)
    made.count += 1
    return made


def added(session: Session, device: Device, *, later: timedelta = timedelta()) -> None:
    challenge, options = passkeys.creation(session, AISHA, site=SITE, now=NOW)
    passkeys.add(session, AISHA, challenge, device.make(options), label="laptop", site=SITE, now=NOW + later)


def used(
    session: Session, device: Device, *, purpose: str = "enter", person: uuid.UUID | None = None, later: float = 0
) -> uuid.UUID:
    challenge, options = passkeys.request(session, purpose, person, site=SITE, now=NOW)
    now = NOW + timedelta(minutes=later)
    return passkeys.use(session, purpose, challenge, device.sign(options), person_id=person, site=SITE, now=now).id


def test_a_passkey_finds_its_person_without_a_name(session: Session, device: Device) -> None:
    device.user_handle = AISHA.bytes

    assert used(session, device) == AISHA


def test_an_unknown_passkey_is_refused(session: Session) -> None:
    with pytest.raises(Refused):
        used(session, Device())


@pytest.mark.parametrize(
    "wrong",
    [
        {"flags": PRESENT},
        {"flags": 0},
        {"origin": "https://portal.example.nl.evil.example"},
        {"origin": "http://portal.example.nl"},
        {"rp_id": "evil.example"},
        {"user_handle": BRAM.bytes},
        {"key": Device().key},
    ],
    ids=["present only", "no flags", "other host", "plain http", "other rp", "other person", "other key"],
)
def test_whatever_is_wrong_with_the_signature_it_is_refused(session: Session, device: Device, wrong: dict[str, object]) -> None:
    for name, value in wrong.items():
        setattr(device, name, value)

    with pytest.raises(Refused):
        used(session, device)


def test_a_counter_that_went_back_is_a_copy_and_refused(session: Session, device: Device) -> None:
    device.count = 7
    assert used(session, device) == AISHA

    for count in (7, 3, 0):
        device.count = count
        with pytest.raises(Refused):
            used(session, device)


def test_a_device_that_does_not_count_is_believed(session: Session) -> None:
    device = Device(count=0)
    added(session, device)

    assert used(session, device) == used(session, device) == AISHA


def test_a_number_is_good_once(session: Session, device: Device) -> None:
    challenge, options = passkeys.request(session, "enter", None, site=SITE, now=NOW)
    answer = device.sign(options)
    passkeys.use(session, "enter", challenge, answer, person_id=None, site=SITE, now=NOW)

    device.count += 1
    for again in (answer, device.sign(options)):
        with pytest.raises(Refused):
            passkeys.use(session, "enter", challenge, again, person_id=None, site=SITE, now=NOW)


def test_a_number_is_good_for_five_minutes_and_for_what_it_was_made_for(session: Session, device: Device) -> None:
    with pytest.raises(Refused):
        used(session, device, later=5.1)
    challenge, options = passkeys.request(session, "enter", None, site=SITE, now=NOW)
    with pytest.raises(Refused):
        passkeys.use(session, "confirm", challenge, device.sign(options), person_id=None, site=SITE, now=NOW)


def test_a_number_of_somebody_else_is_refused(session: Session, device: Device) -> None:
    challenge, options = passkeys.request(session, "confirm", BRAM, site=SITE, now=NOW)

    for person in (AISHA, BRAM, None):
        with pytest.raises(Refused):
            passkeys.use(session, "confirm", challenge, device.sign(options), person_id=person, site=SITE, now=NOW)
    with pytest.raises(Refused):
        used(session, device, purpose="second", person=BRAM)


def test_a_disabled_person_does_not_come_in_with_a_passkey(session: Session, device: Device) -> None:
    session.get_one(Person, AISHA).disabled_at = NOW

    with pytest.raises(Refused):
        used(session, device)


@pytest.mark.parametrize("wrong", [{"flags": PRESENT}, {"origin": "https://evil.example"}, {"rp_id": "evil.example"}], ids=str)
def test_a_passkey_that_did_not_ask_who_it_is_or_where_is_not_added(session: Session, wrong: dict[str, object]) -> None:
    with pytest.raises(Refused):
        added(session, Device(**wrong))  # type: ignore[arg-type]


def test_a_passkey_cannot_be_added_twice_or_too_late(session: Session, device: Device) -> None:
    with pytest.raises(Refused):
        added(session, device)
    with pytest.raises(Refused):
        added(session, Device(), later=timedelta(minutes=6))


@pytest.mark.parametrize("answer", ["", "{}", "[]", "null", '{"rawId": 5}', '{"rawId": "AA", "response": 5}', "{" * 500])
def test_odd_answers_are_refused_and_not_a_fault(session: Session, device: Device, answer: str) -> None:
    for person in (None, AISHA):
        challenge, _ = passkeys.request(session, "enter", person, site=SITE, now=NOW)
        with pytest.raises(Refused):
            passkeys.use(session, "enter", challenge, answer, person_id=person, site=SITE, now=NOW)
    challenge, _ = passkeys.creation(session, AISHA, site=SITE, now=NOW)
    with pytest.raises(Refused):
        passkeys.add(session, AISHA, challenge, answer, label="", site=SITE, now=NOW)


@pytest.mark.parametrize(
    ("url", "possible"), [("https://mdo.example.nl", True), ("http://localhost:8000", True), ("http://127.0.0.1:8000", False)]
)
def test_passkeys_need_an_address_with_a_name(url: str, possible: bool) -> None:
    assert passkeys.is_possible(url) is possible
