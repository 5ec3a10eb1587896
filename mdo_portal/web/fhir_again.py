"""What a hospital's system hands in again: it is here already, unless it was deleted there since. Only its own messages are looked at."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mdo_portal import reception, wiring
from mdo_portal.reception import Sorted
from mdo_portal.services.inbox import handed_in
from mdo_portal.web.context import database
from mdo_portal.web.fhir_conditions import Number


class HereAlready(Exception):
    """What was to be made once is here: `known`, under `number`."""

    def __init__(self, number: str, known: handed_in.Known) -> None:
        super().__init__("here already")
        self.number, self.known = number, known


_ADDRESSES = handed_in.Addresses(wiring.at_address.names, wiring.at_address.deletes)


def here(token: str, link_id: uuid.UUID, kind: str, asked: Number) -> handed_in.Known | None:
    """The newest of this kind ("" for any) that this link handed in under that number, and did not delete since.

    A condition that we cannot judge is none: the message is kept, and a double of the same bytes has one effect anyway.
    """
    with database().transaction(link=token) as db:
        return looked_for(db, link_id, kind, asked)


def once(link_id: uuid.UUID, kind: str, asked: Number) -> Callable[[Session], None]:
    """That it still is not here when it is stored, and that nobody stores it until then. Raises HereAlready."""

    def check(db: Session) -> None:
        db.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"{link_id} {asked.value}"))))
        if known := looked_for(db, link_id, kind, asked):
            raise HereAlready(asked.value, known)

    return check


def looked_for(db: Session, link_id: uuid.UUID, kind: str, asked: Number) -> handed_in.Known | None:
    known = handed_in.alike(db, link_id, kind, asked.value)
    message = next((one for one, raw in known if asked.is_of_any or asked.is_among(raw)), None)
    return None if message is None or handed_in.deleted_since(db, message.id, _ADDRESSES) else message


def is_made_anew(token: str, double: Sorted) -> bool:
    """Whether what these very bytes brought before was deleted since. Then they are no double any more, and can be kept."""
    arrival = double.arrival
    if arrival.link is None:
        return False
    with database().transaction(link=token) as db:
        first = handed_in.of_bytes(db, arrival.link.link_id, arrival.header.control_id, arrival.digest)
        deletion = handed_in.deleted_since(db, first, _ADDRESSES) if first else None
    if deletion is not None:
        reception.anew_after(double, deletion)
    return deletion is not None
