"""Values whose parts stand otherwise than their type says, and reports whose words no column had."""

from __future__ import annotations

import pytest

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingResult, Section, profile_of_link
from mdo_portal.wiring_profiles import section_otherwise

from .few_lines import PID, labelled, result

ORDER = "OBR|1||T26-9|PA^Histologie^L|||20260301"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ("LA6683-2^Kiembaan^LN", "Kiembaan"),
        ("90572001^Escherichia coli^SCT", "Escherichia coli"),
        ("8500/3^Carcinoom NST^99ZKH", "Carcinoom NST"),
        ("Links^rechts^L", "Links^rechts^L"),  # words alone: nobody can tell that the first is a code
        ("4^5^6", "4^5^6"),
    ],
)
def test_a_code_with_its_words_that_is_called_a_text_is_shown_in_its_words(sent: str, read: str) -> None:
    assert labelled(result(ORDER, f"OBX|1|ST|B^Bron^L||{sent}||||||F"))["Bron"] == read


@pytest.mark.parametrize("sent", ["TISS^Weefsel^HL70070", "39823006^Weefsel^SCT", "TISS&Weefsel&HL70487"])
def test_material_by_a_code_of_components_is_its_words(sent: str) -> None:
    assert result(f"{ORDER}{'|' * 8}{sent}", "OBX|1|TX|C^Conclusie||Carcinoom").facts[0].text == "Histologie; Weefsel"


def test_material_in_words_is_all_of_it() -> None:
    assert (
        result(f"{ORDER}{'|' * 8}BPT^^Naald^LB", "OBX|1|TX|C^Conclusie||Carcinoom").facts[0].text == "Histologie; BPT, Naald, LB"
    )


def test_a_laboratory_is_called_by_its_name_on_whichever_side_of_its_number_that_stands() -> None:
    for producer in ("Lab Duin^05D0576873^CLIA", "05D0576873^Lab Duin^CLIA"):
        assert (
            result(ORDER, f"OBX|1|TX|C^Conclusie||Carcinoom||||||F||||{producer}").facts[-1].text == "Carcinoom\ndoor: Lab Duin"
        )


def test_a_sub_id_of_components_tells_values_apart_without_hats() -> None:
    """OBX-4 of v2.8.2 (OG): group, sequence and the like."""
    found = result(ORDER, "OBX|1|ST|ER^ER^L|1^1^1|Positief||||||F", "OBX|2|ST|ER^ER^L|2^1^1|Negatief||||||F")
    assert labelled(found) == {"Aangevraagd": "Histologie", "ER (1.1.1)": "Positief", "ER (2.1.1)": "Negatief"}


def test_a_range_of_components_has_no_hats() -> None:
    assert labelled(result(ORDER, "OBX|1|SN|K^Ki-67^L||>^20|%|^<^5||||F"))["Ki-67"] == "> 20 % (< 5)"


@pytest.mark.parametrize(
    ("unit", "read"), [("{ratio}^^UCUM", "4 ratio"), ("mL/min/{1.73_m2}", "4 mL/min/1.73 m2"), ("{}", "4 {}"), ("ug/l", "4 ug/l")]
)
def test_what_a_unit_says_between_braces_is_read_without_them(unit: str, read: str) -> None:
    assert labelled(result(ORDER, f"OBX|1|NM|X^Waarde^L||4|{unit}|||||F"))["Waarde"] == read


@pytest.mark.parametrize(
    ("order", "value", "section"),
    [
        ("81247-9^Genetic variant reporting panel^LN", "48018-6^Gene studied^LN||BRCA1", Section.PATHOLOGY),
        ("MOL^Mutatieanalyse^L", "X^Uitslag^L||KRAS G12C", Section.PATHOLOGY),
        ("BRCA^BRCA1 full gene^L", "X^Uitslag^L||c.5266dupC", Section.PATHOLOGY),
        ("ADM^Registratie^L", "X^Mutatiedatum^L||20260301", Section.OTHER),
        ("71046^XR Chest 2 views^C4", "X^Impression^L||No mass", Section.IMAGING),
        ("T^Computertomografie^L", "X^Uitslag^L||Geen massa", Section.IMAGING),
    ],
)
def test_a_report_on_genes_or_of_a_scan_stands_in_its_column(order: str, value: str, section: Section) -> None:
    assert result(f"OBR|1||T1|{order}", f"OBX|1|ST|{value}||||||F").facts[-1].section is section


def test_a_drug_for_which_genes_were_looked_at_is_none_that_the_patient_takes() -> None:
    """LOINC 51963-7: it stood under medication."""
    found = result(
        "OBR|1||T1|81247-9^Genetic variant reporting panel^LN", "OBX|1|CWE|51963-7^Medication assessed^LN||O^Olaparib||||||F"
    )
    assert found.facts[-1].section is Section.PATHOLOGY


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("cT", Section.DIAGNOSIS), ("ycN", Section.DIAGNOSIS), ("cM-stadium", Section.DIAGNOSIS),
        ("CT", Section.IMAGING), ("CT thorax", Section.IMAGING), ("ct abdomen", Section.IMAGING),
    ],
)  # fmt: skip
def test_a_clinical_stage_is_no_scan(name: str, section: Section) -> None:
    assert result("OBR|1||T1|F^Formulier^L", f"OBX|1|ST|X^{name}^L||2||||||F").facts[-1].section is section


def test_a_link_may_have_it_in_another_column() -> None:
    profile = profile_of_link("generic-v2", section_otherwise("generic-v2", "", "cT", Section.FORM))
    lines = (
        "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302||ORU^R01|M1|P|2.5",
        PID,
        "OBR|1||T1|F^Formulier^L",
        "OBX|1|ST|X^cT^L||2||||||F",
        "",
    )
    found = Hl7Reader().read("\r".join(lines).encode(), profile)
    assert isinstance(found, IncomingResult)
    assert found.facts[-1].section is Section.FORM
