"""What stands where only some senders put it: numbers, people, questions, a document that is only pointed at, the board in a title."""

from __future__ import annotations

from datetime import date

import pybase64
import pytest

from integrations.hl7v2.explain import Hl7Explainer
from mdo_portal.exchange import IncomingReferral, IncomingResult, PatientChange, Section

from .few_lines import PID, read, refers

BSN = "999911120"
PDF = pybase64.b64encode(b"%PDF-1.7 invented").decode()


def old_bsn(number: str, *, country: str = "", own: str = "71^^^ZEED^PI") -> tuple[str, tuple[str, ...]]:
    found = read("ADT^A08", f"PID|1||{own}||Giessen^J||19600101|F|||||||||||{number}", country=country)
    assert isinstance(found, PatientChange)
    return found.patient.bsn, found.unmapped


def test_a_bsn_of_before_2_4_counts_when_there_is_no_other_and_is_named() -> None:
    assert old_bsn(BSN) == (BSN, ("PID-19-1/bsn",))
    assert old_bsn(BSN, country="NLD") == (BSN, ("PID-19-1/bsn",))
    assert old_bsn(BSN, own="999900006^^^NLMINBIZA^NNNLD") == ("999900006", ("PID-19/bsn",))
    assert old_bsn(BSN, own=f"{BSN}^^^NLMINBIZA^NNNLD") == (BSN, ())


@pytest.mark.parametrize("number", ["444333334", "000000000", "286-50-9510", "99991112", ""])
def test_a_number_of_another_country_in_its_place_is_no_bsn(number: str) -> None:
    assert old_bsn(number) == ("", ())


def test_nor_is_one_in_a_message_from_another_country() -> None:
    assert old_bsn(BSN, country="USA") == ("", ())


@pytest.mark.parametrize("rf1", ["RF1|||||||||||VW9", "RF1||||||^^VW9", "RF1|||||||||||^^VW9"])
def test_the_number_of_a_referral_may_stand_beside_its_place(rf1: str) -> None:
    assert refers(rf1, PID).number == "VW9"


def test_who_writes_and_for_whom_may_have_the_roles_of_the_australian_guide() -> None:
    found = refers("PRD|AP^Authoring Provider|Wit^A|||||01234567^AGB", "PRD|IR^Intended Recipient|Longen^MDO", PID)
    assert (found.referrer.name, found.referrer.number, found.board_hint) == ("A Wit", "01234567", "MDO Longen")


def test_an_appointment_that_is_asked_for_says_who_asks_where_and_until_when() -> None:
    asked = "ARQ|V1||||||||||20260401^20260428||||01234567^Wit^A^^^^^^VEKTIS|015-1|Straat 1|^^^Praktijk Oost&01059999"
    found = refers(asked, PID, kind="SRM^S01")
    assert (found.referrer.name, found.referrer.organisation, found.referrer.phone) == ("A Wit", "Praktijk Oost", "015-1")
    assert found.latest_useful_on == date(2026, 4, 28)


def test_the_question_may_stand_in_a_note_that_is_called_so() -> None:
    found = refers(PID, "NTE|||rookt|^CLINICAL_INFORMATION", "NTE|||opereren?|^REASON_FOR_CONSULTATION")
    assert found.question_board == "opereren?"
    assert [(fact.label, fact.text) for fact in found.facts] == [("CLINICAL_INFORMATION", "rookt")]


def test_a_note_that_says_what_it_is_stands_in_the_column_of_that() -> None:
    found = refers(
        PID, "NTE|||metformine|^CURRENT_MEDICATIONS", "NTE|||penicilline|^ALLERGIES", "NTE|||belt terug|^APPOINTMENT_NOTES"
    )
    assert [(fact.section, fact.text) for fact in found.facts] == [
        (Section.MEDICATION, "metformine"), (Section.COMORBIDITY, "penicilline"), (Section.OTHER, "belt terug"),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["ORU^R01", "REF^I12"])
def test_a_document_that_is_only_pointed_at_is_said_to_be_not_sent(kind: str) -> None:
    found = read(kind, PID, "OBR|1||F1|CT^CT", r"OBX|1|RP|V^Verslag^L||\\files\a.pdf^Endo^AP^PDF||||||F", "OBX|2|RP|||||||||F")
    assert isinstance(found, (IncomingReferral, IncomingResult))
    pointed = [fact.text for fact in found.facts if fact.label == "Document niet meegestuurd"]
    assert (pointed, found.documents) == ([r"Verslag (CT): \\files\a.pdf Endo AP PDF"], ())


@pytest.mark.parametrize(
    ("txa", "obx"), [("AANV^Aanmelding MDO Longen", "PDF^Document"), ("BR^Brief", "V^Verwijzing tumorbespreking longen")]
)
def test_a_letter_that_refers_names_its_board_in_the_title_that_says_so(txa: str, obx: str) -> None:
    found = refers(PID, "PV1|1|O||||||||ONC", f"TXA|1|{txa}", f"OBX|1|ED|{obx}^L||^application^pdf^Base64^{PDF}", kind="MDM^T02")
    assert found.board_hint in (txa.partition("^")[2], obx.partition("^")[2])
    assert "ongen" in found.board_hint


def test_a_text_that_came_as_a_document_has_the_day_of_the_document() -> None:
    found = read("MDM^T02", PID, "TXA|1|OP|TX|20260301", "OBX|1|TX|V^Verslag^L||Geen bijzonderheden||||||F")
    assert isinstance(found, IncomingResult)
    assert [fact.dated_on for fact in found.facts] == [date(2026, 3, 1)]


@pytest.mark.parametrize(
    "value", ["^TEXT^Base64^SGVsbG8=", "^text^^Base64^SGVsbG8=", "^text/plain^^Base64^SGVsbG8=", "^Text/Plain^Base64^SGVsbG8="]
)
def test_the_encoding_in_the_place_of_the_subtype_is_no_type_and_text_without_one_is_plain(value: str) -> None:
    found = read("ORU^R01", PID, "OBR|1||F1|X", f"OBX|1|ED|N^Notitie^L||{value}||||||F")
    assert isinstance(found, IncomingResult)
    assert [(one.media_type, one.content) for one in found.documents] == [("text/plain", b"Hello")]


@pytest.mark.parametrize(
    ("start", "media"),
    [
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"{\\rtf1 x}", "application/rtf"),
        (b"PK\x03\x04", "application/octet-stream"),
    ],
)
def test_a_document_of_no_type_is_what_it_begins_as(start: bytes, media: str) -> None:
    found = read("ORU^R01", PID, "OBR|1||F1|X", f"OBX|1||ECG^ECG||^^PNG^BASE64^{pybase64.b64encode(start).decode()}||||||F")
    assert isinstance(found, IncomingResult)
    assert [(one.media_type, one.content) for one in found.documents] == [(media, start)]


@pytest.mark.parametrize("kind", ["adt^a08", "ADT^a08", "Adt^A08"])
def test_the_kind_of_a_message_may_be_in_small_letters(kind: str) -> None:
    found = read(kind, PID)
    assert isinstance(found, PatientChange)
    assert found.event == "A08"


def test_a_range_in_components_is_read_as_its_words() -> None:
    found = refers(PID, "OBX|1|NM|T^TG||72|mg/dL|35-150^35^150||||F")
    assert found.facts[0].text == "72 mg/dL (35-150)"


def test_a_surname_that_stands_in_the_place_of_its_prefix_too_is_one_and_blanks_are_none() -> None:
    name = refers("PID|1||71^^^ZEED^PI||Mulder&Mulder^A").patient.name
    assert (name.family, name.own_prefix) == ("Mulder", "")
    assert refers("PID|1||71^^^ZEED^PI||Jansen&Jansen&Jansen^A").patient.name.own_prefix == ""
    assert refers("PID|1||71^^^ZEED^PI|| ^ ").patient.name.family == ""


def test_the_page_that_tries_a_message_says_which_number_was_taken_for_a_bsn() -> None:
    header = "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ADT^A08|M1|P|2.4"
    raw = f"{header}\rPID|1||71^^^ZEED^PI||Giessen^J||19600101|F|||||||||||{BSN}\r".encode()
    told = Hl7Explainer().explain(raw, "generic-v2")
    assert [(one.place, one.why) for one in told.leftovers] == [("PID-19-1", "bsn")]
    assert [(one.value, one.place) for one in told.fields if one.name == "patient.bsn"] == [(BSN, "PID-19-1")]


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        ("Vraagstelling voor de radioloog", "question_radiology"),
        ("FRAGESTELLUNG_PATHOLOGIE", "question_pathology"),
        ("Vraagstelling radiologie en pathologie", "question_radiology"),  # as it always was: the profile knows these words
        ("Klinische vraag", "question_board"),
    ],
)
def test_what_is_asked_of_one_specialist_is_no_question_to_the_board(name: str, whose: str) -> None:
    found = refers("OBR|1|A1||MDO^MDO oncologie^L", f"OBX|1|ST|X^{name}^L||Metastasen?||||||F", PID, kind="ORM^O01")
    asked = {one: getattr(found, one) for one in ("question_board", "question_radiology", "question_pathology")}
    assert asked == dict.fromkeys(asked, "") | {whose: "Metastasen?"}


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("Medikation", Section.MEDICATION), ("Nebendiagnosen", Section.COMORBIDITY), ("Bildgebung", Section.IMAGING),
        ("Vorbehandlung", Section.TREATMENT),
    ],
)  # fmt: skip
def test_a_hospital_across_the_border_has_its_values_in_the_columns_too(name: str, section: Section) -> None:
    assert [fact.section for fact in refers(PID, f"OBX|1|ST|X^{name}^L||siehe Brief||||||F").facts] == [section]


def test_who_authorises_an_order_asks_and_not_who_typed_it() -> None:
    """Epic names the first in PRT and the second in ORC-10."""
    order = ("ORC|NW|A1||||||||TYP^Typist^T", "OBR|1|A1||MDO^MDO oncologie^L", "PRT|1|SP||Authorizing|^Krol^A")
    assert refers(PID, *order, kind="ORM^O01").referrer.name == "A Krol"
