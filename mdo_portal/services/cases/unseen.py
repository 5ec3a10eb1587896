"""What came in when a case was past its discussion, and nobody of the board has looked at yet: the list of it, and *seen*."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board
from mdo_portal.domain.case import PAST, Case, CaseEvent, CaseState
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.patient import Patient
from mdo_portal.domain.people import Person
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Stale
from mdo_portal.services.cases.worklist_rows import Filter
from mdo_portal.services.common import access
from mdo_portal.services.common.short_names import birth_year, initials_and_family
from mdo_portal.services.dossier.event_rows import EventRow, by_kind, unseen_of
from mdo_portal.services.history import loose_values, standing, timeline
from mdo_portal.services.meetings import meetings

MOST = 200


class UnseenRow(NamedTuple):
    """One case, with everything that came since somebody last looked, newest first."""

    id: uuid.UUID
    initials: str
    given: str
    family: str
    birth_on: date | None
    hospital_code: str
    hospital_name: str
    board_code: str | None
    board_name: str | None
    state: CaseState
    state_since: datetime
    #: when the newest advice was signed; None when there is none
    signed_at: datetime | None
    since: datetime
    #: nothing but loose values came, and the board chose to fold those
    only_values: bool
    came: Sequence[EventRow]

    @property
    def initials_and_family(self) -> str:
        return initials_and_family(self.initials, self.given, self.family)

    @property
    def birth_year(self) -> str:
        return birth_year(self.birth_on)

    @property
    def told(self) -> list[tuple[EventRow, int]]:
        return by_kind(self.came)


_IS_FOLDED = and_(Case.unseen_only_values, exists().where(Board.id == Case.board_id, Board.folds_values).correlate(Case))
_SIGNED_AT = select(func.max(Decision.signed_at)).where(Decision.case_id == Case.id).scalar_subquery()


_ROWS = (
    select(
        Case.id,
        Patient.initials,
        Patient.given,
        Patient.family,
        Patient.birth_on,
        Hospital.code,
        Hospital.name,
        Board.code,
        Board.name,
        Case.state,
        Case.state_since,
        _SIGNED_AT,
        Case.unseen_since,
        _IS_FOLDED,
    )
    .join(Patient, Patient.id == Case.patient_id)
    .join(Hospital, Hospital.id == Case.hospital_id)
    .outerjoin(Board, Board.id == Case.board_id)
    .order_by(_IS_FOLDED, Case.unseen_since, Case.id)
)
"""Of every case, for `rows` to narrow."""


def rows(session: Session, viewer: Viewer, wanted: Filter) -> list[UnseenRow]:
    """At most MOST cases, what waits longest first; what the board folds, when it is asked for, after all else. Two statements."""
    query = _ROWS.where(*_conditions(viewer, wanted), *([] if wanted.folded else [~_IS_FOLDED])).limit(MOST)
    found = [UnseenRow._make((*row, ())) for row in session.execute(query, access.work_list_of(viewer))]
    came = _events(session, [row.id for row in found])
    return [row._replace(came=unseen_of(came[row.id], row.since)) for row in found]


def count(session: Session, viewer: Viewer) -> int:
    """On how many cases something stands that nobody saw, and that the board did not choose to fold."""
    query = select(func.count()).where(*_conditions(viewer, Filter()), ~_IS_FOLDED)
    return session.scalar(query, access.work_list_of(viewer)) or 0


def folded(session: Session, viewer: Viewer, wanted: Filter) -> int:
    """How many cases of this list their boards fold. They are said to be there, whatever is shown."""
    query = select(func.count()).where(*_conditions(viewer, wanted), _IS_FOLDED)
    return session.scalar(query, access.work_list_of(viewer)) or 0


def _conditions(viewer: Viewer, wanted: Filter) -> tuple[ColumnElement[bool], ...]:
    of_board = [Case.board_id == wanted.board_id] if wanted.board_id else []
    return access.on_work_list(viewer), Case.unseen_since.is_not(None), Case.state.in_(PAST), *of_board


_NEWS = (
    select(CaseEvent.case_id, CaseEvent.at, CaseEvent.what, CaseEvent.details, Person.name)
    .outerjoin(Person, Person.id == CaseEvent.person_id)
    .where(CaseEvent.case_id.in_(bindparam("cases", expanding=True)), CaseEvent.what.in_(sorted(timeline.NEWS)))
    .order_by(CaseEvent.at.desc(), CaseEvent.id.desc())
)


def _events(session: Session, case_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[EventRow]]:
    found: defaultdict[uuid.UUID, list[EventRow]] = defaultdict(list)
    for case_id, *event in session.execute(_NEWS, {"cases": list(case_ids)}):
        found[case_id].append(EventRow._make(event))
    return found


def seen(session: Session, case: Case, *, until: datetime, viewer: Viewer, now: datetime) -> None:
    """Somebody of the board looked at all that came until then; what came after it stays on the list. Touches nothing that was signed."""
    came = unseen_of(_events(session, [case.id])[case.id], case.waits_unseen)
    looked = [one.new_at for one in came if one.new_at <= until]
    if not looked:
        raise IllegalMove(N_("Dit was al gezien. Er is niets veranderd."))
    local = meetings.moment(max(looked))
    since = min(looked).isoformat()
    _left(case, [one for one in came if one.new_at > until])
    case.revision += 1
    timeline.happened(session, case, "case.seen", at=now, person_id=viewer.person_id, when=local, since=since)
    standing.announce(session, case)


def _left(case: Case, came: Sequence[EventRow]) -> None:
    """This is what nobody saw."""
    case.unseen_since = min((one.new_at for one in came), default=None)
    case.unseen_only_values = bool(came) and all(loose_values.ONLY in one.details for one in came)


def not_seen(session: Session, case: Case, *, viewer: Viewer, now: datetime) -> None:
    """It was said by mistake: what this person last said to have seen stands on the list again. Both stay in the history."""
    query = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.what == "case.seen")
    last = session.scalars(query.order_by(CaseEvent.at.desc(), CaseEvent.id.desc()).limit(1)).first()
    if last is None or last.person_id != viewer.person_id or case.state not in PAST:
        raise Stale()
    since = datetime.fromisoformat(last.details["since"])
    since = min(since, case.unseen_since or since)
    _left(case, unseen_of(_events(session, [case.id])[case.id], since))
    case.revision += 1
    timeline.happened(session, case, "case.unseen", at=now, person_id=viewer.person_id)
    standing.announce(session, case)
