"""What a hospital tells again takes the place of what it told before, from the message to the page; the older word never does."""

from __future__ import annotations

import base64
import dataclasses
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.domain.case import Case, CaseEvent, CaseFact
from mdo_portal.domain.document import CaseDocument
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import IncomingDocument, IncomingResult, Wire
from mdo_portal.services.common.source import Source
from mdo_portal.services.referrals import referrals, results
from tests import make
from tests.make import NOW
from tests.people import Region

WHO = make.identity("1")
HOUR = timedelta(hours=1)
CHEMISTRY = "OBR|1|P1|F1|CHEM^Chemie^L"
REPORT = "OBR|1|P1|F1|PA^Pathologie^L"
PDF = "OBX|1|ED|PDF^brief^L||^AP^PDF^Base64^JVBERi0xLjcK||||||F"


class House:
    """One hospital, one case; messages arrive one hour after the other."""

    def __init__(self, session: Session, region: Region) -> None:
        self.session = session
        self.hospital = session.get_one(Hospital, region.hospitals["ZEED"])
        self.case: Case = make.case(session, self.hospital, patient=WHO)
        self.now = NOW

    def hears(self, kind: str, *segments: str, sent: str = "") -> None:
        header = f"MSH|^~\\&|LAB|H|MDO|N|{sent}||{kind}|1|P|2.5"
        raw = "\r".join((header, "PID|1||1^^^H^PI||A", *segments)).encode() + b"\r"
        told = Hl7Reader().read(raw, "generic-v2")
        assert isinstance(told, IncomingResult)
        results.add(
            self.session, dataclasses.replace(told, patient=WHO), Source(self.hospital, self.now, Wire.HL7V2, uuid.uuid4())
        )
        self.session.flush()
        self.now += HOUR

    def facts(self, *, current: bool = True) -> list[str]:
        rows = self.session.scalars(select(CaseFact).where(CaseFact.case_id == self.case.id, CaseFact.source_key != ""))
        return sorted(one.text for one in rows if (one.superseded_at is None) is current)

    def statuses(self) -> list[tuple[str, str, bool]]:
        rows = self.session.scalars(select(CaseFact).where(CaseFact.case_id == self.case.id, CaseFact.source_key != ""))
        return [(one.text, one.status, one.superseded_at is None) for one in rows]

    def documents(self) -> list[tuple[str, str, bool]]:
        query = select(CaseDocument).where(CaseDocument.case_id == self.case.id).order_by(CaseDocument.id)
        rows = self.session.scalars(query.execution_options(populate_existing=True))
        return [(one.reference, one.status, one.superseded_at is None) for one in rows]

    def events(self) -> list[str]:
        return list(self.session.scalars(select(CaseEvent.what).where(CaseEvent.case_id == self.case.id)))


@pytest.fixture
def house(session: Session, region: Region) -> House:
    return House(session, region)


def txa(number: str, parent: str = "", completion: str = "AU", available: str = "AV") -> str:
    return f"TXA|1|CN|TX|20260101||||||||{number}|{parent}||||{completion}||{available}"


def written(text: str, n: int = 1, status: str = "F") -> str:
    return f"OBX|{n}|TX|18842-5^Ontslagbrief^LN||{text}||||||{status}"


# Documents that came as words


def test_a_document_of_words_that_is_withdrawn_is_no_longer_current(house: House) -> None:
    house.hears("MDM^T02", txa("A"), written("cT2"), written("geen metastasen", 2))
    house.hears("MDM^T11", txa("A", completion="CA", available="CA"))
    assert house.facts() == []
    assert house.statuses() == [("cT2\ngeen metastasen", "withdrawn", False)]
    assert "document.withdrawn" in house.events()


@pytest.mark.parametrize("place", ["^^{}", "^^^^^{}"])
def test_a_document_whose_number_stands_further_on_is_known_by_it(house: House, place: str) -> None:
    """Epic writes it in the third component, a German cancer centre in the sixth."""
    house.hears("MDM^T02", txa(place.format("A")), written("cT2"))
    house.hears("MDM^T10", txa(place.format("B"), place.format("A")), written("cT3"))
    assert house.facts() == ["cT3"]
    house.hears("MDM^T11", txa(place.format("B"), completion="CA", available="CA"))
    assert house.facts() == []


@pytest.mark.parametrize("event", ["T07", "T08", "T09", "T10"])
def test_a_document_of_words_that_is_replaced_gives_way_to_the_new_words_and_to_nothing_else(house: House, event: str) -> None:
    house.hears("MDM^T02", txa("A"), written("cT2"), written("geen metastasen", 2))
    house.hears(f"MDM^{event}", txa("B", "A"), written("cT3"))
    assert house.facts() == ["cT3"]
    assert house.facts(current=False) == ["cT2\ngeen metastasen"]
    assert "document.corrected" in house.events()


def test_an_edited_document_of_words_loses_the_lines_that_it_no_longer_has(house: House) -> None:
    house.hears("MDM^T02", txa("A"), written("cT2"), written("geen metastasen", 2))
    house.hears("MDM^T09", txa("A"), written("cT3"))
    assert house.facts() == ["cT3"]


def test_an_addendum_of_words_stands_beside_its_parent(house: House) -> None:
    house.hears("MDM^T02", txa("A"), written("cT2"))
    house.hears("MDM^T06", txa("B", "A"), written("ook telefonisch besproken"))
    assert house.facts() == ["cT2", "ook telefonisch besproken"]


def test_words_that_replace_a_file_and_a_file_that_replaces_words(house: House) -> None:
    house.hears("MDM^T02", txa("A"), PDF)
    house.hears("MDM^T10", txa("B", "A"), written("cT3"))
    assert (house.documents(), house.facts()) == ([("A", "", False)], ["cT3"])
    house.hears("MDM^T10", txa("C", "B"), PDF.replace("JVBERi0xLjcK", "JVBERi0xLjQK"))
    assert (house.documents()[-1], house.facts()) == (("C", "", True), [])


def test_an_announcement_goes_when_the_words_or_the_file_are_here(house: House) -> None:
    house.hears("MDM^T01", txa("A"))
    house.hears("MDM^T01", txa("B"))
    assert house.facts() == ["CN A", "CN B"]
    house.hears("MDM^T02", txa("A"), written("cT2"))
    house.hears("MDM^T02", txa("B"), PDF)
    assert house.facts() == ["cT2"]


def test_the_same_bytes_under_a_new_number_go_on_under_that_number(house: House) -> None:
    house.hears("MDM^T02", txa("A"), PDF)
    house.hears("MDM^T10", txa("B", "A"), PDF)
    assert house.documents() == [("B", "", True)]
    house.hears("MDM^T11", txa("B", completion="CA", available="CA"))
    assert house.documents() == [("B", "withdrawn", False)]


# Lines of one report


def lines(*texts: str, status: str = "F", sub: bool = False) -> list[str]:
    return [f"OBX|{n}|TX|PA^Verslag^L|{n if sub else ''}|{text}||||||{status}" for n, text in enumerate(texts, 1)]


@pytest.mark.parametrize("sub", [False, True], ids=["lines of one name", "lines with a sub-id"])
def test_a_corrected_report_with_fewer_lines_leaves_no_line_of_before(house: House, sub: bool) -> None:
    done = "|||20260101" + "|" * 18
    house.hears("ORU^R01", f"{REPORT}{done}F", *lines("Mammacarcinoom", "graad 3", "HER2 positief", sub=sub))
    house.hears("ORU^R01", f"{REPORT}{done}C", *lines("Mammacarcinoom", "HER2 negatief", status="C", sub=sub))
    assert "\n".join(house.facts()) == ("HER2 negatief\nMammacarcinoom" if sub else "Mammacarcinoom\nHER2 negatief")
    assert "HER2 positief" in "\n".join(house.facts(current=False))


def test_another_result_of_that_order_and_the_same_of_another_order_stay(house: House) -> None:
    done = "|||20260101" + "|" * 18
    house.hears("ORU^R01", f"{REPORT}{done}F", *lines("een", "twee"), "OBX|3|TX|PA/CON^Conclusie^L||maligne||||||F")
    house.hears("ORU^R01", f"{REPORT.replace('F1', 'F2')}{done}F", *lines("ander", "onderzoek"))
    house.hears("ORU^R01", f"{REPORT}{done}C", *lines("een", status="C"))
    assert house.facts() == ["ander\nonderzoek", "een", "maligne"]


def test_a_part_of_an_order_that_is_not_done_takes_nothing_away(house: House) -> None:
    for n, text in ((1, "eerste kweek"), (2, "tweede kweek")):
        house.hears("ORU^R01", f"{REPORT}|||20260101{'|' * 18}P", f"OBX|1|TX|PA^Verslag^L|{n}|{text}||||||F")
    assert house.facts() == ["eerste kweek", "tweede kweek"]


# The newest word of the sender


def psa(value: str, status: str) -> str:
    return f"OBX|1|NM|PSA^PSA^L||{value}||||||{status}"


def test_a_delayed_result_does_not_overwrite_its_correction(house: House) -> None:
    house.hears("ORU^R01", CHEMISTRY, psa("12.4", "C"), sent="20260101140000")
    for _ in range(2):
        house.hears("ORU^R01", CHEMISTRY, psa("1.24", "F"), sent="20260101120000")
    assert (house.facts(), house.facts(current=False)) == (["12.4"], ["1.24"])


def test_a_delayed_result_does_not_stand_up_after_it_was_withdrawn(house: House) -> None:
    house.hears("ORU^R01", CHEMISTRY, psa("12.4", "P"), sent="20260101120000")
    house.hears("ORU^R01", CHEMISTRY, psa("", "D"), sent="20260101140000")
    house.hears("ORU^R01", CHEMISTRY, psa("12.5", "F"), sent="20260101130000")
    assert house.facts() == []


def test_results_that_waited_on_the_way_follow_each_other_as_they_were_sent(house: House) -> None:
    """Both were sent long before the first of them arrived: the moment of arrival says nothing of which is the newer."""
    house.hears("ORU^R01", CHEMISTRY, psa("1.24", "F"), sent="20260101120000")
    house.hears("ORU^R01", CHEMISTRY, psa("12.4", "C"), sent="20260101140000")
    assert house.facts() == ["12.4"]


# Statuses without a value


def test_final_without_the_value_leaves_the_value_and_takes_its_status(house: House) -> None:
    house.hears("ORU^R01", CHEMISTRY, psa("12.4", "P"))
    house.hears("ORU^R01", CHEMISTRY, psa("", "U"))
    assert house.statuses() == [("12.4", "", True)]


def test_an_order_that_is_cancelled_takes_back_what_was_told_of_it(house: House) -> None:
    house.hears("ORU^R01", CHEMISTRY, psa("12.4", "P"))
    house.hears("ORU^R01", f"{CHEMISTRY}|||20260101{'|' * 18}X")
    assert house.statuses() == [("12.4", "withdrawn", False)]
    assert "result.withdrawn" in house.events()


# The same bytes once more


def own_pdf(content: bytes) -> str:
    return f"OBX|1|ED|PDF^brief^L||^AP^PDF^Base64^{base64.b64encode(content).decode()}||||||F"


@pytest.mark.parametrize("after", ["withdrawn", "replaced"])
def test_the_older_word_does_not_bring_back_a_document_that_was_taken_back_or_replaced(house: House, after: str) -> None:
    first, second = own_pdf(b"%PDF-1.7 eerst"), own_pdf(b"%PDF-1.7 later")
    house.hears("MDM^T02", txa("D1"), first, sent="20260302130000+0000")
    if after == "withdrawn":
        house.hears("MDM^T11", txa("D1", available="CA"), sent="20260302150000+0000")
    else:
        house.hears("MDM^T02", txa("D1"), second, sent="20260302150000+0000")
    stood = house.documents()

    house.hears("MDM^T02", txa("D1"), first, sent="20260302140000+0000")

    assert house.documents() == stood
    assert stood[0][2] is False


def test_a_referral_from_before_does_not_bring_it_back_either(house: House) -> None:
    pdf = IncomingDocument("brief", "application/pdf", b"%PDF-1.7 eerst", reference="D1")
    told = make.referral(WHO, number=house.case.referral_number, documents=(pdf,))
    referrals.register(house.session, told, Source(house.hospital, NOW, Wire.HL7V2))
    house.now = NOW + 2 * HOUR
    house.hears("MDM^T11", txa("D1", available="CA"))
    stood = house.documents()

    referrals.register(house.session, told, Source(house.hospital, NOW + HOUR, Wire.HL7V2))  # offered again after a repair

    assert house.documents() == stood == [("D1", "withdrawn", False)]


def test_two_documents_under_one_number_both_stand_when_they_come_again(house: House) -> None:
    both = (own_pdf(b"%PDF-1.7 eerst"), own_pdf(b"%PDF-1.7 tweede").replace("OBX|1", "OBX|2"))
    for _ in range(2):
        house.hears("MDM^T02", txa("D1"), *both)

    assert house.documents() == [("D1", "", True), ("D1", "", True)]


# An order that has its second number later


def test_a_first_report_under_the_number_of_who_asked_gives_way_to_the_next_with_both_numbers(house: House) -> None:
    house.hears("ORU^R01", "OBR|1|P1||CHEM^Chemie^L", "OBX|1|NM|PSA^PSA^L||4|ug/L|||||P", "OBX|2|NM|CEA^CEA^L||1|ug/L|||||P")
    house.hears("ORU^R01", CHEMISTRY, "OBX|1|NM|PSA^PSA^L||5|ug/L|||||F")
    assert house.facts() == ["1 ug/L", "5 ug/L"]
    house.hears("ORU^R01", CHEMISTRY, "OBX|1|NM|CEA^CEA^L||1|ug/L|||||W")
    assert house.facts() == ["5 ug/L"]
