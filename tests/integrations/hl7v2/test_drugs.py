"""Drugs: which of them hold, how often and for how long."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingResult, Section

from .few_lines import read, referral


def medicines(found: object) -> list[str]:
    return [fact.text for fact in getattr(found, "facts", ()) if fact.section is Section.MEDICATION]


def test_a_drug_that_is_stopped_is_not_shown_as_prescribed() -> None:
    """ORC-1 speaks for a drug as for any other order."""
    stopped = ("ORC|DC|R1", "RXO|D1^Capecitabine||2||TAB")
    alone = read("ORM^O01", *stopped, "ORC|NW|R2", "RXO|D2^Tramadol||50||mg")
    assert medicines(alone) == ["Tramadol; 50; mg"]
    assert isinstance(alone, IncomingResult)
    assert [fact.text for fact in alone.taken_back] == ["Capecitabine; 2; TAB"]
    beside = referral(*stopped)
    assert medicines(beside) == []
    assert [fact.text for fact in beside.taken_back] == ["Capecitabine; 2; TAB"]


def test_a_drug_says_how_often_and_from_when_until_when() -> None:
    """RXE-1.2 of before 2.5; TQ1 before or behind the drug since."""
    assert medicines(referral("ORC|NW|R1", "RXE|1^BID^^20260301^20260401|D1^Dexamethason|4||mg")) == [
        "Dexamethason; 4; mg; BID; 2026-03-01 – 2026-04-01"
    ]
    timing = "TQ1|1||Q8H^om de 8 uur||||20260301|20260401"
    told = ["Dexamethason; 4; mg; om de 8 uur; 2026-03-01 – 2026-04-01"]
    assert medicines(referral("ORC|NW|R1", timing, "RXO|D1^Dexamethason|4||mg")) == told
    assert medicines(referral("ORC|NW|R1", "RXO|D1^Dexamethason|4||mg", timing)) == told


@pytest.mark.parametrize("kind", ["RDE^O11", "RDE^O01", "RDS^O13", "RAS^O17", "OMP^O09"])
def test_a_message_of_a_pharmacy_is_about_drugs_and_no_unknown_kind(kind: str) -> None:
    """Ordered, handed out, given: between a ward and its pharmacy these go all day."""
    line = {"RDS": "RXD|1|D1^Capecitabine", "RAS": "RXA|0|1|20260301||D1^Capecitabine"}.get(
        kind[:3], "RXE||D1^Capecitabine|2||TAB"
    )
    found = read(kind, "ORC|NW|R1", line)
    assert isinstance(found, IncomingResult)
    assert [text.partition(";")[0] for text in medicines(found)] == ["Capecitabine"]


def test_a_drug_one_field_too_far_is_not_lost() -> None:
    """RXE-3 in place of RXE-2: the order was read, and nothing of it was told."""
    found = referral("ORC|NW|R1", "RXE|1^BID||5111-1^Amoxicilline 500 mg^NDC|500||mg")
    assert medicines(found) == ["Amoxicilline 500 mg; 500; mg; BID"]


def test_what_is_said_of_a_drug_twice_stands_there_once_and_without_separators() -> None:
    twice = referral(
        "ORC|NW|R1", "TQ1|1||QAM&elke ochtend&L", "RXE||D1^Insuline|22||E|D1^Insuline|SC^Subcutaan", "RXR|SC^Subcutaan"
    )
    assert medicines(twice) == ["Insuline; 22; E; Subcutaan; elke ochtend"]


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("1^QD^D5", "QD; gedurende 5 d"), ("1^Q1W^W12", "Q1W; gedurende 12 wk"), ("1^QD^X10", "QD; 10 keer"),
        ("1^QD^L3^20260301", "QD; gedurende 3 mo; 2026-03-01"), ("1^QD^INDEF", "QD"), ("1^QD^drie dagen", "QD; drie dagen"),
    ],
)  # fmt: skip
def test_a_drug_for_some_days_does_not_read_as_one_without_end(said: str, shown: str) -> None:
    """TQ.3 of before 2.5: daily, and for five days."""
    told = [f"Cisplatine; 20; mg/m2; {shown}"]
    assert medicines(referral(f"ORC|NW|R1|||||{said}", "RXO|D1^Cisplatine||20||mg/m2")) == told
    assert medicines(referral("ORC|NW|R1", f"RXE|{said}|D1^Cisplatine|20||mg/m2")) == told


def test_how_long_and_how_many_times_are_told_of_a_timing_since_2_5() -> None:
    timing = "TQ1|1||Q1W|||12^wk||||||||12"
    assert medicines(referral("ORC|NW|R1", timing, "RXO|D1^Paclitaxel||80||mg/m2")) == [
        "Paclitaxel; 80; mg/m2; Q1W; gedurende 12 wk; 12 keer"
    ]


def test_why_how_strong_and_how_fast_a_drug_is_given_are_not_lost() -> None:
    """RXO-18 to 22, RXE-22 to 27: left out without a word."""
    asked = "RXO|D1^Cisplatine||20||mg|||||||||||||1^|mg/ml|C62^Testiscarcinoom|125|ml/h"
    assert medicines(referral("ORC|NW|R1", asked)) == ["Cisplatine; 20; mg; 1; mg/ml; Testiscarcinoom; 125; ml/h"]
    made = "RXE||D1^Cisplatine|20||mg|||||||||||||||||H1|125|ml/h|1|mg/ml|C62^Testiscarcinoom"
    assert medicines(referral("ORC|NW|R1", made)) == ["Cisplatine; 20; mg; H1; 125; ml/h; 1; mg/ml; Testiscarcinoom"]


def test_how_long_a_drug_is_given_is_as_it_says_itself_and_not_as_its_order_says() -> None:
    """The ORC speaks for two drugs; of the second the doses are others."""
    found = referral("ORC|NW|R1|||||1^QD^D2", "RXE|1^BID^D1|D1^Folinezuur|400||mg", "RXE||D2^Fluorouracil|2400||mg")
    assert medicines(found) == [
        "Folinezuur; 400; mg; BID; gedurende 1 d",
        "Fluorouracil; 2400; mg; QD; gedurende 2 d",
    ]


def test_a_drug_with_its_number_in_the_list_before_it_is_called_by_its_name() -> None:
    (told,) = medicines(read("RDE^O11", "ORC|NW|R1", "RXO|1|C09AA02^Enalapril^ATC||10|mg"))
    assert told.startswith("Enalapril; ")


def test_a_drug_says_per_what_and_of_which_scheme_it_is() -> None:
    """RXO-17: where some write the scheme and its course."""
    assert medicines(referral("ORC|NW|R1", f"RXO|D1^Oxaliplatine|85||mg/m2{'|' * 13}FOLFOX6^Kuur 3 van 12")) == [
        "Oxaliplatine; 85; mg/m2; FOLFOX6; Kuur 3 van 12"
    ]
    assert medicines(referral("ORC|NW|R1", f"RXO|D2^Natriumchloride|500||mL{'|' * 13}H6")) == ["Natriumchloride; 500; mL; H6"]
