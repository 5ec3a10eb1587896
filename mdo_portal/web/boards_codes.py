"""A board that gets another code: the links of hospitals that mean it by the old one go along, before that is somebody else's."""

from __future__ import annotations

from sqlalchemy.orm import Session

from mdo_portal import wiring_profiles
from mdo_portal.domain.policy import Act
from mdo_portal.services.links import links
from mdo_portal.web.context import now, viewer
from mdo_portal.web.links import log


def go_along(db: Session, before: str, after: str) -> None:
    """Every link by which a word means the board that was called `before`. A line in the log and in the history of each."""
    for hospital_id in links.saying(db, before) if before != after else ():
        hospital, link = links.hospital_for(db, viewer(), Act.LINK_MANAGE, hospital_id, lock=True)
        if link is None:
            continue
        text = wiring_profiles.board_recoded(link.profile_in, link.otherwise, before, after)
        if links.save_otherwise(db, hospital, link, text, viewer=viewer(), now=now()):
            log(db, Act.LINK_MANAGE, hospital_id, "places")
