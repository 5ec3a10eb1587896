"""A mailbox that takes no mail holds nobody else up, and is named until it takes one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from integrations.senders import reminder
from mdo_portal.commands.demo.mailbox import _ANSWERS as mailbox_answers
from mdo_portal.commands.demo.mailbox import SENDER
from mdo_portal.commands.demo.places import free_places
from mdo_portal.database import Database
from mdo_portal.domain.people import Person
from mdo_portal.exchange import NOT_THIS_MAILBOX, Receipt, ReceiptKind, Reminder, Waits
from mdo_portal.services.people import mailboxes
from tests.copies import as_web
from tests.people import person_id
from tests.reminding_house import MORNING, ending, mail, warned, week_before

__all__ = ["ending", "mail"]


class OneMailboxIsGone:
    """A mail server that takes nothing for Lars."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.is_gone = True

    def remind(self, to: str, key: str, waits: Waits, language: str) -> Receipt:
        self.asked.append(to)
        if self.is_gone and to == "lars@example.nl":
            return Receipt(ReceiptKind.LATER, NOT_THIS_MAILBOX, at=MORNING)
        return Receipt(ReceiptKind.UNKNOWN, "mailed", at=MORNING)


def test_a_mail_server_that_has_no_such_mailbox_says_it_is_about_that_address(
    mail: tuple[Path, Reminder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(mailbox_answers, b"RCPT", b"550 no such user")

    receipt = mail[1].remind("lars@example.nl", "k", Waits.LINE, "nl")

    assert (receipt.kind, receipt.code) == (ReceiptKind.LATER, NOT_THIS_MAILBOX)


def test_a_mailbox_that_takes_no_mail_holds_nobody_else_up_and_is_tried_again_in_the_next_round(ending: Database) -> None:
    server = OneMailboxIsGone()

    warned(ending, server)
    assert sorted(server.asked) == ["lars@example.nl", "lotte@example.nl"]

    warned(ending, server)
    assert sorted(server.asked) == ["lars@example.nl", "lars@example.nl", "lotte@example.nl"]


def test_a_mailbox_that_takes_no_mail_is_named_until_it_takes_one_or_the_address_is_another(ending: Database) -> None:
    server = OneMailboxIsGone()
    warned(ending, server)
    assert refusing(ending) == {"Lars": week_before()}

    with ending.transaction() as session:
        session.get_one(Person, person_id("Lars")).email = "lars@elders.example.nl"
    assert refusing(ending) == {}

    with ending.transaction() as session:
        session.get_one(Person, person_id("Lars")).email = "lars@example.nl"
    assert refusing(ending) == {"Lars": week_before()}
    server.is_gone = False
    warned(ending, server)
    assert refusing(ending) == {}


def test_a_mail_server_that_is_away_says_nothing_of_a_mailbox(ending: Database) -> None:
    away = reminder(portal="https://mdo.example", smtp_url=f"smtp://127.0.0.1:{free_places().mail}", mail_from=SENDER)
    assert away is not None
    warned(ending, away)

    assert refusing(ending) == {}


def refusing(database: Database) -> dict[str, datetime]:
    """As a web process sees it."""
    with as_web(database).transaction() as session:
        found = mailboxes.refusing(session, [person_id(name) for name in ("Lars", "Lotte")])
        return {name: found[person_id(name)] for name in ("Lars", "Lotte") if person_id(name) in found}
