"""Codes of the standard as hurried software writes them: in capitals, with a blank, as the name of an enumeration."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import Unreadable

from .make import condition, patient, request
from .read_house import about, read, told, value

IN_ERROR = ["Entered-In-Error", "ENTERED_IN_ERROR", "entered in error", "EnteredInError", "ENTEREDINERROR"]


@pytest.mark.parametrize("written", IN_ERROR)
def test_a_value_that_was_entered_in_error_is_not_told_however_that_is_written(written: str) -> None:
    found = read(value("CEA", valueString="900") | {"status": written})
    assert found.facts == () and found.unmapped == ("Observation/2 entered-in-error",)


@pytest.mark.parametrize("written", IN_ERROR)
def test_nor_is_a_diagnosis_of_which_a_code_says_so(written: str) -> None:
    assert read(condition(verificationStatus={"coding": [{"code": written}]})).facts == ()


def test_nor_is_what_stands_inside_another_resource() -> None:
    inside = value("CEA", valueString="900") | {"status": "Entered-In-Error", "id": "o"}
    found = read(
        about("DiagnosticReport", status="final", code={"text": "Lab"}, contained=[inside], result=[{"reference": "#o"}])
    )
    assert "900" not in str(found.facts)


@pytest.mark.parametrize("written", ["REVOKED", "Revoked", "Cancelled", "canceled", *IN_ERROR])
def test_a_referral_is_taken_back_however_its_status_is_written(written: str) -> None:
    assert read(asked=request(status=written)).cancelled


def test_what_is_denied_is_told_in_the_words_of_the_profile() -> None:
    denied = condition(verificationStatus={"coding": [{"code": "Refuted"}]}, clinicalStatus={"coding": [{"code": "RESOLVED"}]})
    assert told(denied) == [("", "Diagnose 1 (weerlegd, hersteld)")]
    flag = about("Flag", code={"text": "MRSA"}) | {"status": "Inactive"}
    assert told(flag)[0][1].endswith("(niet actief)")


def test_an_urgency_and_a_sex_in_capitals_are_read() -> None:
    assert read(asked=request(priority="STAT")).urgency == "asap"
    assert read(who=patient(gender="Female")).patient.sex == "F"


def test_words_that_are_no_code_of_the_standard_stay_as_they_were_sent() -> None:
    assert read(asked=request(priority="Binnen Twee Weken")).urgency == "Binnen Twee Weken"
    assert told(value("CEA", valueString="9") | {"status": "Being Checked"})[0][1] == "9 (Being Checked)"


def test_what_must_not_be_done_is_no_referral_whatever_its_status_is_called() -> None:
    with pytest.raises(Unreadable):
        read(asked=request(status="ACTIVE", doNotPerform=True))
