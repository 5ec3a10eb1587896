"""Messages of nobody: how they sign, and which hospital's link knows an unknown sender by now. Nothing else of them is opened."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from mdo_portal.domain.inbound import RAW_PURPOSE, InboundMessage
from mdo_portal.domain.sealing import CANNOT_OPEN
from mdo_portal.domain.unreadable import NO_SENDER, OTHER_NAME
from mdo_portal.exchange import MessageHeader, Wire
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.inbox.application_acks import header_alone
from mdo_portal.services.inbox.inbox_rows import InboxRow
from mdo_portal.services.links import hospitals

MOST_BYTES = 1_000_000
"""Of a larger message the page does not say how it is signed."""
MOST_SIGNS = 60
_NOBODYS = frozenset({NO_SENDER, OTHER_NAME, "unknown_certificate", "wrong_certificate"})


def named(session: Session, rows: Sequence[InboxRow]) -> list[InboxRow]:
    """The same rows; those of an unknown sender say how it signs. Such rows only the administrator has; and a hospital those that came
    over its own line under another name.
    """
    unknown = [row.id for row in rows if row.reason in _NOBODYS and row.wire == Wire.HL7V2 and 0 < row.size <= MOST_BYTES]
    if not unknown:
        return list(rows)
    query = select(InboundMessage.id, InboundMessage.raw_sealed).where(InboundMessage.id.in_(unknown))
    signs = {row.id: _signs(session, row.raw_sealed) for row in session.execute(query)}
    links = hospitals.links(session)
    return [_named(row, signs[row.id], links) if row.id in signs else row for row in rows]


def _named(row: InboxRow, signs: tuple[str, str], links: Sequence[hospitals.LinkRow]) -> InboxRow:
    is_unknown = row.reason in (NO_SENDER, OTHER_NAME)  # the others sign as somebody who is known, and are not believed
    known = (
        hospitals.sender_of(links, MessageHeader(sending_application=signs[0], sending_facility=signs[1])) if is_unknown else None
    )
    shown = " / ".join(part[:MOST_SIGNS] for part in signs if part)
    return row._replace(signs=shown, signs_for=known.hospital_name if known else "")


def _signs(session: Session, sealed: bytes) -> tuple[str, str]:
    """MSH-3 and MSH-4 as a link compares them: their first component. Empty when the header says nothing, or is there no more."""
    try:
        raw = sealer(session).open(sealed, purpose=RAW_PURPOSE) if sealed else b""
    except CANNOT_OPEN:
        return "", ""
    header = header_alone(raw).decode("cp1252", "replace")
    fields = header.split(header[3]) if header.startswith("MSH") and len(header) > 4 else []
    component = fields[1][:1] if len(fields) > 3 else ""
    found = [field.split(component)[0] if component else field for field in fields[2:4]]
    clean = ["".join(sign for sign in one if sign.isprintable()).strip() for one in found]
    return (clean[0], clean[1]) if len(clean) == 2 else ("", "")
