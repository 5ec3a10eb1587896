"""Every code that stands in the access log has words, for the privacy officer and for the patient."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

import mdo_portal
from mdo_portal.database import Database
from mdo_portal.domain.audit_chain import CUT
from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act, Relation
from mdo_portal.exchange import DecisionForm
from mdo_portal.web import log_patient_words
from mdo_portal.web.log_words import ACT_WORDS, RELATION_WORDS, act_in_words, detail_in_words
from tests.web.portal import app_on


@pytest.fixture
def app(database: Database) -> Iterator[Flask]:
    with app_on(database) as running:
        yield running


def test_every_relation_by_which_something_is_allowed_has_words() -> None:
    assert {one.value for one in Relation} <= set(RELATION_WORDS)
    assert {one.value for one in Relation} <= set(log_patient_words.RELATIONS)


def test_every_act_and_role_has_words() -> None:
    assert {one.value for one in Act} | {CUT} <= set(ACT_WORDS)
    assert {one.value for one in Role} <= set(log_patient_words.ROLES)


def test_every_mark_that_a_line_gets_has_words(app: Flask) -> None:
    """`week csv` and `untold` stood in the log of a privacy officer, and then `passkey added` and `settings`."""
    marks = {one.value for one in _details() if isinstance(one, ast.Constant) and one.value}

    assert {"untold", "password changed", "settings"} <= marks
    with app.test_request_context():
        assert {mark for mark in marks if detail_in_words("", mark) == mark} - set(ACT_WORDS) <= {"incident", "passkey"}


BOARD, PERSON = "01a2252e-92d8-75b6-8f97-8a785b9cb0f4", "01a2252e-92d3-7e23-b84c-cbd1b4400ebf"
NAMES = {BOARD: "Uro-prostaat", PERSON: "dr. Aerts"}
BUILT = [
    ("sign_out", "elsewhere: 2", "elders afgemeld: 2", "signed out elsewhere: 2"),
    (Act.PATIENT_LETTER_READ, "pdf version newest", "als PDF, nieuwste versie", "as PDF, newest version"),
    (Act.PATIENT_LETTER_READ, "pdf version 3", "als PDF, versie 3", "as PDF, version 3"),
    (
        Act.PEOPLE_MANAGE, f"board {BOARD}: member 2027-01-01..2027-03-01 -> chair ..",
        "Uro-prostaat: Lid vanaf 01-01-2027 tot en met 01-03-2027 → Voorzitter",
        "Uro-prostaat: Member from 01-01-2027 until 01-03-2027 → Chair",
    ),
    (Act.PEOPLE_MANAGE, f"board {BOARD}: chair -> -", "Uro-prostaat: Voorzitter → geen rol", "Uro-prostaat: Chair → no role"),
    (Act.PEOPLE_MANAGE, f"board {PERSON[:-1]}0: - -> chair ..", "MDO: geen rol → Voorzitter", "Board: no role → Chair"),
    (Act.PEOPLE_MANAGE, "invited as chair", "uitgenodigd als Voorzitter", "invited as Chair"),
    (
        Act.BOARD_MANAGE, f"starts, late_hours, joined {BOARD}, left {BOARD}",
        "begintijd, wanneer een brief te laat is, Uro-prostaat neemt deel, Uro-prostaat neemt niet meer deel",
        "starting time, when a letter is late, Uro-prostaat takes part, Uro-prostaat no longer takes part",
    ),
    (
        Act.MEETING_CLOSE_REGISTRATION, "2020-12-04T07:00Z > 2020-12-05T08:00Z",
        "verzet van 4 dec 2020 08:00 naar 5 dec 2020 09:00", "moved from 4 Dec 2020 08:00 to 5 Dec 2020 09:00",
    ),
    (
        Act.MEETING_CLOSE_REGISTRATION, "2020-12-04T07:00Z > 2020-12-04T07:00Z",
        "zaal, adres of duur gewijzigd", "room, address or length changed",
    ),
    (
        Act.MEETING_CLOSE_REGISTRATION, "2020-12-04T07:00Z",
        "vergadering toegevoegd: 4 dec 2020 08:00", "meeting added: 4 Dec 2020 08:00",
    ),
    (
        Act.RETENTION_CHANGE, "case: 24 → 12 months: besluit van 3 mei: korter",
        "Casus met alles erbij: 24 → 12 maanden: besluit van 3 mei: korter", "Case with everything in it: 24 → 12 months: besluit van 3 mei: korter",
    ),
    ("retention.purged", "draft: 4", "Begonnen aanmelding: 4", "Referral that was begun: 4"),
    (
        Act.LETTER_TEMPLATE_MANAGE, "gp: version 2 (out of use)", "Brief aan de huisarts, versie 2 (buiten gebruik)",
        "Letter to the GP, version 2 (out of use)",
    ),
    ("sign_in", "acr=substantial, amr=pwd otp, role=01.041", "niveau substantial, wijze pwd otp, rolcode 01.041", "level substantial, way pwd otp, role code 01.041"),
    ("sign_in.refused", "nonce", "het antwoord van de aanmelddienst klopte niet (nonce)", "the answer of the sign-in service was not right (nonce)"),
    (Act.INBOX_REPLAY, "all charset", "alle opnieuw aangeboden: ", "all offered again: "),
    (Act.INBOX_REPLAY, "ignore all charset", "alle terzijde gelegd: ", "all put aside: "),
    (Act.FOLLOW_CLOSE, f"link for {PERSON}", "link voor dr. Aerts", "link for dr. Aerts"),
    (Act.LINK_MANAGE, "bound CN=epd.example", "certificaat gebonden: CN=epd.example", "certificate bound: CN=epd.example"),
    (Act.LINK_MANAGE, "withdrew CN=epd.example", "certificaat ingetrokken: CN=epd.example", "certificate withdrawn: CN=epd.example"),
    (
        Act.LINK_MANAGE, "accepted unencrypted messages until 2027-03-01",
        "onbeveiligde berichten aanvaard tot en met 01-03-2027", "unencrypted messages accepted until 01-03-2027",
    ),
    (Act.LINK_TRY, "hl7v2 812 bytes", "HL7 v2, 812 bytes", "HL7 v2, 812 bytes"),
    (Act.POST_READ, "week csv", "lijst van de week als CSV", "list of the week as CSV"),
    (Act.DECISION_SIGN, "addendum preview", "aanvulling", "addition"),
    ("account.changed", "totp added", "app met codes toegevoegd", "app with codes added"),
    ("post.held", "3 letters, backup of 2027-01-01", "brieven: 3, reservekopie van 2027-01-01", "letters: 3, backup of 2027-01-01"),
    ("post.released", "3 letters", "brieven: 3", "letters: 3"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "detail", "dutch", "english"), BUILT, ids=[detail for _, detail, _, _ in BUILT])
def test_a_detail_with_a_number_or_a_name_is_said_in_both_languages(
    app: Flask, act: str, detail: str, dutch: str, english: str
) -> None:
    """`elsewhere: 2` and the id of a board stood in the log as the code had written them."""
    with app.test_request_context(), force_locale("nl"):
        assert detail_in_words(act, detail, NAMES).startswith(dutch)
    with app.test_request_context(), force_locale("en"):
        assert detail_in_words(act, detail, NAMES).startswith(english)


def test_every_detail_that_is_built_stands_among_those() -> None:
    built = {_pattern(one) for one in _details() if isinstance(one, ast.JoinedStr)}

    assert len(built) > 10
    assert [one for one in sorted(built) if not any(re.fullmatch(one, detail) for _, detail, _, _ in BUILT)] == []


def test_what_somebody_typed_stands_as_it_is(app: Flask) -> None:
    with app.test_request_context():
        assert detail_in_words(Act.INBOX_RAW, "de afzender belde: 2 berichten weg") == "de afzender belde: 2 berichten weg"


_LOGGERS = {"log", "_log", "_line", "_log_link", "_whole", "log_each", "_write", "_record", "_log_each"}
"""What writes a line and gets its detail by place."""


def _details() -> Iterator[ast.expr]:
    """What stands behind `detail=`, becomes `detail`, or is given to a function that writes a line."""
    for room in ("web", "services", "commands"):
        for source in (Path(mdo_portal.__file__).parent / room).rglob("*.py"):
            text = source.read_text(encoding="utf-8")
            if "audit" in text or "signed_line" in text or "log(" in text:
                yield from _details_in(ast.parse(text))


def _details_in(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and [getattr(one, "id", "") for one in node.targets] == ["detail"]:
            yield from _texts(node.value)
        if isinstance(node, ast.Call):
            is_logger = getattr(node.func, "id", "") in _LOGGERS
            given = [one.value for one in node.keywords if one.arg == "detail"] + (list(node.args[1:]) if is_logger else [])
            yield from (text for one in given for text in _texts(one))


def _texts(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.IfExp):
        yield from (*_texts(value.body), *_texts(value.orelse))
    elif isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str)):
        yield value


def _pattern(joined: ast.JoinedStr) -> str:
    parts = [re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".*" for one in joined.values]
    return "".join(parts)


@pytest.mark.parametrize("form", DecisionForm)
def test_a_line_says_whether_somebody_signed_or_only_read_what_would_be_signed(app: Flask, form: DecisionForm) -> None:
    """Everybody who opened the page to sign stood in the log as who had signed."""
    mark = "" if form in (DecisionForm.FIRST, DecisionForm.CORRECTION) else form.value

    assert act_in_words(Act.DECISION_SIGN, f"{mark} preview".strip()) == "gelezen vóór het tekenen"
    assert act_in_words(Act.DECISION_SIGN, mark) == "getekend"
    with app.test_request_context():
        assert detail_in_words(Act.DECISION_SIGN, f"{mark} preview".strip()) == detail_in_words(Act.DECISION_SIGN, mark) != mark


def test_who_opened_a_review_did_not_judge_yet() -> None:
    assert act_in_words(Act.LOG_REVIEW, "") == "bevindingen bekeken"
    assert act_in_words(Act.LOG_REVIEW, "in order") == "bevinding beoordeeld"
    assert act_in_words(Act.RIGHTS_REVIEW, "") == "rechten bekeken"
