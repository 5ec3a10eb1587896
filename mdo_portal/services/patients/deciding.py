"""Deciding who somebody is: writing down what a person decided, or that they take it back. A worker does it (carrying_out.py)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.domain.identity_conflict import MERGES, NUMBERS, ConflictKind, Decision, IdentityConflict
from mdo_portal.domain.told import Merge
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.services.common import changes
from mdo_portal.services.patients import identity_papers


def decide(
    session: Session,
    conflict: IdentityConflict,
    decision: Decision,
    *,
    reason: str,
    person_id: uuid.UUID,
    now: datetime,
    number: str = "",
    bsn: str = "",
) -> None:
    """Write down what a person decided; a worker carries it out. Raises IllegalMove with a sentence when it cannot be decided so."""
    if conflict.decided_at is not None:
        raise IllegalMove(N_("Hierover is al beslist. Er is niets veranderd."))
    if decision not in offered(conflict):
        raise IllegalMove(N_("Kies wat er moet gebeuren. Er is niets veranderd."))
    if decision is Decision.ASIDE and not reason.strip():
        raise IllegalMove(N_("Schrijf bij Toelichting waarom. Er is niets veranderd."))
    if decision is Decision.CORRECTED:
        papers = identity_papers.read(session, conflict)
        right = replace(papers, corrected_number=number.strip(), corrected_bsn=bsn.strip())
        if right.corrected == papers.told:
            raise IllegalMove(N_("Vul het juiste patiëntnummer of BSN in. Er is niets veranderd."))
        identity_papers.keep(session, conflict, right)
    conflict.decision, conflict.reason = decision, reason.strip()
    conflict.decided_at, conflict.decided_by = now, person_id
    changes.wake(session, "understand")


def offered(conflict: IdentityConflict) -> Sequence[Decision]:
    """What can be decided about a conflict of this kind."""
    if conflict.kind is ConflictKind.ELEVEN_TEST:
        return (Decision.CORRECTED, Decision.ASIDE)
    if conflict.kind in MERGES:
        return (Decision.SAME, Decision.OTHER, Decision.ASIDE)
    if conflict.kind in NUMBERS:
        return (Decision.SAME, Decision.CORRECTED, Decision.ASIDE)
    return (Decision.SAME, Decision.OTHER, Decision.CORRECTED, Decision.ASIDE)


def ask_back(session: Session, conflict: IdentityConflict, *, person_id: uuid.UUID, now: datetime) -> None:
    """Take the decision back; a worker does it and the question stands on the list again. Not of what was put aside."""
    if conflict.carried_out_at is None or conflict.decision in (Decision.OPEN, Decision.ASIDE):
        raise IllegalMove(N_("Deze beslissing kan niet worden teruggedraaid. Er is niets veranderd."))
    conflict.undo_asked_at, conflict.undo_asked_by, conflict.carried_out_at = now, person_id, None
    changes.wake(session, "understand")


def ask_undo(session: Session, merge: Merge, *, person_id: uuid.UUID, now: datetime) -> None:
    """Undo a merge; a worker does it. The same merge told again then goes to a person."""
    if merge.undone_at is not None or merge.undo_asked_at is not None:
        raise IllegalMove(N_("Dit samenvoegen is al teruggedraaid. Er is niets veranderd."))
    merge.undo_asked_at, merge.undo_asked_by = now, person_id
    changes.wake(session, "understand")
