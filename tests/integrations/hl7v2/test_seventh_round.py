"""What real systems send that nobody here had seen: parts of a report, states of an appointment, requests that change, values of rare types."""

from __future__ import annotations

from datetime import date

import pytest

from integrations.hl7v2.reader import Hl7Reader
from mdo_portal.exchange import Incoming, IncomingAppointment, IncomingReferral, IncomingResult, Section

from .few_lines import read, referral, result


def labelled(found: object) -> dict[str, str]:
    return {fact.label: fact.text for fact in getattr(found, "facts", ())}


def test_parts_of_one_report_say_which_they_are_and_are_known_apart() -> None:
    """OBX-3 with a suffix (HL7 v2.5.1 7.1.4): radiology writes findings, impression and addendum so."""
    found = result(
        "OBR|1|P7|ACC7|MRM^MRI mamma|||20260301",
        "OBX|1|TX|MRM&GDT^MRI mamma||Massa links||||||F",
        "OBX|2|TX|MRM&IMP^MRI mamma||BI-RADS 6||||||F",
        "OBX|3|TX|MRM&ADT^MRI mamma||Ook rechts 5 mm||||||C",
        "OBX|4|TX|MRM&ZZ9^MRI mamma||Eigen deel||||||F",
    )
    facts = [(fact.label, fact.text) for fact in found.facts[1:]]
    assert facts == [
        ("MRI mamma (bevindingen)", "Massa links"), ("MRI mamma (conclusie)", "BI-RADS 6"), ("MRI mamma (addendum)", "Ook rechts 5 mm"),
        ("MRI mamma (ZZ9)", "Eigen deel"),
    ]  # fmt: skip
    assert len({fact.key for fact in found.facts[1:]}) == 4
    assert not any("#" in fact.key for fact in found.facts), (
        "an addendum that comes alone must not take the place of the conclusion"
    )


@pytest.mark.parametrize(
    ("said", "state", "note"),
    [
        ("Pending^In afwachting^HL70278", "booked", "voorlopig"),
        ("WAITLIST", "booked", "wachtlijst"),
        ("Complete", "booked", "afgerond"),
        ("Started", "booked", "begonnen"),
        ("Arr^Aangekomen", "booked", "Aangekomen"),
        ("No Show", "no_show", ""),
        ("Dc", "cancelled", ""),
        ("Discontinued", "cancelled", ""),
        ("Booked", "booked", ""),
    ],
)
def test_an_appointment_says_how_far_it_is(said: str, state: str, note: str) -> None:
    """SCH-25 (table 0278): what only waits, or is over, does not stand there as booked."""
    found = read("SIU^S14", f"SCH||F1|||||CON^Controle|||||{'|' * 13}{said}", "RGS|1", "AIS|1||CON^Controle|202603201330")
    assert isinstance(found, IncomingAppointment)
    assert (found.state, found.note) == (state, note)


ARQ = "ARQ|PL-1^ZD|F-1^MDO||||{why}|MDO^MDO long^L||||202603201300^202603201500"


@pytest.mark.parametrize("event", ["S02", "S03"])
def test_a_request_that_changes_is_the_request_anew(event: str) -> None:
    found = read(f"SRM^{event}", ARQ.format(why="Kan later"), "RGS|1", "AIS|1||MDOL^MDO long^L")
    assert isinstance(found, IncomingReferral)
    assert (found.number, found.board_hint, found.cancelled) == ("PL-1", "MDO long", False)


@pytest.mark.parametrize("event", ["S04", "S05", "S06"])
def test_a_request_that_is_taken_back_takes_the_referral_back_and_says_why(event: str) -> None:
    found = read(f"SRM^{event}", ARQ.format(why="OVL^Patiënt overleden"), "RGS|1")
    assert isinstance(found, IncomingReferral)
    assert (found.number, found.cancelled, found.cancel_reason) == ("PL-1", True, "Patiënt overleden")


@pytest.mark.parametrize(("kind", "cancelled"), [("CCR^I16", False), ("CCR^I17", False), ("CCR^I18", True)])
def test_a_referral_in_the_form_of_collaborative_care_is_one(kind: str, cancelled: bool) -> None:
    """HL7 v2.6 chapter 11: CCR carries what REF did."""
    found = read(kind, "RF1|A|U|||||VW-9^HIX|||VR^Resectabel?", "PRD|RP|Snijder^A", "PRD|RT|MDO long")
    assert isinstance(found, IncomingReferral)
    assert (found.board_hint, found.cancelled) == ("MDO long", cancelled)


def test_an_alert_is_a_result() -> None:
    found = read("ORU^R40", "OBR|1|||AL^Alarm^L", "OBX|1|CWE|K^Kalium^L||KR^kritiek hoog||||||R")
    assert isinstance(found, IncomingResult)
    assert labelled(found)["Kalium"] == "kritiek hoog"


def test_the_words_of_a_document_say_which_document_they_are_of() -> None:
    """The OBX of an MDM is often called `Verslag` alone; TXA-2 and TXA-25 (v2.7) say of what."""
    found = read(
        "MDM^T02",
        f"TXA|1|OP^Operatieverslag|TX|20260310||||||||D-9{'|' * 13}Hemicolectomie rechts",
        "OBX|1|FT|VS^Verslag^L||Bloedverlies 100 ml||||||F",
        "OBX|2|ED|VP^Verslag PDF^L||^application^pdf^Base64^JVBERi0xLjQKJSVFT0YK||||||F",
        "OBX|3|TX|C^Operatieverslag conclusie^L||R0||||||F",
    )
    assert isinstance(found, IncomingResult)
    shown = [(fact.label, fact.section) for fact in found.facts]
    assert shown == [
        ("Verslag (Operatieverslag; Hemicolectomie rechts)", Section.TREATMENT),
        ("Operatieverslag conclusie (Hemicolectomie rechts)", Section.TREATMENT),
    ]
    assert [one.title for one in found.documents] == ["Verslag PDF (Operatieverslag; Hemicolectomie rechts)"]


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("DR", "20260101^20260131", "2026-01-01 – 2026-01-31"),
        ("DR", "20260101", "2026-01-01 –"),
        ("TM", "0930", "09:30"),
        ("TM", "093015.00", "09:30"),
    ],
)
def test_a_period_and_an_hour_read_as_such(kind: str, value: str, shown: str) -> None:
    assert labelled(result("OBR|1||F1|X^X", f"OBX|1|{kind}|P^Periode^L||{value}||||||F"))["Periode"] == shown


@pytest.mark.parametrize(
    ("value", "beside", "shown"),
    [
        ("", "mmol/L|45-84||||X", ""),
        ('""', "mmol/L|||||F", ""),
        ("", "mmol/L|45-84|H|||F", "(45-84, H)"),
        ("", "|S|S|||F", "(S, S)"),
    ],
)
def test_a_unit_without_a_value_is_no_value(value: str, beside: str, shown: str) -> None:
    assert labelled(result("OBR|1||F1|X^X", f"OBX|1|NM|HB^Hb^L||{value}|{beside}"))["Hb"] == shown


def test_every_reason_of_an_order_is_told_and_a_code_without_words_has_no_separators() -> None:
    reasons = "Dyspnoe^Dyspnoe~^Hemoptoë~J44^^I10"
    found = result(f"OBR|1||F1|CT^CT thorax|||20260301{'|' * 24}{reasons}", "OBX|1|TX|C^Conclusie||Geen||||||F")
    assert labelled(found)["Reden van onderzoek"] == "Dyspnoe\nHemoptoë\nJ44"


def test_an_order_says_its_side_what_to_mind_and_what_the_collector_wrote() -> None:
    """OBR-12 (what is dangerous), OBR-39 (who took it), OBR-45 (modifiers: the side)."""
    line = ["OBR", "1", "", "F1", "MRM^MRI mamma"] + [""] * 41
    line[12], line[39], line[45] = "HB^Hepatitis B", "^hemolytisch", "LT^Links~50^Contrast"
    found = result("|".join(line), "OBX|1|TX|C^Conclusie||Geen||||||F")
    assert labelled(found)["Aangevraagd"] == "MRI mamma; Hepatitis B; hemolytisch; Links; Contrast"


def test_numbers_with_blanks_around_them_are_the_same_numbers() -> None:
    found = read("MDM^T10", "TXA|1|PA^Verslag|FT|20260310|||||||| D-2 |  D-1", "OBX|1|FT|C^Tekst||pT2||||||C")
    assert isinstance(found, IncomingResult)
    assert {(one.reference, one.replaces) for one in found.documents} == {("D-2", "D-1")}
    asked = read("REF^I12", "RF1||R|||||V1", "PRD|RP|Snijder^A|||||  01004567 ^VEKTIS", "PRD|RT|MDO long")
    assert isinstance(asked, IncomingReferral)
    assert asked.referrer.number == "01004567"


def test_a_value_of_another_laboratory_says_whose_it_is() -> None:
    """OBX-15, 16 and 23: who found it. The sending hospital itself is on the fact already."""
    end = "|||20260301"
    other = result("OBR|1||F1|X^X", f"OBX|1|ST|H^HER2||3+||||||F{end}|L2^PA-lab Delta||" + "|" * 6 + "Pathologie Delta^D|")
    assert labelled(other)["HER2"] == "3+\ndoor: Pathologie Delta"
    maker = result("OBR|1||F1|X^X", f"OBX|1|ST|H^HER2||3+||||||F{end}|L2^PA-lab Delta^L|77^Patholoog^P^^^dr.")
    assert labelled(maker)["HER2"] == "3+\ndoor: PA-lab Delta, dr. P Patholoog"
    own = result("OBR|1||F1|X^X", f"OBX|1|ST|H^HER2||3+||||||F{end}|ZEED")
    assert labelled(own)["HER2"] == "3+"


def test_where_words_of_english_senders_stand() -> None:
    found = referral(
        "OBX|1|CWE|60593-1^Medications^LN||M^Metformine||||||F",
        "OBX|2|FT|11348-0^History of past illness^LN||COPD||||||F",
        "OBX|3|NM|CA15^CA 15-3||14|kU/L|||||F",
    )
    sections = {fact.label: fact.section for fact in found.facts}
    assert sections["Medications"] is Section.MEDICATION
    assert sections["History of past illness"] is Section.COMORBIDITY
    assert sections["CA 15-3"] is Section.MARKER


@pytest.mark.parametrize(
    ("service", "section"), [("RAD", Section.IMAGING), ("NMR", Section.IMAGING), ("SP", Section.PATHOLOGY), ("CH", Section.OTHER)]
)
def test_a_report_without_a_telling_name_stands_where_its_department_says(service: str, section: Section) -> None:
    """OBR-24 (table 0074)."""
    found = result(f"OBR|1||F1|UIT^Uitslag|||20260301{'|' * 17}{service}|F", "OBX|1|TX|T^Tekst||Nodus 8 mm||||||F")
    assert found.facts[-1].section is section


def test_the_letter_under_an_order_for_a_referral_letter_is_one() -> None:
    found: Incoming = read(
        "REF^I12", "RF1||R|||||V1", "PRD|RT|MDO long", "OBR|1|O1|R1|57133-1^Referral note^LN|||20260301",
        "OBX|1|ED|PDF^Display format in PDF^AUSPDI||^application^pdf^Base64^JVBERi0xLjQKJSVFT0YK||||||F",
    )  # fmt: skip
    assert isinstance(found, IncomingReferral)
    assert [(one.kind, one.dated_on) for one in found.documents] == [("referral letter", date(2026, 3, 1))]


def test_who_orders_may_stand_in_a_segment_of_its_own() -> None:
    """PRT (v2.7): ORC-12 and OBR-16 are left out by who follows that version."""
    found = read(
        "OMG^O19", "ORC|NW|A1", "PRT|1|AD||OP^Ordering Provider^HL70912|01004567^Snijder^A^^^dr.^^^VEKTIS",
        "OBR|1|A1||MDO^MDO long^L", "PRT|2|AD||AT^Attending^HL70912|02^Behandelaar^B",
    )  # fmt: skip
    assert isinstance(found, IncomingReferral)
    assert (found.referrer.name, found.referrer.number) == ("dr. A Snijder", "01004567")
    assert found.treating.name == "B Behandelaar"


def medicines(found: object) -> list[str]:
    return [fact.text for fact in getattr(found, "facts", ()) if fact.section is Section.MEDICATION]


def test_a_drug_that_is_stopped_is_not_shown_as_prescribed() -> None:
    """ORC-1 speaks for a drug as for any other order."""
    stopped = ("ORC|DC|R1", "RXO|D1^Capecitabine||2||TAB")
    alone = read("ORM^O01", *stopped, "ORC|NW|R2", "RXO|D2^Tramadol||50||mg")
    assert medicines(alone) == ["Tramadol; 50; mg"]
    assert isinstance(alone, IncomingResult)
    assert [fact.text for fact in alone.taken_back] == ["Capecitabine; 2; TAB"]
    beside = referral(*stopped)
    assert medicines(beside) == []
    assert [fact.text for fact in beside.taken_back] == ["Capecitabine; 2; TAB"]


def test_a_drug_says_how_often_and_from_when_until_when() -> None:
    """RXE-1.2 of before 2.5; TQ1 before or behind the drug since."""
    assert medicines(referral("ORC|NW|R1", "RXE|1^BID^^20260301^20260401|D1^Dexamethason|4||mg")) == [
        "Dexamethason; 4; mg; BID; 2026-03-01 – 2026-04-01"
    ]
    timing = "TQ1|1||Q8H^om de 8 uur||||20260301|20260401"
    told = ["Dexamethason; 4; mg; om de 8 uur; 2026-03-01 – 2026-04-01"]
    assert medicines(referral("ORC|NW|R1", timing, "RXO|D1^Dexamethason|4||mg")) == told
    assert medicines(referral("ORC|NW|R1", "RXO|D1^Dexamethason|4||mg", timing)) == told


def test_what_was_written_beside_a_code_is_shown_too() -> None:
    """DG1-4 and PR1-4: the side often stands there alone; PR1-16 is a modifier."""
    found = referral(
        "DG1|1||C50.9^Mammacarcinoom^I10|Mammacarcinoom links|20260301|F",
        "DG1|2||I10^Hypertensie^I10|hypertensie|2015|F",
        "DG1|3||J44^COPD^I10|roker|2015|F",
        "PR1|1||OK1^Lobectomie|rechts, robot|20250101|||||||||||R^Rechts",
    )
    shown = [fact.text for fact in found.facts if fact.label in ("Diagnose", "Verrichting")]
    assert shown == ["Mammacarcinoom links", "Hypertensie (2015)", "COPD; roker (2015)", "Lobectomie; rechts, robot; Rechts"]


def test_variants_under_orders_that_nothing_else_tells_apart_say_which_order_is_theirs() -> None:
    """HL7 v2 lab results of genes (LRI): every variant is an order of the same name of the same day."""

    def variant(n: int, gene: str, change: str, at: str = "20260301") -> list[str]:
        return [f"OBR|{n}||F1-{n}|V^Variant^L|||{at}", f"OBX|1|ST|G^Gen^L||{gene}||||||F", f"OBX|2|ST|D^DNA^L||{change}||||||F"]

    found = result(*variant(1, "EGFR", "c.2573T>G"), *variant(2, "TP53", "c.743G>A"))
    assert labelled(found) | {"Aangevraagd": ""} == {
        "Gen (F1-1)": "EGFR", "DNA (F1-1)": "c.2573T>G", "Gen (F1-2)": "TP53", "DNA (F1-2)": "c.743G>A", "Aangevraagd": "",
    }  # fmt: skip
    by_hour = result(*variant(1, "4", "5", "202603010800"), *variant(2, "6", "7", "202603011400"))
    assert {"Gen (2026-03-01 08:00)", "Gen (2026-03-01 14:00)"} <= set(labelled(by_hour))
    days = result(*variant(1, "4", "5", "20260301"), *variant(2, "6", "7", "20260302"))
    assert set(labelled(days)) == {"Aangevraagd", "Gen", "DNA"}


def test_a_file_of_another_name_under_an_order_for_a_letter_is_no_letter() -> None:
    found = referral(
        "OBR|2|A2||VB^Verwijsbrief^L", "OBX|1|ED|LAB^Labuitslagen||^application^pdf^Base64^JVBERi0xLjQKJSVFT0YK||||||F"
    )
    assert [one.kind for one in found.documents] == [""]


def test_a_range_of_two_numbers_is_both_and_separators_that_part_nothing_are_not_shown() -> None:
    found = result(
        "OBR|1||F1|X^X", "OBX|1|NM|PSA^PSA||4.1|ug/L|0^4||||F", "OBX|2|ST|TNM^TNM||cT2N1M0^^||||||F", "OBX|3|ST|L^Leeg||^||||||F"
    )
    assert labelled(found) | {"Aangevraagd": ""} == {"PSA": "4.1 ug/L (0 - 4)", "TNM": "cT2N1M0", "Leeg": "", "Aangevraagd": ""}


def test_a_birth_date_that_cannot_be_read_is_named_whatever_the_message_is() -> None:
    pid = "PID|1||71^^^ZEED^PI||Giessen^J||600101|F"
    for kind, line in (("ORU^R01", "OBR|1||F1|X^X"), ("ADT^A08", "EVN|A08"), ("SIU^S12", "SCH||F1")):
        raw = f"MSH|^~\\&|HIX|ZEED|MDO|NET|20260302121500||{kind}|M1|P|2.5\r{pid}\r{line}\r".encode()
        assert "PID-7" in Hl7Reader().read(raw, "generic-v2").unmapped, kind  # type: ignore[union-attr]


def test_an_answer_on_urgency_or_the_last_useful_day_counts_where_no_field_says_it() -> None:
    found = referral("OBX|1|ST|URG^Urgentie^L||Spoed||||||F", "OBX|2|DT|LZD^Uiterlijk bespreken voor^L||20260401||||||F")
    assert (found.urgency, found.latest_useful_on) == ("Spoed", date(2026, 4, 1))
    assert {"Urgentie", "Uiterlijk bespreken voor"} <= set(labelled(found))


@pytest.mark.parametrize("last", ["DG1|1||C34^Longca", "PV1|1|O", "AL1|1|DA|P^Penicilline"])
def test_the_note_that_closes_a_referral_is_its_question_where_nothing_else_is(last: str) -> None:
    """REF_I12 ends in notes on the whole; behind these segments its grammar has no others."""
    start = ("RF1||U|||||R1", "PRD|RT|MDO long")
    found = read("REF^I12", *start, last, "NTE|1||Operabel?", "NTE|2||Graag spoed")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == "Operabel?\nGraag spoed"
    assert "Operabel?" not in [fact.text for fact in found.facts]
    asked = read("REF^I12", *start, "OBX|1|TX|V^Vraagstelling||Radicaal?||||||F", last, "NTE|1||Graag spoed")
    assert isinstance(asked, IncomingReferral)
    assert asked.question_board == "Radicaal?"
    assert "Graag spoed" in [fact.text for fact in asked.facts]
    ordered = referral(last, "NTE|1||slechthorend")
    assert ordered.question_board == ""


def test_a_report_in_english_stands_where_one_in_dutch_does() -> None:
    found = result(
        "OBR|1||F1|11529-5^Surgical pathology study^LN|||20260305", "OBX|1|FT|22634-0^Gross observation^LN||3 pijpjes||||||F"
    )
    assert found.facts[-1].section is Section.PATHOLOGY
    assert result("OBR|1||F1|R^Imaging study", "OBX|1|FT|T^Text||Nodus||||||F").facts[-1].section is Section.IMAGING
    assert referral("OBX|1|ST|S^Clinical stage||cT2||||||F").facts[-1].section is Section.DIAGNOSIS


def test_a_code_for_why_patients_are_referred_is_no_question() -> None:
    """Tables 0336 (RF1-10) and 0276 (ARQ-6) say that somebody wanted it, not what is asked."""
    found = read("REF^I12", "RF1||R||||R1||||O^Provider ordered^HL70336", "PRD|RT|MDO long")
    assert isinstance(found, IncomingReferral)
    assert (found.question_board, labelled(found)) == ("", {"Reden van verwijzing": "Provider ordered"})
    made = read("SRM^S01", "ARQ|P1|||||ROUTINE^Routine^HL70276|MDO^MDO long", "NTE|1||Resectabel?")
    assert isinstance(made, IncomingReferral)
    assert made.question_board == "Resectabel?"
    own = read("REF^I12", "RF1||R||||R1||||V^Resectabel?^L", "PRD|RT|MDO long")
    assert isinstance(own, IncomingReferral) and own.question_board == "Resectabel?"


def test_what_has_no_digits_or_is_a_moment_is_no_telephone() -> None:
    found = read(
        "REF^I12", "RF1||R|||||R1", "PRD|PP|Huisman^H|||DOC203^Healy^Diarmuid^^^Dr.^MD", "PRD|RT|MDO long",
        "OBR|1|A1||REF^Referral|||||||||||||20260302121500",
    )  # fmt: skip
    assert isinstance(found, IncomingReferral)
    assert (found.gp.phone, found.referrer.phone) == ("", "")


def test_a_long_appointment_in_seconds_ends() -> None:
    found = read("SIU^S12", "SCH||F1", "RGS|1", "AIS|1||TX^Transplantatie|20260309142500|0|S|10800|S")
    assert isinstance(found, IncomingAppointment)
    assert found.ends_at is not None and found.starts_at is not None
    assert (found.ends_at - found.starts_at).total_seconds() == 10800


@pytest.mark.parametrize(
    ("said", "note"), [("Scheduled", ""), ("Sch^Scheduled", ""), ("Confirmed", "bevestigd"), ("Rescheduled", "verzet")]
)
def test_words_for_what_is_booked_add_nothing_and_what_changed_is_said(said: str, note: str) -> None:
    found = read("SIU^S14", f"SCH||F1{'|' * 23}{said}", "RGS|1", "AIS|1||CON^Controle|202603201330")
    assert isinstance(found, IncomingAppointment)
    assert (found.state, found.note) == ("booked", note)


def test_the_lines_of_a_document_without_a_name_are_called_by_the_document() -> None:
    found = read("MDM^T02", "TXA|1|DS^Ontslagbrief|TX|20260310||||||||D-9", "OBX|1|TX|||Gaat goed", "OBX|2|TX|||Naar huis")
    assert [(fact.label, fact.text) for fact in getattr(found, "facts", ())] == [
        ("Ontslagbrief", "Gaat goed"), ("Ontslagbrief", "Naar huis"),
    ]  # fmt: skip


def test_what_is_asked_for_may_be_a_code_alone() -> None:
    found = read("REF^I12", "RF1|A||320|||R1")
    assert isinstance(found, IncomingReferral) and found.board_hint == "320"


def test_notes_under_a_result_in_a_referral_are_no_question() -> None:
    """A REF carries the results it rests on, each an OBR with its notes; the question of an order that asks may stand in one as well."""
    results = ("OBR|1|||HP^H. pylori", "NTE|||Lab voor ulcus", "OBX|1|ST|P^Uitslag||positief||||||F")
    start = ("RF1||R||||R1", "PRD|RT|MDO long")
    found = read("REF^I12", *start, *results)
    assert isinstance(found, IncomingReferral)
    assert found.question_board == ""
    assert "Lab voor ulcus" in [fact.text for fact in found.facts]
    asked = read("REF^I12", *start, *results, "OBR|2|||MDO^Aanvraag MDO", "NTE|||Operabel?", "OBX|1|ST|Z^Zijde||links||||||F")
    assert isinstance(asked, IncomingReferral)
    assert asked.question_board == "Operabel?"
    assert {"Lab voor ulcus"} <= {fact.text for fact in asked.facts}


def test_blanks_are_no_words_and_no_number() -> None:
    line = ["OBR", "1", "", "F1", "X^Onderzoek"] + [""] * 8
    line[12] = " "
    assert labelled(result("|".join(line)))["Aangevraagd"] == "Onderzoek"
    found = read("ORM^O01", "PV1|1|O|||||   |||||||||| 77^Behandelaar^B", "ORC|NW|A1||G1", "OBR|1|A1||MDO^MDO oncologie^L")
    assert isinstance(found, IncomingReferral)
    assert (found.treating.name, found.treating.number) == ("B Behandelaar", "77")
