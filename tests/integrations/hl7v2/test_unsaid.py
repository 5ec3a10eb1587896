"""A segment that a profile knows and that says nothing here is named as left over: nothing a hospital wrote vanishes."""

from __future__ import annotations

import pytest

from tests.integrations.hl7v2.few_lines import referral, result

SILENT = {
    "PV2": "PV2|||||||||20260306|4",
    "DG1": "DG1|1|||||W|||||||||||4412^Vos^L.",
    "AL1": "AL1|1|DA|||huiduitslag",
    "PR1": "PR1|1||||20260201",
}


@pytest.mark.parametrize("name", SILENT)
def test_a_segment_with_a_rule_of_its_own_that_says_nothing_is_left_over(name: str) -> None:
    assert name in referral(SILENT[name]).unmapped


@pytest.mark.parametrize("name", SILENT)
def test_so_it_is_beside_a_result(name: str) -> None:
    assert name in result(SILENT[name], "OBR|1|A1||CEA^CEA", "OBX|1|NM|CEA^CEA||4").unmapped


def test_of_several_the_one_that_says_nothing_is_named() -> None:
    found = referral("DG1|1||C34.1^Longcarcinoom^ICD10", "DG1|2|||||W", "DG1|3||I10^Hypertensie^ICD10")

    assert "DG1(1)" in found.unmapped and "DG1" not in found.unmapped


def test_one_that_says_something_or_holds_nothing_is_not_left_over() -> None:
    found = referral("PV2|||^Verdenking ovariumcarcinoom", "DG1|1", "AL1|1|DA|^Codeine")

    assert not {"PV2", "DG1", "AL1"} & set(found.unmapped)


def test_a_sentence_where_nobody_looks_is_left_over_though_the_rest_is_read() -> None:
    found = referral("PV2|||^Verdenking ovariumcarcinoom" + "|" * 33 + "Mogelijk erfelijk belast")

    assert "PV2-36" in found.unmapped


def test_a_sentence_that_stands_on_the_case_is_not() -> None:
    found = referral("DG1|1||C56^Maligne neoplasma ovarium^ICD10|Maligne neoplasma ovarium links", "NTE|1||Heel veel ascites")

    assert not [one for one in found.unmapped if one.startswith("DG1")]
