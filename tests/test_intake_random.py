"""Whatever comes in one batch, and by which way it is kept: about whom somebody knows is kept once and in order, the rest counted once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from hypothesis import example, given, settings
from hypothesis import strategies as some
from sqlalchemy import delete, func, select

from mdo_portal.database import Database
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.inbound import FeedCount, InboundMessage, InboundState
from mdo_portal.domain.pull import Pull
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.inbox import intake
from mdo_portal.services.inbox.inbound_line import DirectLine
from mdo_portal.services.inbox.sifting import Arrival
from tests import make
from tests.chance import examples
from tests.make import NOW
from tests.people import Region

NUMBERS = ("PATIENT", make.BSN, "UNREAD", "NOTICE", "N1", "N2", "N3", "N4", make.OTHER_BSN)
KNOWN = frozenset({("ZEED", number) for number in NUMBERS[:4]})
"""A patient by a number of the hospital, another by a BSN, whom a message that nobody read is about, whose referral lies ready."""
Batches = list[list[int]]


class Sent(NamedTuple):
    """One message that a system sends, perhaps more than once."""

    of: str  # the hospital; empty: nobody knows whose it is
    kind: str
    numbers: frozenset[str]
    reason: str = ""

    @property
    def names(self) -> set[tuple[str, str]]:
        return {(self.of, number) for number in self.numbers} if self.of else set()

    @property
    def is_feed(self) -> bool:
        return self.kind == "ADT^A08" and bool(self.of) and not self.reason


class Model:
    """What stands in the inbox, one message after another: of each the copies that came, and how many nobody had to know."""

    def __init__(self) -> None:
        self.known = set(KNOWN)
        self.kept: dict[int, int] = {}
        self.noise: Counter[str] = Counter()

    def take(self, sent: Sequence[Sent], batch: Sequence[int]) -> None:
        """What shares a number with what came before it in its batch is about one patient with it."""
        groups: list[set[tuple[str, str]]] = []
        known = set(self.known)
        for at in batch:
            group = sent[at].names.union(*(one for one in groups if one & sent[at].names))
            groups = [one for one in groups if not one & sent[at].names] + [group]
            if sent[at].is_feed and not group & known:
                self.noise[sent[at].of] += 1
                continue
            self.kept[at] = self.kept.get(at, -1) + 1
            known |= group
            self.known |= sent[at].names


MESSAGES = some.lists(
    some.builds(
        Sent,
        some.sampled_from(["ZEED", "ZEED", "ZEED", "KREE", ""]),
        some.sampled_from(["ADT^A08", "ADT^A08", "ADT^A08", "REF^I12"]),
        some.frozensets(some.sampled_from(NUMBERS), min_size=0, max_size=3),
        some.sampled_from(["", "", "", "bad_segment"]),
    ),
    min_size=1,
    max_size=6,
)
BATCHES = some.lists(some.lists(some.integers(0, 5), min_size=1, max_size=6), min_size=1, max_size=4)


def by_session(database: Database, batches: Sequence[Sequence[Arrival]]) -> None:
    for batch in batches:
        with database.transaction() as session:
            intake.keep(session, batch)


def by_line(database: Database, batches: Sequence[Sequence[Arrival]], *, noise: float = 0.0) -> None:
    async def scenario() -> None:
        line = DirectLine(database.plain_url)
        keeper = intake.DirectKeeper(line, make.sealer())
        for batch in batches:
            keeper._noise = noise
            await keeper.keep(keeper.prepare(batch))
        line.close()

    asyncio.run(scenario())


def by_line_of_noise(database: Database, batches: Sequence[Sequence[Arrival]]) -> None:
    by_line(database, batches, noise=1.0)


WAYS: tuple[Callable[[Database, Sequence[Sequence[Arrival]]], None], ...] = (by_session, by_line, by_line_of_noise)


def begin(database: Database, region: Region) -> None:
    """Who is known by a message: one that nobody read, and a notice of which the referral lies ready."""
    link = region.links["ZEED"]
    with database.transaction() as session:
        session.execute(delete(Pull))
        session.execute(delete(InboundMessage))
        session.execute(delete(FeedCount))
        unread = make.arrival(link, raw=b"unread", control_id="unread", patient_numbers=(("ZEED", "UNREAD"),))
        notice = make.arrival(link, raw=b"notice", control_id="notice", patient_numbers=(("ZEED", "NOTICE"),))
        intake.keep(session, [unread, notice])
        row = session.scalars(select(InboundMessage).where(InboundMessage.control_id == "notice")).one()
        row.state, row.settled_at = InboundState.UNDERSTOOD, NOW
        session.add(
            Pull(
                link_id=link.link_id,
                hospital_id=link.hospital_id,
                number="1",
                message_id=row.id,
                next_attempt_at=NOW,
                notice_sealed=sealer(session).seal(b"notice", purpose="notice"),
                created_at=NOW,
            )
        )


def test_what_is_about_somebody_is_kept_once_and_in_order_and_the_rest_is_counted(database: Database, region: Region) -> None:
    with database.transaction() as session:
        zeed = session.get_one(Hospital, region.hospitals["ZEED"])
        make.case(session, zeed, patient=make.identity("PATIENT", bsn=""))
        make.case(session, zeed, patient=make.identity("OTHER", bsn=make.BSN))

    feed, unsure = (Sent("ZEED", "ADT^A08", frozenset({"N1", *more})) for more in ((), ("N2",)))
    known, referral = Sent("ZEED", "ADT^A08", frozenset({"N1", "PATIENT"})), Sent("ZEED", "REF^I12", frozenset({"N1"}))

    @example([feed, referral], [[0, 1, 0]])  # the same bytes before its referral and behind it
    @example([feed, known, unsure], [[0, 1, 0, 2]])  # and before and behind what says that he is known
    @example([feed._replace(reason="bad_segment"), feed], [[0], [1]])  # nobody could read what may be the referral
    @settings(max_examples=examples(40), deadline=None)
    @given(MESSAGES, BATCHES)
    def whatever_comes(sent: list[Sent], chosen: Batches) -> None:
        batches = [[at % len(sent) for at in batch] for batch in chosen]
        model = Model()
        for batch in batches:
            model.take(sent, batch)
        for way in WAYS:
            begin(database, region)
            way(database, [[arrival(region, at, sent[at]) for at in batch] for batch in batches])
            assert stands(database, region) == (list(model.kept.items()), +model.noise), way.__name__

    whatever_comes()


def arrival(region: Region, at: int, sent: Sent) -> Arrival:
    link = region.links[sent.of] if sent.of else None
    told = tuple((sent.of, number) for number in sorted(sent.numbers))
    return make.arrival(link, control_id=f"M{at}", kind=sent.kind, patient_numbers=told, reason=sent.reason)


def stands(database: Database, region: Region) -> tuple[list[tuple[int, int]], Counter[str]]:
    """Of what is kept, in order: which, and how often it came again; and how much of each hospital was counted."""
    columns = InboundMessage.control_id, InboundMessage.doubles
    with database.transaction() as session:
        rows = session.execute(select(*columns).where(InboundMessage.control_id.like("M%")).order_by(InboundMessage.seq))
        kept = [(int(control_id[1:]), doubles) for control_id, doubles in rows]
        counted = select(FeedCount.link_id, func.sum(FeedCount.ignored)).group_by(FeedCount.link_id)
        noise = {link_id: int(ignored) for link_id, ignored in session.execute(counted)}
    return kept, Counter({name: noise[link.link_id] for name, link in region.links.items() if link.link_id in noise})
