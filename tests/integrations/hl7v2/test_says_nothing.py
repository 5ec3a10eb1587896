"""What another system writes more and means nothing by: separators, padding, small letters, the lines of a batch, a text in two."""

from __future__ import annotations

import pytest
from pybase64 import b64encode

from integrations.hl7v2.reader import Hl7Reader
from integrations.hl7v2.text.builder import Builder, Formatted
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.lines import LARGE
from integrations.hl7v2.text.marks import STANDARD
from integrations.hl7v2.wire.ack import acks_for
from mdo_portal.exchange import Answer, IncomingReferral, Verdict

from .few_lines import labelled, result
from .few_lines import read as read_lines
from .samples import ADT, NOW, PDF, PDF_TEXT, PID, REFERRAL

REPORT = ("OBR|1|A1|B1|PA^Biopt^L|||20260220", "OBX|1|TX|PA^Biopt^L||Adenocarcinoom.||||||F")


def referral(*lines: str, kind: str = "REF^I12") -> IncomingReferral:
    found = read_lines(kind, "PRD|RP^Verwijzer|Wit^A", *lines)
    assert isinstance(found, IncomingReferral)
    return found


@pytest.mark.parametrize("behind", ["^^", "&", "~", "~^^^", '~""', '~""  ', "^&&~~"])
def test_separators_behind_which_nothing_stands_are_no_text(behind: str) -> None:
    told = result(
        REPORT[0],
        f"OBX|1|TX|PA^Biopt^L{behind}|1{behind}|Adenocarcinoom.{behind}|{behind}||{behind}|||F",
        f"NTE|1||Met spoed.{behind}",
    )

    assert [(fact.text, fact.label, fact.key) for fact in told.facts if fact.key] == [
        ("Adenocarcinoom.\nMet spoed.", "Biopt", "B1/PA/PA/1")
    ]


@pytest.mark.parametrize("text", [" ", "   ", "Jan ", '"" ', '""', " \x0b"])
def test_what_we_write_comes_back_also_where_it_looks_like_nothing(text: str) -> None:
    """Two quotes, blanks alone and blanks at the end of a line are nothing in what others send."""
    raw = Builder(STANDARD).header({9: ("ADT", "A08")}).add("PID", {3: text, 5: "x", 7: text}).encode()

    message = Message.parse(raw)
    assert (message.get("PID-3-1"), message.get("PID-7-1")) == (text.replace("\x0b", ""),) * 2


def test_a_text_of_blanks_alone_comes_back_and_no_other_has_hex_in_it() -> None:
    raw = Builder(STANDARD).header({9: ("ADT", "A08")}).add("ZZZ", {3: Formatted("  "), 4: Formatted("Ja. "), 5: "x"}).encode()

    assert (Message.parse(raw).get("ZZZ-3-1"), b"|Ja. |" in raw) == ("  ", True)


def test_a_year_with_components_behind_it_is_still_a_year() -> None:
    told = referral("AL1|1|DA|PEN^Penicilline^L|MO|Uitslag|2014-06^^")

    assert labelled(told)["Allergie"] == "Penicilline; Uitslag; matig (2014-06)"


def test_separators_inside_a_field_keep_their_meaning() -> None:
    segment = Message.parse(b"MSH|^~\\&|A\rPID|1||&B^^C&D~^E~~F^||\\T\\^\\S\\|^^\r").all("PID")[0]

    assert [[one.component(c, 0) for c in (1, 2, 3)] for one in segment.repetitions(3)] == [
        ["&B", "", "C&D"], ["", "E", ""], ["", "", ""], ["F", "", ""]
    ]  # fmt: skip
    assert (segment.field(5), segment.field(6), segment.line[-2:]) == ("&^^", "", "^^")


def test_a_document_with_separators_behind_its_name_has_that_name() -> None:
    for size in (10, LARGE):
        document = b"MSH|^~\\&|A\rOBX|1|ED|BRIEF^Brief^^&|7^^|^^^Base64^" + b"A" * size + b"\r"
        segment = Message.parse(document).all("OBX")[0]
        assert (segment.as_sent(3), segment.field(4)) == ("BRIEF^Brief", "7")


def test_a_run_of_a_million_separators_is_passed_once() -> None:
    assert Message.parse(b"MSH|^~\\&|A\rPID|1||" + b"^&" * 10_000 + b"x|" + b"&" * 10_000 + b"^x\r").get("PID-3") != ""


@pytest.mark.parametrize("behind", ["BTS|1\rFTS|1", "ZPI|1|eigen", "DSC|", "ZPI|1\rBTS|1"])
def test_the_question_that_closes_a_referral_is_found_before_what_may_stand_behind_any_message(behind: str) -> None:
    told = referral(*REPORT, "PV1|1|O", "NTE|1||Operatie of bestraling?", *behind.split("\r"))

    assert told.question_board == "Operatie of bestraling?"
    assert "Operatie of bestraling?" not in [fact.text for fact in told.facts]


def test_the_lines_of_a_batch_are_of_no_patient_and_nothing_that_was_left() -> None:
    batch = b"FHS|^~\\&|HIX\rBHS|^~\\&|HIX\r" + ADT + b"BTS|1\rFTS|1\r"

    assert Hl7Reader().read(batch, "hix") == Hl7Reader().read(ADT, "hix")
    assert Hl7Reader().read(ADT + b"  \r\n \r\n", "hix") == Hl7Reader().read(ADT, "hix")


def test_what_pads_a_birth_date_is_no_part_of_it() -> None:
    told = Hl7Reader().read(ADT.replace(b"|19600101|", b"|  19600101  |"), "hix")

    assert told == Hl7Reader().read(ADT, "hix")


def test_the_number_of_a_visit_is_no_number_of_the_hospital_however_it_is_padded() -> None:
    raw = ADT.replace(b"12345^^^ZEED^PI~", b"VZ1^^^ZorgDomein^VN  ~")
    assert Hl7Reader().read(raw, "zorgdomein").patient.local_number == ""  # type: ignore[union-attr]


@pytest.mark.parametrize("dead", ["Y", "Y  ", " y"])
def test_somebody_who_died_died_also_in_padding(dead: str) -> None:
    raw = ADT.replace(PID.encode(), "|".join([*PID.split("|")[:30], dead]).encode())

    assert Hl7Reader().read(raw, "hix").patient.deceased  # type: ignore[union-attr]


def test_numbers_that_come_twice_are_told_once() -> None:
    twice = PID.replace("||12345^^^ZEED^PI~", "||12345^^^ZEED^PI~77^^^OUD^PI~12345^^^ZEED^PI~77^^^OUD^PI~")

    told = Hl7Reader().read(ADT.replace(PID.encode(), twice.encode()), "hix")

    assert told.patient.other_numbers == (("OUD", "77"),)  # type: ignore[union-attr]


def test_a_referral_in_small_letters_is_read_as_any() -> None:
    lines = (*REPORT, "PV1|1|O", "NTE|1||Operatie of bestraling?")

    assert referral(*lines, kind="ref^i12") == referral(*lines)
    assert Hl7Reader().header(REFERRAL.replace(b"REF^I12^REF_I12", b"ref^i12")).kind == "REF^I12"


def test_an_acknowledgement_in_small_letters_is_not_answered_either() -> None:
    raw = b"MSH|^~\\&|HIX|ZEED|MDO|NET|20260302||ack^r01|M9|P|2.5\rMSA|AA|77\r"

    assert acks_for(raw, Answer(Verdict.STORED, "R"), now=NOW, control_id="C") == []


@pytest.mark.parametrize("asks", ["AL", "AL~", "AL^", " al "])
def test_whoever_asks_for_a_commit_hears_one(asks: str) -> None:
    raw = ADT.replace(b"|||AL|NE|", f"|||{asks}|NE|".encode())

    assert b"MSA|CA|M0002" in acks_for(raw, Answer(Verdict.STORED, "R"), now=NOW, control_id="C")[0]


def test_the_null_in_a_header_is_nobody_and_no_number() -> None:
    header = Hl7Reader().header(ADT.replace(b"|MDO|NET|", b'|""|""|'))
    assert (header.receiving_application, header.receiving_facility) == ("", "")

    assert Hl7Reader().header(ADT.replace(b"|M0002|", b'|""|')).control_id == ""
    unnumbered = acks_for(ADT.replace(b"|M0002|", b'|""|'), Answer(Verdict.STORED, "R"), now=NOW, control_id="C")
    assert b"MSA|CE|" in unnumbered[0]


@pytest.mark.parametrize("stated", ["CP850", "CP850^^", "CP850~ASCII"])
def test_a_character_set_is_known_by_its_first_component(stated: str) -> None:
    raw = REFERRAL.replace(b"8859/1", stated.encode()).decode("latin-1").replace("&Putten^J", "&Püttén^J").encode("cp850")

    assert "Püttén" in Message.parse(raw).get("PID-5")


@pytest.mark.parametrize("written", ["\\XC3A9\\", "\\XC3\\\\XA9\\", "\\xc3\\\\xa9\\", "\\XE9\\"])
@pytest.mark.parametrize("codec", ["utf-8", "iso8859-1", "ascii"])
def test_a_letter_in_hex_is_that_letter_byte_by_byte_too(written: str, codec: str) -> None:
    assert STANDARD.unescaped(f"Andr{written}", codec) == "André"


def test_a_name_whose_accents_came_apart_is_the_same_name() -> None:
    raw = ADT.replace(b"van&Putten^J", "van&Pu\u0308tten^Andre\u0301".encode())

    name = Hl7Reader().read(raw, "hix").patient.name  # type: ignore[union-attr]

    assert (name.partner_family, name.given) == ("P\u00fctten", "Andr\u00e9 P")


@pytest.mark.parametrize("kind", ["ED", "ED  ", "ed", " Ed"])
def test_a_document_is_one_however_its_type_is_written(kind: str) -> None:
    content = b64encode(b"{\\rtf1 Verslag}").decode()
    told = result(REPORT[0], f"OBX|1|{kind}|BRIEF^Brief^L||^text^rtf^^{content}||||||F")

    assert [document.content for document in told.documents] == [b"{\\rtf1 Verslag}"]


@pytest.mark.parametrize("kind", ["CE", "ce", "CE "])
def test_a_code_is_shown_by_its_words_however_its_type_is_written(kind: str) -> None:
    told = result(REPORT[0], f"OBX|1|{kind}|ECOG^WHO^L||1^WHO 1^L||||||F")

    assert labelled(told)["WHO"] == "WHO 1"


def test_a_text_that_goes_on_in_the_next_segment_is_one_text() -> None:
    told = result(
        REPORT[0],
        "OBX|1|TX|PA^Biopt^L||Geen aanwij",
        "ADD|zingen voor ",
        "ADD|recidief.||||||P",
        "NTE|1||Het vervolg ",
        "ADD|komt.",
    )

    assert [(fact.text, fact.status) for fact in told.facts if fact.key] == [
        ("Geen aanwijzingen voor recidief.\nHet vervolg komt.", "preliminary")
    ]
    assert told.unmapped == ()


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_a_document_that_goes_on_in_the_next_segment_is_one_document(end: str) -> None:
    head, tail = PDF_TEXT[:301], PDF_TEXT[301:]
    raw = REFERRAL.decode("latin-1").replace(PDF_TEXT, f"{head}\rADD|{tail}").replace("\r", end)

    told = Hl7Reader().read(raw.encode("latin-1"), "hix")

    assert told == Hl7Reader().read(REFERRAL, "hix")
    assert told.documents[0].content == PDF  # type: ignore[union-attr]


def test_an_addition_to_what_is_no_text_stays_a_segment_for_a_person() -> None:
    told = result(*REPORT, "ADD|Aanvulling: toch recidief.")

    assert told.unmapped == ("ADD",)


RTF = b"{\\rtf1\\ansi " + b"Graag uw advies over deze patient. " * 9 + b"}"


@pytest.mark.parametrize("between", ["", "\\.br\\", "\\X0D0A\\", "\r", "\r\n", " "])
def test_the_words_of_a_letter_are_shown_also_where_it_is_broken_into_lines(between: str) -> None:
    text = b64encode(RTF).decode()
    told = referral(f"OBX|1|ED|57133-1^Verwijsbrief^LN||^application^rtf^Base64^{text[:76]}{between}{text[76:]}||||||F")

    assert any(fact.text.startswith("Graag uw advies") for fact in told.facts)


@pytest.mark.parametrize("packed", [RTF.hex(), RTF.hex().upper()])
def test_the_words_of_a_letter_in_hex_are_shown(packed: str) -> None:
    told = referral(f"OBX|1|ED|57133-1^Verwijsbrief^LN||^application^rtf^Hex^{packed}||||||F")

    assert any(fact.text.startswith("Graag uw advies") for fact in told.facts)


@pytest.mark.parametrize("between", ["", "\\.br\\", "\\X0D0A\\", "\r"])
def test_a_pdf_that_is_broken_into_lines_ends_before_the_picture_behind_it(between: str) -> None:
    picture = b64encode(b"GIF89a" + bytes(40)).decode()
    lines = between.join((PDF_TEXT[:76], PDF_TEXT[76:]))
    told = referral(*(f"OBX|{n}|ED|B^Bijlage^L|{n}|^application^pdf^Base64^{one}" for n, one in ((1, lines), (2, picture))))

    assert [document.content[:4] for document in told.documents] == [b"%PDF", b"GIF8"]


def test_an_end_of_a_line_in_a_text_document_is_one_whatever_its_sign() -> None:
    told = [referral(f"OBX|1|ED|B^Brief^L||^text^plain^A^een{end}twee||||||F") for end in ("\\.br\\", "\\X0D\\", "\\X0D0A\\")]

    assert [one.documents[0].content for one in told] == [b"een\ntwee"] * 3
