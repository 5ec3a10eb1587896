"""A mail says that something waits and nothing more; what could not be mailed is not forgotten."""

from __future__ import annotations

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError

from integrations.channels.reminder_words import words
from integrations.senders import reminder
from mdo_portal import reminding
from mdo_portal.commands.demo.mailbox import SENDER, mailbox
from mdo_portal.commands.demo.places import free_places
from mdo_portal.commands.postgres_databases import as_role
from mdo_portal.database import Base, Database
from mdo_portal.domain.board import Meeting
from mdo_portal.domain.grant import GlassMailed
from mdo_portal.domain.hospital import Hospital, Level
from mdo_portal.domain.link import LineReminded, Link
from mdo_portal.domain.meeting_mail import MeetingMailed
from mdo_portal.domain.question_mail import QuestionMailed
from mdo_portal.domain.standstill import StandstillMailed
from mdo_portal.exchange import ReceiptKind, Reminder, Waits
from mdo_portal.services.oversight.standstills import Listening
from mdo_portal.services.people import people
from mdo_portal.services.referrals import questions
from tests import make
from tests.copies import as_web
from tests.people import Region, person_id
from tests.reminding_house import MORNING, ending, mail, mails, warned
from tests.services.follow_house import IMAGING, signed
from tests.services.oversight.test_glass_mails import broken
from tests.services.oversight.test_line_reminders import DAY, END

__all__ = ["ending", "mail"]


@pytest.fixture
def pressing(database: Database, region: Region) -> Database:
    with database.transaction() as session:
        signed(session, region, IMAGING | {"responsible": "Dirk"})
    return database


def test_a_colleague_gets_one_mail_without_a_word_about_anybody(pressing: Database, mail: tuple[Path, Reminder]) -> None:
    folder, reminder_ = mail
    assert reminding.remind_next(pressing, reminder_, reminding.FOLLOW_UP, clock=lambda: MORNING, passed=set())
    assert not reminding.remind_next(pressing, reminder_, reminding.FOLLOW_UP, clock=lambda: MORNING, passed=set())

    ((message, text),) = mails(folder)
    assert (message["To"], message["Subject"]) == ("dirk@example.nl", "Er is iets voor u in het MDO-portaal")
    assert "https://mdo.example/follow-up" in text
    for word in ("Voorbeeld", "PSMA", "prostaat", "ZEED", "Uro", "2026"):
        assert word not in text


def test_who_has_the_portal_in_english_is_mailed_in_english(pressing: Database, mail: tuple[Path, Reminder]) -> None:
    folder, reminder_ = mail
    with pressing.transaction() as session:
        people.set_language(session, person_id("Dirk"), "en")
    assert reminding.remind_next(pressing, reminder_, reminding.FOLLOW_UP, clock=lambda: MORNING, passed=set())

    ((message, text),) = mails(folder)
    assert (message["Subject"], message["Content-Language"]) == ("There is something for you in the MDO portal", "en")
    assert "Sign in and look at Follow-up:\nhttps://mdo.example/follow-up" in text


def test_a_mail_about_each_thing_has_its_words_and_its_page_in_both_languages() -> None:
    for waits in Waits:
        dutch, english = words(waits, "nl"), words(waits, "en")
        assert dutch.subject != english.subject and dutch.text != english.text and dutch.page == english.page
        assert dutch.text.count("{url}") == english.text.count("{url}") == 1
        assert words(waits, "fy") == dutch


def test_while_the_mail_server_is_away_nobody_counts_as_told(pressing: Database, tmp_path: Path) -> None:
    port = free_places().mail
    away = reminder(portal="https://mdo.example", smtp_url=f"smtp://127.0.0.1:{port}", mail_from=SENDER)
    assert away is not None
    assert not reminding.remind_next(pressing, away, reminding.FOLLOW_UP, clock=lambda: MORNING, passed=set())

    with mailbox(port, tmp_path):
        assert reminding.remind_next(pressing, away, reminding.FOLLOW_UP, clock=lambda: MORNING, passed=set())
    assert len(list(tmp_path.glob("*.eml"))) == 1


def test_an_address_that_can_be_none_is_refused_and_without_a_mail_server_there_is_nobody_to_remind() -> None:
    made = reminder(portal="https://mdo.example", smtp_url="smtp://127.0.0.1:9", mail_from=SENDER)
    assert made is not None
    assert made.remind("geen adres\r\nBcc: x@example.nl", "k", Waits.LINE, "nl").kind is ReceiptKind.REFUSED
    assert reminder(portal="https://mdo.example", smtp_url="", mail_from="") is None


def test_who_looks_after_a_line_is_mailed_that_something_ends_there_and_not_of_which_hospital(
    ending: Database, region: Region, mail: tuple[Path, Reminder]
) -> None:
    folder, reminder_ = mail
    assert warned(ending, reminder_) == 2
    assert warned(ending, reminder_) == 0

    messages = mails(folder)
    assert {one["To"] for one, _ in messages} == {"lars@example.nl", "lotte@example.nl"}
    assert len({one["Message-ID"] for one, _ in messages}) == 2
    link_id = region.links["ZEED"].link_id
    for one, text in messages:
        assert link_id.hex not in one["Message-ID"] and f"{END:%Y%m%d}" not in one["Message-ID"]
        assert one["Subject"] == "Kijk in het MDO-portaal: een certificaat loopt af"
        assert text.count("https://") == 1 and "https://mdo.example/links\n" in text
        for word in ("ZEED", "Ziekenhuis", "epd", "2026", "hix"):
            assert word not in one["Subject"] + text


def test_while_the_mail_server_is_away_nobody_counts_as_warned(ending: Database, tmp_path: Path) -> None:
    port = free_places().mail
    away = reminder(portal="https://mdo.example", smtp_url=f"smtp://127.0.0.1:{port}", mail_from=SENDER)
    assert away is not None
    assert warned(ending, away) == 0

    with mailbox(port, tmp_path):
        assert warned(ending, away) == 2
    assert len(list(tmp_path.glob("*.eml"))) == 2


@pytest.mark.parametrize("kept", [LineReminded, MeetingMailed, StandstillMailed, GlassMailed, QuestionMailed])
def test_web_processes_cannot_read_who_was_mailed(ending: Database, kept: type[Base]) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), as_web(ending).transaction() as session:
        session.scalars(select(kept)).all()


def test_who_sits_on_a_board_is_mailed_by_the_worker_that_something_of_its_meetings_changed_and_not_what(
    database: Database, region: Region, mail: tuple[Path, Reminder]
) -> None:
    folder, reminder_ = mail
    with database.transaction() as session:
        moved = session.get_one(Meeting, region.meeting)
        moved.series_at = MORNING + DAY * 3
        moved.starts_at = MORNING + DAY * 4
    worker = Database(as_role(database.url, "mdo_work"), sealer=database.sealer)
    passed = set[uuid.UUID]()
    while reminding.remind_next(worker, reminder_, reminding.MEETING, clock=lambda: MORNING, passed=passed):
        pass
    worker.engine.dispose()

    messages = mails(folder)
    assert {"aisha@example.nl", "bram@example.nl", "mila@example.nl"} <= {one["To"] for one, _ in messages}
    for one, text in messages:
        assert "https://mdo.example/meetings\n" in text
        for word in ("prostaat", "Uro", "2026", "maart", region.meeting.hex):
            assert word not in one["Subject"] + one["Message-ID"] + text


def test_what_stands_still_is_mailed_by_the_worker_and_says_neither_what_nor_where(
    database: Database, region: Region, mail: tuple[Path, Reminder]
) -> None:
    folder, reminder_ = mail
    with database.transaction() as session:
        session.get_one(Link, region.links["ZEED"].link_id).level = Level.HL7V2
    worker, cause = Database(as_role(database.url, "mdo_work"), sealer=database.sealer), reminding.standstill(Listening())
    for minutes in (0, 5, 6):
        at = MORNING + timedelta(hours=18, minutes=minutes)
        reminding.remind_next(worker, reminder_, cause, clock=lambda at=at: at, passed=set())  # type: ignore[misc]
    worker.engine.dispose()

    ((message, text),) = mails(folder)
    assert message["To"] == "ada@example.nl"
    assert "https://mdo.example/links\n" in text
    for word in ("ZEED", "Ziekenhuis ", "2026"):
        assert word not in message["Subject"] + message["Message-ID"] + text


def test_that_somebody_broke_the_glass_is_mailed_by_the_worker_and_not_at_whom(
    database: Database, region: Region, mail: tuple[Path, Reminder]
) -> None:
    folder, reminder_ = mail
    with database.transaction() as session:
        broken(session, region, at=MORNING)
    worker = Database(as_role(database.url, "mdo_work"), sealer=database.sealer)
    assert reminding.remind_next(worker, reminder_, reminding.GLASS, clock=lambda: MORNING, passed=set())
    worker.engine.dispose()

    ((message, text),) = mails(folder)
    assert message["To"] == "petra@example.nl"
    assert "https://mdo.example/log/review?rule=glass\n" in text
    for word in ("ZEED", "Carla", "SEH", "2026"):
        assert word not in message["Subject"] + message["Message-ID"] + text


def test_that_a_question_waits_is_mailed_by_the_worker_and_not_about_whom(
    database: Database, region: Region, mail: tuple[Path, Reminder]
) -> None:
    folder, reminder_ = mail
    with database.transaction() as session:
        case = make.case(session, session.get_one(Hospital, region.hospitals["ZEED"]), board_id=region.boards["URO-P"])
        case.treating_name = "Dirk"
        questions.ask(session, case, "Is er een recente PSA?", viewer=region.aisha, now=MORNING - DAY * 2)
    worker = Database(as_role(database.url, "mdo_work"), sealer=database.sealer)
    told = [reminding.remind_next(worker, reminder_, reminding.QUESTION, clock=lambda: MORNING, passed=set()) for _ in range(2)]
    worker.engine.dispose()

    ((message, text),) = mails(folder)
    assert told == [True, False] and message["To"] == "dirk@example.nl" and "https://mdo.example/worklist\n" in text
    for word in ("ZEED", "Aisha", "PSA", "prostaat", "Voorbeeld", "2026", case.id.hex):
        assert word not in message["Subject"] + message["Message-ID"] + text
