"""Letters with a template, to the general practitioner and to the patient: what they say and what they leave out."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdo_portal.domain.advice import AdviceKind, Intent
from mdo_portal.domain.audience import Audience
from mdo_portal.domain.delivery import Audience as For
from mdo_portal.letter_of_decision import letter_of, printed
from mdo_portal.letters.letter_data import Recipient, Stamp
from mdo_portal.letters.letter_gp import gp_letter
from mdo_portal.letters.letter_patient import INTENT_SENTENCES, KIND_SENTENCES, draft, gaps
from mdo_portal.letters.letter_sample import CONTENT, sample
from mdo_portal.letters.letter_template import (
    GP_SECTIONS,
    PLACEHOLDERS,
    REFERRER_SECTIONS,
    LetterTemplate,
    LetterWords,
    Section,
    fill,
    unknown_placeholders,
)
from mdo_portal.letters.letter_words import ANSWER_WORDS, EXPLANATION
from mdo_portal.letters.letters import render
from tests import letter_samples as samples
from tests import pdf_text
from tests.pdf_checks import complaints
from tests.pictures import png

GOLDEN = Path(__file__).parent / "golden" / "letters"
TURNED = (Section("advice", "Wat wij adviseren"), *(one for one in reversed(REFERRER_SECTIONS) if one.key != "advice"))
WORDED = replace(
    samples.NORMAL,
    words=LetterWords(
        name="Zeeduyn Ziekenhuis", lines=("Kustlaan 14", "9999 ZD Zeeduyn"), phone="099-1234567", salutation="Geachte collega,",
        intro="Op 4 december 2025 is uw patiënt besproken.", closing="Met vriendelijke groet,", footer="Vragen: 099-1234567",
        participants=False, quorum=False,
    ),
    order=TURNED,
)  # fmt: skip


def says(letter: Any) -> str:
    return pdf_text.whole(render(letter.kind, letter.as_json(), at=samples.AT))


@pytest.mark.parametrize(("name", "letter"), [("template", WORDED), ("gp", samples.GP), ("patient", samples.TO_PATIENT)])
def test_the_letter_says_what_it_said(name: str, letter: Any) -> None:
    assert says(letter) + "\n" == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


def test_the_template_says_order_and_headings_in_the_pdf_and_for_the_epd() -> None:
    text = says(WORDED)
    assert text.index("Wat wij adviseren") < text.index("Overwegingen") < text.index("Vraag aan het MDO")
    assert WORDED.all_sections()[0][0] == "Wat wij adviseren"
    assert WORDED.all_sections()[-1][0] == "Vraag aan het MDO"


def test_participants_are_left_out_but_a_quorum_that_was_not_met_never() -> None:
    assert "Kołodziej" not in says(WORDED) and "Quorum" not in says(WORDED)
    assert "nietvoldaan" in pdf_text.joined(says(replace(WORDED, quorum_met=False, quorum_missing=("pathologie",))))
    assert "nietvoldaan" in pdf_text.joined(says(replace(samples.GP, quorum_met=False)))


def test_a_piece_the_template_does_not_know_is_printed_before_the_advice() -> None:
    known_then = tuple(one for one in REFERRER_SECTIONS if one.key != "wish")
    letter = replace(samples.NORMAL, order=known_then, more=(("Een nieuw kopje", "nieuwe tekst"),))
    assert [heading for heading, _ in letter.sections][-2:] == ["Wens van de patiënt", "Een nieuw kopje"]


def test_every_answer_of_the_board_is_a_piece_a_template_can_place() -> None:
    assert {*ANSWER_WORDS.values(), EXPLANATION} <= {one.heading for one in REFERRER_SECTIONS}
    assert {one.key for one in GP_SECTIONS} == {one.key for one in REFERRER_SECTIONS}


@pytest.mark.parametrize("audience", Audience)
def test_with_a_logo_it_is_still_archivable_and_accessible(audience: Audience, tmp_path: Path) -> None:
    words = LetterTemplate(name="Zeeduyn Ziekenhuis", logo="x")
    body = sample(audience, words, network="Netwerk", logo=png())
    with pikepdf.open(io.BytesIO(body)) as pdf:
        figures = [one for one in pdf.objects if isinstance(one, pikepdf.Dictionary) and one.get("/S") == "/Figure"]
        assert [str(one.Alt) for one in figures] == ["Logo van Zeeduyn Ziekenhuis"]
    assert complaints(body, tmp_path) == []


def test_a_wide_logo_stays_in_its_column() -> None:
    body = sample(Audience.REFERRER, LetterTemplate(logo="x"), network="Netwerk", logo=png(width=1600, height=20))
    with pikepdf.open(io.BytesIO(body)) as pdf:
        drawn = [step.operands for step in pikepdf.parse_content_stream(pdf.pages[0]) if str(step.operator) == "cm"]
    widths = [float(operands[0]) for operands in drawn if float(operands[0]) > 1]
    assert max(widths, default=0) <= 70 * 72 / 25.4 + 0.1


# A claimed delivery


def claimed(**over: Any) -> Any:
    decision = SimpleNamespace(document_number="MDO-1", signed_at=samples.AT, content_hash="", correction_reason="")
    recipient = SimpleNamespace(name="Zeeduyn Ziekenhuis", city="Zeeduyn")
    told = {"decision": decision, "content": CONTENT, "recipient": recipient, "recipient_name": "", "bsn": "999900006"}
    return SimpleNamespace(**(told | {"audience": For.REFERRER} | over))


def test_who_a_delivery_is_for_says_which_letter_it_is() -> None:
    assert letter_of(claimed()).kind == "decision"
    assert letter_of(claimed(audience=For.REFERRER)).kind == "decision"
    assert letter_of(claimed(audience=For.GP)).kind == "gp"
    assert "999900006" in pdf_text.whole(printed(claimed()))
    assert "999900006" not in pdf_text.whole(printed(claimed(audience=For.GP)))


def test_an_epd_reads_the_same_pieces_as_the_gp() -> None:
    headings = [heading for heading, _ in letter_of(claimed(audience=For.GP)).all_sections()]
    assert headings[:2] == ["Conclusie van het MDO", "Advies: wie doet wat"]


# The general practitioner


def gp(content: dict[str, Any], **over: Any) -> Any:
    values: dict[str, Any] = {
        "recipient": Recipient("Huisartsenpraktijk De Kade"), "bsn": "999900006", "document_number": "MDO-1", "signed_at": samples.AT,
        "text_hash": "", "reason": "",
    }  # fmt: skip
    return gp_letter(content, Stamp(**(values | over)))


def test_the_gp_reads_conclusion_advice_who_when_and_who_tells() -> None:
    text = says(gp(CONTENT))
    for said in (
        "Conclusie van het MDO",
        "Voorbeelddiagnose",
        "Uiterlijk",
        "2 april 2026",
        "dr. B. Proef",
        "Wie vertelt het de patiënt",
    ):
        assert said in text
    for left in ("Overwegingen", "Herbeoordeling", "dr. C. Toets", "Welke behandeling past"):
        assert left not in text


def test_the_gp_letter_carries_the_bsn_only_when_the_template_says_so() -> None:
    assert "999900006" not in says(gp(CONTENT)) and "BSN" not in says(gp(CONTENT))
    asked = {"template": {Audience.GP.value: {"words": LetterTemplate(bsn=True).as_json()}}}
    assert "999900006" in says(gp(CONTENT | asked))


def test_the_gp_letter_is_one_page() -> None:
    assert len(pdf_text.pages(render("gp", gp(CONTENT).as_json(), at=samples.AT))) == 1


@pytest.mark.parametrize(
    ("form", "words"), [("addendum", "Aanvulling"), ("withdrawal", "Intrekking"), ("correction", "Herzien"), (None, "Herzien")]
)
def test_a_later_version_says_what_it_does_to_the_earlier_one(form: str | None, words: str) -> None:
    later = CONTENT | {"version": 2, "replaces": "MDO-0"} | ({"form": form} if form else {})
    assert f"{words}" in says(gp(later, reason="uitslag PET-CT"))


def test_a_later_version_names_the_letter_it_is_about() -> None:
    about = {"replaces": "MDO-0", "replaces_version": 1, "replaces_on": "2026-03-01", "replaces_addenda": ["MDO-0-v2"]}
    text = says(gp(CONTENT | {"version": 3, "form": "correction"} | about, reason="uitslag"))
    assert "vervangt versie 1 van 1 maart 2026 (document MDO-0, met aanvulling MDO-0-v2)" in text.replace("\n", " ")


# The patient


@pytest.mark.parametrize("kind", AdviceKind)
def test_every_kind_of_advice_has_its_sentence(kind: AdviceKind) -> None:
    item = CONTENT["advice"]["items"][0] | {"kind": kind.value}
    text = draft(CONTENT | {"advice": {"items": [item], "answers": {}}})
    assert KIND_SENTENCES[kind] in text and "Robotgeassisteerde operatie" in text


@pytest.mark.parametrize("intent", Intent)
def test_every_intent_has_its_sentence(intent: Intent) -> None:
    item = CONTENT["advice"]["items"][0] | {"intent": intent.value}
    assert INTENT_SENTENCES[intent] in draft(CONTENT | {"advice": {"items": [item], "answers": {}}})


def test_nothing_the_board_left_empty_is_in_the_draft() -> None:
    bare = CONTENT | {"advice": {"items": [], "answers": {}}, "sections": dict.fromkeys(CONTENT["sections"], "")}
    text = draft(bare)
    assert not any(sentence in text for sentence in (*KIND_SENTENCES.values(), *INTENT_SENTENCES.values()))
    assert gaps(text) == ["[vul in: naam en telefoonnummer]"]


def test_what_was_added_later_is_quoted_too() -> None:
    assert "Later schreef het overleg erbij: “DNA-onderzoek.” [vul in:" in draft(CONTENT, added=["DNA-onderzoek.", " "])


def test_a_withdrawn_advice_is_not_told_again() -> None:
    text = draft(CONTENT, withdrawn=True)
    assert "geldt niet meer" in text and "operatie" not in text


def test_sentences_of_the_draft_are_short() -> None:
    """Level B1: no set sentence of ours has more than fifteen words."""
    for text in (*KIND_SENTENCES.values(), *INTENT_SENTENCES.values()):
        for sentence in text.rstrip(".:").split(". "):
            assert len(sentence.split()) <= 15, sentence


# Placeholders

BRACED = st.text(alphabet="{}abdmotu ", max_size=20)


@given(BRACED)
@settings(max_examples=300)
def test_what_is_accepted_has_no_brace_left_once_filled(sentence: str) -> None:
    if not unknown_placeholders(sentence):
        filled = fill(sentence, dict.fromkeys(PLACEHOLDERS, "x"))
        assert "{" not in filled and "}" not in filled


def test_what_stands_in_a_value_is_not_filled_again() -> None:
    assert fill("{mdo}", {"mdo": "{datum}", "datum": "nee"}) == "{datum}"
