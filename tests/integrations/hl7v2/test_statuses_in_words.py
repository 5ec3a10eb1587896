"""A status in the words of who has no table for it, and as the state of an order: nothing unfinished is final, nothing withdrawn stands."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingAppointment, IncomingReferral, IncomingResult

from .few_lines import read, result

BOARD = "OBR|1|A1||MDO^MDO oncologie^L"


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Concept", "preliminary"),
        ("Niet geautoriseerd", "preliminary"),
        ("NIET_GEAUTORISEERD", "preliminary"),
        ("partial", "preliminary"),
        ("^Voorlopig", "preliminary"),
        ("Herzien", "corrected"),
        ("Ingetrokken", "withdrawn"),
        ("Geannuleerd", "withdrawn"),
        ("entered-in-error", "withdrawn"),
        ("Niet verricht", "unobtainable"),
        ("Definitief", ""),
        ("Final", ""),
    ],
)
def test_a_value_is_as_sure_as_its_sender_says_in_words(word: str, status: str) -> None:
    value = "OBX|1|TX|CT^CT thorax^L||Massa rechts||||||{}"
    assert result("OBR|1||F1|CT^CT thorax^L", value.format(word)).facts[-1].status == status
    assert result(f"OBR|1||F1|CT^CT thorax^L{'|' * 21}{word}", value.format("")).facts[-1].status == status


@pytest.mark.parametrize(
    ("word", "status"),
    [("Concept", "preliminary"), ("Voorlopig", "preliminary"), ("Ingetrokken", "withdrawn"), ("Definitief", "")],
)
def test_a_document_is_as_sure_as_its_notification_says_in_words(word: str, status: str) -> None:
    found = read("MDM^T02", f"TXA|1|CN^Brief|TX|20260301{'|' * 8}D1{'|' * 5}{word}", "OBX|1|TX|B^Brief||De tumor is operabel.")
    assert isinstance(found, IncomingResult)
    assert found.facts[-1].status == status


def test_why_a_document_changed_does_not_take_it_back() -> None:
    fields = f"TXA|1|CN^Brief|TX|20260301{'|' * 8}D1{'|' * 7}IN||vervallen"
    found = read("MDM^T02", fields, "OBX|1|TX|B^Brief||De tumor is operabel.")
    assert isinstance(found, IncomingResult)
    assert found.facts[-1].status == "preliminary"


@pytest.mark.parametrize("code", ["M", "N"])
def test_an_order_that_is_corrected_and_not_final_or_waits_for_its_results_is_preliminary(code: str) -> None:
    """OBR-25 (table 0123): of a value (OBX-11) N says that it was never asked for."""
    order = f"OBR|1||F1|CT^CT thorax^L{'|' * 21}{code}"
    assert result(order, "OBX|1|TX|CT^CT thorax^L||Massa rechts").facts[-1].status == "preliminary"
    assert result(order, "OBX|1|TX|CT^CT thorax^L||Massa rechts||||||N").facts[-1].status == "unobtainable"


@pytest.mark.parametrize("word", ["Geannuleerd", "cancelled"])
def test_an_order_that_is_cancelled_in_words_before_there_is_a_result_is_over(word: str) -> None:
    found = result(f"OBR|1||F1|CT^CT thorax^L{'|' * 21}{word}")
    assert ([one.text for one in found.taken_back], found.facts, found.withdrawn) == (["CT thorax"], (), ("F1/CT",))


@pytest.mark.parametrize(
    "common", ["ORC|XO|A1|||CA", "ORC||A1|||CA", "ORC|XO|A1|||Geannuleerd", "ORC|Cancel|A1", "ORC|SN|A1|||DC"]
)
def test_an_order_whose_state_is_cancelled_takes_the_referral_back_whatever_is_done_with_it(common: str) -> None:
    found = read("ORM^O01", common, BOARD)
    assert isinstance(found, IncomingReferral)
    assert (found.cancelled, found.number) == (True, "A1")


def test_a_new_order_has_no_state_that_takes_it_back() -> None:
    found = read("ORM^O01", "ORC|NW|A1|||CA", BOARD)
    assert isinstance(found, IncomingReferral)
    assert not found.cancelled


@pytest.mark.parametrize("code", ["X", "Geannuleerd"])
def test_what_was_asked_of_the_board_may_be_cancelled_by_itself(code: str) -> None:
    gone = f"{BOARD}{'|' * 21}{code}"
    scan = "OBR|2|A2||CT^CT thorax^L"
    for lines, is_over in (
        (("ORC|XO|A1", gone), True),
        (("ORC|XO|A1", gone, scan), True),
        (("ORC|XO|A1", BOARD, f"{scan}{'|' * 21}{code}"), False),
    ):
        found = read("ORM^O01", *lines)
        assert isinstance(found, IncomingReferral)
        assert (found.cancelled, found.number) == (is_over, "A1")


def test_a_scan_that_is_cancelled_leaves_the_referral_that_rested_on_it() -> None:
    found = read("REF^I12", "RF1|||||R-77", "ORC|RE|A1", f"OBR|1|A1||CT^CT thorax^L{'|' * 21}X")
    assert isinstance(found, IncomingReferral)
    assert not found.cancelled


@pytest.mark.parametrize("common", ["ORC|RE|A1|||CA", "ORC||A1|||CA", "ORC|RE|A1|||Vervallen"])
def test_how_far_a_scan_is_says_nothing_of_the_referral_that_rests_on_it(common: str) -> None:
    found = read("REF^I12", "RF1|||||R-77", common, "OBR|1|A1||CT^CT thorax^L")
    assert isinstance(found, IncomingReferral)
    assert not found.cancelled


@pytest.mark.parametrize("control", ["NW", "RO"])
def test_a_new_order_is_not_taken_back_by_the_state_of_its_results(control: str) -> None:
    """OBR-25 X beside ORC-1 NW says two things: the patient stands on the list, and the contradiction with the case."""
    found = read("ORM^O01", f"ORC|{control}|A1", f"{BOARD}{'|' * 21}X")
    assert isinstance(found, IncomingReferral)
    assert (found.cancelled, found.unmapped) == (False, ("OBR/withdrawn",))


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("Geannuleerd", "cancelled"),
        ("Afgezegd", "cancelled"),
        ("Vervallen", "cancelled"),
        ("Niet verschenen", "no_show"),
        ("Verwijderd", "deleted"),
    ],
)
def test_an_appointment_that_is_off_in_dutch_is_off(said: str, state: str) -> None:
    found = read("SIU^S14", f"SCH||F1{'|' * 23}{said}", "RGS|1", "AIS|1||CON^Controle|202603201330")
    assert isinstance(found, IncomingAppointment)
    assert (found.state, found.note) == (state, "")


def test_an_appointment_that_says_nothing_by_itself_is_as_far_as_all_its_services() -> None:
    services = "AIS|{}||CON^Controle|202603201330||||||{}"
    for second, state in (("Cancelled", "cancelled"), ("Booked", "booked"), ("MIN", "booked")):
        found = read("SIU^S14", "SCH||F1", "RGS|1", services.format(1, "Cancelled"), services.format(2, second))
        assert isinstance(found, IncomingAppointment)
        assert (found.state, found.note) == (state, "")


def test_why_an_appointment_is_may_be_words_in_the_place_of_a_code() -> None:
    for said, why in (("Uitslag bespreken", "Uitslag bespreken"), ("ROUTINE", "")):
        found = read("SIU^S12", f"SCH||F1|||||{said}|NORMAL", "RGS|1", "AIS|1||CON^Controle|202603201330")
        assert isinstance(found, IncomingAppointment)
        assert (found.reason, found.service) == (why, "Controle")
    alone = read("SIU^S12", "SCH||F1|||||Uitslag bespreken")
    assert isinstance(alone, IncomingAppointment)
    assert (alone.reason, alone.service) == ("", "Uitslag bespreken")
