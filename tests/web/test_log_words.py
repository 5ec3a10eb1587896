"""Every code that stands in the access log has words, for the privacy officer and for the patient."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import mdo_portal
from mdo_portal.domain.audit_chain import CUT
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.exchange import DecisionForm
from mdo_portal.web import log_patient_words
from mdo_portal.web.log_words import ACT_WORDS, RELATION_WORDS, act_in_words, detail_in_words


def test_every_relation_by_which_something_is_allowed_has_words() -> None:
    assert {one.value for one in Relation} <= set(RELATION_WORDS)
    assert {one.value for one in Relation} <= set(log_patient_words.RELATIONS)


def test_every_act_and_role_has_words() -> None:
    assert {one.value for one in Act} | {CUT} <= set(ACT_WORDS)
    assert {one.value for one in Role} <= set(log_patient_words.ROLES)


def test_every_mark_that_a_line_gets_has_words() -> None:
    """`week csv` and `untold` stood in the log of a privacy officer."""
    marks = {mark for room in ("web", "services") for mark in _marks(Path(mdo_portal.__file__).parent / room)}

    assert "untold" in marks
    assert {mark for mark in marks if detail_in_words("", mark) == mark} <= {"incident", "passkey"}


def _marks(room: Path) -> Iterator[str]:
    """What stands behind `detail=` as a text of our own."""
    for source in room.glob("*.py"):
        calls = (node for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))) if isinstance(node, ast.Call))
        values = (given.value for call in calls for given in call.keywords if given.arg == "detail")
        yield from (str(one.value) for one in values if isinstance(one, ast.Constant) and one.value)


@pytest.mark.parametrize("form", DecisionForm)
def test_a_line_says_whether_somebody_signed_or_only_read_what_would_be_signed(form: DecisionForm) -> None:
    """Everybody who opened the page to sign stood in the log as who had signed."""
    mark = "" if form in (DecisionForm.FIRST, DecisionForm.CORRECTION) else form.value

    assert act_in_words(Act.DECISION_SIGN, f"{mark} preview".strip()) == "gelezen vóór het tekenen"
    assert act_in_words(Act.DECISION_SIGN, mark) == "getekend"
    assert detail_in_words(Act.DECISION_SIGN, f"{mark} preview".strip()) == detail_in_words(Act.DECISION_SIGN, mark) != mark


def test_who_opened_a_review_did_not_judge_yet() -> None:
    assert act_in_words(Act.LOG_REVIEW, "") == "bevindingen bekeken"
    assert act_in_words(Act.LOG_REVIEW, "in order") == "bevinding beoordeeld"
    assert act_in_words(Act.RIGHTS_REVIEW, "") == "rechten bekeken"
