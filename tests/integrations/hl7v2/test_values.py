"""Values of an observation or order, of the rarer types and from other laboratories."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingResult

from .few_lines import labelled, read, referral, result


def test_an_alert_is_a_result() -> None:
    found = read("ORU^R40", "OBR|1|||AL^Alarm^L", "OBX|1|CWE|K^Kalium^L||KR^kritiek hoog||||||R")
    assert isinstance(found, IncomingResult)
    assert labelled(found)["Kalium"] == "kritiek hoog"


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("DR", "20260101^20260131", "2026-01-01 – 2026-01-31"),
        ("DR", "20260101", "2026-01-01 –"),
        ("TM", "0930", "09:30"),
        ("TM", "093015.00", "09:30"),
        ("NR", "41196311^41277500", "41196311 - 41277500"),
        ("CQ", "12^mm&millimeter&UCUM", "12 mm"),
        ("XCN", "01234567^Boer&de&Boer^K^^^^dr.^^VEKTIS&1.2.3&ISO", "01234567 de Boer K dr. VEKTIS"),
        ("XCN", "01234567^de Boer&de&Boer^K", "01234567 de Boer K"),
        ("XCN", "^&&van Leeuwen^A.B.", "van Leeuwen A.B."),
        ("XPN", "Vries&de&Vries^Anna", "de Vries Anna"),
    ],
)
def test_a_period_and_an_hour_read_as_such(kind: str, value: str, shown: str) -> None:
    assert labelled(result("OBR|1||F1|X^X", f"OBX|1|{kind}|P^Periode^L||{value}||||||F"))["Periode"] == shown


@pytest.mark.parametrize(
    ("value", "beside", "shown"),
    [
        ("", "mmol/L|45-84||||X", ""),
        ('""', "mmol/L|||||F", ""),
        ("", "mmol/L|45-84|H|||F", "(45-84, H)"),
        ("", "|S|S|||F", "(S, S)"),
    ],
)
def test_a_unit_without_a_value_is_no_value(value: str, beside: str, shown: str) -> None:
    assert labelled(result("OBR|1||F1|X^X", f"OBX|1|NM|HB^Hb^L||{value}|{beside}"))["Hb"] == shown


def test_every_reason_of_an_order_is_told_and_a_code_without_words_has_no_separators() -> None:
    reasons = "Dyspnoe^Dyspnoe~^Hemoptoë~J44^^I10"
    found = result(f"OBR|1||F1|CT^CT thorax|||20260301{'|' * 24}{reasons}", "OBX|1|TX|C^Conclusie||Geen||||||F")
    assert labelled(found)["Reden van onderzoek"] == "Dyspnoe\nHemoptoë\nJ44"


def test_an_order_says_its_side_what_to_mind_and_what_the_collector_wrote() -> None:
    """OBR-12 (what is dangerous), OBR-39 (who took it), OBR-45 (modifiers: the side)."""
    line = ["OBR", "1", "", "F1", "MRM^MRI mamma"] + [""] * 41
    line[12], line[39], line[45] = "HB^Hepatitis B", "^hemolytisch", "LT^Links~50^Contrast"
    found = result("|".join(line), "OBX|1|TX|C^Conclusie||Geen||||||F")
    assert labelled(found)["Aangevraagd"] == "MRI mamma; Hepatitis B; hemolytisch; Links; Contrast"


def test_a_value_of_another_laboratory_says_whose_it_is() -> None:
    """OBX-15, 16 and 23: who found it. The sending hospital itself is on the fact already."""
    end = "|||20260301"
    other = result("OBR|1||F1|X^X", f"OBX|1|ST|H^HER2||3+||||||F{end}|L2^PA-lab Delta||" + "|" * 6 + "Pathologie Delta^D|")
    assert labelled(other)["HER2"] == "3+\ndoor: Pathologie Delta"
    maker = result("OBR|1||F1|X^X", f"OBX|1|ST|H^HER2||3+||||||F{end}|L2^PA-lab Delta^L|77^Patholoog^P^^^dr.")
    assert labelled(maker)["HER2"] == "3+\ndoor: PA-lab Delta, dr. P Patholoog"
    own = result("OBR|1||F1|X^X", f"OBX|1|ST|H^HER2||3+||||||F{end}|ZEED")
    assert labelled(own)["HER2"] == "3+"


def test_what_was_written_beside_a_code_is_shown_too() -> None:
    """DG1-4 and PR1-4: the side often stands there alone; PR1-16 is a modifier."""
    found = referral(
        "DG1|1||C50.9^Mammacarcinoom^I10|Mammacarcinoom links|20260301|F",
        "DG1|2||I10^Hypertensie^I10|hypertensie|2015|F",
        "DG1|3||J44^COPD^I10|roker|2015|F",
        "PR1|1||OK1^Lobectomie|rechts, robot|20250101|||||||||||R^Rechts",
    )
    shown = [fact.text for fact in found.facts if fact.label in ("Diagnose", "Verrichting")]
    assert shown == ["Mammacarcinoom links", "Hypertensie (2015)", "COPD; roker (2015)", "Lobectomie; rechts, robot; Rechts"]


def test_variants_under_orders_that_nothing_else_tells_apart_say_which_order_is_theirs() -> None:
    """HL7 v2 lab results of genes (LRI): every variant is an order of the same name of the same day."""

    def variant(n: int, gene: str, change: str, at: str = "20260301") -> list[str]:
        return [f"OBR|{n}||F1-{n}|V^Variant^L|||{at}", f"OBX|1|ST|G^Gen^L||{gene}||||||F", f"OBX|2|ST|D^DNA^L||{change}||||||F"]

    found = result(*variant(1, "EGFR", "c.2573T>G"), *variant(2, "TP53", "c.743G>A"))
    assert labelled(found) | {"Aangevraagd": ""} == {
        "Gen (F1-1)": "EGFR", "DNA (F1-1)": "c.2573T>G", "Gen (F1-2)": "TP53", "DNA (F1-2)": "c.743G>A", "Aangevraagd": "",
    }  # fmt: skip
    by_hour = result(*variant(1, "4", "5", "202603010800"), *variant(2, "6", "7", "202603011400"))
    assert {"Gen (2026-03-01 08:00)", "Gen (2026-03-01 14:00)"} <= set(labelled(by_hour))
    days = result(*variant(1, "4", "5", "20260301"), *variant(2, "6", "7", "20260302"))
    assert set(labelled(days)) == {"Aangevraagd", "Gen", "DNA"}


def test_a_range_of_two_numbers_is_both_and_separators_that_part_nothing_are_not_shown() -> None:
    found = result(
        "OBR|1||F1|X^X", "OBX|1|NM|PSA^PSA||4.1|ug/L|0^4||||F", "OBX|2|ST|TNM^TNM||cT2N1M0^^||||||F", "OBX|3|ST|L^Leeg||^||||||F"
    )
    assert labelled(found) | {"Aangevraagd": ""} == {"PSA": "4.1 ug/L (0 - 4)", "TNM": "cT2N1M0", "Leeg": "", "Aangevraagd": ""}


@pytest.mark.parametrize(("kind", "sent"), [("NM", "^182"), ("ST", "^^182"), ("TX", "^182^")])
def test_a_value_one_component_too_far_has_no_separators_before_it(kind: str, sent: str) -> None:
    found = result("OBR|1|P7|A7|G^Glucose", f"OBX|1|{kind}|G^Glucose||{sent}|mg/dl|||||F")
    assert found.facts[-1].text == "182 mg/dl"


def test_a_moment_is_no_place_in_the_body() -> None:
    found = result("OBR|1|P7|A7|IGE^IgE", f"OBX|1|NM|IGE^IgE||0.59|kU/L|||||F{'|' * 9}201506011605")
    assert found.facts[-1].text == "0.59 kU/L"


@pytest.mark.parametrize(
    ("of_order", "own", "shown"),
    [
        ("20260301", "01/02/2026", "5 (01/02/2026)"),
        ("01/03/2026 12:30", "", "5 (01/03/2026 12:30)"),
        ("202603", "", "5 (2026-03)"),
        ("01/03/2026", "20260302", "5"),
        ("onbekend", "", "5"),
    ],
)
def test_a_day_that_is_written_otherwise_stands_beside_the_value_as_it_was_sent(of_order: str, own: str, shown: str) -> None:
    """Day or month first: between strokes nobody can tell, so it is no date."""
    found = result(f"OBR|1||F1|X^X|||{of_order}", f"OBX|1|NM|P^PSA^L||5||||||F|||{own}")
    assert labelled(found)["PSA"] == shown


@pytest.mark.parametrize(
    ("value", "beside", "shown"),
    [
        ("5.1 mmol/l", "mmol/l", "5.1 mmol/l"),
        ("12%", "%", "12%"),
        ("hoog", "g", "hoog g"),
        ("0,5", "ug/l|0,0~5,0", "0,5 ug/l (0,0 - 5,0)"),
        ("0,5", "ug/l|<5~rokers <10", "0,5 ug/l (<5; rokers <10)"),
    ],
)
def test_a_unit_stands_once_and_a_range_in_two_repetitions_whole(value: str, beside: str, shown: str) -> None:
    assert labelled(result("OBR|1||F1|X^X", f"OBX|1|ST|HB^Hb^L||{value}|{beside}"))["Hb"] == shown
