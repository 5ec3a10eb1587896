"""A patient whose prefix, sex or death stands beside its place, or in words."""

from __future__ import annotations

import pytest

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import PatientChange, PatientMerge

HEAD = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ADT^A08|M1|P|2.5||||||UNICODE UTF-8\rEVN|A08|20260302\r"


def told(pid: str) -> PatientChange:
    found = Hl7Reader().read(f"{HEAD}PID|1||71^^^ZEED^PI||{pid}\r".encode(), "generic-v2")
    assert isinstance(found, PatientChange)
    return found


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Berg^Jan^van der", "van der Berg", "Jan"),
        ("Boer^Anna^de^^^^L", "de Boer", "Anna"),
        ("van den Berg^Jan^van den", "van den Berg", "Jan"),
        ("Berg^Jan^Van", "Berg", "Jan Van"),
        ("de Boer&de&Boer^Anna^van", "de Boer", "Anna van"),
    ],
)
def test_a_prefix_where_further_names_belong_stands_before_its_surname(name: str, family: str, given: str) -> None:
    found = told(name).patient.name
    assert (found.family, found.given) == (family, given)


def test_an_initial_where_further_names_belong_is_no_prefix() -> None:
    found = told("Berg^J^V.").patient.name
    assert (found.family, found.initials) == ("Berg", "JV")


@pytest.mark.parametrize(
    ("said", "sex"), [("Vrouwelijk", "F"), ("mannelijk", "M"), ("Weiblich", "F"), ("Anders", "X"), ("Onbekend", ""), ("UNK", "")]
)
def test_sex_in_words_is_that(said: str, sex: str) -> None:
    found = told(f"Giessen^J||19600101|{said}")
    assert (found.patient.sex, "PID-8" in found.unmapped) == (sex, False)


@pytest.mark.parametrize(("place", "said"), [(29, "20260301"), (30, "20260301"), (30, "20260301123000"), (30, "Y")])
def test_a_day_of_death_one_field_late_says_that_somebody_died(place: int, said: str) -> None:
    found = told(f"Giessen^J||19600101|F{'|' * (place - 8)}{said}").patient
    assert (found.deceased, found.alive) == (True, False)


@pytest.mark.parametrize("place", [29, 30])
@pytest.mark.parametrize("said", ["19000101", "19600101", "20991231", "20260401"])
def test_a_day_on_which_nobody_can_have_died_says_nothing(place: int, said: str) -> None:
    """Of before the birth, or still to come: what systems write for *never*. A living patient stood there as dead."""
    found = told(f"Giessen^J||19600101|F{'|' * (place - 8)}{said}").patient
    assert (found.deceased, found.alive) == (False, False)


def test_nothing_of_the_kind_says_that_nobody_died() -> None:
    found = told(f"Giessen^J||19600101|F{'|' * 22}00000000").patient
    assert (found.deceased, found.alive) == (False, False)


@pytest.mark.parametrize(("on", "is_dead"), [("20991231", False), ("20260301", True)])
def test_nobody_dies_of_a_merge_that_says_never(on: str, is_dead: bool) -> None:
    """Some write *never* as a day to come (PID-29), in whatever event: whoever decides on the merge takes over what it says."""
    pid = f"PID|1||71^^^ZEED^PI||Berg^Jan||19520101|M{'|' * 21}{on}"
    found = Hl7Reader().read(f"{HEAD.replace('A08', 'A40')}{pid}\rMRG|72^^^ZEED^PI\r".encode(), "generic-v2")
    assert isinstance(found, PatientMerge)
    assert [one.patient.deceased for one in found.merged] == [is_dead]
