"""How far an appointment is, and what its words add."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingAppointment

from .few_lines import read


@pytest.mark.parametrize(
    ("said", "state", "note"),
    [
        ("Pending^In afwachting^HL70278", "booked", "voorlopig"),
        ("WAITLIST", "booked", "wachtlijst"),
        ("Complete", "booked", "afgerond"),
        ("Started", "booked", "begonnen"),
        ("Arr^Aangekomen", "booked", "Aangekomen"),
        ("No Show", "no_show", ""),
        ("Dc", "cancelled", ""),
        ("Discontinued", "cancelled", ""),
        ("Booked", "booked", ""),
    ],
)
def test_an_appointment_says_how_far_it_is(said: str, state: str, note: str) -> None:
    """SCH-25 (table 0278): what only waits, or is over, does not stand there as booked."""
    found = read("SIU^S14", f"SCH||F1|||||CON^Controle|||||{'|' * 13}{said}", "RGS|1", "AIS|1||CON^Controle|202603201330")
    assert isinstance(found, IncomingAppointment)
    assert (found.state, found.note) == (state, note)


def test_a_long_appointment_in_seconds_ends() -> None:
    found = read("SIU^S12", "SCH||F1", "RGS|1", "AIS|1||TX^Transplantatie|20260309142500|0|S|10800|S")
    assert isinstance(found, IncomingAppointment)
    assert found.ends_at is not None and found.starts_at is not None
    assert (found.ends_at - found.starts_at).total_seconds() == 10800


@pytest.mark.parametrize(
    ("said", "note"), [("Scheduled", ""), ("Sch^Scheduled", ""), ("Confirmed", "bevestigd"), ("Rescheduled", "verzet")]
)
def test_words_for_what_is_booked_add_nothing_and_what_changed_is_said(said: str, note: str) -> None:
    found = read("SIU^S14", f"SCH||F1{'|' * 23}{said}", "RGS|1", "AIS|1||CON^Controle|202603201330")
    assert isinstance(found, IncomingAppointment)
    assert (found.state, found.note) == ("booked", note)


def test_what_goes_off_an_appointment_is_none_of_it_any_more() -> None:
    """AIS-2 (table 0206): the service, the room or the person that was deleted stood first, as what it is for and where."""
    found = read(
        "SIU^S14", "SCH||F1", "RGS|1",
        "AIS|1|D|BEST^Bestraling|202603201000", "AIS|2|A|CON^Controle|202603201330",
        "AIL|1|D|K1^Kamer 1", "AIL|2|U|K2^Kamer 2",
        "AIP|1|D|1^Jansen^A", "AIP|2|A|2^Pieters^B",
    )  # fmt: skip
    assert isinstance(found, IncomingAppointment)
    assert (found.service, "Jansen" in found.with_whom, "Pieters" in found.with_whom) == ("Controle", False, True)
    assert (found.starts_at is not None and found.starts_at.hour, "K1" in found.place, "K2" in found.place) == (13, False, True)
    assert "Bestraling" not in found.note


def test_where_nothing_else_is_left_it_says_what_it_was() -> None:
    found = read("SIU^S15", "SCH||F1", "RGS|1", "AIS|1|D|CON^Controle|202603201330")
    assert isinstance(found, IncomingAppointment)
    assert (found.service, found.state) == ("Controle", "cancelled")
