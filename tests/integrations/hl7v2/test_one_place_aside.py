"""A field or a component early or late: who refers, whom to call, what is asked."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import labelled, read, referral


def refers(*lines: str) -> IncomingReferral:
    found = read("REF^I12", *lines)
    assert isinstance(found, IncomingReferral)
    return found


def test_the_number_of_who_refers_may_stand_a_field_late() -> None:
    late = refers("PRD|RP|Roos^P^^^dr.||||||02020202^VEKTIS").referrer
    assert (late.number, late.authority) == ("02020202", "VEKTIS")
    assert refers("PRD|RP|Roos^P^^^dr.||||||20260101").referrer.number == ""  # since when
    assert refers("PRD|RP|Roos^P^^^dr.|||||03030303^VEKTIS|20260101").referrer.number == "03030303"


def test_so_may_whom_to_call() -> None:
    assert refers("PRD|RP|Roos^P^^^dr.||||^WPN^PH^^^^^^^^^026-1234567").referrer.phone == "026-1234567"
    assert refers("PRD|RP|Roos^P||||T^Telephone").referrer.phone == ""  # how they like to be called
    found = refers("PRD|RP|Roos^P", "CTD|CN|Poli||||^WPN^PH^^^^^^^^^026-1234567")
    assert labelled(found)["Contactpersoon"] == "Poli, 026-1234567"


@pytest.mark.parametrize("component", [9, 10])
def test_a_number_to_call_may_stand_between_its_parts_and_its_whole(component: int) -> None:
    assert refers(f"PRD|RP|Roos^P|||^WPN^PH{'^' * (component - 3)}(056)7725633").referrer.phone == "(056)7725633"
    assert refers(f"PRD|RP|Roos^P|||^WPN^PH{'^' * (component - 3)}na 17 uur").referrer.phone == ""


def test_an_address_in_the_place_of_a_location_is_not_the_name_of_a_practice() -> None:
    practice = "Praktijk De Brug^Kerkweg 1^^Duiven^6921 AA^NLD"
    assert refers(f"PRD|PP|Wit^C||{practice}").gp.organisation == "Praktijk De Brug"
    assert refers("PRD|PP|Wit^C||K12^^^Rijnzicht").gp.organisation == "Rijnzicht"


def test_somebody_without_a_number_is_no_material() -> None:
    found = referral("PV1|1|O|||||^Roos^Pia^^^dr.", "ORC|NW|A2", "OBR|2|A2||CT^CT thorax|||||||||||^Roos^Pia^^^dr.")
    assert "CT thorax" in [fact.text for fact in found.facts]
    told = referral("ORC|NW|A2", "OBR|2|A2||PA^Biopt|||||||||||^Biopt mamma^Lokaal")
    assert "Biopt; Biopt mamma, Lokaal" in [fact.text for fact in told.facts]


@pytest.mark.parametrize("field", [19, 26, 29, 30, 33, 43])
def test_a_sentence_in_a_field_of_an_order_that_nobody_reads_is_named(field: int) -> None:
    found = referral("ORC|NW|A2", f"OBR|2|A2||CT^CT thorax{'|' * (field - 4)}^stadiëring longcarcinoom, verdenking metastasen")
    told = " ".join(fact.text for fact in found.facts)
    assert ("metastasen" in told) or f"OBR(1)-{field}-2" in found.unmapped


def test_a_name_or_a_code_there_is_not() -> None:
    order = f"OBR|2|A2||CT^CT thorax{'|' * 22}LAB^Laboratorium van het ziekenhuis{'|' * 7}12&van der Berg&Pia|||12&de la Roos van Wijk&Jan"
    assert not [one for one in referral("ORC|NW|A2", order).unmapped if one.startswith("OBR")]


def test_what_stands_in_rf1_and_nobody_reads_is_named() -> None:
    found = refers("RF1|P|R|MDO||||||12^Roos^Pia^^^dr.|Graag bespreken||DRINGEND", "PRD|RP|Roos^P")
    assert {"RF1-9", "RF1-12"} <= set(found.unmapped)
    assert not [one for one in refers("RF1|P|R|MDO|||R1|2026-03|20260401|20260302|Graag?").unmapped if one.startswith("RF1")]


def test_a_prefix_of_somebody_who_stands_where_a_house_has_its_name_is_no_house() -> None:
    aside = refers("ORC|NW|V1|||||||20260302||||01234567^Wit^A^de^^^^^VEKTIS").referrer
    assert aside.organisation == refers("ORC|NW|V1").referrer.organisation
    assert refers("ORC|NW|V1|||||||20260302||||POLI^Kamer 2^^De Brug").referrer.organisation == "De Brug"
