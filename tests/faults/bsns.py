"""B8: BSNs that cannot be right, are somebody else's, or change. What does not fit is put before a person; nobody is linked by itself."""

from __future__ import annotations

import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case
from mdo_portal.domain.identifiers import passes_eleven_test
from mdo_portal.domain.identity_conflict import IdentityConflict
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.domain.patient import Patient
from tests import make
from tests.faults.house import House, environment, running
from tests.faults.processes import quick_worker
from tests.faults.storing import stuck
from tests.faults.understanding import _hand_in

Figures = dict[str, Any]


@dataclass(frozen=True)
class Said:
    """One message: about which human being it really is, and what must become of it ("" = a case of that person)."""

    raw: bytes
    referral: str
    who: str
    stands_as: str = ""


class Writer:
    """Writes the messages of one story; numbers and BSNs are of this story only.

    `given`: BSNs of other stories. Of eight hundred by chance some are the same, and such a story asks what it should not.
    """

    def __init__(self, dice: random.Random, given: set[str]) -> None:
        self._dice, self._given, self._name = dice, given, f"B{make.number()}"
        self._at = 0

    def bsn(self, *, right: bool = True) -> str:
        """Of the test range, passing the eleven-test or failing it by one digit."""
        while True:
            found = f"9999{self._dice.randrange(100_000):05d}"
            if passes_eleven_test(found) is right and found not in self._given:
                self._given.add(found)
                return found

    def __call__(
        self, who: str, number: str, bsn: str, stands_as: str = "", *, sender: str = "ZEED-EPD", feed: bool = False
    ) -> Said:
        self._at += 1
        referral, patient = f"VW-{self._name}-{self._at}", f"{self._name}{number}"
        control_id, family = f"{self._name}-{self._at}", f"van {who} {self._name}"
        if feed:
            raw = make.hl7_change(control_id, patient=patient, family=family, sender=sender)
            raw = raw.replace(b"^^^ZEED^PI", f"^^^ZEED^PI~{bsn}^^^NLMINBIZA^NNNLD".encode())
        else:
            raw = make.hl7_referral(control_id, patient=patient, referral_number=referral, bsn=bsn, family=family, sender=sender)
        born = {"A": b"|19600101|", "B": b"|19711231|"}[who]
        return Said(raw.replace(b"|19600101|", born), "" if feed else referral, f"{sender} {who}", stands_as)


def failing(say: Writer) -> Iterator[Said]:
    """Two people with the same impossible BSN: both are taken in, nobody is found by it."""
    bsn = say.bsn(right=False)
    yield say("A", "1", bsn)
    yield say("B", "2", bsn)


def shared(say: Writer) -> Iterator[Said]:
    """Two people, one BSN."""
    bsn = say.bsn()
    yield say("A", "1", bsn)
    yield say("B", "2", bsn, "other_number")
    yield say("B", "2", bsn, "waits_for_identity")


def changed(say: Writer) -> Iterator[Said]:
    """The number of before with another BSN."""
    yield say("A", "1", say.bsn())
    yield say("A", "1", say.bsn(), "other_bsn")


def changed_in_the_feed(say: Writer) -> Iterator[Said]:
    """The same in an ADT."""
    yield say("A", "1", say.bsn())
    yield say("A", "1", say.bsn(), "other_bsn", feed=True)


def crossed(say: Writer) -> Iterator[Said]:
    """The number of one and the BSN of another who stands here too."""
    bsn = say.bsn()
    yield say("A", "1", bsn)
    yield say("B", "2", say.bsn())
    yield say("B", "2", bsn, "two_patients")


def elsewhere(say: Writer) -> Iterator[Said]:
    """The same person, number and BSN at another hospital: two patients, each of its own hospital."""
    bsn = say.bsn()
    yield say("A", "1", bsn)
    yield say("A", "1", bsn, sender="KREE-EPD")


STORIES: Sequence[Callable[[Writer], Iterator[Said]]] = (failing, shared, changed, changed_in_the_feed, crossed, elsewhere)


def doubtful(house: House, *, rounds: int) -> Figures:
    """Every story so many times, shuffled through each other, read by two workers."""
    database, dice, given = house.copy(), random.Random(11), set[str]()
    stories = [list(story(Writer(dice, given))) for story in STORIES for _ in range(rounds)]
    said = list(_shuffled(stories, dice))
    _hand_in(database, house, [one.raw for one in said])
    env = environment(database)
    with running(quick_worker, env, house.folder), running(quick_worker, env, house.folder):
        left = stuck(database, seconds=60)
    stands, owners, kinds = _stands(database), _owners(database), _kinds(database)
    database.close()
    wrong = Counter(one.stands_as for one in said if stands.get(_control_id(one)) != (one.stands_as or "understood"))
    links = sum(
        owners[one.referral] == owners[other.referral]
        for story in stories
        for one, other in combinations([each for each in story if each.referral in owners], 2)
        if one.who != other.who
    )
    wanted = Counter(one.stands_as for one in said if one.stands_as not in ("", "waits_for_identity")) + Counter(
        eleven_test=2 * rounds
    )
    cases = sum(bool(one.referral and not one.stands_as) for one in said)
    return {
        "rounds": rounds,
        "lost": left
        + len(said)
        - len(stands)
        + sum(one.referral not in owners for one in said if one.referral and not one.stands_as),
        "duplicates": len(owners) - cases,
        "messages": len(said),
        "auto_links": links,
        "questions": dict(kinds),
        "wrong": dict(wrong),
        "ok": links == left == 0 and not wrong and kinds == wanted and len(owners) == cases and len(stands) == len(said),
    }


def _shuffled(stories: list[list[Said]], dice: random.Random) -> Iterator[Said]:
    """All messages in one stream; each story in its own order."""
    waiting = [list(story) for story in stories]
    while waiting:
        story = dice.choice(waiting)
        yield story.pop(0)
        waiting = [one for one in waiting if one]


def _control_id(one: Said) -> str:
    return one.raw.split(b"|")[9].decode()


def _stands(database: Database) -> dict[str, str]:
    """Control id -> understood, the kind of question it raised, or why it waits."""
    with database.transaction() as session:
        asked = {row.message_id: row.kind.value for row in session.scalars(select(IdentityConflict))}
        found = session.scalars(select(InboundMessage))
        return {
            one.control_id: asked.get(one.id, one.reason) if one.reason == "identity_conflict" else one.reason or one.state.value
            for one in found
        }


def _owners(database: Database) -> dict[str, uuid.UUID]:
    with database.transaction() as session:
        query = select(Case.referral_number, Case.patient_id).join(Patient, Patient.id == Case.patient_id)
        rows = session.execute(query.where(Case.referral_number.like("VW-B%"))).tuples().all()
        return dict(rows)


def _kinds(database: Database) -> Counter[str]:
    with database.transaction() as session:
        return Counter(row.value for row in session.scalars(select(IdentityConflict.kind)))
