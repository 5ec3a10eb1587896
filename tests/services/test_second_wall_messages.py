"""What a hospital sent is read by the worker alone: no statement says that it was, or that nothing need be done with it (ADR 0109)."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from mdo_portal.database import Database
from mdo_portal.domain.inbound import InboundMessage, InboundState
from mdo_portal.exchange import Wire
from tests import make
from tests.people import Region
from tests.services.wall_house import Tries, standing, tries, whose

__all__ = ["standing", "tries"]
pytestmark = pytest.mark.xdist_group("wall")  # one house for all of them
LINK = {"Lars", "Ada"}
"""Who connects ZEED, and the administrator: they see what came, and read none of it."""


@pytest.fixture(scope="module")
def came(standing: tuple[Database, Database], region: Region) -> dict[str, uuid.UUID]:
    """ZEED sent something that waits, that nobody could read, that was read, and of which a person must say who it is about."""
    states = {
        "waits": (InboundState.KEPT, ""),
        "unread": (InboundState.UNREADABLE, "unknown_kind"),
        "read": (InboundState.UNDERSTOOD, ""),
        "asked": (InboundState.UNREADABLE, "identity_conflict"),
    }
    link = region.links["ZEED"]
    made = {
        name: InboundMessage(
            hospital_id=link.hospital_id, link_id=link.link_id, wire=Wire.HL7V2, raw_sealed=b"x", size=1, digest=name.encode(),
            received_at=make.NOW - timedelta(hours=1), state=state, reason=reason,
        )
        for name, (state, reason) in states.items()
    }  # fmt: skip
    with standing[0].transaction() as session:
        session.add_all(made.values())
        session.flush()
        return {name: one.id for name, one in made.items()}


SAYS = "UPDATE inbound_messages SET {} WHERE id = :{}"
AGAIN = "state = 'kept', reason = '', place = '', attempts = 0, next_attempt_at = NULL, settled_at = NULL, offered_at = now()"
ONCE_MORE = """INSERT INTO inbound_messages SELECT (jsonb_populate_record(m, jsonb_build_object('id', gen_random_uuid(), 'seq', m.seq + 99999,
    'digest', 'x', 'state', 'kept'))).* FROM inbound_messages m WHERE m.id = :read"""
STATEMENTS: dict[str, tuple[str, set[str]]] = {
    "it came once more": (ONCE_MORE, set()),
    "what waits was read": (SAYS.format("state = 'understood', settled_at = now()", "waits"), set()),
    "what waits need not be read": (SAYS.format("state = 'ignored', settled_at = now()", "waits"), set()),
    "what waits cannot be read": (SAYS.format("state = 'unreadable', reason = 'failed'", "waits"), set()),
    "what waits is read in nine years": (SAYS.format("next_attempt_at = now() + interval '9 years'", "waits"), set()),
    "what nobody could read was read": (SAYS.format("state = 'understood', settled_at = now()", "unread"), set()),
    "what nobody could read is put aside": (SAYS.format("state = 'ignored', settled_at = now()", "unread"), LINK),
    "what nobody could read is read again": (SAYS.format(AGAIN, "unread"), LINK),
    "what was read is read again": (SAYS.format(AGAIN, "read"), LINK),
    "of whom somebody must say who it is, is put aside": (SAYS.format("state = 'ignored', settled_at = now()", "asked"), set()),
}  # fmt: skip


@pytest.mark.parametrize("what", STATEMENTS)
def test_of_a_message_is_said_what_a_page_says(tries: Tries, came: dict[str, uuid.UUID], what: str) -> None:
    statement, may = STATEMENTS[what]

    assert whose(tries, statement, came) == may
