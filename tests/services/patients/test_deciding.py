"""Writing down who somebody is: what is on offer for which question, and who must hear of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.told import Merge
from mdo_portal.errors import IllegalMove
from mdo_portal.services.common import changes
from mdo_portal.services.patients import deciding
from tests.make import NOW

WHO = uuid.uuid4()
#: nobody corrects a number in a merge, nor says that a number which can be of one patient only is of two; of a BSN that cannot be one
#: nothing says whose it is
NOT_ON_OFFER = [
    (ConflictKind.ELEVEN_TEST, Decision.SAME),
    (ConflictKind.ELEVEN_TEST, Decision.OTHER),
    (ConflictKind.MERGE, Decision.CORRECTED),
    (ConflictKind.MERGE_UNDONE, Decision.CORRECTED),
    (ConflictKind.REFERRAL_NUMBER, Decision.OTHER),
    (ConflictKind.ANSWER, Decision.OTHER),
    (ConflictKind.OTHER_BSN, Decision.OPEN),
]


def decides(session: Session, conflict: IdentityConflict, decision: Decision) -> None:
    deciding.decide(session, conflict, decision, reason="gebeld", person_id=WHO, now=NOW)


@pytest.mark.parametrize(("kind", "decision"), NOT_ON_OFFER)
def test_what_is_no_answer_to_this_question_is_not_written_down(session: Session, kind: ConflictKind, decision: Decision) -> None:
    conflict = IdentityConflict(kind=kind, decision=Decision.OPEN)

    with pytest.raises(IllegalMove, match="Kies wat er moet gebeuren"):
        decides(session, conflict, decision)

    assert (conflict.decision, conflict.decided_at) == (Decision.OPEN, None)


@pytest.mark.parametrize("kind", ConflictKind)
def test_any_question_can_be_put_aside_with_a_reason(session: Session, kind: ConflictKind) -> None:
    conflict = IdentityConflict(kind=kind)

    decides(session, conflict, Decision.ASIDE)

    assert (conflict.decision, conflict.reason, conflict.decided_by) == (Decision.ASIDE, "gebeld", WHO)


def test_the_first_who_answers_a_question_answered_it(session: Session) -> None:
    conflict = IdentityConflict(kind=ConflictKind.MERGE)
    decides(session, conflict, Decision.SAME)

    with pytest.raises(IllegalMove, match="al beslist"):
        decides(session, conflict, Decision.OTHER)

    assert conflict.decision is Decision.SAME


@pytest.mark.parametrize("decision", [Decision.SAME, Decision.OTHER])
def test_no_reason_is_asked_of_who_says_who_it_is(session: Session, decision: Decision) -> None:
    conflict = IdentityConflict(kind=ConflictKind.MERGE)

    deciding.decide(session, conflict, decision, reason="", person_id=WHO, now=NOW)

    assert conflict.decision is decision


def asks_back(session: Session) -> None:
    conflict = IdentityConflict(decision=Decision.SAME, carried_out_at=NOW)
    deciding.ask_back(session, conflict, person_id=WHO, now=NOW)


ACTS: list[Callable[[Session], None]] = [
    lambda session: decides(session, IdentityConflict(kind=ConflictKind.MERGE), Decision.SAME),
    asks_back,
    lambda session: deciding.ask_undo(session, Merge(), person_id=WHO, now=NOW),
]


@pytest.mark.parametrize("act", ACTS, ids=["decided", "taken back", "undone"])
def test_a_worker_hears_at_once_what_it_has_to_carry_out(
    session: Session, monkeypatch: pytest.MonkeyPatch, act: Callable[[Session], None]
) -> None:
    """Else the messages that wait for it wait until the next one comes."""
    woken: list[str] = []
    monkeypatch.setattr(changes, "wake", lambda _, work: woken.append(work))

    act(session)

    assert woken == ["understand"]


@pytest.mark.parametrize(("decision", "carried_out_at"), [(Decision.SAME, None), (Decision.ASIDE, NOW), (Decision.OPEN, NOW)])
def test_what_was_not_carried_out_or_was_put_aside_is_not_taken_back(
    session: Session, decision: Decision, carried_out_at: object
) -> None:
    conflict = IdentityConflict(decision=decision, carried_out_at=carried_out_at)

    with pytest.raises(IllegalMove, match="niet worden teruggedraaid"):
        deciding.ask_back(session, conflict, person_id=WHO, now=NOW)

    assert conflict.undo_asked_at is None
