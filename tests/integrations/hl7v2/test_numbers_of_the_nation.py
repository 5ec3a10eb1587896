"""A BSN and a birth date as who knows no Dutch types, and no HL7, writes them."""

from __future__ import annotations

from datetime import date

import pytest

from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.header import read_header
from mdo_portal.exchange import PatientChange

HEADER = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ADT^A08|M1|P|2.5"


def patient(pid: str) -> PatientChange:
    found = Hl7Reader().read("\r".join((HEADER, "EVN|A08", pid, "")).encode(), "generic-v2")
    assert isinstance(found, PatientChange)
    return found


@pytest.mark.parametrize("number", ["999911120^^^NLD^NN", "999911120^^^NLD^SS", "999911120^^^^SS", "999911120^^^NL^NI"])
def test_the_number_of_the_nation_is_a_bsn(number: str) -> None:
    found = patient(f"PID|1||71^^^ZEED^PI~{number}||Giessen^J||19600101|F").patient
    assert (found.bsn, found.local_number, found.other_numbers) == ("999911120", "71", ())


@pytest.mark.parametrize("number", ["123456789^^^^SS", "999911120^^^USA^SS", "999911120^^^OTHER^NN", "999911120^^^^NN"])
def test_one_of_another_nation_or_that_fails_the_eleven_test_is_none(number: str) -> None:
    assert patient(f"PID|1||71^^^ZEED^PI~{number}||Giessen^J||19600101|F").patient.bsn == ""


@pytest.mark.parametrize(("written", "born"), [("14031952", date(1952, 3, 14)), ("31122001", date(2001, 12, 31))])
def test_a_birth_date_that_begins_with_its_day_is_read_where_nobody_can_take_it_for_another(written: str, born: date) -> None:
    assert patient(f"PID|1||71^^^ZEED^PI||Giessen^J||{written}|F").patient.birth_on == born


@pytest.mark.parametrize("written", ["03041952", "12141952", "14131952", "31021952", "14032952"])
def test_one_of_which_the_month_is_in_doubt_or_that_is_no_day_is_named(written: str) -> None:
    found = patient(f"PID|1||71^^^ZEED^PI||Giessen^J||{written}|F")
    assert (found.patient.birth_on, "PID-7" in found.unmapped) == (None, True)


def test_year_month_and_day_stay_what_they_are() -> None:
    assert patient("PID|1||71^^^ZEED^PI||Giessen^J||19101952|F").patient.birth_on == date(1952, 10, 19)
    assert patient("PID|1||71^^^ZEED^PI||Giessen^J||20011210|F").patient.birth_on == date(2001, 12, 10)


@pytest.mark.parametrize(
    "number",
    [
        "999911120^^^BSN",
        "999911120^^^^BSN",
        "999911120^^^&2.16.840.1.113883.2.4.6.3&ISO",
        "9999.11.120^^^NLD^NN",
        "BSN 999911120^^^SOFI",
    ],
)
@pytest.mark.parametrize("pid", ["PID|1||71^^^ZEED^PI|{}|Giessen^J", "PID|1|{}|71^^^ZEED^PI||Giessen^J"])
def test_a_feed_about_who_stands_here_under_that_number_is_about_them(pid: str, number: str) -> None:
    """What the reader takes for the BSN beside the number of the hospital, the header names: else the feed would be about nobody."""
    found = patient(pid.format(number)).patient
    assert (found.bsn, found.local_number) == ("999911120", "71")
    told = read_header("\r".join((HEADER, "EVN|A08", pid.format(number), "")).encode()).patient_numbers
    assert "999911120" in {one for _, one in told}


def test_nor_is_it_about_another_whose_number_stands_beside_it() -> None:
    raw = "\r".join((HEADER, "EVN|A08", "PID|1|88|71^^^ZEED^PI|123456789^^^ZEED^VN|Giessen^J", "")).encode()
    assert read_header(raw).patient_numbers == (("ZEED", "71"),)
