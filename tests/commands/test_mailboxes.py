"""A mailbox that takes none is left alone for a day: asked every ten minutes, a mail server takes the portal for one that sends rubbish."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from mdo_portal import reminding
from mdo_portal.commands import work
from mdo_portal.commands.work import MAILBOX_AGAIN
from mdo_portal.database import Database

GONE = uuid.UUID(int=1)


def asked_for(rounds: list[datetime], database: Database, monkeypatch: pytest.MonkeyPatch, *, goes_on: bool) -> list[uuid.UUID]:
    """Whom the mail server was asked for, when a round begins at each of these moments."""
    asked: list[uuid.UUID] = []
    clock, stop = iter(rounds), threading.Event()
    present = [rounds[0]]

    def remind_next(*_: object, passed: set[uuid.UUID], **__: object) -> bool:
        if GONE in passed:
            return False
        passed.add(GONE)
        asked.append(GONE)
        return goes_on  # as reminding does: on after a mailbox that takes none, not on after a server that takes nothing

    def until_next(*_: object) -> bool:
        at = next(clock, None)
        stop.set() if at is None else present.__setitem__(0, at)
        return False

    next(clock)
    monkeypatch.setattr(stop, "wait", until_next)
    monkeypatch.setattr(work, "now", lambda: present[0])
    monkeypatch.setattr(reminding, "remind_next", remind_next)
    work._remind(database, stop, None, reminding.FOLLOW_UP)  # type: ignore[arg-type]
    return asked


def test_a_mailbox_that_takes_none_is_asked_again_after_a_day_and_not_every_ten_minutes(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = datetime(2026, 3, 2, 9, tzinfo=UTC)
    rounds = [begin + timedelta(minutes=10 * number) for number in range(6)]

    assert asked_for(rounds, database, monkeypatch, goes_on=True) == [GONE]
    assert asked_for([*rounds, begin + MAILBOX_AGAIN], database, monkeypatch, goes_on=True) == [GONE, GONE]


def test_a_mail_server_that_takes_nothing_now_is_asked_in_the_next_round(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = datetime(2026, 3, 2, 9, tzinfo=UTC)

    assert asked_for([begin, begin + timedelta(minutes=10)], database, monkeypatch, goes_on=False) == [GONE, GONE]
