"""Which board a referral is for, by the sender's own words; otherwise a person chooses."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence, Set
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.board import Board, BoardHospital
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import IncomingReferral


def route(session: Session, hospital: Hospital, referral: IncomingReferral) -> uuid.UUID | None:
    """The board of this hospital that its link says is meant, else the one that the sender's words name; otherwise a person chooses."""
    words = f"{referral.board_hint} {referral.tumour_hint}"
    found = meant(boards_of(session, hospital), referral.board_code, words)
    return found.id if found else None


def named(session: Session, hospital: Hospital, words: str) -> uuid.UUID | None:
    """The one board of this hospital that these words name; None when none or more than one."""
    found = one_called(boards_of(session, hospital), words)
    return found.id if found else None


def meant(boards: Sequence[Called], code: str, words: str) -> Called | None:
    """The one of these boards with this code, whatever else the words name; where none has it (any more), the one that the words name.

    The code whole: in `URO-P` stands `URO` too, and that is another board.
    """
    return next((one for one in boards if code and one.code.casefold() == code.casefold()), None) or one_called(boards, words)


def one_called(boards: Sequence[Called], words: str) -> Called | None:
    """The one of these boards that the words name; None when none or more than one."""
    found = [board for board in boards if is_called(board, words)]
    return found[0] if len(found) == 1 else None


class Unrouted(NamedTuple):
    """Why a case has no board: what the hospital lacks, or else what the words lack."""

    takes_part: bool  #: whether the hospital takes part in any board
    elsewhere: str  #: the one board that the words name, in which the hospital takes no part; "" = none


def why_not(session: Session, hospital: Hospital, words: str) -> Unrouted:
    """Why these words of this hospital's sender gave no board."""
    own = {one.id for one in boards_of(session, hospital)}
    found = [board.name for board in called_elsewhere(session, words, but=own)]
    return Unrouted(bool(own), found[0] if len(found) == 1 else "")


def called_elsewhere(session: Session, words: str, *, but: Set[uuid.UUID]) -> list[Called]:
    """The boards of the network that these words name, without those in `but`."""
    return [board for board in every_board(session) if board.id not in but and is_called(board, words)]


def every_board(session: Session) -> list[Called]:
    """The boards of the network."""
    return [Called._make(row) for row in session.execute(select(Board.id, Board.code, Board.name, Board.aliases))]


class Called(NamedTuple):
    """A board by the names that a sender may use."""

    id: uuid.UUID
    code: str
    name: str
    aliases: Sequence[str]

    @property
    def all_names(self) -> str:
        """`Uro-prostaat (URO-P, prostaat)`: by any of these words a sender may mean it."""
        return f"{self.name} ({', '.join([self.code, *self.aliases])})"


def boards_of(session: Session, hospital: Hospital) -> Sequence[Called]:
    """The boards that this hospital takes part in. Read once in a transaction: a batch of referrals asks for each of them."""
    of, known = session.info.get("boards_of", (None, {}))
    if of is not session.get_transaction():
        of, known = session.info["boards_of"] = session.get_transaction(), {}
    if hospital.id not in known:
        takes_part = select(BoardHospital.board_id).where(BoardHospital.hospital_id == hospital.id)
        query = select(Board.id, Board.code, Board.name, Board.aliases).where(Board.id.in_(takes_part))
        known[hospital.id] = [Called._make(row) for row in session.execute(query)]
    return list(known[hospital.id])


def is_called(board: Called, words: str) -> bool:
    """Whether these words name the board. Whole words only: `GI` is not meant by *gynaecologisch*."""
    names, words = (board.code, board.name, *board.aliases), " ".join(words.casefold().split())
    return any(re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", words) for name in names if name)
