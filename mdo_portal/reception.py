"""All that hospitals send enters here: keep, then answer. What it means comes after: understanding.py.

Rules. *Acknowledged means stored*: `keep` commits before anybody answers. Nothing is parsed before the answer; only
the header is read. A message we cannot read is kept with the reason, as a row for a person. The same message again
gets the same answer and has one effect. Messages of one patient are understood in order of arrival, different
patients side by side, and one bad message holds nobody else up.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from mdo_portal.database import Database
from mdo_portal.domain.place_words import CERTIFICATE
from mdo_portal.domain.sealing import Sealer
from mdo_portal.exchange import Answer, Caller, MessageHeader, Reader, Unreadable, Verdict, Wire
from mdo_portal.services.inbox import intake
from mdo_portal.services.inbox.inbound_line import DirectLine
from mdo_portal.services.inbox.sifting import Arrival
from mdo_portal.services.links import hospitals
from mdo_portal.services.links.hospitals import LinkRow

REFUSALS = {
    "no_header": (Verdict.REFUSED, "no readable message header"),
    "no_control_id": (Verdict.REFUSED, "message control id is missing"),
    "hostile_delimiters": (Verdict.REFUSED, "encoding characters are not usable"),
    "unknown_sender": (Verdict.NOT_HERE, "sending application and facility are not known here"),
    "other_name": (
        Verdict.NOT_HERE,
        "the hospital of this client certificate is known here under another sending application and facility",
    ),
    "several_senders": (
        Verdict.NOT_HERE,
        "several hospitals here send under this MSH-3 and MSH-4, and this line shows no certificate that says which",
    ),
    "unknown_certificate": (Verdict.NOT_HERE, "the client certificate of this connection is not bound to any hospital here"),
    "wrong_certificate": (
        Verdict.NOT_HERE,
        "the client certificate of this connection belongs to another sender than MSH-3 and MSH-4 say",
    ),
    "plain_not_accepted": (Verdict.NOT_HERE, "this sender may not send without TLS"),
    "too_many_entries": (Verdict.REFUSED, "too many entries; split the bundle"),
    "too_many_numbers": (Verdict.REFUSED, "more than 1000 identifiers of patients; send those of one patient"),
    "too_large": (Verdict.REFUSED, "message is larger than agreed"),
    "broken": (Verdict.REFUSED, "message is damaged"),
    "condition": (Verdict.REFUSED, "the address must name one number (?identifier=system|number), of the resource that is sent"),
    "media_type": (Verdict.NOT_HERE, "send application/fhir+json or application/fhir+xml"),
    "coded": (Verdict.NOT_HERE, "send the body as it is, without Content-Encoding"),
    "wrong_version": (Verdict.NOT_HERE, "another FHIR version than agreed"),
}
"""What the sender hears about a message that is kept but must come again. Everything else that is stored is accepted."""

UNPROVEN = frozenset(
    {"unknown_sender", "other_name", "several_senders", "unknown_certificate", "wrong_certificate", "plain_not_accepted"}
)
"""Refused by what is known of who may send."""


class Sorted(NamedTuple):
    """One message with its header read and its sender known: ready to be kept, with the answer already decided."""

    arrival: Arrival
    answer: Answer


def sort(
    raw: bytes,
    *,
    wire: Wire,
    reader: Reader,
    links: Sequence[LinkRow],
    now: datetime,
    link: LinkRow | None = None,
    caller: Caller | None = None,
    refused: str = "",
) -> Sorted:
    """Read the header, find the sender, decide the answer. Touches no database and no parser.

    `link` is given when the wire itself proved who sends (a bearer token); `refused` when the wire itself saw that it cannot be
    taken: it is kept all the same. `caller`: who is at the other end of the line; what it shows must be of the hospital that the
    message names, and a line without TLS must have been accepted for that hospital.
    """
    if refused:
        place = "" if refused == "too_large" else "Content-Type"
        return _refused(raw, MessageHeader(), wire=wire, link=link, reason=refused, place=place, now=now)
    try:
        header = reader.header(raw)
    except Unreadable as unreadable:
        refusal = _refused(raw, MessageHeader(), wire=wire, link=link, reason=unreadable.reason, place=unreadable.where, now=now)
        return because(refusal, unreadable.where) if wire is Wire.FHIR else refusal
    sender = link or hospitals.sender_of(links, header, caller)
    if sender is None:
        why = _nobodys(header, caller, links)
        whose = _whose_line(caller, links) if why == "other_name" else None
        return _refused(raw, header, wire=wire, link=whose, reason=why, place=_shown(why, caller, links, "MSH-3"), now=now)
    if caller is not None and (wrong := _unproven(sender, caller, links, now=now)):
        # Nobody's until it is proven whose: the same bytes over a proper line are then a new message, not a double of this.
        return _refused(raw, header, wire=wire, link=None, reason=wrong, place=_shown(wrong, caller, links, "MSH-4"), now=now)
    if wire is Wire.HL7V2 and not header.control_id:
        return _refused(raw, header, wire=wire, link=sender, reason="no_control_id", place="MSH-10", now=now)
    if own := reader.numbers(raw, sender.profile_in):  # before anybody asks whether this patient is known here
        header = header._replace(patient_numbers=tuple(dict.fromkeys((*header.patient_numbers, *own))))
    later = header.application_ack if sender.application_ack_out and intake.is_told_later(header.kind) else ""
    arrival = Arrival(
        raw=raw,
        wire=wire,
        header=header,
        link=sender,
        at=now,
        charset=reader.charset(raw, sender.profile_in, sender.charset_in),
        line=_line(caller),
        application_ack=later,
    )
    repeats = reader.repeats(header.kind, sender.profile_in)
    stored = Answer(Verdict.STORED, header.control_id, "", "", now, _reference(arrival), repeats, bool(later))
    return Sorted(arrival, stored)


def _nobodys(header: MessageHeader, caller: Caller | None, links: Sequence[LinkRow]) -> str:
    """Why no hospital here can be said to have sent this."""
    signing = hospitals.signing(links, header)
    if not signing:
        return "other_name" if _whose_line(caller, links) else "unknown_sender"
    if caller is None or not caller.is_encrypted or any(one.shows(caller) for one in signing):
        return "several_senders"
    return _of_another(caller, links)


def _whose_line(caller: Caller | None, links: Sequence[LinkRow]) -> LinkRow | None:
    """The one hospital that this line belongs to by its certificate; None when that says nobody, or several (a regional engine)."""
    found = [one for one in links if one.shows(caller)] if caller is not None and caller.is_encrypted else []
    return found[0] if len(found) == 1 else None


def _shown(reason: str, caller: Caller | None, links: Sequence[LinkRow], place: str) -> str:
    """Which certificate it was, and of which hospital: whoever reads the row must know whom to call."""
    if caller is None or reason not in ("wrong_certificate", "unknown_certificate", "unknown_sender", "other_name"):
        return place
    whose = next((one.hospital_code for one in links if one.shows(caller)), "")
    if reason == "unknown_sender" and not whose:
        return place
    name = "".join(sign for sign in caller.common_name if sign.isprintable())[:80]
    return " ".join(part for part in (CERTIFICATE, whose, name, caller.certificate[:16]) if part)


def _of_another(caller: Caller, links: Sequence[LinkRow]) -> str:
    return "wrong_certificate" if any(one.shows(caller) for one in links) else "unknown_certificate"


def _unproven(sender: LinkRow, caller: Caller, links: Sequence[LinkRow], *, now: datetime) -> str:
    """Why this line does not prove that the message is of `sender`; "" when it does."""
    if caller.is_encrypted:
        return "" if sender.shows(caller) else _of_another(caller, links)
    return "" if caller.is_local or sender.takes_plain(now) else "plain_not_accepted"


def _line(caller: Caller | None) -> str:
    if caller is None:
        return ""
    return "tls" if caller.is_encrypted else "local" if caller.is_local else "plain"


def _reference(arrival: Arrival) -> str:
    """Our number of the answer: of the message alone, so that a double is answered with the same bytes. MSH-10 has room for 20."""
    return arrival.digest[:9].hex().upper()


def refuse(
    raw: bytes,
    *,
    wire: Wire,
    reader: Reader,
    links: Sequence[LinkRow],
    reason: str,
    now: datetime,
    caller: Caller | None = None,
) -> Sorted:
    """What the wire itself already refused (too large, too slow): its beginning is kept.

    Under the hospital that it names when the line proves that, as in `sort`; else it is nobody's, and for the administrator.
    """
    try:
        header = reader.header(raw)
    except Unreadable:
        header = MessageHeader()
    sender = hospitals.sender_of(links, header, caller)
    if sender is not None and caller is not None and _unproven(sender, caller, links, now=now):
        sender = None
    return _refused(raw, header, wire=wire, link=sender, reason=reason, place="", now=now)


def _refused(
    raw: bytes, header: MessageHeader, *, wire: Wire, link: LinkRow | None, reason: str, place: str, now: datetime
) -> Sorted:
    verdict, text = REFUSALS.get(reason, (Verdict.REFUSED, "message could not be read"))
    arrival = Arrival(raw=raw, wire=wire, header=header, link=link, at=now, reason=reason, place=place)
    # What was refused over its envelope comes again as the very same bytes in a better one: that is no double of it.
    arrival.digest = hashlib.sha256(f"refused {reason} ".encode() + arrival.digest).digest()
    return Sorted(arrival, Answer(verdict, header.control_id, reason=reason, text=text, at=now, reference=_reference(arrival)))


def because(refusal: Sorted, why: str) -> Sorted:
    """The same, saying to the sender what is wrong: in words of ours, never in any of the message."""
    said = refusal.answer
    return refusal._replace(answer=said._replace(text=f"{said.text}: {why}" if why else said.text, place=why))


def anew_after(message: Sorted, deletion: uuid.UUID) -> None:
    """The same bytes that came before what they brought was deleted are no double: once more, for each such deletion."""
    message.arrival.digest = hashlib.sha256(f"after {deletion} ".encode() + message.arrival.digest).digest()


def keep(
    database: Database, messages: Sequence[Sorted], *, link: str = "", if_: Callable[[Session], None] | None = None
) -> list[Answer]:
    """Store them all, in one commit. Only when this returns may the answers go out. Raises when nothing was stored.

    Gives the answers: a double gets that of its first time. `link`: the token by which a hospital came in; a web process may store
    for that hospital only. `if_`: what must hold as they are stored, asked in that transaction; nothing is when it raises.
    """
    with database.transaction(link=link) as session:
        if if_ is not None:
            if_(session)
        doubles = intake.keep(session, [message.arrival for message in messages])
    return _answers(messages, doubles)


def _answers(messages: Sequence[Sorted], doubles: Mapping[bytes, datetime]) -> list[Answer]:
    if not doubles:
        return [message.answer for message in messages]
    return [message.answer._replace(at=doubles.get(message.arrival.digest, message.answer.at)) for message in messages]


class Batch(NamedTuple):
    """Messages that are stored in one commit."""

    messages: Sequence[Sorted]
    prepared: intake.Prepared


class Keeper:
    """Keeps batch after batch for a listener, on a connection of its own. `keep` promises what the function `keep` promises."""

    def __init__(self, database: Database) -> None:
        assert isinstance(database.sealer, Sealer)
        self._line = DirectLine(database.plain_url)
        self._keeper = intake.DirectKeeper(self._line, database.sealer)

    @property
    def most(self) -> int:
        """How many messages to bring at a time, at most."""
        return self._keeper.most

    @property
    def enough(self) -> int:
        """With so many waiting, the next batch is worth preparing while the one before it is stored."""
        return self._keeper.enough

    def prepare(self, messages: Sequence[Sorted]) -> Batch:
        """Do for them what needs no database. Batches are kept in the order in which they were prepared."""
        return Batch(messages, self._keeper.prepare([message.arrival for message in messages]))

    async def keep(self, batch: Batch) -> list[Answer]:
        return _answers(batch.messages, await self._keeper.keep(batch.prepared))

    def close(self) -> None:
        self._line.close()
