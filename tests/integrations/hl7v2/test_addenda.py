"""An addendum stands beside the report that it adds to, and says that it is one, whichever way a laboratory or a scan department sends it."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingResult, Section
from mdo_portal.services.dossier import result_facts

from .few_lines import read, result

REPORT = "OBR|1|A1|T26-1|PA^Histologie^L|||20260220||||||||||||||||||F"


def added(name: str, text: str, n: int = 1) -> tuple[str, str]:
    return f"OBR|{n}|A1|T26-1|PA^{name}^L|||20260225||||||||||||||||||F", f"OBX|1|FT|C^Conclusie^L||{text}||||||F"


def keys(found: IncomingResult) -> set[str]:
    return {fact.key for fact in found.facts if fact.key}


def test_an_addendum_that_comes_alone_under_the_code_of_its_report_does_not_take_its_place() -> None:
    report = result(REPORT, "OBX|1|FT|C^Conclusie^L||Carcinoom graad 2||||||F")
    first, second = result(*added("Addendum 1", "HER2 3+")), result(*added("Addendum 2", "Geen amplificatie"))

    assert keys(report) and keys(first) and keys(second)
    assert keys(report).isdisjoint(keys(first)) and keys(first).isdisjoint(keys(second))
    assert not (set(first.whole) & set(report.whole) or set(first.whole) & set(second.whole))


@pytest.mark.parametrize("name", ["Aanvullend verslag", "Aanvulling 03-03", "Nagekomen uitslag", "Aanvullende conclusie"])
def test_so_does_one_by_another_of_its_dutch_names(name: str) -> None:
    report = result(REPORT, "OBX|1|FT|C^Verslag^L||Carcinoom graad 2||||||F")
    assert keys(report).isdisjoint(keys(result(*added(name, "HER2 3+"))))
    assert keys(report).isdisjoint(keys(result(REPORT, f"OBX|1|FT|C^{name}^L||HER2 3+||||||F")))


@pytest.mark.parametrize(
    "name",
    [
        "Aanvullend onderzoek",
        "Verslag met aanvulling",
        "Aanvullende diagnostiek",
        "Verslag inclusief aanvulling",
        "Verslag + addendum",
    ],
)
def test_what_only_sounds_like_one_is_none(name: str) -> None:
    report = result(REPORT, "OBX|1|FT|C^Verslag^L||Carcinoom graad 2||||||F")
    assert keys(report) == keys(result(REPORT, f"OBX|1|FT|C^{name}^L||Graad 3||||||F"))


def test_the_same_addendum_told_again_does() -> None:
    assert keys(result(*added("Addendum 1", "HER2 3+"))) == keys(result(*added("ADDENDUM 1", "HER2 2+")))


def test_a_part_of_an_addendum_says_so_alone_and_beside_its_report_in_the_column_of_that() -> None:
    alone = result(*added("Addendum 1", "HER2 3+")).facts[-1]
    both = result(REPORT, "OBX|1|FT|C^Conclusie^L||Carcinoom graad 2||||||F", *added("Addendum 1", "HER2 3+", 2)).facts[-1]

    assert alone.label == both.label == "Conclusie (Addendum 1)"
    assert alone.section is both.section is Section.PATHOLOGY


def test_what_is_called_an_addendum_itself_says_it_once() -> None:
    found = result("OBR|1|A1|T26-1|PA^Addendum^L", "OBX|1|FT|A^Addendum 1^L||HER2 3+||||||F", "OBX|2|FT|||Zonder naam||||||F")
    assert [fact.label for fact in found.facts[1:]] == ["Addendum 1", "Addendum"]


@pytest.mark.parametrize("event", ["T05", "T06"])
def test_a_document_that_adds_to_another_says_that_of_its_words_and_its_file(event: str) -> None:
    lines = (
        f"TXA|1|RAD^CT-verslag^L|TX|20260301{'|' * 8}D2|D1|||AU",
        "OBX|1|FT|V^Verslag^L||Ook links een nodus||||||F",
        "OBX|2|ED|P^Verslag PDF^L||^application^pdf^Base64^JVBERi0xLjQKJSVFT0YK||||||F",
    )
    found, first = read(f"MDM^{event}", *lines), read("MDM^T02", *lines)

    assert isinstance(found, IncomingResult) and isinstance(first, IncomingResult)
    assert found.facts[-1].label == "Verslag (addendum; CT-verslag)"
    assert found.documents[-1].title == "Verslag PDF (CT-verslag) (addendum)"
    assert "addendum" not in f"{first.facts[-1].label}{first.documents[-1].title}"


def test_one_that_is_called_so_says_it_once() -> None:
    found = read("MDM^T06", f"TXA|1|AD^Addendum^L|TX|20260301{'|' * 8}D2|D1|||AU", "OBX|1|FT|V^Verslag^L||Ook links||||||F")
    assert isinstance(found, IncomingResult)
    assert found.facts[-1].label == "Verslag (Addendum)"


def test_a_document_that_reports_on_several_orders_is_called_after_all_of_them() -> None:
    """MDM_T02: the orders stand before TXA, and what stands behind it is of none of them alone."""
    orders = ("ORC|RE|A1|B1", "OBR|1|A1|B1|T^CT thorax^L", "ORC|RE|A2|B2", "OBR|2|A2|B2|A^CT abdomen^L")
    found = read("MDM^T02", *orders, f"TXA|1|RAD|FT|20260301{'|' * 8}D9", "OBX|1|FT|||Geen metastasen||||||F")
    assert isinstance(found, IncomingResult)
    assert found.facts[-1].label == "CT thorax; CT abdomen"


@pytest.mark.parametrize("common", ["ORC|RE|A7|F7", "ORC|RE||F7", "ORC|RE|F7|"])
def test_an_order_whose_number_stands_in_its_orc_alone_is_known_by_it(common: str) -> None:
    """Else what is told again stood twice, and what is taken back stayed."""
    told = result(common, "OBR|1|||CEA^CEA^L|||20260301", "OBX|1|NM|CEA^CEA^L||12|ug/l|||||F")
    gone = result(common, f"OBR|1|||CEA^CEA^L|||20260301{'|' * 18}X")

    assert keys(told) == {"F7/CEA/CEA/"}
    assert gone.withdrawn == ("F7/CEA",)


def test_an_order_without_any_is_known_by_the_number_of_its_group() -> None:
    """ORC-4: a preliminary value stood beside the final one."""
    found = result("ORC|SC|||L99|IP", "OBR|1|||CEA^CEA^L|||20260301", "OBX|1|NM|CEA^CEA^L||12|ug/l|||||P")
    final = result("ORC|SC|||L99|CM", "OBR|1|||CEA^CEA^L|||20260301", "OBX|1|NM|CEA^CEA^L||13|ug/l|||||F")
    assert keys(found) == keys(final) == {"L99/CEA/20260301/CEA/"}


def test_the_same_of_two_days_in_one_group_are_two() -> None:
    """The later one took the place of the first, and the course of a marker was one value."""
    first, second = (
        result("ORC|RE|||L99", f"OBR|1|||CEA^CEA^L|||{day}", f"OBX|1|NM|CEA^CEA^L||{value}|ug/l|||||F")
        for day, value in (("20260301", 12), ("20260322", 4))
    )
    assert keys(first).isdisjoint(keys(second))
    assert not set(first.whole) & set(second.whole)
    gone = result("ORC|RE|||L99", f"OBR|1|||CEA^CEA^L|||20260301{'|' * 18}X").withdrawn
    assert [result_facts.is_under(key, gone[0]) for key in (*keys(first), *keys(second))] == [True, False]


def test_a_report_that_is_taken_back_whole_takes_its_addenda_along_and_an_addendum_only_itself() -> None:
    report = result(REPORT, "OBX|1|FT|C^Conclusie^L||Carcinoom graad 2||||||F")
    addendum = result(*added("Addendum 1", "HER2 3+"))
    gone = result(f"{REPORT.removesuffix('F')}X").withdrawn
    corrected = result(added("Addendum 1", "")[0].removesuffix("F") + "X").withdrawn

    assert all(result_facts.is_under(key, gone[0]) for key in keys(report) | keys(addendum))
    assert all(result_facts.is_under(key, corrected[0]) for key in keys(addendum))
    assert not any(result_facts.is_under(key, corrected[0]) for key in keys(report))


def test_an_order_with_a_number_of_its_own_is_known_by_that() -> None:
    found = result("ORC|RE|A7|F7", "OBR|1|A8||CEA^CEA^L|||20260301", "OBX|1|NM|CEA^CEA^L||12|ug/l|||||F")
    assert keys(found) == {"A8/CEA/CEA/"}


@pytest.mark.parametrize("said", ["Vos^Maria^arts", "^Bos^Piet", "20260302101500", "DOC400678"])
def test_who_signed_a_document_one_field_early_is_not_why_it_changed(said: str) -> None:
    found = read("MDM^T02", f"TXA|1|RAD^CT-verslag|TX|20260301{'|' * 8}D1{'|' * 9}{said}", "OBX|1|TX|V^Verslag||Nodus||||||F")
    assert isinstance(found, IncomingResult)
    assert [fact.label for fact in found.facts] == ["Verslag (CT-verslag)"]


@pytest.mark.parametrize("said", ["Zijde verwisseld", "COR^Zijde verwisseld^L", "COR^Zijde verwisseld^99ZKH"])
def test_a_reason_is_still_told(said: str) -> None:
    found = read("MDM^T02", f"TXA|1|RAD^CT-verslag|TX|20260301{'|' * 8}D1{'|' * 9}{said}", "OBX|1|TX|V^Verslag||Nodus||||||F")
    assert isinstance(found, IncomingResult)
    assert ("Reden", "Zijde verwisseld") in [(fact.label, fact.text) for fact in found.facts]
