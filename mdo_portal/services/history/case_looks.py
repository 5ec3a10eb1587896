"""When a person last read a case: what came in since then is new to them (cases/news.py)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy import case as sql_case
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case, CaseLook
from mdo_portal.domain.viewer import Viewer

ONE_SITTING = timedelta(minutes=15)


def look(session: Session, viewer: Viewer, case: Case, *, now: datetime) -> datetime | None:
    """This person reads the case now. Gives when they last read it before; a look of the last quarter of an hour is this sitting."""
    fresh = insert(CaseLook).values(person_id=viewer.person_id, case_id=case.id, looked_at=now, before_at=None)
    was_earlier = CaseLook.looked_at < now - ONE_SITTING
    kept = fresh.on_conflict_do_update(
        index_elements=["person_id", "case_id"],
        set_={"before_at": sql_case((was_earlier, CaseLook.looked_at), else_=CaseLook.before_at), "looked_at": now},
    )
    return session.scalar(kept.returning(CaseLook.before_at))


def looked_before(session: Session, viewer: Viewer, case: Case) -> datetime | None:
    """The same without looking."""
    look = (CaseLook.person_id == viewer.person_id, CaseLook.case_id == case.id)
    return session.scalar(select(CaseLook.before_at).where(*look))


LOOKED_AT = (
    select(CaseLook.looked_at).where(CaseLook.case_id == Case.id, CaseLook.person_id == bindparam("reader")).scalar_subquery()
)
"""Column for lists of cases: when this person (open: `reader`) last read the case."""
