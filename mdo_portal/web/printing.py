"""Rows as the shapes that letters print."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mdo_portal.domain.board import Board, Meeting, MeetingState
from mdo_portal.domain.round import RoundOutcome
from mdo_portal.exchange import DecisionForm, dotted
from mdo_portal.letters.letter_meeting import Agenda, AgendaBlock, AgendaItem, QuorumLine
from mdo_portal.services.meetings.absence_rows import Absent
from mdo_portal.services.meetings.meeting_rows import AgendaRow
from mdo_portal.services.meetings.seats import Seat
from mdo_portal.services.room.presence import Attendee


def agenda(
    meeting: Meeting,
    board: Board,
    rows: Sequence[AgendaRow],
    filled: Sequence[Seat],
    away: Sequence[Absent] = (),
    *,
    network: str,
) -> Agenda:
    """The agenda of a meeting, for paper and mail; `filled`: who can take its places or took them; `away`: who cannot come."""
    items: list[AgendaItem] = []
    listed: list[AgendaItem] = []
    at = meeting.starts_at
    rows = [row for row in rows if row.takes_time]
    for row in rows:
        (listed if row.outcome is RoundOutcome.LISTED else items).append(_item(row, at))
        at += timedelta(minutes=row.minutes)
    return Agenda(
        network=network,
        board=board.name,
        number=f"{board.code}-{meeting.starts_at:%Y%m%d}",
        meeting_at=meeting.starts_at,
        blocks=(AgendaBlock(heading="Te bespreken", items=tuple(items)),),
        listed=tuple(listed),
        place=meeting.place,
        minutes_planned=sum(row.minutes for row in rows),
        minutes_available=meeting.minutes,
        quorum=tuple(_place(seat) for seat in filled),
        absent=tuple(_away(one) for one in away),
        final=meeting.state is not MeetingState.PLANNED,
    )


def report(
    meeting: Meeting,
    board: Board,
    rows: Sequence[AgendaRow],
    taken: Sequence[Seat],
    came: Sequence[Attendee],
    away: Sequence[Absent] = (),
    *,
    network: str,
) -> Agenda:
    """The same of a meeting that was held: who came, which places nobody took, how each case ended and whether its advice is signed."""
    here = {one.person_id for one in came}
    stayed = [one for one in away if one.person_id not in here]
    planned = agenda(meeting, board, rows, taken, stayed, network=network)
    items = tuple(replace(_item(row, row.started_at), ended=_ended(row)) for row in rows)
    return replace(
        planned,
        is_report=True,
        attended=tuple(f"{one.name} ({', '.join((one.discipline, one.hospital_code))})" for one in came if not one.observes),
        quorum=tuple(QuorumLine(role=seat.words, names=seat.present) for seat in taken),
        blocks=(AgendaBlock(heading="Agenda", items=items),),
        listed=(),
    )


def _place(seat: Seat) -> QuorumLine:
    """Who can fill it or did, with who stands in for whom; who said not to come stands beside them."""
    told = ", ".join(_away(one) for one in seat.absent)
    return QuorumLine(
        role=seat.words, names=seat.present or seat.members + seat.stand_ins, note=f"afgemeld: {told}" if told else ""
    )


def _away(one: Absent) -> str:
    if not one.substitute:
        return one.name
    return f"{one.name} (in de plaats: {one.substitute}{', kan ook niet' if one.substitute_is_away else ''})"


def _ended(row: AgendaRow) -> str:
    if row.outcome is None:
        return "zonder uitkomst"
    if not row.outcome.is_signable:
        return _ENDED[row.outcome] + (", bericht getekend" if row.last_form is DecisionForm.OUTCOME else "")
    said = {None: "nog niet getekend", DecisionForm.WITHDRAWAL: "advies ingetrokken"}.get(row.last_form, "advies getekend")
    return f"{_ENDED[row.outcome]}, {said}"


_ENDED = {
    RoundOutcome.DISCUSSED: "besproken",
    RoundOutcome.LISTED: "hamerstuk",
    RoundOutcome.DEFERRED: "doorgeschoven",
    RoundOutcome.REDIRECTED: "doorverwezen",
    RoundOutcome.WITHDRAWN: "ingetrokken",
}


def _item(row: AgendaRow, at: datetime | None) -> AgendaItem:
    asked = (("radiologie", row.question_radiology), ("pathologie", row.question_pathology))
    return AgendaItem(
        initials=dotted(row.initials or row.given[:1]),
        birth_year=row.birth_on.year if row.birth_on else None,
        hospital=row.hospital_name,
        question=row.question,
        minutes=row.minutes,
        starts_at=at,
        presenter=row.presenter,
        needs=tuple(discipline for discipline, question in asked if question),
        mark=", ".join(_marks(row)),
        number=str(row.position),
    )


def _marks(row: AgendaRow) -> Iterator[str]:
    if row.discussed_before:
        yield f"{row.discussed_before + 1}e bespreking"
    if row.deferred_before:
        yield f"{row.deferred_before} keer doorgeschoven"
