"""The numbers in the header: how much there is that this viewer should look at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from flask import current_app, g
from sqlalchemy.orm import Session

from mdo_portal.domain.people import Role
from mdo_portal.domain.policy import Act
from mdo_portal.domain.viewer import Viewer
from mdo_portal.services.follow_up import follow_up_rows
from mdo_portal.services.inbox import inbox, polls
from mdo_portal.services.keeping import retention_rows
from mdo_portal.services.letters import post_waiting
from mdo_portal.services.links import key_fetching, line_endings, listening
from mdo_portal.services.patients import conflict_rows
from mdo_portal.services.planning import undecided
from mdo_portal.services.rights import rights_due
from mdo_portal.web import log_overdue
from mdo_portal.web.context import is_fragment, now, transaction
from mdo_portal.zone import day_of

Number = int | str | None
STALE = timedelta(minutes=5)


class Count(NamedTuple):
    asks: Callable[[Viewer], bool]
    of: Callable[[Session, Viewer], Number]


def counts(viewer: Viewer) -> dict[str, Number]:
    """By the endpoint of its page. One transaction for all, because the header stands on every page; a piece of a page has none.

    Neither has a page that only says no (`g.uncounted`, set by `errors`).
    """
    asked = (
        {}
        if is_fragment() or g.get("uncounted")
        else {endpoint: count.of for endpoint, count in COUNTS.items() if count.asks(viewer)}
    )
    if not asked:
        return {}
    with transaction() as db:
        return {endpoint: count(db, viewer) or None for endpoint, count in asked.items()}


def forget() -> None:
    """A review was signed, a meeting was finished: count again, for everybody of this process."""
    current_app.extensions["mdo_counted"] = {}


def _counted(what: Callable[..., int], db: Session, viewer: Viewer) -> int:
    """What changes rarely, asked at most once in five minutes."""
    known: dict[object, tuple[datetime, int]] = current_app.extensions.setdefault("mdo_counted", {})
    key = (what, viewer.person_id, viewer.hospital_id)
    at, count = known.get(key, (datetime.min.replace(tzinfo=UTC), 0))
    if now() - at > STALE:
        count = what(db, viewer, now=now())
        known[key] = (now(), count)
    return count


def _waiting_too_long(db: Session, viewer: Viewer) -> int:
    """Messages that wait longer than they should, lines that soon take none, and servers that answer no more when they are asked what
    is new or for their keys, of the hospitals whose links this viewer looks after.

    One more while nobody listens: then none of them takes any.
    """
    of = None if Role.ADMINISTRATOR in viewer.hospital_roles else viewer.hospital_id
    unanswered = len(polls.silent(db, of, now=now())) + len(key_fetching.failing(db, of, now=now()))
    late = sum(inbox.alarms(db, viewer, now=now())) + unanswered
    return late + line_endings.pressing(db, viewer, now=now()) + listening.missed(db, viewer)


def _questions(db: Session, viewer: Viewer) -> int:
    """Messages of the own hospital that wait for somebody to say who the patient is."""
    return conflict_rows.waiting(db, viewer, now=now()).open


def _letters(db: Session, viewer: Viewer) -> int:
    """Letters that somebody should look at: late, stuck, or with an advice that is soon to be carried out."""
    return post_waiting.waiting(db, viewer, now=now()).pressing


def _pressing(db: Session, viewer: Viewer) -> Number:
    """Recommendations that this viewer looks after and that are late, or nearly so."""
    found = follow_up_rows.pressing(db, viewer, today=day_of(now()))
    return f"{found - 1}+" if found >= follow_up_rows.MOST_COUNTED else found


COUNTS = {
    "people.page": Count(lambda viewer: viewer.may_at_all(Act.RIGHTS_REVIEW), partial(_counted, rights_due.overdue)),
    "log.page": Count(lambda viewer: viewer.may_for_own_hospital(Act.LOG_REVIEW), log_overdue.count),
    "inbox.links": Count(lambda viewer: viewer.may_at_all(Act.INBOX_READ), _waiting_too_long),
    "identities.page": Count(lambda viewer: viewer.may_for_own_hospital(Act.IDENTITY_DECIDE), _questions),
    "retention.page": Count(lambda viewer: viewer.may_for_own_hospital(Act.DESTROY_APPROVE), retention_rows.to_judge),
    "meetings.page": Count(lambda viewer: bool(viewer.boards_for(Act.MEETING_LEAD)), partial(_counted, undecided.count)),
    "post.page": Count(lambda viewer: viewer.may_for_own_hospital_or_board(Act.POST_READ), _letters),
    "follow_ups.page": Count(lambda viewer: viewer.may_for_own_hospital_or_board(Act.FOLLOW_CLOSE), _pressing),
}
