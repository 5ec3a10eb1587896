"""That its sender says that not everybody may read about a patient is named, wherever a message says so; who may here does not change."""

from __future__ import annotations

import pytest

from mdo_portal.domain.caution import Caution, cautions_in

from .few_lines import read

ORDER = ("ORC|NW|A1{}", "OBR|1|A1||MDO^MDO oncologie^L")


def named(*lines: str, kind: str = "ORM^O01") -> list[str]:
    return [one for one in read(kind, *lines).unmapped if one.endswith("/confidential")]


def ordered(*before: str, code: str = "") -> list[str]:
    return named(*before, ORDER[0].format("|" * 26 + code if code else ""), ORDER[1])


@pytest.mark.parametrize("said", ["VIP", "vip", "Y", "J", "V", "Ja"])
def test_a_vip_is_named(said: str) -> None:
    assert ordered(f"PV1|1|O{'|' * 14}{said}") == ["PV1-16/confidential"]


@pytest.mark.parametrize("said", ["", "N", "0", "Nee", '""', "1001^Roos^P"])
def test_who_is_none_is_not(said: str) -> None:
    assert ordered(f"PV1|1|O{'|' * 14}{said}") == []


def test_who_is_protected_is_named() -> None:
    assert ordered(f"PD1{'|' * 12}Y") == ["PD1-12/confidential"]
    assert ordered(f"PD1{'|' * 12}N") == []
    assert ordered(f"PV2{'|' * 22}Y") == ["PV2-22/confidential"]


@pytest.mark.parametrize(
    ("code", "is_so"), [("V", True), ("R^Restricted^HL70177", True), ("VIP", True), ("U", False), ("UWM", False)]
)
def test_an_order_says_so_of_itself(code: str, is_so: bool) -> None:
    assert (ordered(code=code) == ["ORC-28/confidential"]) is is_so


def test_a_document_does() -> None:
    letter = ("TXA|1|VB^Aanmelding MDO mamma|TX|20260301||||||||D1|||||LA|{}|AV", "OBX|1|TX|VB^Brief||Graag bespreken.||||||F")
    for said, left in (("R", ["TXA-18/confidential"]), ("V", ["TXA-18/confidential"]), ("U", []), ("", [])):
        assert named(letter[0].format(said), letter[1], kind="MDM^T02") == left
    late = letter[0].format("R").replace("|LA|", "||LA|")
    assert named(late, letter[1], kind="MDM^T02") == ["TXA-19/confidential"]


def test_so_does_an_access_restriction() -> None:
    """ARV of v2.7 and later; what it says beside that is named as before."""
    assert ordered("ARV|1|A^Add^HL70206|DEM") == ["ARV/confidential"]
    assert ordered("ARV|1||A^Add^HL70206|DEM") == ["ARV/confidential"]
    assert ordered("ARV|1|D^Delete^HL70206|DEM") == []


def test_whoever_works_with_the_case_is_told() -> None:
    assert cautions_in(["PV1-16/confidential"]) == [Caution.CONFIDENTIAL]
