"""Handing a recommendation over: somebody else sees to it, or by another day, with a reason. What was signed stays as it is."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.follow_up import FollowUp
from mdo_portal.domain.handover import Handover
from mdo_portal.domain.people import Person
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, Incomplete, Stale
from mdo_portal.services.follow_up import follow_up_links
from mdo_portal.services.history import standing, timeline

LONGEST_NAME, LONGEST_REASON = 200, 400
NOT_HANDED = N_("De aanbeveling is niet overgedragen; verbeter de gemarkeerde velden.")


@dataclass(frozen=True)
class Wanted:
    """What a person filled in."""

    #: a colleague of the hospital of the case; None = nobody was chosen from the list
    person_id: uuid.UUID | None
    #: a name in words, when nobody was chosen; empty = stays who it is
    responsible: str
    due_on: date | None
    reason: str


class HandoverRow(NamedTuple):
    """One hand-over as the page shows it."""

    responsible_before: str
    responsible_after: str
    due_before: date | None
    due_after: date | None
    reason: str
    handed_by: str
    handed_at: datetime


def hand_over(
    session: Session, item: FollowUp, case: Case, wanted: Wanted, *, seen: int, viewer: Viewer, now: datetime, today: date
) -> None:
    """Write it down, and who had it before. Stale when somebody else was first, Incomplete for a field, IllegalMove when it is closed."""
    if item.revision != seen:
        raise Stale()
    if not item.is_open:
        raise IllegalMove(N_("Deze aanbeveling is al afgehandeld. Er is niets overgedragen."))
    colleagues = dict(follow_up_links.possible(session, item, now=now))
    name = colleagues.get(wanted.person_id, "") if wanted.person_id else wanted.responsible.strip() or item.responsible
    _check(item, wanted, name, today=today)
    number = session.scalar(select(func.count()).where(Handover.follow_up_id == item.id)) or 0
    session.add(
        Handover(
            follow_up_id=item.id, case_id=item.case_id, number=number + 1, responsible_before=item.responsible,
            responsible_after=name, due_before=item.due_on, due_after=wanted.due_on, reason=wanted.reason.strip(),
            handed_by=viewer.person_id, handed_at=now,
        )
    )  # fmt: skip
    item.responsible_id = wanted.person_id or (item.responsible_id if name == item.responsible else None)
    item.responsible, item.due_on = name, wanted.due_on
    item.revision += 1
    timeline.happened(session, case, "follow.handed", at=now, person_id=viewer.person_id, number=str(item.position))
    session.flush()
    standing.changed(session, case)


def _check(item: FollowUp, wanted: Wanted, name: str, *, today: date) -> None:
    is_other_day = wanted.due_on != item.due_on
    found = (
        ("person_id", bool(wanted.person_id) and not name, N_("Kies een collega uit de lijst.")),
        ("responsible", len(name) > LONGEST_NAME, N_("Deze naam is te lang.")),
        ("due_on", wanted.due_on is None and item.due_on is not None, N_("Noem een dag; zonder dag wordt niemand gewaarschuwd.")),
        ("due_on", bool(wanted.due_on) and is_other_day and wanted.due_on < today, N_("Deze dag is al voorbij.")),  # type: ignore[operator]
        ("reason", not wanted.reason.strip(), N_("Geef een reden.")),
        ("reason", len(wanted.reason) > LONGEST_REASON, N_("Deze reden is te lang; hoogstens 400 tekens.")),
        ("responsible", name == item.responsible and not is_other_day, N_("Kies iemand anders of een andere dag.")),
    )
    wrong = {field: sentence for field, is_wrong, sentence in reversed(found) if is_wrong}
    if wrong:
        raise Incomplete(wrong, NOT_HANDED)


def history(session: Session, item_id: uuid.UUID) -> Sequence[HandoverRow]:
    """Every hand-over of an item, first one first."""
    query = select(
        Handover.responsible_before, Handover.responsible_after, Handover.due_before, Handover.due_after, Handover.reason,
        Person.name, Handover.handed_at,
    ).join(Person, Person.id == Handover.handed_by)  # fmt: skip
    query = query.where(Handover.follow_up_id == item_id).order_by(Handover.number)
    return [HandoverRow._make(row) for row in session.execute(query)]


def carry(session: Session, one: FollowUp, item: FollowUp) -> None:
    """`item` says in a corrected decision what `one` said before: unless the board named somebody or a day anew, hand-overs hold."""
    query = select(Handover).where(Handover.follow_up_id == one.id).order_by(Handover.number)
    handed = list(session.scalars(query))
    if not handed or (handed[0].responsible_before, handed[0].due_before) != (item.responsible, item.due_on):
        return
    session.add(item)
    session.flush()
    kept = (
        "case_id",
        "number",
        "responsible_before",
        "responsible_after",
        "due_before",
        "due_after",
        "reason",
        "handed_by",
        "handed_at",
    )
    session.add_all(Handover(follow_up_id=item.id, **{name: getattr(before, name) for name in kept}) for before in handed)
    item.responsible, item.due_on, item.responsible_id = one.responsible, one.due_on, one.responsible_id
