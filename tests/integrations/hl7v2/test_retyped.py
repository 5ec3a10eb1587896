"""What a secretary would have to retype or phone for: a passport for a BSN, RTF in lines, a code for a question, a role in words."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from integrations.hl7v2.explain import Hl7Explainer
from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import IncomingAppointment, IncomingReferral

from .few_lines import labelled, read, referral, result
from .samples import PDF_TEXT


def refers(*lines: str) -> IncomingReferral:
    found = read("REF^I12", *lines)
    assert isinstance(found, IncomingReferral)
    return found


def asked(*lines: str) -> str:
    return refers("OBR|1|A1||MDO^MDO long", *lines).question_board


def with_pid(pid: str, *lines: str) -> IncomingReferral:
    message = ["MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||REF^I12|M1|P|2.5", pid, *lines, "OBR|1|A1||MDO^MDO long", ""]
    found = Hl7Reader().read("\r".join(message).encode(), "generic-v2")
    assert isinstance(found, IncomingReferral)
    return found


@pytest.mark.parametrize("kind", ["PPN", "DL"])
def test_a_passport_that_the_ministry_gave_is_no_bsn_wherever_it_stands(kind: str) -> None:
    numbers = f"71^^^ZEED^PI~AB1234567^^^NLMINBIZA^{kind}~999911120^^^NLMINBIZA^NNNLD"

    found = with_pid(f"PID|1||{numbers}||Giessen^J||19600101|F")

    assert found.patient.bsn == "999911120"
    assert found.patient.other_numbers == (("NLMINBIZA", "AB1234567"),)
    assert "PID-3/bsn" not in found.unmapped


@pytest.mark.parametrize("written", ["02-03-1950", "2-3-1950", "02.03.1950", "23/03/1950"])
def test_a_birth_date_as_the_dutch_write_it_is_read_day_first(written: str) -> None:
    found = with_pid(f"PID|1||71^^^ZEED^PI||Giessen^J||{written}|F")

    assert found.patient.birth_on == date(1950, 3, 23 if "/" in written else 2)
    assert "PID-7" not in found.unmapped


@pytest.mark.parametrize("written", ["02/03/1950", "02-23-1950", "02-03-50"])
def test_a_date_of_which_nobody_can_tell_the_day_is_left_for_a_person(written: str) -> None:
    found = with_pid(f"PID|1||71^^^ZEED^PI||Giessen^J||{written}|F")

    assert found.patient.birth_on is None
    assert "PID-7" in found.unmapped


def test_one_of_twins_says_so() -> None:
    assert labelled(with_pid("PID|1||71^^^ZEED^PI||Giessen^J||20260101|F||||||||||||||||Y|2"))["Meerling"] == "ja (2)"
    assert "Meerling" not in labelled(with_pid("PID|1||71^^^ZEED^PI||Giessen^J||20260101|F||||||||||||||||N|1"))


def test_whom_to_call_about_a_patient_stands_on_the_case() -> None:
    found = refers("NK1|1|Giessen&van der&Giessen^K|SPO^Partner^HL70063||0612345678^ORN^CP", "OBR|1|A1||MDO^MDO long")

    assert labelled(found)["Contactpersoon"] == "K van der Giessen (Partner), 0612345678"
    assert not found.unmapped
    assert labelled(refers("NK1|1|Tak^L|DOM|||053-1234567"))["Contactpersoon"] == "L Tak (partner), 053-1234567"


RTF = [r"{\E\rtf1\E\ansi{\E\fonttbl{\E\f0 Arial;}}\E\f0\E\fs20", r"\E\b Macroscopie\E\b0\E\par Vier pijp", r"jes.\E\par}"]


def test_rtf_that_comes_line_by_line_is_one_text() -> None:
    lines = [f"OBX|{n}|TX|V^Verslag||{one}||||||F" for n, one in enumerate(RTF, 1)]

    found = result("OBR|1||F1|H^Histologie", *lines, "OBX|4|TX|V^Verslag||Los.||||||F")

    assert [fact.text for fact in found.facts if fact.label == "Verslag"] == ["Macroscopie\nVier pijpjes.", "Los."]


@pytest.mark.parametrize("kind", ["ED", "ST"])
def test_a_pdf_in_a_data_address_is_a_document(kind: str) -> None:
    found = result("OBR|1||F1|B^Brief", f"OBX|1|{kind}|B^Brief||data:application/pdf;base64,{PDF_TEXT}||||||F")

    assert [one.media_type for one in found.documents] == ["application/pdf"]
    assert "Brief" not in labelled(found)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (r"Gen\.ti20\Resultaat", "Gen Resultaat"),
        (r"acenocoumarol\.fi\volgens schema", "acenocoumarol volgens schema"),
        (r"een\.br\\.in+4\twee", "een\ntwee"),
        (r"een\\.br\\twee", "een\ntwee"),
        (r"een\E\.br\E\twee", "een\ntwee"),
        (r"een\nTwee\r\n3", "een\nTwee\n3"),
        (r"een&#13;&#10;twee&#xD;drie", "een\ntwee\ndrie"),
        ("een<br/>twee<BR>drie", "een\ntwee\ndrie"),
        (r"\\server\nieuw <3 cm", r"\\server\nieuw <3 cm"),
    ],
)
def test_the_end_of_a_line_is_one_however_an_engine_wrote_it(sent: str, shown: str) -> None:
    assert labelled(result("OBR|1||F1|L^Lab", f"OBX|1|FT|B^Beloop||{sent}||||||F"))["Beloop"] == shown
    assert labelled(result("OBR|1||F1|L^Lab", "OBX|1|FT|B^Beloop||x||||||F", f"NTE|1||{sent}"))["Beloop"] == f"x\n{shown}"


def test_a_telephone_number_among_values_is_that_number() -> None:
    assert labelled(result("OBR|1||F1|L^Lab", "OBX|1|XTN|T^Bereikbaar||053-4871234^WPN^PH||||||F"))["Bereikbaar"] == "053-4871234"


def test_the_code_of_a_board_is_no_question() -> None:
    found = refers("RF1|P|R|MED|||R1||||RECTUM^MDO colorectaal", "OBR|1|R1||MDO^MDO colorectaal", "NTE|1||Opereren?")

    assert found.question_board == "Opereren?"


def test_a_question_between_other_words_in_one_field_is_the_question_and_the_rest_is_told() -> None:
    found = referral("OBR|2|A1||MDO^MDO oncologie|||||||||Vg: COPD~Med: salbutamol~Vraag: SBRT mogelijk?")
    alone = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||MDO^MDO long|||||||||Vg: COPD~Med: salbutamol~Vraag: SBRT mogelijk?")
    whole = read("ORM^O01", "ORC|NW|A1", "OBR|1|A1||MDO^MDO long|||||||||Stadium III~Resectie of SBRT?")

    assert labelled(found)["Klinische gegevens (MDO oncologie)"].startswith("Vg: COPD")
    assert isinstance(alone, IncomingReferral) and isinstance(whole, IncomingReferral)
    assert (alone.question_board, labelled(alone)["Klinische gegevens"]) == ("SBRT mogelijk?", "Vg: COPD\nMed: salbutamol")
    assert whole.question_board == "Stadium III\nResectie of SBRT?"
    assert "Klinische gegevens" not in labelled(whole)


def test_a_question_in_a_letter_ends_where_the_next_heading_stands_without_a_colon() -> None:
    lines = ["Vraagstelling", "Chirurgie of chemoradiatie?", "Voorgeschiedenis", "- COPD"]

    found = refers("OBR|1|A1||MDO^MDO long", *(f"OBX|{n}|TX|V^Verwijsbrief|1|{one}||||||F" for n, one in enumerate(lines, 1)))

    assert found.question_board == "Chirurgie of chemoradiatie?"


def test_a_question_in_a_row_of_a_table_is_the_question() -> None:
    form = "<html><body><table><tr><td>Vraagstelling</td><td>Borstsparend mogelijk?</td></tr><tr><td>cTNM</td><td>cT2</td></tr></table></body></html>"

    assert asked(f"OBX|1|TX|V^Verwijsbrief||{form}||||||F") == "Borstsparend mogelijk?"
    assert asked("OBX|1|TX|V^Verwijsbrief||Vraagstelling MDO\\.br\\Zie brief.||||||F") == ""


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("CP^Casemanager", "case_manager"),
        ("CM", "case_manager"),
        ("AT^Behandelaar", "treating"),
        ("XX^Hoofdbehandelaar", "treating"),
        ("X^Huisarts", "gp"),
        ("X^Verwijzer", "referrer"),
    ],
)
def test_a_role_in_words_is_that_role(said: str, who: str) -> None:
    found = refers(f"PRD|{said}|Vos^K^^^dr.", "OBR|1|A1||MDO^MDO long")

    assert getattr(found, who).name == "dr. K Vos"
    assert [name for name in ("referrer", "treating", "case_manager", "gp") if getattr(found, name).name] == [who]
    assert "PRD" not in found.unmapped


def test_who_has_a_role_that_nobody_reads_is_left_for_a_person() -> None:
    found = refers(
        "PRD|RP|Vos^K", "PRD|ZZ^Fysiotherapeut|Bos^L", "PRD|RP|Tak^M", "PRT|1|AD||ZZ|1^Los^N", "OBR|1|A1||MDO^MDO long"
    )

    assert found.unmapped == ("PRD(1)", "PRD(2)", "PRT")


def test_a_telephone_number_is_nobody_and_a_ward_is_no_telephone_number() -> None:
    order = "OBR|1|A1||MDO^MDO long||||||||||||(053)123-9999^^^^^053^1239999"
    found = read("ORM^O01", "ORC|NW|A1||||||||||||POLIONCO^^^ZEED", order)

    assert isinstance(found, IncomingReferral)
    assert (found.referrer.name, found.referrer.number, found.referrer.phone) == ("", "", "")


def test_who_asks_for_an_appointment_one_field_late_refers_and_why_is_told() -> None:
    lines = "ARQ|R1||||||^Bespreken recidief|||||||||01012345^Jansen^P", "NTE|1||Salvage RT?", "AIS|1||MDO^MDO Uro"
    found = read("SRM^S01", *lines)

    assert isinstance(found, IncomingReferral)
    assert (found.referrer.name, found.referrer.phone) == ("P Jansen", "")
    assert labelled(found)["Reden"] == "Bespreken recidief"


def test_a_person_among_the_free_fields_of_an_order_is_told() -> None:
    found = referral("OBR|2|A1||MRI^MRI|||||||||||||||ACC1||01012346^Bakker^T^^^drs.")

    assert any("drs. T Bakker (01012346)" in fact.text for fact in found.facts)


def test_the_number_of_the_order_that_a_letter_answers_to_is_its_number() -> None:
    found = read(
        "MDM^T02", "TXA|1|B^Verwijsbrief MDO long|TX|||||||01012345^Jansen^P||||R-2525", "OBX|1|TX|B^Brief||SBRT?||||||F"
    )

    assert isinstance(found, IncomingReferral)
    assert (found.number, found.referrer.name) == ("R-2525", "P Jansen")


@pytest.mark.parametrize("title", ["Tumorboard Anmeldung", "Anmeldung zur Tumorkonferenz"])
def test_a_letter_that_asks_the_board_across_the_border_is_a_referral(title: str) -> None:
    found = read("MDM^T02", f"TXA|1|B^{title}|TX||||||||||D1", "OBX|1|TX|B^Brief||Fragestellung: Operation?||||||F")

    assert isinstance(found, IncomingReferral)
    assert (found.board_hint, found.question_board) == (title, "Operation?")


def test_a_product_of_zorgdomein_that_names_the_board_is_the_board() -> None:
    document = f"OBX|1|ED|M1^MDO Mamma^ZORGDOMEIN||^application^pdf^Base64^{PDF_TEXT}||||||F"
    found = read("ORU^R01", "ORC|NW|ZD1", "OBR|1|ZD1||ONC^Oncologie^ZORGDOMEIN", document)

    assert isinstance(found, IncomingReferral)
    assert found.board_hint == "MDO Mamma"


def test_a_moment_in_zulu_time_or_with_a_colon_in_its_offset_is_that_moment() -> None:
    found = read("SIU^S12", "SCH|A1||||||MDO^MDO||||^^30^20261203223000Z^2026-12-04T00:00:00+01:00", "RGS|1")

    assert isinstance(found, IncomingAppointment)
    assert (found.starts_at, found.ends_at) == (datetime(2026, 12, 3, 22, 30, tzinfo=UTC), datetime(2026, 12, 3, 23, tzinfo=UTC))


def test_the_explanation_names_the_place_of_a_question_between_other_words() -> None:
    lines = [
        "MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||ORM^O01|M1|P|2.5",
        "PID|1||71^^^ZEED^PI||Giessen^J||19600101|F",
        "ORC|NW|A1",
        "OBR|1|A1||MDO^MDO long|||||||||Vg: COPD~Vraag: SBRT?",
        "",
    ]
    found = Hl7Explainer().explain("\r".join(lines).encode(), "generic-v2")

    assert next(one.place for one in found.fields if one.name == "question_board") == "OBR-13"


def test_a_question_that_goes_on_in_the_next_repetition_is_one_question() -> None:
    found = refers("RF1|P|R|ONC|||R1||||Graag MDO-advies~Operabel?~Zo ja: hoe?", "OBR|1|R1||MDO^MDO long")
    codes = refers("OBR|1|R1||MDO^MDO long" + "|" * 27 + "^Operabel?~^COPD")

    assert found.question_board == "Graag MDO-advies\nOperabel?\nZo ja: hoe?"
    assert "Reden van verwijzing" not in labelled(found)
    assert (codes.question_board, labelled(codes)["Reden van onderzoek"]) == ("Operabel?", "COPD")


def test_a_form_below_the_order_of_the_board_holds_the_question_under_its_heading() -> None:
    form = "OBX|1|TX|F^Formulier||Tumorsoort: endometrium~Vraagstelling: lymfeklierdissectie?~Voorgeschiedenis: HT||||||F"

    assert asked(form) == "lymfeklierdissectie?"
    assert refers("OBR|1|A1||CT^CT", form).question_board == ""


@pytest.mark.parametrize("name", ["Aanmelding MDO urologie.docx", "aanmelding_mdo_urologie.pdf"])
def test_a_document_may_say_in_the_name_of_its_file_that_it_asks_a_board(name: str) -> None:
    found = read("MDM^T02", f"TXA|1|C^Consult|FT|||||||||D1||||{name}", "OBX|1|FT|C^Consult||Vragen:\\.br\\Dissectie?||||||F")

    assert isinstance(found, IncomingReferral)
    assert (found.board_hint, found.question_board) == (name.rpartition(".")[0].replace("_", " "), "Dissectie?")


def test_a_second_board_in_one_message_is_named_for_a_person() -> None:
    orders = "OBR|1|A1||M^MDO mamma", "ORC|NW|A2", "OBR|2|A2||L^MDO long", "ORC|CA|A3", "OBR|3|A3||C^MDO CRC"
    found = read("ORM^O01", "ORC|NW|A1", *orders)

    assert isinstance(found, IncomingReferral)
    assert found.board_hint == "MDO mamma"
    assert "OBR(1)/board" in found.unmapped
    assert "OBR(2)/board" not in found.unmapped


def test_that_nobody_knows_who_this_is_is_named_and_what_zorgdomein_always_writes_is_not() -> None:
    pid = "PID|1||71^^^ZEED^PI||Onbekend^O||19600101|F" + "|" * 23

    assert "PID-31/unsure" in with_pid(f"{pid}Y").unmapped
    assert "PID-31/unsure" not in with_pid(f"{pid}Y|NNNLD").unmapped


def test_blanks_around_a_question_or_an_order_are_none_of_it() -> None:
    found = refers("RF1|P|R|MED |||R1 ", "OBR|1|R1||MDO^ MDO long ", "OBX|1|TX|V^ Vraag aan MDO ||  Operabel?  ||||||F")

    assert (found.question_board, found.board_hint) == ("Operabel?", "MDO long")
    assert labelled(found) == {"Aangevraagd": "MDO long"}


def text_of(found: object, label: str) -> list[str]:
    return [fact.text for fact in getattr(found, "facts", ()) if fact.label == label]


def test_a_report_that_comes_line_by_line_is_one_text_with_every_line_of_it() -> None:
    lines = ["CT:", "Geen afwijkingen.", "", "   MRI:", "Geen afwijkingen.", ""]
    report = [f"OBX|{n}|TX|V^Verslag|1|{one}||||||F" for n, one in enumerate(lines, 1)]
    whole = "CT:\nGeen afwijkingen.\n\n   MRI:\nGeen afwijkingen."

    assert text_of(result("OBR|1||F1|R^Radiologie", *report), "Verslag") == [whole]
    assert text_of(refers("OBR|1|A1||MDO^MDO long", *report), "Verslag") == [whole]


@pytest.mark.parametrize(
    "other",
    [
        "OBX|2|TX|V^Verslag|2|Twee||||||F",  # another part
        "OBX|2|TX|V^Verslag|1|Twee||||||C",  # corrected
        "OBX|2|TX|V^Verslag|1|Twee||||||F|||20260301",  # of another day
        "OBX|2|TX|V^Verslag|1|2|mg|||||F",  # a value with its unit
        "OBX|2|ST|V^Verslag|1|Twee||||||F",  # values are no lines
        "OBX|2|TX|W^Verslag|1|Twee||||||F",
        "NTE|1||Bij een.\rOBX|2|TX|V^Verslag|1|Twee||||||F",  # a note stands below its line
    ],
)
def test_what_is_told_apart_by_its_sender_stays_apart(other: str) -> None:
    found = result("OBR|1||F1|R^Radiologie", "OBX|1|TX|V^Verslag|1|Een||||||F", *other.split("\r"))

    assert len([fact for fact in found.facts if fact.label.startswith("Verslag")]) == 2


def test_a_text_in_html_is_no_line_of_a_plain_one_and_a_page_of_it_may_come_in_lines() -> None:
    lines = ["Een", "<p>Twee</p>", "CEA <5 > 3", "<html><body>", "<p>Drie</p>", "</body></html>", "Vier"]
    found = result("OBR|1||F1|R^Radiologie", *(f"OBX|{n}|TX|V^Verslag|1|{one}||||||F" for n, one in enumerate(lines, 1)))

    assert text_of(found, "Verslag") == ["Een", "Twee", "CEA <5 > 3", "Drie", "Vier"]


def test_an_order_that_names_the_board_in_its_code_asks_it_what_is_called_a_question() -> None:
    assert refers("OBR|1|R1||MDO LONG", "OBX|1|TX|Q^Vraag||Operabel?").question_board == "Operabel?"


def test_a_letter_that_asks_the_radiologist_and_the_pathologist_too_asks_each() -> None:
    letter = r"Vraag aan MDO: resectie?\.br\Vraag aan radioloog: ingroei?\.br\Vraag aan patholoog: revisie?\.br\Urgentie: spoed"
    found = refers("OBR|1|A1||MDO^MDO Sarcoom", f"OBX|1|FT|B^Aanmeldbrief||{letter}||||||F")

    assert (found.question_board, found.question_radiology, found.question_pathology) == ("resectie?", "ingroei?", "revisie?")
    assert labelled(found)["Aanmeldbrief"].count("ingroei?") == 1
