"""Who judged a result, where a message of v2.7 or later says so behind it (PRT)."""

from __future__ import annotations

from .few_lines import labelled, referral, result

ORDER = "OBR|1|A1|F1|CT^CT abdomen^L|||20260220"
TEXT = "OBX|1|TX|CT^CT abdomen^L||Geen afwijkingen.||||||F"


def test_who_interprets_an_order_is_told_beside_it() -> None:
    found = result(ORDER, "PRT|1|UC||PI^Primary Interpreter^HL70912|901^Straal^Rita^^^dr.", TEXT)
    assert labelled(found)["Aangevraagd"] == "CT abdomen; beoordeeld door: dr. Rita Straal"
    assert "PRT" not in found.unmapped


def test_who_is_responsible_for_a_value_and_which_laboratory_found_it_stand_behind_it() -> None:
    observer = "PRT|1|UC||RO^Responsible Observer^HL70912|7^Paats^Ella"
    house = "PRT|2|UC||PO^Performing Organization^HL70912||||Lab Noord"
    second = "OBX|2|TX|CT^CT abdomen^L||Wel een cyste.||||||F"
    found = result(ORDER, TEXT, second, "NTE|1||Herhaald", observer, house)
    assert labelled(found)["CT abdomen"] == "Geen afwijkingen.\nWel een cyste.\nHerhaald\ndoor: Ella Paats, Lab Noord"
    assert labelled(referral(ORDER, TEXT, observer))["CT abdomen"] == "Geen afwijkingen.\ndoor: Ella Paats"


def test_whoever_took_the_material_judged_nothing_and_is_named() -> None:
    found = result(ORDER, TEXT, "PRT|1|UC||SC^Specimen Collector^HL70912|902^Prikker^P")
    assert labelled(found)["CT abdomen"] == "Geen afwijkingen."
    assert "PRT" in found.unmapped
