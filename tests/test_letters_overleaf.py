"""What stays together when a letter has more than one page, and how a sheet that lies loose is known."""

from __future__ import annotations

from dataclasses import replace

from mdo_portal.letters.letter_data import DecisionLetter
from mdo_portal.letters.letters import render, render_many
from tests import letter_samples as samples
from tests import pdf_text


def pages_of(letter: DecisionLetter) -> list[str]:
    return [pdf_text.joined(page) for page in pdf_text.pages(render("decision", letter.as_json(), at=samples.AT))]


def test_a_condition_never_stands_overleaf_from_the_advice_it_belongs_to() -> None:
    """Who reads the first page acts on it: an operation there, and *only without metastases* on the next, is another advice."""
    for lines in range(4):
        many = tuple(
            replace(samples.ADVICE[0], text=f"Begin{n}. {samples.ADVICE[0].text}", condition=f"Mits{n}.") for n in range(30)
        )
        pages = pages_of(replace(samples.NORMAL, advice=many, considerations="\n".join(["Een regel."] * (lines + 1))))
        assert len(pages) > 2
        for n in range(30):
            assert [f"Begin{n}." in page for page in pages] == [f"Mits{n}." in page for page in pages], f"{lines} lines, item {n}"


def test_an_advice_longer_than_a_page_is_still_printed_to_its_last_word() -> None:
    for text in ("\n".join(f"regel{n}." for n in range(120)), " ".join(f"woord{n}." for n in range(1500))):
        said = "".join(pages_of(replace(samples.NORMAL, advice=(replace(samples.ADVICE[0], text=text),))))
        assert (
            text.split()[0] in said and text.split()[-1] in said and "pagina3van3" in said.replace("pagina4van4", "pagina3van3")
        )


def test_the_second_sheet_of_a_patients_letter_says_whose_it_is() -> None:
    long = replace(samples.TO_PATIENT, text="\n\n".join([samples.TO_PATIENT.text] * 9))
    pages = pdf_text.pages(render("patient", long.as_json(), at=samples.AT))
    assert len(pages) == 2
    for page in pages:
        assert pdf_text.joined(long.patient_name) in pdf_text.joined(page) and "12-03-1957" in page


def test_only_a_sheet_that_goes_on_has_the_line_that_says_of_what() -> None:
    """The first page of the second letter in a pile looked like a page that had lost its beginning."""
    pile = [letter.as_json() for letter in (samples.NORMAL, samples.LONG, samples.NORMAL)]
    running = pdf_text.joined("MDO-advies · Uro-prostaat · bespreking 4 december 2025")
    pages = [pdf_text.joined(page) for page in pdf_text.pages(render_many("decision", pile, at=samples.AT))]
    assert [running in page for page in pages] == [False, False, True, False]
