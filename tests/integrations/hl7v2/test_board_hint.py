"""Which board a referral asks: the place that names one goes before a place that names something else; what is passed over is told."""

from __future__ import annotations

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
