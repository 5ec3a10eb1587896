"""Who is meant, where a secretary would have to phone: a passport for a BSN, a birth date day first, twins, roles in words."""

from __future__ import annotations

from datetime import date

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import labelled, read, referral
from .retyped import refers, with_pid


@pytest.mark.parametrize("kind", ["PPN", "DL"])
def test_a_passport_that_the_ministry_gave_is_no_bsn_wherever_it_stands(kind: str) -> None:
    numbers = f"71^^^ZEED^PI~AB1234567^^^NLMINBIZA^{kind}~999911120^^^NLMINBIZA^NNNLD"

    found = with_pid(f"PID|1||{numbers}||Giessen^J||19600101|F")

    assert found.patient.bsn == "999911120"
    assert found.patient.other_numbers == (("NLMINBIZA", "AB1234567"),)
    assert "PID-3/bsn" not in found.unmapped


@pytest.mark.parametrize("written", ["02-03-1950", "2-3-1950", "02.03.1950", "23/03/1950"])
def test_a_birth_date_as_the_dutch_write_it_is_read_day_first(written: str) -> None:
    found = with_pid(f"PID|1||71^^^ZEED^PI||Giessen^J||{written}|F")

    assert found.patient.birth_on == date(1950, 3, 23 if "/" in written else 2)
    assert "PID-7" not in found.unmapped


@pytest.mark.parametrize("written", ["02/03/1950", "02-23-1950", "02-03-50"])
def test_a_date_of_which_nobody_can_tell_the_day_is_left_for_a_person(written: str) -> None:
    found = with_pid(f"PID|1||71^^^ZEED^PI||Giessen^J||{written}|F")

    assert found.patient.birth_on is None
    assert "PID-7" in found.unmapped


def test_one_of_twins_says_so() -> None:
    assert labelled(with_pid("PID|1||71^^^ZEED^PI||Giessen^J||20260101|F||||||||||||||||Y|2"))["Meerling"] == "ja (2)"
    assert "Meerling" not in labelled(with_pid("PID|1||71^^^ZEED^PI||Giessen^J||20260101|F||||||||||||||||N|1"))


def test_whom_to_call_about_a_patient_stands_on_the_case() -> None:
    found = refers("NK1|1|Giessen&van der&Giessen^K|SPO^Partner^HL70063||0612345678^ORN^CP", "OBR|1|A1||MDO^MDO long")

    assert labelled(found)["Contactpersoon"] == "K van der Giessen (Partner), 0612345678"
    assert not found.unmapped
    assert labelled(refers("NK1|1|Tak^L|DOM|||053-1234567"))["Contactpersoon"] == "L Tak (partner), 053-1234567"


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("CP^Casemanager", "case_manager"),
        ("CM", "case_manager"),
        ("AT^Behandelaar", "treating"),
        ("XX^Hoofdbehandelaar", "treating"),
        ("X^Huisarts", "gp"),
        ("X^Verwijzer", "referrer"),
    ],
)
def test_a_role_in_words_is_that_role(said: str, who: str) -> None:
    found = refers(f"PRD|{said}|Vos^K^^^dr.", "OBR|1|A1||MDO^MDO long")

    assert getattr(found, who).name == "dr. K Vos"
    assert [name for name in ("referrer", "treating", "case_manager", "gp") if getattr(found, name).name] == [who]
    assert "PRD" not in found.unmapped


def test_who_has_a_role_that_nobody_reads_is_left_for_a_person() -> None:
    found = refers(
        "PRD|RP|Vos^K", "PRD|ZZ^Fysiotherapeut|Bos^L", "PRD|RP|Tak^M", "PRT|1|AD||ZZ|1^Los^N", "OBR|1|A1||MDO^MDO long"
    )

    assert found.unmapped == ("PRD(1)", "PRD(2)", "PRT")


def test_a_telephone_number_is_nobody_and_a_ward_is_no_telephone_number() -> None:
    order = "OBR|1|A1||MDO^MDO long||||||||||||(053)123-9999^^^^^053^1239999"
    found = read("ORM^O01", "ORC|NW|A1||||||||||||POLIONCO^^^ZEED", order)

    assert isinstance(found, IncomingReferral)
    assert (found.referrer.name, found.referrer.number, found.referrer.phone) == ("", "", "")


def test_who_asks_for_an_appointment_one_field_late_refers_and_why_is_told() -> None:
    lines = "ARQ|R1||||||^Bespreken recidief|||||||||01012345^Jansen^P", "NTE|1||Salvage RT?", "AIS|1||MDO^MDO Uro"
    found = read("SRM^S01", *lines)

    assert isinstance(found, IncomingReferral)
    assert (found.referrer.name, found.referrer.phone) == ("P Jansen", "")
    assert labelled(found)["Reden"] == "Bespreken recidief"


def test_a_person_among_the_free_fields_of_an_order_is_told() -> None:
    found = referral("OBR|2|A1||MRI^MRI|||||||||||||||ACC1||01012346^Bakker^T^^^drs.")

    assert any("drs. T Bakker (01012346)" in fact.text for fact in found.facts)


def test_that_nobody_knows_who_this_is_is_named_and_what_zorgdomein_always_writes_is_not() -> None:
    pid = "PID|1||71^^^ZEED^PI||Onbekend^O||19600101|F" + "|" * 23

    assert "PID-31/unsure" in with_pid(f"{pid}Y").unmapped
    assert "PID-31/unsure" not in with_pid(f"{pid}Y|NNNLD").unmapped
