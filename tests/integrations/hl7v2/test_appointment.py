"""An appointment says all that was sent of it: every part, place and person, its notes, why it changed, and a day without a time."""

from __future__ import annotations

from datetime import date

from mdo_portal.exchange import IncomingAppointment

from .few_lines import read


def appointment(*lines: str, event: str = "S12") -> IncomingAppointment:
    found = read(f"SIU^{event}", *lines)
    assert isinstance(found, IncomingAppointment)
    return found


def test_the_notes_of_an_appointment_and_of_its_parts_are_read() -> None:
    found = appointment(
        "SCH|P1|F9", "NTE|1||Nuchter komen", "RGS|1", "AIS|1|A|CT^CT thorax^L|20260310100000", "NTE|1||Nierfunctie prikken"
    )
    assert found.note == "Nuchter komen\nNierfunctie prikken"
    assert found.unmapped == ()


def test_every_part_place_and_person_is_read() -> None:
    found = appointment(
        "SCH|P1|F9",
        "RGS|1", "AIS|1|A|CT^CT thorax^L|20260310100000", "AIL|1|A|POLI^K3^^ZEED^^^^^Route 12", "AIP|1|A|01^Wit^A", "AIP|2|A|02^Geel^B",
        "RGS|2", "AIS|2|A|MRI^MRI mamma^L|20260310140000", "AIL|2|A|RAD^R2",
    )  # fmt: skip
    assert found.service == "CT thorax; MRI mamma"
    assert found.place == "POLI, K3, Route 12; RAD, R2"
    assert found.with_whom == "A Wit; B Geel"
    assert found.note == "MRI mamma: 2026-03-10 14:00"  # it begins at another time than the whole


def test_what_may_be_a_person_or_a_room_is_told_with_its_kind() -> None:
    assert appointment("SCH|1", "AIG|1|A|2^Spreekkamer 4^L|R^Ruimte||||20260310093000").note == "Spreekkamer 4 (Ruimte)"


def test_why_an_appointment_is_off_stands_beside_what_it_was_for() -> None:
    found = appointment("SCH|P1|F9||||ZIEK^Patient is ziek|CON^Controle", event="S15")
    assert (found.state, found.reason, found.note) == ("cancelled", "Controle", "Patient is ziek")


def test_an_appointment_on_a_day_without_a_time_says_the_day() -> None:
    found = appointment("SCH|P1|F9|||||CON^Controle||||^^^20260317", event="S13")
    assert (found.starts_at, found.starts_on, found.note) == (None, date(2026, 3, 17), "2026-03-17")


def test_a_time_that_stands_behind_where_it_belongs_is_the_time_and_a_unit_there_is_none() -> None:
    """AIS-6, which has the unit of an offset."""
    found = appointment("SCH|P1|F9", "RGS|1", "AIS|1|A|CT^CT thorax^L|||20260310100000|30|MIN")
    assert found.starts_at is not None and found.ends_at is not None
    assert (found.starts_at.hour, found.ends_at.minute) == (10, 30)
    assert appointment("SCH|P1|F9", "RGS|1", "AIS|1|A|CT^CT thorax^L|||MIN").starts_at is None
