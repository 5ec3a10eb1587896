"""A board's coordinator asks and answers at the hospital they work for too: who may make one, for which hospital."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain import granting
from mdo_portal.domain.granting import Place
from mdo_portal.domain.people import BoardMembership, Membership, Role
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.common.terms import in_force, not_over


def check_opens_no_hospital(
    session: Session, viewer: Viewer, place: Place, person_id: uuid.UUID, role: Role, *, now: datetime
) -> None:
    """Raises NotAllowed. Of somebody new `colleagues.add_person` asks it, by the hospital in whose name they take part.

    Who treated there until their role ran out, and still takes part in its name, sees no patient there: that too would be opened.
    """
    own = select(Membership.hospital_id, Membership.role).where(Membership.person_id == person_id, not_over(Membership, now))
    mine = (BoardMembership.person_id == person_id, BoardMembership.board_id != place.id, in_force(BoardMembership, now))
    held = [(hospital_id, one) for hospital_id, one in session.execute(own)]
    granting.check_opens_no_hospital(
        viewer, place, role, held=held, on_boards=list(session.scalars(select(BoardMembership.role).where(*mine)))
    )
