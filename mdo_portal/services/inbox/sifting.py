"""One batch on its way into the inbox: what must be stored, and about whom it must be asked whether anybody here knows them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from mdo_portal.domain.identifiers import is_bsn_shaped
from mdo_portal.domain.inbound import FEED, PATIENT_KEY, RAW_PURPOSE
from mdo_portal.domain.patient import BSN_PURPOSE
from mdo_portal.domain.sealing import Sealer
from mdo_portal.exchange import MessageHeader, Wire
from mdo_portal.services.inbox import inbound_rows
from mdo_portal.services.inbox.inbound_rows import NOBODY, AskedNumber, InboundRow, Noise
from mdo_portal.services.links.hospitals import LinkRow

MOST_ASKED = 64
"""Numbers that are asked about for one message, those of others about the same patients included. With more it is kept without asking:
whoever understands it finds out whether it is about anybody (a batch of hostile ones took seconds of everybody's line)."""
Number = tuple[str, str]
"""A hospital's id and a patient's number there."""
Doubles = dict[bytes, datetime]
"""Digest of a message that came before -> when it first came."""


@dataclass(eq=False, slots=True)  # nobody writes to one; to forbid it costs a hundredth of all that a message costs
class Arrival:
    """One message as it came, before it is stored. `reason` non-empty: kept as unreadable, for a person.

    `digest` is what makes two messages the same: of the bytes of the message, without those of a batch around it.
    """

    raw: bytes
    wire: Wire
    header: MessageHeader
    link: LinkRow | None
    at: datetime
    reason: str = ""
    place: str = ""
    charset: str = ""
    line: str = ""
    application_ack: str = ""
    digest: bytes = field(init=False)

    def __post_init__(self) -> None:
        start, end = self.header.body
        self.digest = hashlib.sha256(memoryview(self.raw)[start:end] if end else self.raw).digest()


class Sifting:
    """One batch on its way in: what must be stored, and about which numbers it must be asked whether anybody here has them."""

    def __init__(self, arrivals: Sequence[Arrival], keys: Sealer) -> None:
        self._arrivals, self._keys = arrivals, keys
        self._own: dict[str, bytes] = {}  # each number's key, made once per batch
        self._bsn: dict[str, bytes] = {}  # and what it would be as a BSN
        self.doubles: Doubles = {}  # within the batch itself
        self.asked: list[AskedNumber] = []
        self._certain: set[Number] = set()  # numbers in messages that are kept in any case
        self.feed = 0  # messages of the feed
        #: the same message of the feed came twice in it: what came between may say who it is about, so that only the second is kept
        self.is_twice = False
        #: for each message: -1 = kept whatever it is, else the place under which its numbers are asked
        self._places = [self._ask(place, arrival, told) for place, (arrival, told) in enumerate(self._linked())]

    @property
    def has_feed(self) -> bool:
        return self.feed > 0

    def unsifted(self) -> tuple[list[AskedNumber], list[InboundRow]]:
        """What is asked and all rows, for the statement that sifts by itself. Not when `is_twice`: of two it can keep only the first."""
        return self.asked, self._rows(zip(self._arrivals, self._places, strict=True))

    def sifted(self, known: set[int]) -> tuple[list[InboundRow], list[Noise]]:
        """What must be stored and what was only noise, once it is known which places have a number that somebody here has."""
        kept: list[tuple[Arrival, int]] = []
        noise: Counter[tuple[str, date]] = Counter()
        for arrival, place in zip(self._arrivals, self._places, strict=True):
            if place < 0 or place in known:
                kept.append((arrival, -1))
            elif arrival.link is not None:
                noise[arrival.link.link_hex, arrival.at.date()] += 1
        return self._rows(kept), [Noise(*of, count) for of, count in sorted(noise.items())]

    def _linked(self) -> Iterator[tuple[Arrival, set[Number]]]:
        """Each message with its numbers, and those of earlier ones in this batch that share one with it: they are about one patient."""
        linked: dict[Number, set[Number]] = {}
        for arrival in self._arrivals:
            told = _numbers(arrival)
            if len(self._arrivals) > 1 and len(told) <= MOST_ASKED:
                if others := [linked[number] for number in told if number in linked]:
                    told = told.union(*{id(one): one for one in others}.values())
                if len(told) <= MOST_ASKED:  # else it is kept, and by its numbers whatever follows it
                    for number in told:
                        linked[number] = told
            yield arrival, told

    def _ask(self, place: int, arrival: Arrival, told: set[Number]) -> int:
        if not _is_feed(arrival) or len(told) > MOST_ASKED:
            self._certain |= told
            return -1
        self.feed += 1
        if self._certain and not self._certain.isdisjoint(told):  # behind its referral, which is stored with it
            return -1
        self.asked += [(place, at, number, self._bsn_of(number), self._key_of(number)) for at, number in told]
        return place

    def _rows(self, kept: Iterable[tuple[Arrival, int]]) -> list[InboundRow]:
        rows: dict[tuple[str, bytes], InboundRow] = {}
        self.doubles.clear()
        for arrival, place in kept:
            same = arrival.link.link_hex if arrival.link else "", arrival.digest
            if same in rows:
                self.is_twice |= rows[same].place >= 0
                rows[same] = rows[same]._replace(doubles=rows[same].doubles + 1)
                self.doubles[arrival.digest] = rows[same].received_at
            else:
                rows[same] = self._row(arrival, place)
        return list(rows.values())

    def _row(self, arrival: Arrival, place: int) -> InboundRow:
        header, link = arrival.header, arrival.link
        return InboundRow(
            place,
            link.link_hex if link else NOBODY,
            link.hospital_hex if link else NOBODY,
            arrival.wire,
            _storable(header.kind, 60),
            _storable(header.control_id, 200),
            arrival.digest,
            self._keys.seal(arrival.raw, purpose=RAW_PURPOSE),
            len(arrival.raw),
            inbound_rows.as_array(set(map(self._key_of, header.names))),
            arrival.reason,
            _storable(arrival.place, 200),
            arrival.at,
            0,
            _storable(arrival.charset, 60),
            arrival.line,
            arrival.application_ack,
        )

    def _key_of(self, number: str) -> bytes:
        """A blind key for a patient's number: two messages that share one are about one patient."""
        return self._own.get(number) or self._own.setdefault(number, self._keys.blind(number, purpose=PATIENT_KEY))

    def _bsn_of(self, number: str) -> bytes:
        """Its blind index as a BSN; of a number that is none, as nearly all of a hospital's own, nothing: nobody is found by it."""
        if not is_bsn_shaped(number):
            return b""
        return self._bsn.get(number) or self._bsn.setdefault(number, self._keys.blind(number, purpose=BSN_PURPOSE))


def _storable(text: str, most: int) -> str:
    """PostgreSQL knows no NUL in a text: one sender's junk must not refuse everybody's batch."""
    return text if text.isprintable() and len(text) <= most else text.replace("\0", "")[:most]


def _is_feed(arrival: Arrival) -> bool:
    """Whether it is kept only when somebody here is known. Of one with more patients than were looked for nobody can say that."""
    header = arrival.header
    is_whole = arrival.link is not None and not arrival.reason and not header.has_more_patients
    return is_whole and header.kind.partition("^")[0] in FEED


def _numbers(arrival: Arrival) -> set[Number]:
    """Also of what is refused, where its header could be read: it may be the referral, and come again in good order."""
    if arrival.link is None:
        return set()
    hospital_id = arrival.link.hospital_hex
    return {(hospital_id, number) for _, number in arrival.header.patient_numbers}
