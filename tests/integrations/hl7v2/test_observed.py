"""What stands in an observation or a note, as a person reads it: no hats, no tildes, no quotes that mean nothing."""

from __future__ import annotations

import pytest

from .few_lines import refers

PID = "PID|1||7654321^^^ZEED^PI~999911120^^^NLMINBIZA^NNNLD||Giessen&van der&Giessen^J||19600101|F"


def said(kind: str, value: str, unit: str = "") -> str:
    (fact,) = refers(PID, f"OBX|1|{kind}|X^Iets^L||{value}|{unit}").facts
    return fact.text


def test_the_null_of_hl7_is_nothing_wherever_it_stands() -> None:
    read = refers(
        'RF1|""|""|""|||VW9||||""',
        'PRD|RP|""^""',
        'PID|1||7654321^^^ZEED^PI~""^^^NLMINBIZA^NNNLD||Giessen^J^""||19600101|F|""',
        'PV1|1|O|""||||""||""',
        'DG1|1||""^""^ICD10',
        'OBX|1|ST|PSA^PSA^L||2|ug/L|0 - 15|""|||F',
        "OBX|2|ST|VRAAG^Vraagstelling^L||Operatie?||||||F",
    )
    assert (read.patient.bsn, read.patient.local_number, read.patient.name.given) == ("", "7654321", "")
    assert (read.question_board, read.tumour_hint, read.urgency) == ("Operatie?", "", "")
    assert (read.referrer.name, read.referrer.number, read.treating.number) == ("", "", "")
    assert [(fact.label, fact.text) for fact in read.facts] == [("PSA", "2 ug/L (0 - 15)")]


def test_two_quotes_inside_a_text_are_that_text() -> None:
    assert said("ST", 'zei "" en zweeg') == 'zei "" en zweeg'


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("ST", "Eerste regel~Tweede regel", "Eerste regel\nTweede regel"),
        ("DT", "20260215", "2026-02-15"),
        ("TS", "202602151030", "2026-02-15 10:30"),
        ("DTM", "20260215103059.123+0100", "2026-02-15 10:30"),
        ("DT", "202602", "2026-02"),
        ("DT", "medio februari", "medio februari"),
        ("XCN", "01234567^de Wit^A^B", "01234567 de Wit A B"),
        ("XON", "Ziekenhuis Oost^^123", "Ziekenhuis Oost 123"),
        ("SN", ">^100", "> 100"),
        ("NM", "60~120", "60; 120"),
        ("CWE", "^^^T2^cT2N0M0^L", "cT2N0M0"),
        ("ST", "a^b", "a^b"),
    ],
)
def test_a_value_of_any_type_is_words(kind: str, value: str, shown: str) -> None:
    assert said(kind, value) == shown


def test_escapes_in_capitals_or_small_letters_are_read() -> None:
    assert said("FT", "een\\.BR\\twee\\x0a\\drie") == "een\ntwee\ndrie"


def test_each_note_keeps_its_own_label() -> None:
    read = refers(PID, "NTE|||met spoed|^APPOINTMENT_NOTES", "NTE|||pijn in de rug|^CLINICAL_INFORMATION", "NTE|||zonder label")
    assert [(fact.label, fact.text) for fact in read.facts] == [
        ("APPOINTMENT_NOTES", "met spoed"),
        ("CLINICAL_INFORMATION", "pijn in de rug"),
        ("", "zonder label"),
    ]


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2026021510", "2026-02-15 10h"),
        ("2026021510+0530", "2026-02-15 10h"),
        ("20260215+0100", "2026-02-15"),
        ("20260215103", "20260215103"),
    ],
)
def test_a_time_is_shown_as_far_as_it_goes(sent: str, shown: str) -> None:
    """Year, month, day and hour (YYYYMMDDHH) once read as year, month, hour and minute."""
    assert said("TS", sent) == shown


def test_line_ends_as_hex_are_lines() -> None:
    assert said("FT", "een\\X0D\\twee\\X0D0A\\drie\\X0A\\vier") == "een\ntwee\ndrie\nvier"


def test_a_line_of_blanks_between_the_segments_is_nothing() -> None:
    read = refers("  ", PID, "   ", "OBX|1|ST|X^Iets^L||a", "\t", "OBX|2|ST|Y^Nog iets^L||b")
    assert [(fact.label, fact.text) for fact in read.facts] == [("Iets", "a"), ("Nog iets", "b")]
