"""What a message says it is (MSH-9, EVN), however its sender writes that."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral, PatientChange, Unreadable
from tests.integrations.hl7v2.test_meanings import PID, read, result


@pytest.mark.parametrize("said", ["ORU^R01", "ORU_R01", "ORU", "ORU ^R01", "ORU^R01^ORU_R01", "^^ORU_R01", "ORU_R01^R01"])
def test_a_result_is_one_however_its_sender_writes_that(said: str) -> None:
    found = result(said, PID, "OBR|1|P7|F7|PSA^PSA", "OBX|1|NM|2857-1^PSA^LN||12.4|ug/L")
    assert [one.text for one in found.facts if one.label == "PSA"] == ["12.4 ug/L"]


def test_an_adt_of_hl7_21_says_its_event_in_evn() -> None:
    found = read("ADT", "EVN|A08|20260302", PID)
    assert isinstance(found, PatientChange)
    assert (found.event, found.patient.local_number) == ("A08", "12345")


@pytest.mark.parametrize("said", ["^^ADT_A01", "ADT_A01", "ADT^^ADT_A01"])
def test_a_structure_of_several_events_gives_way_to_evn(said: str) -> None:
    found = read(said, "EVN|A08|20260302", PID)
    assert isinstance(found, PatientChange)
    assert found.event == "A08"


def test_a_referral_that_says_its_structure_only_is_withdrawn_when_evn_says_so() -> None:
    found = read("^^REF_I12", "EVN|I14|20260302", "RF1|||MDO^MDO mamma|||VW-1", PID)
    assert isinstance(found, IncomingReferral)
    assert (found.number, found.cancelled) == ("VW-1", True)


@pytest.mark.parametrize("said", ["ADT", "SIU_S12", "MDM_T02", "ADT_A01", "REF_I12", "^^SIU_S12", "^^REF_I12", "^A08"])
def test_a_structure_of_several_events_is_never_guessed(said: str) -> None:
    with pytest.raises(Unreadable, match="unknown_kind"):
        read(said, PID)
