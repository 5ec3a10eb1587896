"""Letters: the same bytes every time, accessible and archivable, and what people typed is printed, never run."""

from __future__ import annotations

import io
import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from mdo_portal.letters import letter_signs, letters
from mdo_portal.letters.letter_data import DecisionLetter, LetterForm, Recipient, Recommendation
from mdo_portal.letters.letter_meeting import HandoutFact
from mdo_portal.letters.letter_outcome import OutcomeLetter
from mdo_portal.letters.letters import LetterFailed, render, render_many
from tests import letter_samples as samples
from tests import paper_samples as papers
from tests import pdf_text
from tests.pdf_checks import complaints

GOLDEN = Path(__file__).parent / "golden" / "letters"


KINDS = {
    "decision": samples.NORMAL,
    "gp": samples.GP,
    "outcome": samples.NO_ADVICE,
    "patient": samples.TO_PATIENT,
    "agenda": papers.AGENDA,
    "case": papers.CASE,
    "receipt-list": papers.RECEIPTS,
    "destruction": papers.PROOF,
    "who-looked": papers.LOOKED,
    "conformance": papers.CONFORMANCE,
}


HOSTILE = (
    "#panic(1) *vet* _it_ $x^2$ @ref <label> <script>alert(1)</script> {{7*7}} {% x %} \\u{41} `code` //c /*c*/\n"
    "= kop\n- lijst\n#image(\"/etc/passwd\") --- ... 'q' ~ [x] #sys.inputs.data \U0001f642 \u2705"
)


def decision(letter: DecisionLetter = samples.NORMAL, **changes: Any) -> bytes:
    return render("decision", replace(letter, **changes).as_json(), at=samples.AT)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_input_gives_the_same_bytes(kind: str) -> None:
    data = KINDS[kind].as_json()
    first = render(kind, data, at=samples.AT)
    render(kind, {**data, "network": "Een ander netwerk"}, at=samples.AT)
    assert render(kind, json.loads(json.dumps(data)), at=samples.AT) == first


def test_another_time_is_another_letter() -> None:
    data = samples.NORMAL.as_json()
    assert render("decision", data, at=samples.AT) != render("decision", data, at=samples.AT + timedelta(minutes=1))


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_claims_pdf_a_and_pdf_ua_and_no_check_finds_anything(kind: str, tmp_path: Path) -> None:
    assert complaints(render(kind, KINDS[kind].as_json(), at=samples.AT), tmp_path) == []


def test_the_checks_see_what_is_wrong(tmp_path: Path) -> None:
    """They are checks and no decoration: a file without its marks is found out."""
    with pikepdf.open(io.BytesIO(decision())) as pdf:
        del pdf.Root.MarkInfo, pdf.Root.Lang, pdf.Root.StructTreeRoot, pdf.Root.OutputIntents
        with pdf.open_metadata() as metadata:
            del metadata["pdfaid:part"]
        pdf.save(stripped := io.BytesIO())
    found = complaints(stripped.getvalue(), tmp_path)
    assert {"not in Dutch", "not marked", "no structure", "no output intent", "pdfaid:part is not 2"} <= set(found)


def test_the_title_names_the_document_and_never_the_patient() -> None:
    with pikepdf.open(io.BytesIO(decision())) as pdf, pdf.open_metadata() as metadata:
        assert metadata["dc:title"] == "MDO-advies MDO-2025-000417"
        assert "Duijnhoven" not in str(metadata)


def test_all_fonts_are_in_the_file() -> None:
    with pikepdf.open(io.BytesIO(decision(question="\U0001f642"))) as pdf:
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert {str(font.BaseFont).split("+")[1] for font in fonts} == {
            "SourceSans3-Regular",
            "SourceSans3-SemiBold",
            "NotoEmoji-Regular",
        }
        assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in fonts)


@pytest.mark.parametrize("name", ["normal", "revised", "withdrawn"])
def test_the_letter_says_what_it_said(name: str) -> None:
    letter = {"normal": samples.NORMAL, "revised": samples.REVISED, "withdrawn": samples.WITHDRAWN}[name]
    golden = GOLDEN / f"{name}.txt"
    assert pdf_text.whole(decision(letter)) + "\n" == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("no-advice", samples.NO_ADVICE),
        ("no-advice-restored", replace(samples.RECALLED, form=LetterForm.REVISION, more=samples.NO_ADVICE.more)),
        ("no-advice-recalled", samples.RECALLED),
    ],
)
def test_the_letter_that_there_is_no_advice_says_what_it_said(name: str, letter: OutcomeLetter) -> None:
    text = pdf_text.whole(render("outcome", letter.as_json(), at=samples.AT))

    assert text + "\n" == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
    assert "Deelnemers" not in text and "Quorum" not in text and "Geen advies vastgelegd" not in text


def test_a_reason_why_there_is_no_advice_is_printed_and_never_run() -> None:
    letter = replace(samples.NO_ADVICE, more=(("Reden", HOSTILE),))

    assert pdf_text.joined(HOSTILE) in pdf_text.joined(pdf_text.whole(render("outcome", letter.as_json(), at=samples.AT)))


@pytest.mark.parametrize("letter", [samples.NORMAL, samples.REVISED, samples.ADDENDUM, samples.WITHDRAWN, samples.PREVIEW])
def test_a_normal_letter_is_one_page(letter: DecisionLetter) -> None:
    assert len(pdf_text.pages(decision(letter))) == 1


@pytest.mark.parametrize("letter", [samples.ADDENDUM, samples.WITHDRAWN])
def test_what_is_about_another_letter_tells_of_no_discussion_of_its_own(letter: DecisionLetter) -> None:
    text = pdf_text.whole(decision(replace(letter, participants=(), quorum_met=None, quorum_missing=())))
    assert "Uitkomst" not in text and "Quorum" not in text and "Deelnemers" not in text
    assert "Uitkomst" in pdf_text.whole(decision(samples.NORMAL))


def test_every_page_of_a_long_letter_says_whose_it_is() -> None:
    pages = pdf_text.pages(decision(samples.LONG))
    assert len(pages) == 2
    for number, page in enumerate(pages, start=1):
        for mark in (samples.LONG.patient.name, "12-03-1957", "Vertrouwelijk — medische gegevens", "MDO-2025-000499", "versie 1"):
            assert pdf_text.joined(mark) in pdf_text.joined(page)
        assert f"pagina{number}van2" in pdf_text.joined(page)
        assert "opgemaakt 4 december 2025 14:32" in page


def test_the_signature_never_stands_alone() -> None:
    for count in range(8, 20):
        last = pdf_text.pages(decision(considerations="\n".join(["Een regel."] * count)))[-1]
        assert "Deelnemers en quorum" in last


@pytest.mark.parametrize(
    "field", ["question", "wish", "diagnosis", "considerations", "outcome_note", "dissent", "board", "network"]
)
def test_what_people_type_is_printed_and_never_run(field: str) -> None:
    changes: dict[str, Any] = {field: HOSTILE}
    assert pdf_text.joined(HOSTILE) in pdf_text.joined(pdf_text.whole(decision(**changes)))


def test_names_and_addresses_are_only_text() -> None:
    letter = decision(
        recipient=Recipient(HOSTILE, (HOSTILE,)),
        patient=replace(samples.PATIENT, name=HOSTILE, number=HOSTILE, hospital=HOSTILE),
        advice=(Recommendation(HOSTILE, HOSTILE, HOSTILE, None, HOSTILE),),
        copies=(HOSTILE,),
        quorum_missing=(HOSTILE,),
    )
    assert pdf_text.joined(pdf_text.whole(letter)).count("#panic(1)") >= 9


def test_the_other_kinds_print_hostile_text_too() -> None:
    item = replace(papers.AGENDA.blocks[0].items[0], question=HOSTILE, hospital=HOSTILE, presenter=HOSTILE, mark=HOSTILE)
    agenda = replace(papers.AGENDA, blocks=(replace(papers.AGENDA.blocks[0], heading=HOSTILE, items=(item,)),), remarks=HOSTILE)
    case = replace(papers.CASE, question_board=HOSTILE, facts=(HandoutFact("wish", HOSTILE, HOSTILE),))
    receipts = replace(papers.RECEIPTS, rows=(replace(papers.RECEIPTS.rows[0], recipient=HOSTILE),))
    for kind, data in (("agenda", agenda), ("case", case), ("receipt-list", receipts)):
        assert pdf_text.joined(HOSTILE) in pdf_text.joined(pdf_text.whole(render(kind, data.as_json(), at=samples.AT)))


def test_lines_stay_lines() -> None:
    text = pdf_text.whole(decision(considerations="eerste\nTweede\r\nderde\rvierde\n\nvijfde"))
    assert "eerste\nTweede\nderde\nvierde\nvijfde" in text


def test_a_word_longer_than_the_line_stays_on_the_paper() -> None:
    word = "A" * 300
    text = pdf_text.whole(decision(considerations=word, recipient=Recipient(word)))
    assert pdf_text.joined(text).count(word) == 2
    assert max(map(len, text.splitlines())) < 150


def test_a_character_without_a_glyph_is_shown_by_its_number() -> None:
    text = pdf_text.whole(decision(question="中 \u202eomgekeerd \x00 \ud800 \ue000"))
    assert "[U+4E2D] [U+202E]omgekeerd [U+0000] [U+D800] [U+E000]" in text


def test_signs_of_one_character_are_spelled_but_numbers_never_change() -> None:
    covered = frozenset("°C 123/⁄")
    assert letter_signs.printable("37\u2103\u3000\u00ad", covered | {"3", "7"}) == "37°C "
    assert letter_signs.printable("2⅓", covered) == "2[U+2153]"


def test_whoever_signs_can_be_told_what_will_stand_there_as_a_number() -> None:
    data = {"question": "SABR \uf0b7 中?", "sections": ["中国\x0b", {"hash": 7, "at": b"PDF"}], "patient": "الحسيني"}
    assert letters.without_a_glyph(data) == ("\uf0b7", "中", "国")


def test_arabic_is_printed_in_its_own_letters() -> None:
    with pikepdf.open(io.BytesIO(decision(question="السؤال: هل العملية ممكنة؟"))) as pdf:
        fonts = {str(font.BaseFont).split("+")[1] for page in pdf.pages for font in page.Resources.Font.values()}

    assert "NotoSansArabic-Regular" in fonts


def test_names_of_europe_print_as_they_are_written() -> None:
    name = "Ş. Yıldırım-Kołodziej, Đặng, Ζωή, Žižek; e\u0301 ≥ 15 µg/l × ½ → 10⁹"
    assert name.replace("e\u0301", "é") in pdf_text.whole(decision(question=name))


def test_a_preview_says_on_the_page_that_it_is_not_final() -> None:
    text = pdf_text.whole(decision(samples.PREVIEW))
    assert "Concept — niet definitief" in text
    assert "Nog niet getekend." in text
    assert "getekend door" not in text


def test_no_quorum_is_said_with_who_was_missing() -> None:
    assert "nietvoldaan;ontbrak:pathologie." in pdf_text.joined(pdf_text.whole(decision(samples.REVISED)))


def test_a_time_is_printed_as_the_clock_in_amsterdam() -> None:
    summer = datetime.fromisoformat("2026-07-01T06:05:00+00:00")
    assert "op woensdag 1 juli 2026 om 08:05 uur" in pdf_text.whole(decision(signed_at=summer))


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2025, 12, 4, 8)
    with pytest.raises(ValueError):
        replace(samples.NORMAL, meeting_at=naive).as_json()
    with pytest.raises(LetterFailed, match="letter decision failed at at"):
        render("decision", samples.NORMAL.as_json(), at=naive)


def test_a_pile_of_letters_counts_each_letter_by_itself() -> None:
    pile = [letter.as_json() for letter in (samples.NORMAL, samples.LONG, samples.WITHDRAWN)]
    pages = [pdf_text.joined(page) for page in pdf_text.pages(render_many("decision", pile, at=samples.AT))]
    counted = ("pagina1van1", "pagina1van2", "pagina2van2", "pagina1van1")
    assert [mark in page for mark, page in zip(counted, pages, strict=True)] == [True] * 4


def test_the_sections_for_an_epd_say_what_the_letter_says() -> None:
    printed = pdf_text.joined(pdf_text.whole(decision()))
    for heading, text in samples.NORMAL.sections:
        assert pdf_text.joined(heading + text) in printed
    assert samples.NORMAL.all_sections()[-1][0] == "Advies"


def test_a_failure_names_kind_and_place_but_not_what_was_typed() -> None:
    with pytest.raises(LetterFailed) as failure:
        render("decision", {**samples.NORMAL.as_json(), "outcome": {"Duijnhoven": 1}}, at=samples.AT)
    assert failure.value.kind == "decision"
    assert failure.value.place.startswith("decision.typ:")
    assert "Duijnhoven" not in f"{failure.value!r} {failure.value.__cause__!r} {failure.value.__context__!r}"


@pytest.mark.parametrize(("kind", "data", "place"), [("gossip", {}, "kind"), ("decision", {}, "document_number")])
def test_what_cannot_be_a_letter_is_refused(kind: str, data: dict[str, Any], place: str) -> None:
    with pytest.raises(LetterFailed, match=place):
        render(kind, data, at=samples.AT)


def test_a_folder_without_templates_is_a_failure_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(LetterFailed):
        render("decision", samples.NORMAL.as_json(), at=samples.AT, folder=tmp_path)


def test_two_threads_get_their_own_letters() -> None:
    made: dict[int, bytes] = {}

    def make(number: int) -> None:
        made[number] = decision(document_number=f"MDO-{number}")

    threads = [threading.Thread(target=make, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(f"MDO-{number}" in pdf_text.whole(pdf) for number, pdf in made.items())
    assert len(made) == 4
