"""What the fourteenth round of messages showed of the question to the board: asked where nobody asked it, or not heard where it stands.

Each fails on the reader as it is. Most harm first: a question that somebody else asked, then one that a person must type again.
"""

from __future__ import annotations

import pytest

from .few_lines import labelled, read, referral

ASKS = "OBR|1|A1||AANM^Aanmelding MDO Long"


def form(text: str) -> str:
    return f"OBX|1|FT|F^Formulier||{text.replace('~', chr(92) + '.br' + chr(92))}"


def asked(*lines: str) -> str:
    return getattr(read("ORU^R01", ASKS, *lines), "question_board", "")


@pytest.mark.xfail(
    strict=True, reason="what stands under an empty heading is taken as its words, also when that is the next heading"
)
@pytest.mark.parametrize(
    "text",
    [
        "Vraagstelling:~Anamnese: hoesten~Beloop: goed",
        "Vraagstelling:~~Anamnese: hoesten",
        "VRAAGSTELLING:~ANAMNESE: hoesten~BELOOP: goed",
        "1. Vraagstelling:~2. Anamnese: hoesten~3. Beloop: goed",
        "- Vraagstelling: ~- Anamnese: hoesten~- Beloop: goed",
        "Vraagstelling~~Anamnese~hoesten~~Beloop~goed",
        "Vraagstelling:~Behandelaar: dr. Zwart~Diagnose: longcarcinoom",
        "<table><tr><td>Vraagstelling</td><td></td></tr><tr><td>Anamnese</td><td>hoesten</td></tr></table>",
        "<p><b>Vraagstelling:</b></p><p><b>Anamnese:</b> hoesten</p>",
    ],
)
def test_a_question_that_was_left_empty_is_not_the_next_field_of_the_form(text: str) -> None:
    assert asked(form(text)) == ""


@pytest.mark.xfail(strict=True, reason="the same, over lines of notes: the next field is gone from its own place besides")
def test_nor_is_it_in_notes_and_the_next_field_stays_where_it_is() -> None:
    notes = [f"NTE|{n}||{words}" for n, words in enumerate(("Vraagstelling:", "Anamnese: hoesten", "Beloop: goed"), start=1)]
    found = referral(*notes)
    assert found.question_board == ""
    assert "hoesten" in " ".join(fact.text for fact in found.facts)


@pytest.mark.xfail(strict=True, reason="an empty question for the radiologist takes the line of the pathologist's along")
def test_the_question_of_one_specialist_is_not_asked_of_another() -> None:
    found = read("ORU^R01", ASKS, form("Vraag voor radioloog:~Vraag voor patholoog: MSI bepalen?~Vraag: bestralen?"))
    assert (getattr(found, "question_radiology", ""), getattr(found, "question_pathology", "")) == ("", "MSI bepalen?")


@pytest.mark.xfail(
    strict=True, reason="an OBX that is named a question asks the board, also under the order of a scan or a biopsy"
)
@pytest.mark.parametrize(
    ("kind", "lines"),
    [
        ("ORU^R01", (ASKS, "OBX|1|TX|T^Toelichting||zie brief")),
        ("ORM^O01", ("ORC|NW|A1", ASKS, "OBX|1|TX|T^Toelichting||zie brief", "ORC|RE|A2")),
        ("REF^I12", ("RF1|A|R||||R1", "PRD|RP|Zwart^W")),
    ],
)
@pytest.mark.parametrize("name", ["Vraagstelling", "Klinische vraagstelling"])
def test_what_a_scan_was_made_for_is_not_asked_of_the_board(kind: str, lines: tuple[str, ...], name: str) -> None:
    scan = ("OBR|2|A2||CT^CT thorax", f"OBX|1|TX|V^{name}||Metastasen?", "OBX|2|TX|C^Conclusie||Nee.")
    found = read(kind, *lines, *scan)
    assert getattr(found, "question_board", "") == ""
    assert "Metastasen?" in [fact.text for fact in getattr(found, "facts", ())]


@pytest.mark.xfail(
    strict=True, reason="a heading that names an earlier meeting is a question like any other; in running text it is told apart"
)
def test_what_an_earlier_meeting_was_asked_is_not_asked_again() -> None:
    question = asked("OBX|1|TX|1^Vraagstelling vorig MDO||Opereren?", "OBX|2|TX|2^Vraagstelling||Bestralen?")
    assert question == "Bestralen?"


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(
            ("ORC|HD|A1|||HD", "OBR|1|A1||MDOL^MDO Long", "NTE|1||Wacht op de PET-CT"),
            marks=pytest.mark.xfail(strict=True, reason="the note of an order that waits says why; it is read as the question"),
        ),
        ("ORC|CA|A1", "OBR|1|A1||MDOL^MDO Long", "NTE|1||Reden annulering: patiënt wil geen behandeling"),
    ],
    ids=["held", "taken back"],
)
def test_why_an_order_waits_or_is_over_is_no_question(lines: tuple[str, ...]) -> None:
    assert getattr(read("ORM^O01", *lines), "question_board", "") == ""


@pytest.mark.xfail(
    strict=True,
    reason="a REF^I12 that calls itself cancelled (RF1-1) is named as held up, and its reason (RF1-10) is asked of the board",
)
def test_why_a_referral_says_that_it_is_cancelled_is_no_question() -> None:
    found = read("REF^I12", "RF1|C^Geannuleerd|R||||R1||||^Patiënt overleden", "OBR|1|R1||MDOL^MDO Long")
    assert getattr(found, "question_board", "") == ""


@pytest.mark.xfail(strict=True, reason="what was asked for (ARQ-6) counts before why (ARQ-7), also when only that asks something")
def test_a_reason_that_calls_itself_the_question_is_asked() -> None:
    found = read("SRM^S01", "ARQ|S1|||||MDO^Bespreken in MDO|^Vraag: chemoradiatie of chirurgie?", "AIS|1|A|MDOHH^MDO Hoofd-hals")
    assert getattr(found, "question_board", "") == "chemoradiatie of chirurgie?"


@pytest.mark.xfail(
    strict=True, reason="the name of a specialism in RF1-10 is taken as the question, and what is asked stays a note"
)
def test_the_name_of_a_specialism_asks_nothing_where_a_note_does() -> None:
    found = read(
        "REF^I12", "RF1|A|R||||R1||||ONC^Oncologie", "OBR|1|R1||MDOL^MDO Long", "NTE|1||Graag bespreken: inductiechemotherapie?"
    )
    assert "inductiechemotherapie?" in getattr(found, "question_board", "")


@pytest.mark.xfail(
    strict=True,
    reason="no list has them as a heading; a sentence that asks is caught below such a name of an OBX, and not in a text",
)
@pytest.mark.parametrize(
    "heading",
    [
        "Vraag aan de MDO-leden", "Wat is de vraag aan het MDO?", "MDO vraag", "Vraag(stelling)", "Onderzoeksvraag", "Beleidsvraag",
        "Besprekingsvraag", "Vraag (verplicht)", "Vraag expertpanel",
    ],
)  # fmt: skip
def test_other_headings_of_a_question_in_a_text(heading: str) -> None:
    assert asked(form(f"Anamnese: hoesten~{heading}: Opereren bij cT4?~Beloop: stabiel")) == "Opereren bij cT4?"


@pytest.mark.xfail(strict=True, reason="nobody hears these as a question, as a name nor as a heading")
@pytest.mark.parametrize(
    "name", ["Wat wilt u bespreken?", "Wat wilt u van het MDO weten?", "Gewenst advies", "Hulpvraag", "Bespreekreden"]
)
def test_other_words_for_what_is_asked(name: str) -> None:
    assert asked(f"OBX|1|TX|Q^{name}||Opereren bij cT4?") == "Opereren bij cT4?"


@pytest.mark.xfail(strict=True, reason="the heading stands before its own question in RF1-10")
def test_the_word_question_is_not_said_before_the_question() -> None:
    found = read("REF^I12", "RF1|A|R||||R1||||^Vraag: chirurgie?", "OBR|1|R1||MDOL^MDO Long")
    assert getattr(found, "question_board", "") == "chirurgie?"


@pytest.mark.xfail(strict=True, reason="dots and what the form itself says to fill in are a question")
@pytest.mark.parametrize("nothing", ["........", "<vul in>", "nvt"])
def test_a_field_that_nobody_filled_in_asks_nothing(nothing: str) -> None:
    found = read("ORU^R01", ASKS, form(f"Vraagstelling: {nothing}~Anamnese: hoesten"))
    assert getattr(found, "question_board", "") == "" and "Formulier" in labelled(found)


@pytest.mark.xfail(strict=True, reason="the answer came as a text in base64 (ED), and is shown as it was packed")
def test_a_question_that_came_packed_is_shown_in_words() -> None:
    assert asked("OBX|1|ED|Q^Vraagstelling||^TEXT^plain^Base64^T3BlcmVyZW4/") == "Opereren?"


@pytest.mark.xfail(
    strict=True,
    reason="of the many ways to set a heading these are not known: in brackets, in parts of a chapter, behind a box, with how long it may be",
)
@pytest.mark.parametrize(
    "line",
    [
        "[Vraagstelling] Opereren?", "1.1 Vraagstelling: Opereren?", "◼ Vraagstelling: Opereren?", "☒ Vraagstelling: Opereren?",
        "Vraagstelling (max 500 tekens): Opereren?", "Vraagstelling MDO d.d. 20-11: Opereren?",
    ],
)  # fmt: skip
def test_a_heading_set_in_another_way_asks(line: str) -> None:
    assert asked(form(f"Anamnese: hoesten~{line}~Beloop: stabiel")) == "Opereren?"


@pytest.mark.xfail(strict=True, reason="two fields that a form prints on one line, in columns, are one")
@pytest.mark.parametrize("line", ["Spoed: nee        Vraagstelling: Opereren?", "Vraagstelling: Opereren?        Spoed: nee"])
def test_of_two_fields_on_a_line_each_has_its_own_words(line: str) -> None:
    assert asked(form(f"Anamnese: hoesten~{line}~Beloop: stabiel")) == "Opereren?"
