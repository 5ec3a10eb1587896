"""A form that its sender did not finish says so wherever it says something, until it is finished; one that was mended or taken back too."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import CaseFact
from tests.integrations.fhir.make import Node, patient, request
from tests.people import Region
from tests.test_fhir_deleted import Server
from tests.test_fhir_told_again import BELONGS

ASKS: Node = {"linkId": "v", "text": "Vraagstelling", "answer": [{"valueString": "Operatie of bestraling?"}]}
PSA: Node = {"linkId": "1", "text": "PSA", "answer": [{"valueString": "8,1"}]}


def form(status: str, *items: Node, **more: Any) -> Node:
    fixed = {"resourceType": "QuestionnaireResponse", "id": "q", "status": status, "authored": "2026-03-01", "item": list(items)}
    return fixed | {"subject": {"reference": "Patient/p"}} | more


@pytest.fixture
def server(session: Session, region: Region) -> Server:
    return Server(session, region)


@pytest.mark.parametrize(
    ("status", "shown"), [("in-progress", "unfinished"), ("stopped", "stopped"), ("amended", "corrected"), ("completed", "")]
)
def test_an_answer_says_how_far_its_form_is(server: Server, status: str, shown: str) -> None:
    server.sends(request(), patient(), form(status, PSA))

    assert server.told() == [("8,1", shown, True)]


def test_a_form_that_is_finished_is_so_where_it_was_not(server: Server) -> None:
    server.sends(request(), patient(), form("in-progress", PSA))
    server.sends(request(), patient(), form("completed", PSA))

    assert [one for one in server.told() if one[2]] == [("8,1", "", True)]


def test_a_form_that_was_entered_in_error_says_nothing_any_more(server: Server) -> None:
    server.sends(request(), patient(), form("in-progress", PSA))
    server.sends(request(), patient(), form("entered-in-error", PSA))

    assert [stands for *_, stands in server.told()] == [False]


@pytest.mark.parametrize(("status", "said"), [("in-progress", True), ("stopped", True), ("amended", False), ("completed", False)])
def test_a_question_on_a_form_that_is_not_done_is_asked_with_that(server: Server, status: str, said: bool) -> None:
    case = server.sends(request(), patient(), form(status, ASKS))

    assert (case.question_board, case.cautions) == ("Operatie of bestraling?", ["unfinished"] * said)


def test_asked_on_a_finished_form_it_is_an_ordinary_question(server: Server) -> None:
    server.sends(request(), patient(), form("in-progress", ASKS))
    case = server.sends(request(), patient(), form("completed", ASKS))

    assert case.cautions == []


def test_so_is_a_form_that_comes_behind_its_referral(server: Server) -> None:
    server.sends(request(), patient())
    case = server.sends(patient(), form("in-progress", ASKS, PSA, **BELONGS))

    assert (case.cautions, server.told()) == (["unfinished"], [("8,1", "unfinished", True)])


def test_answers_that_ask_nothing_say_nothing_against_the_referral(server: Server) -> None:
    assert server.sends(request(), patient(), form("in-progress", PSA)).cautions == []


WRONG: Node = PSA | {"answer": [{"valueString": "2,0"}]}
RIGHT = form("completed", PSA, id="r")


@pytest.mark.parametrize("before", [(form("completed", WRONG),), (RIGHT, form("completed", WRONG))], ids=["alone", "beside it"])
def test_one_that_is_entered_in_error_beside_another_is_over_whatever_its_answers_were_called(
    server: Server, before: tuple[Node, ...]
) -> None:
    """`PSA` where it came alone, `PSA (formulier 2)` beside the one that is right: the wrong answer stood there on."""
    server.sends(request(), patient(), *before)
    server.sends(request(), patient(), RIGHT, form("entered-in-error", WRONG))

    stand = [(one.label, one.text) for one in server.session.scalars(select(CaseFact).where(CaseFact.superseded_at.is_(None)))]
    assert [one for one in stand if one[0].startswith("PSA")] == [("PSA", "8,1")]
