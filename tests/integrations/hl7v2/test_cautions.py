"""What a message says against itself is named: a test, a referral that is held up, a patient nobody is sure of, a line that is no finding."""

from __future__ import annotations

import pytest

from integrations.hl7v2.explain import Hl7Explainer
from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import Incoming, IncomingReferral, IncomingResult, PatientChange

from .few_lines import ASKS, labelled, read, referral, result

PID = "PID|1||{}||Giessen^J||19600101|F{}"


def of(numbers: str = "71^^^ZEED^PI", after: str = "", processing: str = "P", kind: str = "ORM^O01") -> Incoming:
    header = f"MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||{kind}|M1|{processing}|2.5||||||UNICODE UTF-8"
    return Hl7Reader().read("\r".join([header, PID.format(numbers, after), *ASKS, ""]).encode(), "generic-v2")


def named(found: object) -> tuple[str, ...]:
    return tuple(getattr(found, "unmapped", ()))


@pytest.mark.parametrize(("said", "left"), [("T", ("MSH-11/test",)), ("D", ("MSH-11/test",)), ("P", ()), ("", ()), ("P^T", ())])
def test_a_message_that_says_it_is_a_test_is_named_as_one(said: str, left: tuple[str, ...]) -> None:
    assert named(of(processing=said)) == left


def test_so_is_any_other_message_about_a_patient() -> None:
    found = of(processing="T", kind="ADT^A08")
    assert isinstance(found, PatientChange)
    assert "MSH-11/test" in found.unmapped


@pytest.mark.parametrize(
    ("after", "left"), [("PROV", ("PID-32/unsure",)), ("VALI~DOUT", ("PID-32/unsure",)), ("VALI", ()), ("NNNLD", ())]
)
def test_a_sender_who_is_not_sure_who_it_is_says_so(after: str, left: tuple[str, ...]) -> None:
    """French systems send PROV for an identity that nobody proved; UD of table 0445 is a birth date that is none."""
    assert named(of(after="|" * 24 + after)) == left


def test_a_bsn_that_has_an_end_gives_way_to_the_one_that_holds() -> None:
    found = of("999900006^^^NLMINBIZA^NNNLD^^^20200101~999911120^^^NLMINBIZA^NNNLD~71^^^ZEED^PI")
    assert isinstance(found, IncomingReferral)
    assert (found.patient.bsn, found.patient.other_numbers, found.unmapped) == ("999911120", (), ())


@pytest.mark.parametrize(
    ("lines", "left"),
    [
        (("ORC|HD|A1", "OBR|1|A1||MDO^MDO^L"), ("ORC-1/held",)),
        (("ORC|NW|A1||G1|HD", "OBR|1|A1||MDO^MDO^L"), ("ORC-5/held",)),
        (("ORC|HD|A1", "OBR|1|A1||CT^CT^L", "ORC|NW|A2", "OBR|2|A2||MDO^MDO^L"), ()),
        (("ORC|NW|A1", "OBR|1|A1||CT^CT^L", "ORC|OH|A2", "OBR|2|A2||MDO^MDO^L"), ("ORC(1)-1/held",)),
    ],
)
def test_an_order_for_a_board_that_is_held_is_named(lines: tuple[str, ...], left: tuple[str, ...]) -> None:
    assert named(read("ORM^O01", *lines)) == left


@pytest.mark.parametrize(("status", "left"), [("R", ("RF1-1/held",)), ("E^Expired^HL70283", ("RF1-1/held",)), ("A", ())])
def test_a_referral_that_was_rejected_or_expired_is_named(status: str, left: tuple[str, ...]) -> None:
    assert named(read("REF^I12", f"RF1|{status}|R||||R1", "PRD|RT|MDO")) == left


def test_the_page_that_tries_a_message_says_why_it_names_it() -> None:
    header = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ORM^O01|M1|T|2.5||||||UNICODE UTF-8"
    raw = "\r".join([header, PID.format("71^^^ZEED^PI", ""), *ASKS, ""]).encode()
    assert [(one.place, one.why) for one in Hl7Explainer().explain(raw, "generic-v2").leftovers] == [("MSH-11", "test")]


@pytest.mark.parametrize(
    ("mood", "said"), [("PRP", "aanwezig (voorstel)"), ("RQO", "aanwezig (gevraagd)"), ("EVN", "aanwezig"), ("", "aanwezig")]
)
def test_a_line_that_is_proposed_or_asked_for_does_not_read_as_found(mood: str, said: str) -> None:
    found = result("OBR|1||F1|X^Genetica", f"OBX|1|CWE|B^BRCA1^L||P^aanwezig^L||||||F{'|' * 11}{mood}")
    assert labelled(found)["BRCA1"] == said


def test_what_was_asked_for_and_is_cancelled_does_not_read_as_asked_for() -> None:
    found = referral("ORC|RE|A2", f"OBR|2|A2||CT^CT thorax^L{'|' * 21}X")
    assert [fact.text for fact in found.facts] == ["MDO oncologie"]
    assert (found.unmapped, [fact.text for fact in found.taken_back]) == (("OBR(1)/withdrawn",), ["CT thorax"])


def test_timing_critical_does_not_read_as_routine() -> None:
    """T of table 0485: as near as possible to the time that was asked for."""
    found = read("ORM^O01", "ORC|NW|A1", "TQ1|1||||||||T^Timing critical^HL70485", "OBR|1|A1||MDO^MDO^L")
    assert isinstance(found, IncomingReferral)
    assert found.urgency == "Timing critical"


def test_an_order_status_takes_the_referral_back_and_makes_no_case_otherwise() -> None:
    """OSU^O51: the cancellation of 360X, which is no order and no result."""
    gone = read("OSU^O51^OSU_O51", "ORC|CA|889342^^1.3.6^ISO||||||||||||||^Hoofdpijn over")
    assert isinstance(gone, IncomingReferral)
    assert (gone.cancelled, gone.number, gone.cancel_reason) == (True, "889342", "Hoofdpijn over")
    assert isinstance(read("OSU^O51^OSU_O51", "ORC|SC|889342|||IP"), IncomingResult)


def test_a_month_where_the_last_useful_day_should_stand_is_named() -> None:
    found = read("ORM^O01", "ORC|NW|A1", "TQ1|1|||||||202603", "OBR|1|A1||MDO^MDO^L")
    assert isinstance(found, IncomingReferral)
    assert (found.latest_useful_on, found.unmapped) == (None, ("TQ1-8",))


def test_the_category_of_a_referral_is_shown() -> None:
    """E of table 0088 is an emergency."""
    assert (
        labelled(read("REF^I12", "RF1|A|R|||E^Emergency^HL70284|R1", "PRD|RT|MDO"))["Categorie van de verwijzing"] == "Emergency"
    )
