"""What people decided about who somebody is, and cannot be carried out now: it waits by itself, and nothing else is decided for it."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.identity_conflict import ConflictKind, Decision, IdentityConflict
from mdo_portal.services.identity import carrying_out
from tests import make
from tests.identity_questions import CONFLICTS, STRANGER, born, decide, opened, referral, states
from tests.people import Region
from tests.reception_house import hand_in, understand_all


def fails(monkeypatch: pytest.MonkeyPatch, sqlstate: str, *, times: int) -> list[str]:
    """So often PostgreSQL says this of what is to be carried out."""
    real, met = carrying_out._carry_out, []

    def carry_out(session: Session, conflict: IdentityConflict, **how: Any) -> None:
        if len(met) < times:
            met.append(sqlstate)
            session.execute(text(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{sqlstate}'; END $$"))
        real(session, conflict, **how)

    monkeypatch.setattr(carrying_out, "_put_off", {})
    monkeypatch.setattr(carrying_out, "_carry_out", carry_out)
    return met


@pytest.mark.parametrize("sqlstate", ["08006", "53100", "55P03", "57014"])
def test_what_is_of_this_moment_and_not_of_the_decision_is_tried_again_at_once(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch, sqlstate: str
) -> None:
    """A line that broke, a full disk, a lock, a server that stops: put off, the patient's messages would wait for minutes more."""
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    fails(monkeypatch, sqlstate, times=1)

    with pytest.raises(DBAPIError):
        decide(database, Decision.SAME)
    understand_all(database)

    assert (opened(database), states(database)) == ([], ["understood"] * 2)


def test_a_decision_that_cannot_be_carried_out_leaves_open_what_nobody_decided(
    database: Database, region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It rests, and what comes after it is taken: another question, which a person must still answer, is not among that."""
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    hand_in(database, region, referral("5", patient="5"), born(referral("6", patient="5", family=STRANGER), "19701231"))
    understand_all(database)
    met = fails(monkeypatch, "22012", times=10)

    decided = decide(database, Decision.SAME)

    still = {one.id: one.decision for one in opened(database)}
    assert (met, still.pop(decided)) == (["22012"], Decision.SAME)
    assert list(still.values()) == [Decision.OPEN]
    assert states(database) == ["understood", "identity_conflict"] * 2


def test_and_others_go_on(database: Database, region: Region, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in(database, region, *CONFLICTS[ConflictKind.OTHER_BSN])
    understand_all(database)
    fails(monkeypatch, "22012", times=10)
    decide(database, Decision.SAME)

    hand_in(database, region, make.hl7_referral("M9", patient="9"))
    understand_all(database)

    assert states(database)[-1] == "understood"
