"""Which of two words of a hospital about one referral was the later: by the versions of the request, else by the clocks of who said them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from mdo_portal.domain.case import Case
from mdo_portal.domain.hospital import Hospital
from mdo_portal.exchange import Version
from mdo_portal.services.dossier import latest_word
from mdo_portal.services.dossier.latest_word import ASKED, CANCELLING, UNDATED, Word
from mdo_portal.services.history import timeline
from tests import make
from tests.make import NOW
from tests.people import Region

MINUTE = timedelta(minutes=1)
AT, OTHER = "ServiceRequest/1", "ServiceRequest/2"
NEVER = datetime(1, 1, 1, tzinfo=UTC)


@pytest.fixture
def case(session: Session, region: Region) -> Case:
    return make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), now=NOW - 60 * MINUTE)


def at(minutes: int) -> datetime:
    """So long before now."""
    return NOW - minutes * MINUTE


def version(number: int | None = None, changed: int | None = None, *, of: str = AT, sent: int | None = None) -> Word:
    changed_at = None if changed is None else at(changed)
    return Word(None if sent is None else at(sent), of, Version(number, changed_at))


def told(session: Session, case: Case, what: str, word: Word, *, arrived: int = 1) -> None:
    timeline.happened(session, case, what, at=at(arrived), **latest_word.said(word, NOW))
    session.flush()


LATER = {
    "it was said ten minutes later": (Word(at(20)), Word(at(10)), True),
    "it was said ten minutes earlier": (Word(at(10)), Word(at(20)), False),
    "within five minutes nobody can tell": (Word(at(20)), Word(at(15)), False),
    "just over five minutes": (Word(at(20)), Word(at(14)), True),
    "this one says nothing of when": (UNDATED, Word(at(10)), False),
    "the other says nothing of when": (Word(at(20)), UNDATED, False),
    "a moment that cannot be true is none": (Word(NEVER), Word(at(10)), False),
    "a clock that runs ahead says now": (Word(at(-90)), Word(at(-100)), False),
    "a newer version, whatever the clocks say": (version(1, sent=10), version(2, sent=50), True),
    "an older version, whatever the clocks say": (version(2, sent=50), version(1, sent=10), False),
    "the same version": (version(2, sent=50), version(2, sent=10), False),
    "a newer version of another request": (version(1), version(2, of=OTHER), False),
    "numbers of no request are not compared": (version(1, of=""), version(2, of=""), False),
    "changed later, of one request": (version(changed=20), version(changed=19), True),
    "changed at one moment, of one request": (version(changed=20), version(changed=20), False),
    "changed later, of two requests": (version(changed=20), version(changed=10, of=OTHER), True),
    "changed within five minutes, of two requests": (version(changed=20), version(changed=16, of=OTHER), False),
    "a server that counts anew: the moments": (version(9, 30), version(1, 20), True),
    "a server that counts anew, the other way": (version(1, 20), version(9, 30), False),
    "number and moment agree": (version(1, 30), version(2, 20), True),
}


@pytest.mark.parametrize("which", LATER)
def test_what_takes_back_was_said_later(session: Session, case: Case, which: str) -> None:
    word, other, is_later = LATER[which]
    told(session, case, CANCELLING, other)

    assert latest_word.told_later(session, case, CANCELLING, now=NOW, word=word) is is_later
    assert latest_word.is_latest(session, case, now=NOW, word=word) is not is_later


ASKS = {
    "a newer version asked": (version(1), version(2), False),
    "an older version asked": (version(2), version(1), True),
    "the moment alone says nothing": (version(changed=30, sent=30), version(changed=10, sent=10), True),
    "nor does another request": (version(1), version(2, of=OTHER), True),
}


@pytest.mark.parametrize("what", ASKED)
@pytest.mark.parametrize("which", ASKS)
def test_of_two_that_ask_only_a_newer_version_of_one_request_is_later(
    session: Session, case: Case, which: str, what: str
) -> None:
    word, other, is_latest = ASKS[which]
    told(session, case, what, other)

    assert latest_word.is_latest(session, case, now=NOW, word=word) is is_latest


@pytest.mark.parametrize("what", [*ASKED, CANCELLING])
def test_what_arrived_later_is_later_whatever_was_said(session: Session, case: Case, what: str) -> None:
    """This one is read once more, after a repair."""
    told(session, case, what, Word(at(50)), arrived=-1)

    assert not latest_word.is_latest(session, case, now=NOW, word=Word(at(10)))
    assert latest_word.is_latest(session, case, now=at(-2), word=Word(at(10)))


def test_of_another_referral_nothing_counts(session: Session, case: Case) -> None:
    another = make.case(session, session.get_one(Hospital, case.hospital_id), now=NOW - 60 * MINUTE)
    told(session, another, CANCELLING, Word(at(5)), arrived=-1)

    assert latest_word.is_latest(session, case, now=NOW, word=Word(at(30)))


def test_nothing_is_written_down_that_was_not_said_or_cannot_be_true() -> None:
    assert latest_word.said(Word(address=AT), NOW) == {}, "an address without a version is of no use"
    assert latest_word.said(Word(NEVER, AT, Version(None, NEVER)), NOW) == {}
    assert latest_word.said(Word(NOW + MINUTE), NOW) == {"said_at": NOW.isoformat()}
    assert latest_word.said(version(0, 20), NOW) == {"version": "0", "changed_at": at(20).isoformat(), "request": AT}
    assert latest_word.said(version(3, of=""), NOW) == {"version": "3"}


def test_a_referral_was_said_when_it_was_sent_else_when_it_was_asked() -> None:
    asked = make.referral(make.identity("1"), sent_at=None, asked_at=at(40), known_as=AT, version=Version(2))
    sent = make.referral(make.identity("1"), sent_at=at(5), asked_at=at(40))

    assert (latest_word.word_of(asked), latest_word.word_of(sent).sent_at) == (version(2, sent=40), at(5))
