"""A mail says that something waits and nothing more; what could not be mailed is not forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from integrations.senders import reminder
from mdo_portal import reminding
from mdo_portal.commands.demo.mailbox import SENDER, mailbox
from mdo_portal.commands.demo.places import free_places
from mdo_portal.database import Database
from mdo_portal.exchange import ReceiptKind, Reminder
from tests.people import Region
from tests.services.follow_house import IMAGING, signed

MORNING = datetime(2026, 3, 16, 8, 0, tzinfo=UTC)


@pytest.fixture
def pressing(database: Database, region: Region) -> Database:
    with database.transaction() as session:
        signed(session, region, IMAGING | {"responsible": "Dirk"})
    return database


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[tuple[Path, Reminder]]:
    port = free_places().mail
    made = reminder(portal="https://mdo.example", smtp_url=f"smtp://127.0.0.1:{port}", mail_from=SENDER)
    assert made is not None
    with mailbox(port, tmp_path):
        yield tmp_path, made


def test_a_colleague_gets_one_mail_without_a_word_about_anybody(pressing: Database, mail: tuple[Path, Reminder]) -> None:
    folder, reminder_ = mail
    assert reminding.remind_next(pressing, reminder_, clock=lambda: MORNING)
    assert not reminding.remind_next(pressing, reminder_, clock=lambda: MORNING)

    (kept,) = folder.glob("*.eml")
    message = message_from_bytes(kept.read_bytes())
    text = message.get_payload(decode=True).decode()  # type: ignore[union-attr]
    assert (message["To"], message["Subject"]) == ("dirk@example.nl", "Er is iets voor u in het MDO-portaal")
    assert "https://mdo.example/follow-up" in text
    for word in ("Voorbeeld", "PSMA", "prostaat", "ZEED", "Uro", "2026"):
        assert word not in text


def test_while_the_mail_server_is_away_nobody_counts_as_told(pressing: Database, tmp_path: Path) -> None:
    port = free_places().mail
    away = reminder(portal="https://mdo.example", smtp_url=f"smtp://127.0.0.1:{port}", mail_from=SENDER)
    assert away is not None
    assert not reminding.remind_next(pressing, away, clock=lambda: MORNING)

    with mailbox(port, tmp_path):
        assert reminding.remind_next(pressing, away, clock=lambda: MORNING)
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_an_address_that_can_be_none_is_refused_and_without_a_mail_server_there_is_nobody_to_remind() -> None:
    made = reminder(portal="https://mdo.example", smtp_url="smtp://127.0.0.1:9", mail_from=SENDER)
    assert made is not None
    assert made.remind("geen adres\r\nBcc: x@example.nl", "k").kind is ReceiptKind.REFUSED
    assert reminder(portal="https://mdo.example", smtp_url="", mail_from="") is None
