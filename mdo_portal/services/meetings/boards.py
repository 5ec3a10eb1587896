"""Boards as the administrator sets them up: series, capacity, quorum, who takes part; no patient in sight."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal.database import HELD
from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.decision_objection import MOST_HOURS
from mdo_portal.domain.follow_up import MOST_DAYS
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.people import BoardMembership, Role
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, Incomplete, NotFound
from mdo_portal.services.access_log import audit
from mdo_portal.services.common import changes
from mdo_portal.services.common.terms import in_force
from mdo_portal.services.dossier import routing
from mdo_portal.services.letters import lateness
from mdo_portal.services.links.hospital_form import MOST_REVIEW_MONTHS, REVIEW_BOUNDS
from mdo_portal.services.meetings import series
from mdo_portal.zone import day_of

FIELDS = (
    "code",
    "name",
    "tumour_group",
    "weekday",
    "starts",
    "minutes",
    "minutes_per_case",
    "closing_hours",
    "place",
    "video_url",
)
NAMES = frozenset(("code", "name", "aliases"))
"""By which senders may mean a board."""
SETTINGS = ("review_months", "late_hours", "late_paper_days", "objection_hours", "follow_days")
SWITCHES = ("folds_values",)
MOST_LETTERS = 80
NO_NAME = N_("Een naam van een MDO heeft hoogstens 80 tekens. Er is niets veranderd.")
NAMES_ANOTHER = N_("Met dat woord wordt al het MDO %(board)s bedoeld. Er is niets veranderd.")
NO_HOSPITAL = N_("Achter een @ staat een code die geen ziekenhuis heeft. Schrijf de code zoals die bij Koppelingen staat.")
TO_COME = N_("Een begindatum ligt in de toekomst; een ziekenhuis dat hier gekozen is, doet meteen mee. Kies het op die dag.")
NOT_SAVED = N_("Nog niet alles klopt. Er is niets bewaard; verbeter de gemarkeerde velden.")


@dataclass(frozen=True)
class BoardForm:
    """What the form says about a board."""

    code: str
    name: str
    tumour_group: str
    weekday: int
    starts: time
    minutes: int
    minutes_per_case: int
    closing_hours: int
    place: str
    video_url: str
    review_months: int
    objection_hours: int
    follow_days: int
    quorum: list[Any]
    aliases: list[str]
    hospitals: Mapping[uuid.UUID, date | None]  #: who takes part, and since when
    late_hours: int = lateness.HOURS
    late_paper_days: int = lateness.PAPER_DAYS
    folds_values: bool = False  #: after the discussion, loose values alone do not ask for a look


class BoardRow(NamedTuple):
    """A board in the administrator's list."""

    id: uuid.UUID
    code: str
    name: str
    weekday: int
    starts: time
    hospitals: int
    people: int
    has_chair: bool


def rows(session: Session, *, now: datetime) -> list[BoardRow]:
    """Every board, with how many take part."""
    takes_part = select(BoardHospital.board_id, func.count().label("n")).group_by(BoardHospital.board_id).subquery()
    chair = func.bool_or(BoardMembership.role == Role.CHAIR).label("chair")
    held = select(BoardMembership.board_id, func.count(BoardMembership.person_id.distinct()).label("n"), chair)
    held_by = held.where(in_force(BoardMembership, now)).group_by(BoardMembership.board_id).subquery()
    query = (
        select(Board, func.coalesce(takes_part.c.n, 0), func.coalesce(held_by.c.n, 0), func.coalesce(held_by.c.chair, False))
        .outerjoin(takes_part, takes_part.c.board_id == Board.id)
        .outerjoin(held_by, held_by.c.board_id == Board.id)
        .order_by(Board.name)
    )
    found = session.execute(query)
    return [BoardRow(one.id, one.code, one.name, one.weekday, one.starts, *counted) for one, *counted in found]


def board_of(session: Session, board_id: uuid.UUID) -> Board:
    board = session.get(Board, board_id, with_for_update=HELD)
    if board is None:
        raise NotFound()
    return board


def takes_part(session: Session, board_id: uuid.UUID) -> dict[uuid.UUID, date | None]:
    query = select(BoardHospital.hospital_id, BoardHospital.since).where(BoardHospital.board_id == board_id)
    return {row[0]: row[1] for row in session.execute(query)}


def save(session: Session, viewer: Viewer, board: Board | None, form: BoardForm, *, now: datetime) -> Board:
    """A new board or another shape of one; its weekly series is made, and keeps up (`series.keep_up`). Raises Incomplete."""
    _check(session, board, form, today=day_of(now))
    is_new = board is None
    board = board or Board()
    before = {} if is_new else {name: getattr(board, name) for name in (*FIELDS, "quorum", "aliases", *SETTINGS, *SWITCHES)}
    for name in (*FIELDS, "quorum", "aliases", *SETTINGS, *SWITCHES):
        setattr(board, name, getattr(form, name))
    session.add(board)
    session.flush()
    moved = _set_hospitals(session, board, form.hospitals)
    if is_new:
        series.extend(session, board, now=now)
    else:
        series.keep_up(session, board, before, now=now)
    changed = [name for name in before if before[name] != getattr(board, name)] + moved
    if NAMES.intersection(changed):
        changes.wake(session, "route")  # what a hospital called by a name that the board did not have
    detail = "added" if is_new else ", ".join(changed)
    audit.record(session, viewer, Act.BOARD_MANAGE, now=now, object_type="board", object_id=board.id, detail=detail)
    return board


def call_too(session: Session, viewer: Viewer, board_id: uuid.UUID, word: str, *, now: datetime) -> Board:
    """Let senders mean this board by this word too; what waits for a board is routed again. Raises Incomplete."""
    board, word = board_of(session, board_id), " ".join(word.split()).casefold()
    if not word.isprintable() or not 0 < len(word) <= MOST_LETTERS:
        raise Incomplete({}, NO_NAME)
    if others := routing.called_elsewhere(session, word, but={board_id}):
        raise Incomplete({}, NAMES_ANOTHER, board=others[0].name)
    if word not in board.aliases:
        board.aliases = [*board.aliases, word]
        audit.record(session, viewer, Act.BOARD_MANAGE, now=now, object_type="board", object_id=board_id, detail="aliases")
        changes.wake(session, "route")
    return board


def bounds(minutes: int, video_url: str) -> dict[str, tuple[bool, str]]:
    """Whether what holds for every meeting, of the series or not, is wrong, and the sentence that says so."""
    return {
        "minutes": (not 5 <= minutes <= 600, N_("Tussen 5 en 600 minuten.")),
        "video_url": (bool(video_url) and not video_url.startswith("https://"), N_("Begint met https://")),
    }


def _check(session: Session, board: Board | None, form: BoardForm, *, today: date) -> None:
    other = select(Board.id).where(Board.code == form.code)
    found = session.scalar(other if board is None else other.where(Board.id != board.id))
    wrong = {
        "code": (
            not re.fullmatch(r"[A-Z0-9][A-Z0-9-]{0,15}", form.code),
            N_("Hoofdletters, cijfers en streepjes, hoogstens 16."),
        ),
        "name": (not form.name, N_("Vul de naam in zoals die in brieven staat.")),
        "minutes_per_case": (not 1 <= form.minutes_per_case <= 60, N_("Tussen 1 en 60 minuten.")),
        "closing_hours": (not 0 <= form.closing_hours <= 168, N_("Tussen 0 en 168 uur.")),
        "review_months": (not 1 <= form.review_months <= MOST_REVIEW_MONTHS, REVIEW_BOUNDS),
        "objection_hours": (not 0 <= form.objection_hours <= MOST_HOURS, N_("Tussen 0 en 168 uur.")),
        "late_hours": (not 1 <= form.late_hours <= 168, N_("Tussen 1 en 168 uur.")),
        "late_paper_days": (not 1 <= form.late_paper_days <= 20, N_("Tussen 1 en 20 werkdagen.")),
        "follow_days": (not 0 <= form.follow_days <= MOST_DAYS, N_("Tussen 0 en 90 dagen.")),
        "hospitals": (not form.hospitals, N_("Kies minstens één ziekenhuis.")),
    } | bounds(form.minutes, form.video_url)
    fields = {name: sentence for name, (is_wrong, sentence) in wrong.items() if is_wrong}
    if found is not None:
        fields["code"] = N_("Deze code is al van een ander MDO.")
    if any(since and since > today for since in form.hospitals.values()):
        fields["hospitals"] = TO_COME
    fields |= _unknown_hospital(session, form)
    if fields:
        raise Incomplete(fields, NOT_SAVED)


def _unknown_hospital(session: Session, form: BoardForm) -> dict[str, str]:
    """A group of a hospital that is not there is never filled, and the quorum never met."""
    known = set(session.scalars(select(Hospital.code)))
    named = {group["hospital"] for group in form.quorum} - {""}
    return {} if named <= known else {"quorum": NO_HOSPITAL}


def _set_hospitals(session: Session, board: Board, wanted: Mapping[uuid.UUID, date | None]) -> list[str]:
    """Hospitals that join, leave, or have another first day; told as words for the log. Cases of who left stay where they are."""
    held = {one.hospital_id: one for one in session.scalars(select(BoardHospital).where(BoardHospital.board_id == board.id))}
    for hospital_id in held.keys() - wanted.keys():
        session.delete(held[hospital_id])
    for hospital_id in wanted.keys() - held.keys():
        session.add(BoardHospital(board_id=board.id, hospital_id=hospital_id, since=wanted[hospital_id]))
    for hospital_id in wanted.keys() & held.keys():
        held[hospital_id].since = wanted[hospital_id]
    session.flush()
    if wanted.keys() - held.keys():
        changes.wake(session, "route")  # what the hospital referred before it took part
    left, joined = sorted(map(str, held.keys() - wanted.keys())), sorted(map(str, wanted.keys() - held.keys()))
    return [f"left {one}" for one in left] + [f"joined {one}" for one in joined]


def names(session: Session) -> list[tuple[uuid.UUID, str]]:
    """Every board of the network by name."""
    return [(board_id, name) for board_id, name in session.execute(select(Board.id, Board.name).order_by(Board.name))]


def hospitals(session: Session) -> list[Hospital]:
    return list(session.scalars(select(Hospital).order_by(Hospital.name)))
