"""Who somebody is changes while a message about them is being understood: nothing is lost, and nothing lands at another."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseFact
from mdo_portal.domain.identity_conflict import Decision, IdentityConflict
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.told import Merge
from mdo_portal.services.history import standing
from mdo_portal.services.identity import carrying_out, merges
from mdo_portal.services.patients import deciding, identification, pile
from tests import make
from tests.identity_questions import CONFLICTS, ConflictKind, merge, referral, states
from tests.make import BSN, NOW
from tests.people import Region
from tests.reception_house import hand_in, understand_all

Act = Callable[[Session], object]
CARRY_OUT = carrying_out.carry_out_next


def psa(control_id: str, number: str) -> bytes:
    raw = make.hl7_change(control_id, patient="1").replace(b"ADT^A08^ADT_A01", b"ORU^R01^ORU_R01")
    return raw.replace(b"1^^^ZEED^PI", number.encode()) + b"OBX|1|NM|2857-1^PSA^LN||47.11|ug/L|||||F|||20260302\r"


def beside(database: Database, act: Act) -> None:
    """What another worker does at this very moment; it goes away again when it would have to wait for us."""
    try:
        with database.transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '100ms'"))
            act(session)
    except OperationalError:
        return


def just_before(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, database: Database, act: Act) -> None:
    """The first time that `module.name` is called, `act` is tried by another worker first."""
    real, done = getattr(module, name), []

    def first(*args: Any, **kwargs: Any) -> Any:
        if not done:
            done.append(name)
            beside(database, act)
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, first)


def told_at(database: Database) -> set[str]:
    """The referrals whose cases have the result."""
    with database.transaction() as session:
        query = select(Case.referral_number).join(CaseFact, CaseFact.case_id == Case.id)
        return set(session.scalars(query.where(CaseFact.text.like("%47.11%"))))


def carry_out(session: Session) -> object:
    return CARRY_OUT(session, now=NOW)


@pytest.mark.parametrize(
    ("module", "name", "told"),
    [
        pytest.param(standing, "cases_of", {"VW-1", "VW-3"}, id="it is found already, and the undoing waits"),
        pytest.param(identification, "_stays", {"VW-1"}, id="nobody holds yet whom it found"),
    ],
)
def test_a_result_reaches_its_patient_and_nobody_else_also_when_the_merge_is_undone_meanwhile(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, told: set[str]
) -> None:
    for raw in (referral("1"), merge("M2", "9", "1"), referral("3", patient="9")):
        hand_in(database, region, raw)
        understand_all(database)
    hand_in(database, region, psa("U1", "1^^^ZEED^PI"))

    def undo(session: Session) -> object:
        deciding.ask_undo(session, session.scalars(select(Merge)).one(), person_id=uuid.uuid4(), now=NOW)
        return carry_out(session)

    just_before(monkeypatch, module, name, database, undo)
    understand_all(database)

    assert told_at(database) == told


def test_a_result_is_not_lost_when_its_patient_is_merged_meanwhile(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand_in(database, region, referral("1", bsn=BSN), referral("2", patient="2"))
    understand_all(database)
    hand_in(database, region, psa("U1", f"{BSN}^^^NLMINBIZA^NNNLD"))  # no number by which it would wait its turn

    def joined(session: Session) -> object:
        query = select(Patient).where(Patient.local_number.in_(("1", "2"))).order_by(Patient.local_number)
        gone, kept = session.scalars(query)
        return merges.join(session, kept, gone, now=NOW)

    just_before(monkeypatch, standing, "cases_of", database, joined)
    understand_all(database)

    assert states(database) == ["understood"] * 3
    assert "VW-1" in told_at(database)


@pytest.mark.parametrize("number", ["1^^^ZEED^PI", f"{BSN}^^^NLMINBIZA^NNNLD"])
def test_nor_when_that_happens_before_anybody_holds_whom_it_found(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch, number: str
) -> None:
    hand_in(database, region, referral("1", bsn=BSN), referral("2", patient="2"))
    understand_all(database)
    hand_in(database, region, psa("U1", number))

    def joined(session: Session) -> object:
        gone, kept = session.scalars(select(Patient).where(Patient.local_number.in_(("1", "2"))).order_by(Patient.local_number))
        return merges.join(session, kept, gone, now=NOW)

    just_before(monkeypatch, identification, "_stays", database, joined)
    understand_all(database)

    assert states(database) == ["understood"] * 3
    assert "VW-1" in told_at(database)


@pytest.mark.parametrize("number", ["1^^^ZEED^PI", f"{BSN}^^^NLMINBIZA^NNNLD"])
@pytest.mark.parametrize("decision", [Decision.SAME, Decision.OTHER, Decision.ASIDE])
@pytest.mark.parametrize(("module", "name"), [(pile, "put_on_pile"), (pile, "hold_questions")])
def test_nothing_waits_for_a_question_that_is_answered_meanwhile(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, decision: Decision, number: str
) -> None:
    """By a number it waits behind the message that asked; by the BSN for the patient whom the question is about."""
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    with database.transaction() as session:
        question = session.scalars(select(IdentityConflict)).one()
        deciding.decide(session, question, decision, reason="gebeld", person_id=uuid.uuid4(), now=NOW)
    hand_in(database, region, psa("U1", number))

    with monkeypatch.context() as patch:
        just_before(patch, module, name, database, carry_out)
        # as a worker that saw the question before it was answered: it carries nothing out itself
        patch.setattr("mdo_portal.understanding.carrying_out.carry_out_next", lambda *_, **__: False)
        understand_all(database)
    understand_all(database)

    assert "waits_for_identity" not in states(database)
