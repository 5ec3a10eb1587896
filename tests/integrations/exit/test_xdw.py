"""Each discussion leaves as a workflow document by the published rules of IHE XDW and XTB-WD, a deferral as a cancelled one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some
from lxml import etree

from integrations.exit import xdw_rules
from integrations.exit.numbers import oid
from integrations.exit.xdw import HT, XDW, workflow_document
from mdo_portal.exchange import DecisionForm, LeavingRound
from tests.integrations.exit import make

OUTCOMES = ("discussed", "listed", "deferred", "redirected", "withdrawn", "")


def written(round_: LeavingRound, before: LeavingRound | None = None) -> bytes:
    return workflow_document(make.case(rounds=tuple(one for one in (before, round_) if one)), round_, before)


def statuses(document: bytes) -> list[str]:
    return [one.text for one in etree.fromstring(document).iter(f"{{{HT}}}status")]


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("signed", [True, False])
def test_whatever_a_round_is_its_document_keeps_the_rules(outcome: str, signed: bool) -> None:
    round_ = make.round_(outcome=outcome, **({} if signed else {"decisions": ()}))

    assert xdw_rules.problems(written(round_)) == []


def test_a_signed_discussion_is_closed_with_its_report() -> None:
    document = written(make.round_())

    assert statuses(document) == ["COMPLETED"] * 5
    assert b"<xdw:workflowStatus>CLOSED<" in document and b"Tumor_Board_Report" in document


def test_a_discussion_that_is_not_signed_yet_waits_for_the_chair() -> None:
    document = written(make.round_(decisions=()))

    assert statuses(document) == ["COMPLETED"] * 4 + ["READY"]
    assert b"<xdw:workflowStatus>OPEN<" in document


def test_a_deferred_case_is_a_failed_meeting_and_the_next_round_names_it() -> None:
    deferred, next_one = make.round_(1, "deferred", outcome_reason="MRI ontbreekt"), make.round_(2)

    first, second = written(deferred), written(next_one, deferred)

    assert statuses(first) == ["COMPLETED", "COMPLETED", "COMPLETED", "FAILED", "CREATED"]
    assert b"Cancellation_Notification" in first and b"<xdw:workflowStatus>CLOSED<" in first
    assert f"urn:oid:{oid(deferred.id, 'xdw')}".encode() in second
    assert xdw_rules.problems(second) == []


def test_nothing_of_the_patient_stands_in_it_but_the_number() -> None:
    document = written(make.round_(1, "deferred", outcome_reason="MRI ontbreekt")).decode()

    assert "71-00-08" in document
    assert not any(word in document for word in ("Kanarie", "999911120", "1960", "PSA", "MRI", "Operatie"))


@given(some.text(max_size=40))
def test_whatever_a_board_is_called_the_document_can_be_read(board: str) -> None:
    document = written(make.round_(board=board))

    etree.fromstring(document)
    assert xdw_rules.problems(document) == []


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (lambda text: text.replace("<xdw:workflowStatus>CLOSED", "<xdw:workflowStatus>OPEN"), "documentEvent"),
        (lambda text: text.replace("<ws-ht:status>COMPLETED", "<ws-ht:status>EXITED", 1), "a status that XTB-WD does not use"),
        (lambda text: text.replace("Prepare_TBR", "Other_TBR"), "not the five tasks"),
        (lambda text: text.replace("Tumor_Board_Report", "Other"), "Tumor_Board_Report misses"),
        (lambda text: text.replace("<xdw:id>2<", "<xdw:id>1<", 1), "the same id"),
        (lambda text: text.replace("<xdw:workflowDocumentSequenceNumber>1<", "<xdw:workflowDocumentSequenceNumber>0<"), "Number"),
        (lambda text: text.replace("19376.1.5.3.1.5.3<", "19376.1.5.3.1.5.4<"), "not XTB-WD"),
        (lambda text: text.replace("<ws-ht:renderingMethodExists>false</ws-ht:renderingMethodExists>", "", 1), "lacks"),
    ],
)
def test_the_rules_find_what_is_wrong(spoil: Callable[[str], str], found: str) -> None:
    text = written(make.round_()).decode()
    assert spoil(text) != text

    assert any(found in one for one in xdw_rules.problems(spoil(text).encode()))


def test_the_elements_are_in_the_namespaces_of_the_standards() -> None:
    root = etree.fromstring(written(make.round_()))

    assert root.tag == f"{{{XDW}}}XDW.WorkflowDocument"
    assert len(root.findall(f".//{{{XDW}}}taskData/{{{HT}}}taskDetails")) == 5


def test_a_deferred_case_of_which_the_referrer_was_told_names_that_message_as_its_cancellation() -> None:
    told = make.decision("told", form=DecisionForm.OUTCOME, items=(), participants=())
    recalled = make.decision("recalled", form=DecisionForm.RECALL, items=(), participants=(), stands=False)
    plain = written(make.round_(1, "deferred", outcome_reason="MRI ontbreekt"))

    with_message = written(make.round_(1, "deferred", outcome_reason="MRI ontbreekt", decisions=(told,)))
    taken_back = written(
        make.round_(1, "deferred", outcome_reason="MRI ontbreekt", decisions=(replace(told, stands=False), recalled))
    )

    assert statuses(with_message) == statuses(plain) == statuses(taken_back)
    assert f"urn:oid:{oid(told.id, 'document')}".encode() in with_message and b"Tumor_Board_Report" not in with_message
    assert oid(told.id, "document").encode() not in taken_back
    assert xdw_rules.problems(with_message) == xdw_rules.problems(taken_back) == []
