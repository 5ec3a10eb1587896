"""Which board a referral asks: the place that names one goes before a place that names something else; what is passed over is told."""

from __future__ import annotations

import pytest

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingReferral, profile_of_link

from .few_lines import PID, labelled, read


def refers(*lines: str) -> IncomingReferral:
    found = read("REF^I12", *lines)
    assert isinstance(found, IncomingReferral)
    return found


def test_the_kind_of_referral_that_names_a_board_goes_before_what_the_results_are_called() -> None:
    found = refers("RF1|A|R|MDO LONG", "OBR|1|A1||11488-4^Consult note", "OBX|1|TX|T^cTNM||cT2N0M0||||||F")

    assert found.board_hint == "MDO LONG"


def test_who_it_is_sent_to_goes_before_all_others() -> None:
    assert refers("PRD|RT|||^^^Gynaecologische oncologie", "OBR|1|A1||MDO-GYN").board_hint == "Gynaecologische oncologie"


def test_a_report_of_a_board_gives_way_to_a_board() -> None:
    assert refers("RF1|A|R|^MDO long", "OBR|1|A1||V^MDO-verslag 2025").board_hint == "MDO long"


def test_where_no_place_names_a_board_the_first_counts() -> None:
    assert refers("RF1|A|R|ONC^Oncologie", "OBR|1|A1||PET^PET-CT").board_hint == "PET-CT"


def test_a_board_that_is_named_is_not_lost_to_a_code_that_only_says_that_one_is_asked() -> None:
    """`MDO`, where Uro-prostaat stood twice: nobody's board is called so, and the case waited for a person."""
    assert refers("RF1|A|R|MDO^Uro-prostaat", "OBR|1|A1||MDO^Uro-prostaat").board_hint == "Uro-prostaat"


def test_the_kind_of_referral_is_told_where_it_is_not_the_board() -> None:
    found = refers("RF1|A|R|^Second opinion longcarcinoom", "PRD|RT|||^^^MDO Long")

    assert labelled(found)["Soort verwijzing"] == "Second opinion longcarcinoom"
    assert "Soort verwijzing" not in labelled(refers("RF1|A|R|MDO LONG"))
    assert "Soort verwijzing" not in labelled(refers("RF1|A|R|ONC^Oncologie", "PRD|RT|||^^^MDO Long"))


def test_a_place_that_a_link_chose_goes_before_all_others() -> None:
    link = profile_of_link("generic-v2", '[referral]\nboard_hint = ["ZMD-2", "OBR-4-2-0", "RF1-3-1"]\n')
    raw = "\r".join(["MSH|^~\\&|HIX|ZEED|MDO|NET|20260302||REF^I12|M1|P|2.5", "RF1|A|R|MDO", PID, "ZMD|1|Uro-prostaat", ""])

    found = Hl7Reader().read(raw.encode(), link)

    assert isinstance(found, IncomingReferral)
    assert found.board_hint == "Uro-prostaat"


def test_the_words_of_a_code_go_before_the_code() -> None:
    assert refers("OBR|1|A1||MDO-GYN^Gynaecologische oncologie").board_hint == "Gynaecologische oncologie"


ASKED = "ONC^Oncologische bespreking^L"


def ordered(obr_4: str, *, pv1: str = "", orc: str = "", obr: str = "") -> str:
    found = read("ORM^O01", f"PV1|1|O{pv1}", f"ORC|NW|A1{orc}", f"OBR|1|A1||{obr_4}{obr}", "NTE|1||Opereren?")
    assert isinstance(found, IncomingReferral)
    return found.board_hint


@pytest.mark.parametrize(
    "place",
    [
        {"obr": f"{'|' * 40}MDOMAM^MDO mamma^L"},
        {"obr": f"{'|' * 43}^MDO mamma"},
        {"obr": f"{'|' * 20}MDO mamma"},
        {"obr": f"{'|' * 16}MDO mamma"},
        {"pv1": f"{'|' * 8}MDOMAM^MDO mamma^L"},
        {"orc": f"{'|' * 15}MDOMAM^MDO mamma^L"},
    ],
    ids=["OBR-44", "OBR-47", "OBR-24", "OBR-20", "PV1-10", "ORC-17"],
)
def test_an_order_that_names_no_board_or_says_no_which_gives_way_to_a_place_that_does(place: dict[str, str]) -> None:
    assert ordered(ASKED, **place) == "MDO mamma"
    assert ordered("MDO^Multidisciplinaire bespreking", **place) == "MDO mamma"
    assert ordered("MDOLONG^MDO long", **place) == "MDO long"


def test_the_other_code_of_an_order_may_name_the_board() -> None:
    assert ordered("REF1^AMB REF TO MDT^EPC^MDOGYN^MDO gynaecologie^L") == "MDO gynaecologie"


def test_a_department_or_a_report_in_such_a_place_is_no_board() -> None:
    assert (
        ordered(ASKED, obr=f"{'|' * 20}LAB", pv1=f"{'|' * 8}INT^Interne", orc=f"{'|' * 15}^MDO-verslag")
        == "Oncologische bespreking"
    )


def to(application: str, *lines: str) -> str:
    raw = "\r".join([f"MSH|^~\\&|HIX|ZEED|{application}|NET|20260302||REF^I12|M1|P|2.5", "RF1|A|R||||VW-1", PID, *lines, ""])
    found = Hl7Reader().read(raw.encode(), "generic-v2")
    assert isinstance(found, IncomingReferral)
    return found.board_hint


@pytest.mark.parametrize("application", ["MDO long", "MDO-LONG", "MDO_LONG"])
def test_a_message_that_goes_to_a_board_asks_that_where_nothing_else_says_which(application: str) -> None:
    assert to(application) == application
    assert to(application, "OBR|1|A1||MDOURO^MDO urologie") == "MDO urologie"


@pytest.mark.parametrize("application", ["MDO", "MDO-PORTAAL", "MDO_TEST", "MDO portal", "PORTAAL"])
def test_the_name_of_a_portal_is_no_board(application: str) -> None:
    assert to(application) == ""


@pytest.mark.parametrize("where", ["^^^^^^MDO urologie", "^^^ZEED^^^^^MDO urologie", "MDOURO^^^ZEED^^^MDO urologie"])
def test_a_board_in_the_description_of_where_a_referral_goes_is_asked(where: str) -> None:
    assert refers(f"PRD|RT|||{where}").board_hint == "MDO urologie"


def test_a_second_board_in_the_same_field_is_named_for_a_person() -> None:
    found = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||M1^MDO mamma~M2^MDO lever")
    assert isinstance(found, IncomingReferral)
    assert (found.board_hint, "OBR/board" in found.unmapped) == ("MDO mamma", True)
    same = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||M1^MDO mamma~9^MDO mamma~CT^CT thorax")
    assert isinstance(same, IncomingReferral)
    assert not [one for one in same.unmapped if one.endswith("/board")]
