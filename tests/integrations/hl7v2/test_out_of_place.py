"""What stands where it says nothing of the kind: a moment as an urgency, a telephone number as a question, the future as a birth date."""

from __future__ import annotations

import pytest

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingAppointment, IncomingReferral, PatientChange

from .few_lines import labelled, read, referral, refers, result

HEADER = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||{}|M1|P|2.5||||||UNICODE UTF-8"


def test_a_day_or_a_moment_is_no_urgency() -> None:
    request = "ARQ|ZD1||||||MDO long{}S"
    found = read("SRM^S01", request.format("||||20260612|20260612||"), "AIS|1||MDO^MDO long")
    assert isinstance(found, IncomingReferral)
    assert found.urgency == ""
    assert referral("TQ1|1||||||||20260612101500").urgency == ""
    assert referral("TQ1|1||||||||S").urgency == "asap"


def test_the_moment_of_the_message_is_no_number_of_a_referral() -> None:
    assert refers("RF1|P|R|MDO|||20260302121500").number == ""
    assert refers("RF1|P|R|MDO|||20260302121501").number == "20260302121501"


def test_a_telephone_number_asks_nothing() -> None:
    found = refers("RF1|P|R|MDO|||R1||||+31 (0)26 123 45 67")
    assert found.question_board == ""
    assert "+31 (0)26 123 45 67" in labelled(found).values()


def test_nobody_is_born_after_the_message() -> None:
    def born(on: str, at: str = "20260302121500") -> PatientChange:
        header = HEADER.format("ADT^A31").replace("20260302121500", at)
        found = Hl7Reader().read(f"{header}\rPID|1||71^^^ZEED^PI||Giessen^J||{on}|F\r".encode(), "generic-v2")
        assert isinstance(found, PatientChange)
        return found

    later = born("20760101")
    assert (later.patient.birth_on, later.unmapped) == (None, ("PID-7",))
    assert born("20260302").patient.birth_on is not None  # this morning
    assert born("20260303", "20260302233000-0500").patient.birth_on is not None  # by their clock, or ours
    assert born("20760101", "").patient.birth_on is not None  # nobody knows when it was sent


def test_a_clearance_is_not_the_gene_of_the_same_letters() -> None:
    gene = result("OBR|1|1||PA^Moleculair", "OBX|1|ST|EGFR^EGFR||exon 19 deletie||||||F").facts[-1]
    kidney = result("OBR|1|1||CHEM^Chemie", "OBX|1|NM|EGFR^eGFR||84|mL/min/1,73m2|||||F").facts[-1]
    assert (gene.section, kidney.section) == ("pathology", "other")


@pytest.mark.parametrize("said", ["NORMAL", "Normal", "TENTATIVE", "COMPLETE"])
def test_of_which_kind_an_appointment_is_does_not_say_for_what(said: str) -> None:
    """SCH-8, table 0277."""
    found = read("SIU^S12", f"SCH|A1|B1|||||MDO^Bespreking MDO|{said}|15|min|^^15^202604141530")
    assert isinstance(found, IncomingAppointment)
    assert found.service == "Bespreking MDO"


def test_a_document_in_an_address_may_have_its_name_there() -> None:
    pdf = "JVBERi0xLjQKJSVFT0YK"
    for told in ("name=brief.pdf;", "charset=utf-8;", 'name="brief.pdf";charset=binary;', ""):
        found = result("OBR|1|1||B^Bijlage", f"OBX|1|TX|B^Brief||data:application/pdf;{told}base64,{pdf}||||||F")
        assert [(one.media_type, one.content[:5]) for one in found.documents] == [("application/pdf", b"%PDF-")]
        assert pdf not in " ".join(labelled(found).values())


def test_words_about_a_data_address_are_words() -> None:
    found = result("OBR|1|1||B^Bijlage", "OBX|1|TX|B^Brief||data: zie de bijlage; base64, gestuurd op maandag||||||F")
    assert not found.documents
