"""Topics: what a screen may be told about. A topic is a kind and an id; the news itself carries no patient data."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial

from mdo_portal.domain.case import Case
from mdo_portal.domain.delivery import Delivery
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.policy import Act
from mdo_portal.errors import PortalError
from mdo_portal.live.guard import BadPayload, Context, Payload
from mdo_portal.services.common import access
from mdo_portal.services.decisions import rounds
from mdo_portal.services.letters import post

MOST_TOPICS = 50
Rule = Callable[[Context, uuid.UUID], bool]


def some_topics(payload: Payload) -> list[str]:
    """The topics a page asks for. BadPayload when it is not a list of words."""
    topics = payload.get("topics")
    if not isinstance(topics, list) or not all(isinstance(topic, str) for topic in topics):
        raise BadPayload()
    return topics[:MOST_TOPICS]


def may_watch(context: Context, topic: str) -> bool:
    """Whether this viewer may hear that this changes; the same rule as for reading it."""
    kind, _, name = topic.partition(":")
    if topic == "worklist:unrouted":
        return bool(context.viewer.boards_for(Act.CASE_PLAN))
    if topic == "messages:nobody":
        return context.viewer.may(Act.INBOX_READ, hospital_id=None)
    try:
        object_id = uuid.UUID(name)
        rule = RULES[kind]
    except (ValueError, KeyError):
        return False
    # Only the one spelling under which news is announced; another would never be heard, and is no name for a room.
    return topic == f"{kind}:{object_id}" and rule(context, object_id)


def _worklist(context: Context, object_id: uuid.UUID) -> bool:
    viewer = context.viewer
    own = object_id == viewer.hospital_id and viewer.may_for_own_hospital(Act.WORKLIST_READ)
    return own or viewer.may(Act.WORKLIST_READ, board_id=object_id)


def _post(context: Context, hospital_id: uuid.UUID) -> bool:
    return post.concerns(context.session, context.viewer, hospital_id)


def _link(context: Context, hospital_id: uuid.UUID) -> bool:
    return context.viewer.may(Act.LINK_READ, hospital_id=hospital_id) and context.session.get(Hospital, hospital_id) is not None


def _case(context: Context, case_id: uuid.UUID) -> bool:
    return _is_found(partial(access.case_for, context.session, context.viewer, Act.CASE_READ, case_id, now=context.now))


def _advice(context: Context, round_id: uuid.UUID) -> bool:
    return _is_found(partial(rounds.round_for, context.session, context.viewer, Act.NOTE_READ, round_id, now=context.now))


def _meeting(context: Context, meeting_id: uuid.UUID) -> bool:
    return _is_found(partial(access.meeting_for, context.session, context.viewer, Act.MEETING_READ, meeting_id))


def _delivery(context: Context, delivery_id: uuid.UUID) -> bool:
    delivery = context.session.get(Delivery, delivery_id)
    if delivery is None:
        return False
    case = context.session.get(Case, delivery.case_id)  # who looks after a link sees the letter and not the case
    return context.viewer.may(Act.POST_READ, hospital_id=delivery.hospital_id, board_id=case.board_id if case else None)


def _inbox(context: Context, message_id: uuid.UUID) -> bool:
    message = context.session.get(InboundMessage, message_id)
    return message is not None and context.viewer.may(Act.INBOX_READ, hospital_id=message.hospital_id)


def _messages(context: Context, hospital_id: uuid.UUID) -> bool:
    """What stands in the inbox of a hospital; of what is forgotten, most of what it sends, only its `link` hears."""
    hospital = context.session.get(Hospital, hospital_id)
    return hospital is not None and context.viewer.may(Act.INBOX_READ, hospital_id=hospital_id)


def _is_found(look: Callable[[], object]) -> bool:
    try:
        look()
    except PortalError:
        return False
    return True


RULES: dict[str, Rule] = {
    "worklist": _worklist,
    "post": _post,
    "link": _link,
    "case": _case,
    "advice": _advice,
    "meeting": _meeting,
    "presence": _meeting,
    "delivery": _delivery,
    "inbox": _inbox,
    "messages": _messages,
}
