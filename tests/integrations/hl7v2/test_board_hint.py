"""Which board a referral asks: the place that names one goes before a place that names something else; what is passed over is told."""

from __future__ import annotations

from mdo_portal.exchange import IncomingReferral

from .few_lines import labelled, read


def refers(*lines: str) -> IncomingReferral:
    found = read("REF^I12", *lines)
    assert isinstance(found, IncomingReferral)
    return found


def test_the_kind_of_referral_that_names_a_board_goes_before_what_the_results_are_called() -> None:
    found = refers("RF1|A|R|MDO LONG", "OBR|1|A1||11488-4^Consult note", "OBX|1|TX|T^cTNM||cT2N0M0||||||F")

    assert found.board_hint == "MDO LONG"


def test_an_order_that_names_a_board_goes_before_a_hospital_that_is_referred_to() -> None:
    assert refers("PRD|RT|||^^^Waddenziekenhuis", "OBR|1|A1||MDO^MDO Hoofd-hals").board_hint == "MDO Hoofd-hals"


def test_a_report_of_a_board_is_not_where_the_patient_goes() -> None:
    assert refers("PRD|RT|||^^^Waddenziekenhuis", "OBR|1|A1||V^MDO-verslag 2025").board_hint == "Waddenziekenhuis"


def test_where_no_place_names_a_board_the_first_counts() -> None:
    assert refers("RF1|A|R|ONC^Oncologie", "PRD|RT|||^^^Waddenziekenhuis").board_hint == "Waddenziekenhuis"


def test_the_kind_of_referral_is_told_where_it_is_not_the_board() -> None:
    found = refers("RF1|A|R|^Second opinion longcarcinoom", "PRD|RT|||^^^MDO Long")

    assert labelled(found)["Soort verwijzing"] == "Second opinion longcarcinoom"
    assert "Soort verwijzing" not in labelled(refers("RF1|A|R|MDO LONG"))
