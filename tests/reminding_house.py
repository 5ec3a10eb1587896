"""A mail server and a worker that reminds: for the tests of what is mailed, to whom, and in which words."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest

from integrations.senders import reminder
from mdo_portal import reminding
from mdo_portal.commands.demo.mailbox import SENDER, mailbox
from mdo_portal.commands.demo.places import free_places
from mdo_portal.database import Database
from mdo_portal.domain.identifiers import new_id
from mdo_portal.domain.people import Membership, Person, Role
from mdo_portal.exchange import Reminder
from tests.people import Region, person_id
from tests.services.oversight.test_line_reminders import DAY, END, bound

MORNING = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[tuple[Path, Reminder]]:
    port = free_places().mail
    made = reminder(portal="https://mdo.example", smtp_url=f"smtp://127.0.0.1:{port}", mail_from=SENDER)
    assert made is not None
    with mailbox(port, tmp_path):
        yield tmp_path, made


def mails(folder: Path) -> list[tuple[Message, str]]:
    """What the mail server took: the mail, and what a reader reads."""
    found = [message_from_bytes(kept.read_bytes()) for kept in sorted(folder.glob("*.eml"))]
    return [(one, one.get_payload(decode=True).decode().replace("\r\n", "\n")) for one in found]  # type: ignore[union-attr]


@pytest.fixture
def ending(database: Database, region: Region) -> Database:
    """The certificate of ZEED's line ends in a week; Lars and Lotte look after that line."""
    with database.transaction() as session:
        bound(session, region)
        session.add(Person(id=person_id("Lotte"), name="Lotte", email="lotte@example.nl"))
        session.flush()
        session.add(
            Membership(id=new_id(), person_id=person_id("Lotte"), hospital_id=region.hospitals["ZEED"], role=Role.LINK_MANAGER)
        )
    return database


def week_before() -> datetime:
    return END - DAY * 7


def warned(database: Database, reminder_: Reminder) -> int:
    """How many mails one round of the worker takes."""
    passed, count = set[uuid.UUID](), 0
    while reminding.remind_next(database, reminder_, reminding.LINE, clock=week_before, passed=passed):
        count += 1
    return count
