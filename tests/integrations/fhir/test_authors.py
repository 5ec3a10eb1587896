"""Who wrote a document that came along stands with it: it was told only of one that did not come."""

from __future__ import annotations

from typing import Any

import pytest

from .make import Node
from .read_house import PDF, about, read

KROL = {"resourceType": "Practitioner", "id": "krol", "name": [{"text": "dr. A. Krol"}]}
ROLE = {
    "resourceType": "PractitionerRole", "id": "role", "practitioner": {"reference": "Practitioner/krol"},
    "organization": {"display": "Streeklab Zuid"}, "specialty": [{"text": "patholoog"}],
}  # fmt: skip
BY = {"reference": "PractitionerRole/role"}
WHO = "dr. A. Krol (patholoog), Streeklab Zuid"
PAPER = {"contentType": "application/pdf", "data": PDF}


def letter(**more: Any) -> Node:
    return about("DocumentReference", status="current", description="Brief", content=[{"attachment": PAPER}], **more)


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        (letter(author=[BY]), WHO),
        (letter(author=[BY, {"display": "G. Boer"}]), f"{WHO}, G. Boer"),
        (letter(author=[BY], context={"practiceSetting": {"text": "Pathologie"}}), f"{WHO}, Pathologie"),
        (letter(context={"practiceSetting": {"text": "Pathologie"}}), "Pathologie"),
        (letter(author=[{"reference": "Patient/p"}]), "de patiënt zelf"),
        (letter(), ""),
        (about("DiagnosticReport", status="final", code={"text": "PA"}, presentedForm=[PAPER], performer=[BY]), WHO),
        (about("DiagnosticReport", status="final", code={"text": "PA"}, presentedForm=[PAPER], resultsInterpreter=[BY]), WHO),
        (about("Communication", status="completed", payload=[{"contentAttachment": PAPER}], sender=BY), WHO),
        (about("Media", status="completed", content=PAPER, operator=BY), WHO),
    ],
)  # fmt: skip
def test_a_document_says_who_wrote_it(sent: Node, shown: str) -> None:
    assert [one.author for one in read(sent, KROL, ROLE).documents] == [shown]


def test_a_form_says_whose_paper_hangs_on_it() -> None:
    item = {"linkId": "1", "text": "Bijlage", "answer": [{"valueAttachment": PAPER}]}
    form = about("QuestionnaireResponse", status="completed", author=BY, item=[item])
    assert [one.author for one in read(form, KROL, ROLE).documents] == [WHO]
