"""The forms of the EPD: the MDO request itself, and one for each day on which things were written down in words."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any

from integrations.simulator.fhir.elements import Node, Sheaf
from mdo_portal.exchange import Fact, IncomingReferral, Section

_LINKS = {
    Section.WISH: ("mdo-wens", "Wens van de patiënt"),
    Section.COMORBIDITY: ("mdo-comorbiditeit", "Comorbiditeit"),
    Section.MEDICATION: ("mdo-medicatie", "Medicatie"),
    Section.COURSE: ("mdo-beloop", "Beloop"),
    Section.TREATMENT: ("mdo-behandeling", "Eerdere behandeling"),
    Section.FORM: ("mdo-formulier", "Formulier"),
}


def request_form(sheaf: Sheaf, referral: IncomingReferral, subject: Node, *, at: datetime) -> Node:
    """The questions, the tumour and the latest useful date, and what the form asks beside them."""
    asked = (
        ("mdo-vraag", "Vraagstelling", referral.question_board),
        ("mdo-vraag-radiologie", "Vraag aan radioloog", referral.question_radiology),
        ("mdo-vraag-pathologie", "Vraag aan patholoog", referral.question_pathology),
        ("mdo-tumorsoort", "Tumorsoort", referral.tumour_hint),
    )
    items = [_item(link, label, {"valueString": words}) for link, label, words in asked if words]
    if referral.latest_useful_on:
        items.append(_item("mdo-uiterlijk", "Uiterlijk te bespreken", {"valueDate": referral.latest_useful_on.isoformat()}))
    items += [_said(one) for one in referral.facts if one.section is Section.FORM]
    return _form(sheaf, items, subject, at.isoformat(timespec="seconds"))


def day_forms(sheaf: Sheaf, facts: Iterable[Fact], subject: Node) -> list[Node]:
    """What was written in words, one form per day: a form has one date for all its answers."""
    earliest = date.min
    by_day = sorted(facts, key=lambda one: one.dated_on or earliest)
    groups = groupby(by_day, key=lambda one: one.dated_on)
    return [_form(sheaf, [_said(one) for one in written], subject, on.isoformat() if on else "") for on, written in groups]


def _form(sheaf: Sheaf, items: list[Node], subject: Node, authored: str) -> Node:
    fixed = {"resourceType": "QuestionnaireResponse", "status": "completed", "subject": subject, "authored": authored}
    return sheaf.add(fixed | {"item": items})


def _said(fact: Fact) -> Node:
    link, usual = _LINKS[fact.section]
    # Only the wish has its own link in the portal's profiles; elsewhere the words of the question must tell.
    label = fact.label if fact.label and fact.section in (Section.WISH, Section.FORM) else usual
    return _item(link, label, {"valueString": fact.text})


def _item(link: str, label: str, answer: dict[str, Any]) -> Node:
    return {"linkId": link, "text": label, "answer": [answer]}
