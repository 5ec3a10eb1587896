"""What a referral says against itself, asked about: a person noted the hospital's answer, and the mark goes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.caution import Caution
from mdo_portal.domain.viewer import Viewer
from mdo_portal.errors import N_, IllegalMove
from mdo_portal.services.history import standing, timeline

CLEARED = {
    Caution.TEST: "case.no_test",
    Caution.UNSURE: "case.is_them",
    Caution.ANOTHER: "case.is_them",
    Caution.HELD: "case.goes_on",
    Caution.UNFINISHED: "case.form_holds",
}
"""Under which word the timeline says it, of each of domain.caution.DOUBTS."""


def clear(session: Session, case: Case, code: str, answer: str, *, viewer: Viewer, now: datetime) -> None:
    """Whom one asked and what they said stays in the timeline. Said anew by a later message, the mark stands there again.

    Raises IllegalMove without an answer, and when nothing of the kind stands there (any more).
    """
    if not answer.strip():
        raise IllegalMove(N_("Schrijf op wie u sprak en wat die zei. Er is niets veranderd."))
    if code not in CLEARED or code not in case.cautions:
        raise IllegalMove(N_("Dit voorbehoud staat hier niet meer. Er is niets veranderd."))
    case.cautions = [one for one in case.cautions if one != code]
    case.revision += 1
    timeline.happened(session, case, CLEARED[Caution(code)], at=now, person_id=viewer.person_id, reason=answer.strip())
    standing.announce(session, case)
