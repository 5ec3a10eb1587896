"""The same thing in the words, codes and segments of other senders: a BSN, a prefix, a question, a board, a role, a letter in notes alone."""

from __future__ import annotations

import pytest

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingReferral, IncomingResult, PatientChange, PersonName

from .few_lines import labelled, read, referral

BSN = "999911120"


def person(pid: str) -> PatientChange:
    header = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ADT^A31|M1|P|2.5||||||UNICODE UTF-8"
    found = Hl7Reader().read(f"{header}\r{pid}\r".encode(), "generic-v2")
    assert isinstance(found, PatientChange)
    return found


@pytest.mark.parametrize(
    "said",
    [
        "^^^http://fhir.nl/fhir/NamingSystem/bsn",
        "^^^^bsn",
        "^^^^Bsn",
        "^^^^nnnld",
        "^^^urn:oid:2.16.840.1.113883.2.4.6.3",
        "^^^Burgerservicenummer",
    ],
)
def test_a_bsn_is_one_in_whatever_way_it_is_called(said: str) -> None:
    """As another number it would stand in the clear, and nobody would be found by it."""
    found = person(f"PID|1||71^^^ZEED^PI~{BSN}{said}||Giessen^J||19600101|F").patient
    assert (found.bsn, found.local_number, found.other_numbers) == (BSN, "71", ())


@pytest.mark.parametrize("prefix", ["v.d.", "v/d", "vd", "v. d.", "v.d", "v.", "V.D."])
def test_a_prefix_that_is_shortened_is_one(prefix: str) -> None:
    assert person(f"PID|1||71||Berg^A^^^{prefix}").patient.name == PersonName(
        family=f"{prefix} Berg", own_prefix=prefix, own_family="Berg", initials="A"
    )


def test_a_title_is_none() -> None:
    for title in ("dr.", "mw.", "Dhr.", "drs.", "M."):
        assert person(f"PID|1||71||Berg^A^^^{title}").patient.name.own_prefix == ""


@pytest.mark.parametrize(
    "label",
    ["Bespreekpunt", "Reden bespreking", "Reden van de bespreking", "Vraag/bespreekpunt", "Discussiepunt", "Consultvraag"],
)
def test_what_is_to_be_discussed_is_the_question(label: str) -> None:
    found = referral(f"OBX|1|TX|X^{label}||Indicatie adjuvante chemotherapie||||||F")
    assert found.question_board == "Indicatie adjuvante chemotherapie"


def test_why_it_is_discussed_is_not_where_something_is_asked() -> None:
    """`Nieuwe patiënt` stands beside the question; alone it is all that there is."""
    found = referral("OBX|1|TX|R^Reden van bespreking||Nieuwe patiënt||||||F", "OBX|2|TX|V^Vraagstelling||Re-excisie?||||||F")
    assert (found.question_board, labelled(found)["Reden van bespreking"]) == ("Re-excisie?", "Nieuwe patiënt")


def test_a_report_that_names_a_point_of_discussion_is_a_report() -> None:
    assert isinstance(read("ORU^R01", "OBR|1|1||PA^Pathologie", "OBX|1|TX|D^Discussiepunt||Graad 2 of 3||||||F"), IncomingResult)


@pytest.mark.parametrize("label", ["Gewenst MDO", "Type MDO", "Soort MDO", "Welk MDO", "Gewenste tumorwerkgroep"])
def test_an_order_that_says_no_more_than_that_it_registers_gives_way_to_the_board_that_is_chosen(label: str) -> None:
    chosen = f"OBX|1|ST|X^{label}||Mamma||||||F"
    found = read("ORU^R01", "OBR|1|A1||AANM^Aanmelding MDO", chosen)
    assert isinstance(found, IncomingReferral)
    assert found.board_hint == "Mamma"
    assert label not in labelled(found)
    own = read("ORU^R01", "OBR|1|A1||AANM^Aanmelding MDO mamma", chosen)
    assert isinstance(own, IncomingReferral)
    assert (own.board_hint, labelled(own)[label]) == ("Aanmelding MDO mamma", "Mamma")


def test_roles_may_come_in_rol() -> None:
    """IHE and the German profiles say so who the GP is and who treats (ROL, v2.3.1 to 2.6); PRT came after it."""
    found = referral(
        "ROL|1|UC|PP^Primary care|01234567^de Wit&de&Wit^C^^^^^^VEKTIS||||||||^WPN^PH^^^^^^^^^0316 123456",
        "ROL|2|UC|AT|03099999^Kok^A^^^dr.",
        "ROL|3|DE|AT|03011111^Oud^B",
        "ROL|4|UC|FHCP|5^Haus^H",
        "ROL|5|UC|CP|6^Consult^C",
    )
    assert (found.gp.name, found.gp.number, found.gp.phone) == ("C de Wit", "01234567", "0316 123456")
    assert (found.treating.name, found.treating.number) == ("dr. A Kok", "03099999")
    assert [one for one in found.unmapped if one.startswith("ROL")] == ["ROL(2)", "ROL(4)"]


def test_the_family_doctor_of_a_german_sender_is_the_gp() -> None:
    assert referral("ROL|1|UC|FHCP|5^Haus^H").gp.name == "H Haus"


def test_a_letter_in_notes_alone_is_a_referral() -> None:
    found = read("ORU^R01", "NTE|1||Aanmelding MDO mamma.", "NTE|2||Vraag: mastectomie?")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "mastectomie?"
    assert isinstance(read("ORU^R01", "NTE|1||Verslag MDO mamma: verwijzing naar de chirurg."), IncomingResult)
    assert isinstance(
        read("ORU^R01", "NTE|1||Aanmelding MDO mamma.", "OBR|1|1||LAB^Lab", "OBX|1|NM|HB^Hb||7||||||F"), IncomingResult
    )


def test_who_judged_it_one_field_early_is_no_reason() -> None:
    early = f"OBR|2|A2||CT^CT thorax{'|' * 27}6677&Boer&Tineke"
    found = referral("ORC|NW|A2", early)
    assert "CT thorax; Tineke Boer (6677)" in [fact.text for fact in found.facts]
    assert not [fact for fact in found.facts if "&" in fact.text]
    alone = read("ORM^O01", "ORC|NW|A2", f"OBR|1|A2||MDO^MDO long{'|' * 27}6677&Boer&Tineke")
    assert isinstance(alone, IncomingReferral)
    assert alone.question_board == ""
