"""The rights review of a board or a hospital: when it is due, its lines with plain facts, keep or end, signing off."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mdo_portal.domain.board import BoardHospital
from mdo_portal.domain.granting import Place
from mdo_portal.domain.people import Membership
from mdo_portal.domain.policy import Act
from mdo_portal.domain.rights import Odd, RightsReview, RightsReviewLine, Verdict
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove, NotAllowed, NotFound
from mdo_portal.services.access_log import audit
from mdo_portal.services.common.terms import in_force
from mdo_portal.services.people.people_rows import PersonRow, PlaceRow, RoleRow
from mdo_portal.services.rights import memberships, roles

NOT_SEEN = timedelta(days=90)
SIGNED = N_("Deze beoordeling is al afgetekend. Er is niets veranderd.")
NOT_ALL = N_("Nog niet over elke regel is beslist. Kies bij elke regel behouden of beëindigen; daarna kunt u aftekenen.")
NOT_OWN = N_("Over uw eigen rol beslist u niet zelf. Laat een collega die dit ook mag de beoordeling doen.")


def _of(place: Place) -> Select[RightsReview]:
    column = RightsReview.board_id if place.is_board else RightsReview.hospital_id
    return select(RightsReview).where(column == place.id)


def start(session: Session, viewer: Viewer, place: Place, *, now: datetime) -> RightsReview:
    """The list as it stands now; the one under way when there is one."""
    under_way = _of(place).where(RightsReview.signed_at.is_(None))
    if (found := session.scalars(under_way).one_or_none()) is not None:
        return found
    own = {"board_id": place.id} if place.is_board else {"hospital_id": place.id}
    review = RightsReview(**own, started_at=now, started_by=viewer.person_id)
    try:
        with session.begin_nested():
            session.add(review)
    except IntegrityError:  # somebody else began in the same moment, or the same person clicked twice
        return session.scalars(under_way).one()
    session.add_all(_lines(session, review, place, now=now))
    session.flush()
    _log(session, viewer, review, "started", now=now)
    return review


def _lines(session: Session, review: RightsReview, place: Place, *, now: datetime) -> list[RightsReviewLine]:
    found = memberships.at_place(session, place, now=now)
    at_board = _hospitals_at(session, place, [one.id for one in found], now=now)
    return [
        RightsReviewLine(
            review_id=review.id, person_id=one.id, person_name=one.name, membership_id=role.id, role=role.role,
            given_at=role.given_at, last_seen_at=one.last_seen_at, odd=[*map(str, _odd(one, role, place, at_board, now=now))],
        )
        for one in found
        for role in one.roles
    ]  # fmt: skip


def _hospitals_at(session: Session, place: Place, ids: Sequence[uuid.UUID], *, now: datetime) -> set[uuid.UUID]:
    """Those who work for a hospital that takes part in this board."""
    query = select(Membership.person_id).join(BoardHospital, BoardHospital.hospital_id == Membership.hospital_id)
    own = query.where(BoardHospital.board_id == place.id, Membership.person_id.in_(ids), in_force(Membership, now))
    return set(session.scalars(own)) if place.is_board else set()


def _odd(one: PersonRow, role: RoleRow, place: Place, at_board: set[uuid.UUID], *, now: datetime) -> list[Odd]:
    sign_of_life = one.last_seen_at or role.given_at  # somebody who was added last week need not have been here
    facts = {
        Odd.NOT_SEEN: sign_of_life is None or now - sign_of_life > NOT_SEEN,
        Odd.LEFT: not one.hospitals,
        Odd.BOARD_LEFT: place.is_board and bool(one.hospitals) and one.id not in at_board,
        Odd.NO_FACTOR: not one.has_factor,
        Odd.DISABLED: one.is_disabled,
        Odd.OVER: role.state == "over",
    }
    return [odd for odd, holds in facts.items() if holds]


class ReviewPage(NamedTuple):
    """One review with its lines, the odd ones first."""

    review: RightsReview
    place: PlaceRow
    lines: list[RightsReviewLine]
    open_lines: int


def review_for(session: Session, viewer: Viewer, review_id: uuid.UUID, *, lock: bool = False) -> ReviewPage:
    """The review, if this viewer may review that place; otherwise it does not exist."""
    review = session.get(RightsReview, review_id, with_for_update=lock)
    if review is None:
        raise NotFound()
    place = Place(review.board_id or review.hospital_id or uuid.UUID(int=0), review.board_id is not None)
    if not place.may(viewer, Act.RIGHTS_REVIEW):
        raise NotFound()
    row = memberships.place_for(session, viewer, Act.RIGHTS_REVIEW, place)
    query = select(RightsReviewLine).where(RightsReviewLine.review_id == review_id)
    lines = sorted(session.scalars(query), key=lambda one: (-len(one.odd), one.person_name, one.role))
    return ReviewPage(review, row, lines, sum(one.verdict is Verdict.OPEN for one in lines))


def decide(session: Session, viewer: Viewer, page: ReviewPage, line_id: uuid.UUID, verdict: Verdict, *, now: datetime) -> None:
    """Keep or end. Ending ends the role at once, by the same rules as on the page of that person; what was ended stays ended."""
    line = next((one for one in page.lines if one.id == line_id), None)
    if line is None:
        raise NotFound()
    if page.review.signed_at is not None or line.verdict is Verdict.END:
        raise IllegalMove(SIGNED if page.review.signed_at else roles.NO_SUCH)
    if line.person_id == viewer.person_id:
        raise NotAllowed(NOT_OWN)
    if verdict is Verdict.END:
        _end(session, viewer, page.place.place, line, now=now)
    line.verdict, line.decided_at, line.decided_by = verdict, now, viewer.person_id
    session.flush()


def keep_the_plain(session: Session, viewer: Viewer, page: ReviewPage, *, now: datetime) -> int:
    """Keep every undecided line without an odd fact, but never the reviewer's own."""
    plain = [one for one in page.lines if one.verdict is Verdict.OPEN and not one.odd and one.person_id != viewer.person_id]
    for line in plain:
        decide(session, viewer, page, line.id, Verdict.KEEP, now=now)
    return len(plain)


def _end(session: Session, viewer: Viewer, place: Place, line: RightsReviewLine, *, now: datetime) -> None:
    row = session.get_one(memberships.kind_of(place), line.membership_id, with_for_update=True)
    if row.ended_at is None:
        roles.end(session, viewer, row, place, now=now)


def sign(session: Session, viewer: Viewer, page: ReviewPage, *, now: datetime) -> None:
    """Name and time under it. The signer's own role may stay open: nobody decides about themselves."""
    if page.review.signed_at is not None:
        raise IllegalMove(SIGNED)
    if any(one.verdict is Verdict.OPEN and one.person_id != viewer.person_id for one in page.lines):
        raise IllegalMove(NOT_ALL)
    page.review.signed_at, page.review.signed_by, page.review.signed_name = now, viewer.person_id, viewer.name
    session.flush()
    _log(session, viewer, page.review, "signed", now=now)


def _log(session: Session, viewer: Viewer, review: RightsReview, detail: str, *, now: datetime) -> None:
    audit.record(session, viewer, Act.RIGHTS_REVIEW, now=now, object_type="rights_review", object_id=review.id, detail=detail)
