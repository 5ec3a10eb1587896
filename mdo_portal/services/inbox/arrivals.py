"""As when a message counts: none before what its hospital sent before it. The inbox counts; clocks of those who receive differ.

What a hospital said last is its newest word (referrals/referrals.py, dossier/telling.py), and they go by the moment. One that had to be set
later stays so on its row: the next ones go after it, however many they are, and so does the message itself when it is read again.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from mdo_portal.services.inbox.settling import ClaimedMessage

_BEFORE = text(
    # What came just before, of everybody: machines that receive differ by seconds.
    "SELECT seq, hospital_id, at FROM ("
    "SELECT id, seq, hospital_id, coalesce(counts_at, received_at) AS at FROM inbound_messages WHERE seq < :last"
    " ORDER BY seq DESC LIMIT :back) AS before WHERE at > :oldest AND id <> ALL (:ids)"
    # What the clocks said was latest, of these hospitals: one was hours ahead, or is behind now.
    " UNION ALL SELECT furthest.* FROM unnest(CAST(:hospitals AS uuid[])) AS sender (id), LATERAL ("
    "SELECT seq, hospital_id, received_at FROM inbound_messages WHERE hospital_id = sender.id AND received_at > :oldest"
    " AND id <> ALL (:ids) ORDER BY received_at DESC LIMIT :furthest) AS furthest"
    # What had to be set later, just before each of these.
    " UNION ALL SELECT late.* FROM unnest(CAST(:senders AS uuid[]), CAST(:places AS bigint[])) AS one (sender, place), LATERAL ("
    "SELECT seq, hospital_id, counts_at FROM inbound_messages WHERE hospital_id = one.sender AND counts_at IS NOT NULL"
    " AND seq < one.place ORDER BY seq DESC LIMIT 1) AS late"
)
_SET = text(
    "UPDATE inbound_messages m SET counts_at = told.at"
    " FROM unnest(CAST(:ids AS uuid[]), CAST(:moments AS timestamptz[])) AS told (id, at) WHERE m.id = told.id"
)
LOOKED_BACK = 300
"""So many places in the queue."""
FURTHEST = 20
"""So many of a hospital's messages: a backlog that came after these stands among them."""


def in_order(session: Session, claimed: list[ClaimedMessage], places: Mapping[uuid.UUID, int]) -> list[ClaimedMessage]:
    """They, each received after what its hospital sent before it."""
    before = _before(session, claimed, places)
    found: list[ClaimedMessage] = []
    latest: dict[uuid.UUID, datetime] = {}  # per hospital, of this batch
    for one in claimed:
        own, place = one.received_at, places[one.message_id]
        others = (at for seq, hospital_id, at in before if hospital_id == one.hospital_id and seq < place)
        last = max((own, latest.get(one.hospital_id, own), *others))
        # A moment of its own: by it a case knows when what came then was said (telling.py).
        at = latest[one.hospital_id] = last + timedelta(microseconds=1) if last > own else last
        found.append(one if at == own else replace(one, received_at=at))
    _keep(session, [one for one, was in zip(found, claimed, strict=True) if one is not was])
    return found


def _before(
    session: Session, claimed: list[ClaimedMessage], places: Mapping[uuid.UUID, int]
) -> list[tuple[int, uuid.UUID, datetime]]:
    senders = [one.hospital_id for one in claimed]
    seqs = [places[one.message_id] for one in claimed]
    values = {
        "ids": [one.message_id for one in claimed], "last": seqs[-1], "oldest": min(one.received_at for one in claimed),
        "hospitals": list(dict.fromkeys(senders)), "senders": senders, "places": seqs,
        "back": LOOKED_BACK, "furthest": FURTHEST,
    }  # fmt: skip
    return [(seq, hospital_id, at) for seq, hospital_id, at in session.execute(_BEFORE, values)]


def _keep(session: Session, later: list[ClaimedMessage]) -> None:
    if later:
        session.execute(_SET, {"ids": [one.message_id for one in later], "moments": [one.received_at for one in later]})
