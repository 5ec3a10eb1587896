"""Findings before the meeting: written by who prepares, shown in the room under their discipline. Nothing follows from one by itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import WAITING, Case, CaseState
from mdo_portal.domain.people import Person
from mdo_portal.domain.preparation import LONGEST, Preparation
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Stale
from mdo_portal.services.history import standing

BEFORE_DISCUSSION = (*WAITING, CaseState.SCHEDULED)
"""Later it would stand beside an advice that did not know it: that is for an addendum or a next discussion."""


def write(session: Session, case: Case, text: str, *, seen: str, viewer: Viewer, now: datetime) -> None:
    """Put this down, or nothing any more. `seen`: which text of theirs the writer saw ("" = none). The case is held by whoever calls.

    Raises IllegalMove once the case was discussed or the text is too long, Stale when they wrote in another window meanwhile.
    """
    if case.state not in BEFORE_DISCUSSION:
        raise IllegalMove(
            N_("Deze casus is al besproken of afgerond: een voorbereiding verandert niet meer. Uw tekst is niet bewaard.")
        )
    text = text.strip()
    if len(text) > LONGEST:
        raise IllegalMove(N_("Deze tekst is te lang: houd het bij %(most)s tekens. Hij is niet bewaard."), most=LONGEST)
    mine = (Preparation.case_id == case.id, Preparation.person_id == viewer.person_id, Preparation.replaced_at.is_(None))
    before = session.scalars(select(Preparation).where(*mine)).one_or_none()
    if seen != (str(before.id) if before else ""):
        raise Stale()
    if text == (before.text if before else ""):
        return
    if before is not None:
        before.replaced_at = now
        session.flush()
    if text:
        discipline = session.get_one(Person, viewer.person_id).discipline
        session.add(Preparation(case_id=case.id, person_id=viewer.person_id, discipline=discipline, text=text, written_at=now))
    standing.changed(session, case)
