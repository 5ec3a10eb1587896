"""A meeting that nobody closed: a laptop was shut, and the next day the room stands as it was.

Nothing is decided by the portal. Until somebody says when it was over nothing goes on in it: what happened the next morning would
stand in letters as what was discussed the day before, with whoever looked in since as participants.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import LASTS, Meeting
from mdo_portal.domain.conclusion import Note, NoteUpdate
from mdo_portal.domain.round import Round
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.zone import AMSTERDAM


def last_act(session: Session, meeting: Meeting) -> datetime:
    """The last thing anybody did in it while it went on, as far as rows tell: an outcome, or a word that was typed."""
    since, until = meeting.moved_at, meeting.moved_at + LASTS
    ended = select(func.max(Round.ended_at)).where(Round.meeting_id == meeting.id, Round.ended_at.between(since, until))
    typed = select(func.max(NoteUpdate.at)).join(Note, Note.id == NoteUpdate.note_id).join(Round, Round.id == Note.round_id)
    typed = typed.where(Round.meeting_id == meeting.id, NoteUpdate.at.between(since, until))
    return max([since, *(at for query in (ended, typed) if (at := session.scalar(query)))])


def over_at(meeting: Meeting, said: time | None, *, now: datetime) -> datetime:
    """When it was over, as somebody says: that time, after it last went on. Raises IllegalMove for none, and for what cannot be."""
    if said is None:
        raise IllegalMove(N_("Deze vergadering is niet gesloten toen zij voorbij was. Vul in tot hoe laat zij duurde."))
    moved = meeting.moved_at.astimezone(AMSTERDAM)
    days = (moved.date(), moved.date() + timedelta(days=1))  # an evening board goes on past midnight
    same_day, next_day = (datetime.combine(day, said.replace(tzinfo=None), tzinfo=AMSTERDAM) for day in days)
    at = next_day if same_day < moved.replace(second=0, microsecond=0) else same_day
    if at is next_day and at > moved + LASTS:
        raise IllegalMove(
            N_("Om %(when)s kwam in deze vergadering nog een casus aan de orde. Vul die tijd in, of een latere."),
            when=f"{moved:%H:%M}",
        )
    if at > now:
        raise IllegalMove(N_("Die tijd moet nog komen. Vul in tot hoe laat de vergadering duurde."))
    return max(at, moved)


def refuse(meeting: Meeting, *, now: datetime) -> None:
    """Nothing goes on in a meeting that was left open. Raises IllegalMove."""
    if meeting.is_left_open(now):
        raise IllegalMove(
            N_(
                "Deze vergadering staat nog open sinds %(when)s. Sluit haar eerst, en vul in tot hoe laat zij duurde. "
                "Er is niets veranderd."
            ),
            when=f"{meeting.moved_at.astimezone(AMSTERDAM):%d-%m-%Y %H:%M}",
        )
