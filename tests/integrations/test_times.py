"""Nothing and never, as systems write them, are no times: whoever keeps one can't show the page it stands on."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from integrations.fhir.text import moments as fhir
from integrations.hl7v2.text import values as hl7v2

ZONE = ZoneInfo("Europe/Amsterdam")


@pytest.mark.parametrize(
    "never",
    ["00010101000000", "00010101000000+1400", "99991231235959-0100", "99991231235959", "22010101000000", "19000101000000+1400"],
)
def test_a_time_of_hl7_far_outside_our_times_is_none(never: str) -> None:
    assert hl7v2.moment(never, ZONE) is None


@pytest.mark.parametrize("never", ["0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-01:00"])
def test_a_time_of_fhir_far_outside_our_times_is_none(never: str) -> None:
    assert fhir.moment(never) is None


def test_a_day_far_outside_our_times_is_none() -> None:
    assert [hl7v2.day("00010101"), hl7v2.day("99991231"), fhir.day("0001-01-01"), fhir.day("9999-12-31")] == [None] * 4


def test_a_birth_in_1900_and_an_appointment_in_2099_are_of_our_times() -> None:
    assert str(hl7v2.day("19000101")) == str(fhir.day("1900-01-01")) == "1900-01-01"
    assert (
        hl7v2.moment("20991231120000+0000", ZONE) == fhir.moment("2099-12-31T12:00:00Z") == datetime(2099, 12, 31, 12, tzinfo=UTC)
    )
