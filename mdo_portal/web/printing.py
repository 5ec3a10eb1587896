"""Rows as the shapes that letters print."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.exchange import dotted
from mdo_portal.letter_meeting import Agenda, AgendaBlock, AgendaItem, QuorumLine
from mdo_portal.services.meeting_rows import AgendaRow


def agenda(meeting: Meeting, board: Board, rows: Sequence[AgendaRow], *, network: str) -> Agenda:
    """The agenda of a meeting, for paper and mail."""
    items, at = [], meeting.starts_at
    rows = [row for row in rows if row.takes_time]
    for row in rows:
        items.append(
            AgendaItem(
                initials=dotted(row.initials or row.given[:1]),
                birth_year=row.birth_on.year if row.birth_on else None,
                hospital=row.hospital_name,
                question=row.question,
                minutes=row.minutes,
                starts_at=at,
                presenter=row.presenter,
                number=str(row.position),
            )
        )
        at += timedelta(minutes=row.minutes)
    return Agenda(
        network=network,
        board=board.name,
        number=f"{board.code}-{meeting.starts_at:%Y%m%d}",
        meeting_at=meeting.starts_at,
        blocks=(AgendaBlock(heading="Te bespreken", items=tuple(items)),),
        place=meeting.place,
        minutes_planned=sum(row.minutes for row in rows),
        minutes_available=meeting.minutes,
        quorum=tuple(QuorumLine(role=group.words) for group in board.wanted),
        final=meeting.state is not MeetingState.PLANNED,
    )
