"""The handout of a case is one page, whatever was sent; what does not fit is said on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mdo_portal.letters.letter_meeting import CaseHandout, HandoutFact
from mdo_portal.letters.letters import render
from tests import letter_samples as samples
from tests import paper_samples as papers
from tests import pdf_text

GOLDEN = Path(__file__).parent / "golden" / "letters"
SECTIONS = ("wish", "condition", "diagnosis", "course", "treatment", "marker", "imaging", "pathology")
LINE = "Regel met bevindingen van het onderzoek. "


def pages(case: CaseHandout) -> list[str]:
    return pdf_text.pages(render("case", case.as_json(), at=samples.AT))


def filled(facts: int, letters: int, sections: tuple[str, ...] = SECTIONS) -> CaseHandout:
    """So many facts in each section, each so long."""
    made = [HandoutFact(one, f"{n}: {(LINE * (letters // 20 + 1))[:letters]}", "CT") for one in sections for n in range(facts)]
    return replace(papers.CASE, facts=tuple(made))


HUGE = filled(30, 400)
ONE_REPORT = filled(1, 9_000, ("pathology",))


@pytest.mark.parametrize(
    "case",
    [
        HUGE, ONE_REPORT, filled(2, 2_000), filled(60, 20, ("imaging",)),
        replace(papers.CASE, question_board=LINE * 200, question_radiology=LINE * 100, missing=(LINE * 50,), earlier=(LINE * 50,)),
        replace(HUGE, question_board=LINE * 200, missing=(LINE * 50,)),
        replace(papers.CASE, facts=(HandoutFact("imaging", "A" * 5_000, "B" * 900),)),
    ],
    ids=["much of all", "one report", "long texts", "many facts", "long question", "long question and much", "one word"],
)  # fmt: skip
def test_it_is_one_page_and_says_that_it_is_not_whole(case: CaseHandout) -> None:
    (page,) = pages(case)
    said = pdf_text.joined(page)
    assert pdf_text.joined("in het portaal") in said
    assert "pagina1van1" in said
    assert pdf_text.joined(case.patient.name) in said


def test_what_is_left_out_is_counted_in_its_column() -> None:
    (page,) = pages(HUGE)
    shown = sum(page.count(f"{n}: ") for n in range(30))
    hidden = sum(int(part.split("Nog")[-1]) for part in pdf_text.joined(page).split("gegevenspassennietopditblad")[:-1])
    assert "Dit blad is niet volledig." in page
    assert shown + hidden == 30 * len(SECTIONS)


def test_a_shortened_text_says_so_where_it_was_cut() -> None:
    (page,) = pages(ONE_REPORT)
    assert pdf_text.joined("[…] ingekort") in pdf_text.joined(page)


def test_what_fits_is_whole_and_says_nothing_of_missing() -> None:
    for case in (papers.CASE, filled(3, 120)):
        (page,) = pages(case)
        assert "niet volledig" not in page and "ingekort" not in page
        assert all(pdf_text.joined(fact.text) in pdf_text.joined(page) for fact in case.facts)


def test_a_question_is_cut_no_further_than_the_page_asks() -> None:
    asked = "Vraag " + LINE * 45  # one of 1,800 letters, as a referrer writes who tells the whole course in it
    alone = replace(papers.CASE, question_board=asked, question_radiology="", question_pathology="", facts=papers.CASE.facts[:2])
    longer = replace(papers.CASE, question_board=asked * 5)

    assert pdf_text.joined(asked) in pdf_text.joined(pages(alone)[0])
    assert "niet volledig" not in pages(alone)[0]
    assert pdf_text.joined("Vraag " + LINE * 11) in pdf_text.joined(pages(longer)[0])


@pytest.mark.parametrize(("name", "case"), [("case", papers.CASE), ("case-long", filled(12, 300))])
def test_the_handout_says_what_it_said(name: str, case: CaseHandout) -> None:
    assert "\n".join(pages(case)) + "\n" == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")
