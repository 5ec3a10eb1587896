"""A question or a name in a place where it was passed over: another code system, a note, marks of HTML, the middle of a line."""

from __future__ import annotations

import pytest

from mdo_portal.exchange import IncomingReferral

from .few_lines import labelled, read, referral

QUESTION = "Is lobectomie of SABR de beste keuze?"


def refers(kind: str, *lines: str) -> IncomingReferral:
    found = read(kind, *lines)
    assert isinstance(found, IncomingReferral)
    return found


def test_the_words_of_the_other_code_go_before_a_code_without_words() -> None:
    assert referral(f"OBX|1|TX|12345^^LN^V^Vraagstelling^L||{QUESTION}||||||F").question_board == QUESTION
    found = labelled(referral("OBX|1|NM|2857-1^^LN^PSA1^PSA totaal^L||4|ug/l|||||F", "OBX|2|ST|Roken^^L^X1^Smoking^Y||ja||||||F"))
    assert (found["PSA totaal"], found["Roken"]) == ("4 ug/l", "ja")


@pytest.mark.parametrize(
    "letter",
    [
        f"<div><dl><dt>Vraagstelling</dt><dd>{QUESTION}</dd><dt>Medicatie</dt><dd>geen</dd></dl></div>",
        f"<section><header>Vraagstelling</header>{QUESTION}</section><section><header>Medicatie</header>geen</section>",
        f"&lt;p&gt;Vraagstelling: {QUESTION}&lt;/p&gt;&lt;p&gt;Medicatie: geen&lt;/p&gt;",
        f"**Vraagstelling:** {QUESTION}~**Medicatie:** geen",
        f"Diagnose......: NSCLC~Vraagstelling.: {QUESTION}~Medicatie.....: geen",
        f"Diagnose\u00a0:\u00a0NSCLC~Vraagstelling\u00a0:\u00a0{QUESTION}~Medicatie\u00a0:\u00a0geen",
        f"Diagnose: NSCLC. Vraagstelling: {QUESTION} Medicatie: geen.",
    ],
)
def test_a_question_in_a_letter_with_other_marks(letter: str) -> None:
    assert referral(f"OBX|1|FT|B^Verwijsbrief^L||{letter}||||||F").question_board == QUESTION


def test_of_a_question_in_the_middle_of_a_line_what_it_chooses_between_is_part() -> None:
    said = f"Diagnose: NSCLC. Vraagstelling: {QUESTION} Opties: A of B? Medicatie: geen."
    assert referral(f"OBX|1|FT|B^Verwijsbrief^L||{said}||||||F").question_board == f"{QUESTION} Opties: A of B?"


def test_a_note_keeps_what_stands_around_the_question() -> None:
    found = referral(f"NTE|1||Diagnose: NSCLC. Vraagstelling: {QUESTION} Medicatie: geen.")
    assert found.question_board == QUESTION
    assert "Diagnose: NSCLC. Medicatie: geen." in {fact.text for fact in found.facts}


def test_the_note_of_a_letter_in_pdf_may_head_the_question() -> None:
    pdf = "OBX|1|ED|P^Verwijsbrief||^application^pdf^Base64^JVBERi0xLjQKJSVFT0YK||||||F"
    assert referral(pdf, f"NTE|1||Vraagstelling: {QUESTION}").question_board == QUESTION


@pytest.mark.parametrize("kind", ["REF^I12", "SRM^S01"])
def test_a_letter_that_refers_by_its_message_alone_is_searched(kind: str) -> None:
    lines = ("OBX|1|TX|B^Brief||Vraagstelling: Is lobectomie of SABR", "OBX|2|TX|B^Brief||de beste keuze?", "OBX|3|TX|B^Brief||")
    assert " ".join(refers(kind, "RF1|P", *lines).question_board.split()) == QUESTION
    assert refers(kind, f"OBX|1|TX|||Vraagstelling: {QUESTION}").question_board == QUESTION
    assert refers(kind, f"OBX|1|TX|V^Verslag CT||Vraagstelling: {QUESTION}").question_board == ""


@pytest.mark.parametrize("name", ["PRD|RT|||^^^MDO long", "PID|1||71^^^ZEED^PI||Giessen^J||19600101|F", "PV1|1|O"])
def test_a_note_that_asks_behind_who_is_asked_or_the_patient_is_the_question(name: str) -> None:
    raw = ("RF1|P|R|MDO^MDO long|||VW-1", name, f"NTE|1||{QUESTION}", "NK1|1|Jansen^P")
    assert refers("REF^I12", *raw).question_board == QUESTION


@pytest.mark.parametrize("field", [19, 20, 21])
def test_a_question_in_a_field_of_the_placer_or_the_filler_is_asked(field: int) -> None:
    found = read("ORM^O01", "ORC|NW|A1", f"OBR|1|A1||MDO^MDO long{'|' * (field - 4)}{QUESTION}")
    assert isinstance(found, IncomingReferral)
    assert found.question_board == QUESTION


def test_a_sentence_behind_what_is_ordered_is_named() -> None:
    found = read("ORM^O01", "ORC|NW|A1", f"OBR|1|A1||MDO^MDO long~^{QUESTION}")
    assert isinstance(found, IncomingReferral)
    assert "OBR-4(1)-2" in found.unmapped
    assert "RF1-3(1)-2" in refers("REF^I12", f"RF1|P|R|MDO^MDO long~^{QUESTION}").unmapped
