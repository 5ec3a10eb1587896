"""What the sixteenth round of FHIR samples showed: a letter without headings asked nothing, as it does over HL7 v2."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from .make import Node, request
from .read_house import about, read
from .written_house import FORM, TASK, letter, page

ASKED = "Gaarne uw advies over SBRT of resectie."
WORDS = (
    f"Geachte collega's,\n\nHierbij verwijs ik deze patiënt met een longtumor.\n\n{ASKED}\n\nMet vriendelijke groet,\ndr. Brief"
)
PAGE = "".join(f"<p>{one}</p>" for one in WORDS.split("\n\n")).replace("\n", "<br/>")


def paper(words: str, kind: str = "text/plain", **more: Any) -> Node:
    sent = {"contentType": kind, "data": base64.b64encode(words.encode()).decode()}
    return about("DocumentReference", status="current", type={"text": "Verwijsbrief"}, content=[{"attachment": sent}]) | more


LETTERS = [
    letter({"text": page(PAGE)}),
    letter({"title": "Verwijsbrief", "text": page(PAGE)}),
    letter(text=page(PAGE), section=[]),
    paper(WORDS),
    paper(f"<html><body>{PAGE}</body></html>", "text/html"),
]


@pytest.mark.parametrize("sent", LETTERS, ids=["section", "titled", "first page", "plain", "page"])
def test_a_letter_that_refers_asks_at_its_end(sent: Node) -> None:
    assert read(sent).question_board == ASKED


@pytest.mark.parametrize(
    "more", [{"asked": request(note=[{"text": "Opereren?"}])}, {"asked": request(note=[{"text": FORM}])}], ids=["note", "form"]
)
def test_where_the_request_asks_a_letter_asks_nothing_more(more: dict[str, Node]) -> None:
    assert read(LETTERS[0], **more).question_board == "Opereren?"


@pytest.mark.parametrize(
    "silent",
    [
        letter({"text": page(PAGE)}, title="MDO-verslag", type={"text": "MDO-verslag"}),
        letter({"text": page(PAGE)}, title="Ontslagbrief", type={"text": "Ontslagbrief"}),
        letter({"title": "Beloop", "text": page(PAGE)}),
        letter({"text": page(PAGE)}, status="entered-in-error"),
        letter({"text": page(PAGE.replace(ASKED, f"{ASKED}</p><p>Vraagstelling:"))}),
        letter({"text": page(PAGE.replace(ASKED, "Zij vraagt zich af of zij mag sporten?"))}),
        paper(WORDS, docStatus="entered-in-error"),
        TASK | {"note": [{"text": "Wilt u de beelden van de CT opsturen?"}]},
    ],
    ids=["report", "other letter", "course", "in error", "left empty", "of the patient", "file in error", "task"],
)
def test_another_letter_asks_nothing(silent: Node) -> None:
    assert read(silent).question_board == ""


@pytest.mark.parametrize("greeting", ["Met vriendelijke groet,\ndr. Brief", "Alvast dank.\nmvg dr. Brief"])
def test_who_signs_below_a_question_is_no_part_of_it(greeting: str) -> None:
    found = read(asked=request(note=[{"text": f"ECOG: 1\nVraagstelling: SBRT?\n\n{greeting}"}]))
    assert found.question_board == "SBRT?"
    assert ("Toelichting", greeting) in [(fact.label, fact.text) for fact in found.facts]
