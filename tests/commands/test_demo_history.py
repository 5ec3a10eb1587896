"""What the demo says happened before it began is told once, by the services, and shows every way that a letter can go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from smtplib import SMTP

import pytest
from sqlalchemy import exists, select

from mdo_portal.commands.demo.fill import fill
from mdo_portal.commands.demo.history import History, tell
from mdo_portal.commands.demo.mailbox import mailbox
from mdo_portal.commands.demo.places import free_places
from mdo_portal.database import Database
from mdo_portal.domain.board import Board, Meeting
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.follow_up import FollowState, FollowUp, Press, press_of
from mdo_portal.domain.hospital import Hospital
from mdo_portal.domain.letters import PatientLetter, PatientLetterState
from mdo_portal.domain.link import Link
from mdo_portal.domain.round import Round, RoundOutcome
from mdo_portal.exchange import DecisionForm
from mdo_portal.services.follow_up import follow_up_rows
from mdo_portal.services.people import passwords
from mdo_portal.wiring_region import earlier_cases, invented_region
from tests.copies import Copies
from tests.make import NETWORK, NOW

pytestmark = pytest.mark.xdist_group("history")  # one history for all of them


@pytest.fixture(scope="module")
def told(empty_copies: Copies, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Told once: the tests only read what was said."""
    region = invented_region()
    with empty_copies.one() as database, pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hash_password", lambda password: password)
        with database.transaction() as session:
            fill(session, region, ports={}, now=NOW)
        history = History(database, region, NETWORK, NOW, tmp_path_factory.mktemp("history"))
        tell(history, hook_url="http://127.0.0.1:9/huisartsen")
        yield database


def test_every_patient_of_the_history_was_discussed_and_all_but_the_deferred_one_has_a_signed_decision(told: Database) -> None:
    with told.transaction() as session:
        outcomes = Counter(session.scalars(select(Round.outcome)))
        forms = Counter(session.scalars(select(Decision.form)))

    assert outcomes == {RoundOutcome.DISCUSSED: len(earlier_cases()) - 1, RoundOutcome.DEFERRED: 1}
    assert forms == {
        DecisionForm.FIRST: len(earlier_cases()) - 1,
        DecisionForm.CORRECTION: 1,
        DecisionForm.ADDENDUM: 1,
    }


def test_every_hospital_has_a_link_as_one_that_is_added_on_a_page(told: Database) -> None:
    """Whoever pressed *Koppeling maken* of one without, and pasted its first message, read that the page does not exist."""
    with told.transaction() as session:
        without = select(Hospital.code).where(~exists().where(Link.hospital_id == Hospital.id))

        assert session.scalars(without).all() == []


def test_letters_have_gone_in_every_way_and_only_to_those_who_said_so_have_they_arrived(told: Database) -> None:
    with told.transaction() as session:
        letters = session.scalars(select(Delivery)).all()

    ways = {(one.audience, one.channel, one.state) for one in letters}
    assert ways >= {
        (Audience.REFERRER, "mllp", DeliveryState.RECEIVED),
        (Audience.REFERRER, "mllp", DeliveryState.WAITING),  # nobody answers
        (Audience.REFERRER, "fhir", DeliveryState.RECEIVED),
        (Audience.REFERRER, "fhir", DeliveryState.REFUSED),
        (Audience.REFERRER, "paper", DeliveryState.SENT),
        (Audience.GP, "folder", DeliveryState.RECEIVED),
        (Audience.GP, "hook", DeliveryState.RECEIVED),
        (Audience.GP, "notice", DeliveryState.SENT),
        (Audience.GP, "paper", DeliveryState.WAITING),
    }
    assert all(one.letter_sha256 for one in letters)  # each can be opened: none was only said to be sent


def test_what_was_advised_stands_open_late_soon_and_closed_in_each_of_the_ways_there_are(told: Database) -> None:
    with told.transaction() as session:
        items = session.scalars(select(FollowUp).where(FollowUp.superseded_by_id.is_(None))).all()

    closed = {one.state for one in items if not one.is_open}
    presses = {press_of(one.due_on, today=NOW.date(), days=7) for one in items if one.is_open}
    assert closed == {FollowState.CARRIED_OUT, FollowState.PARTLY, FollowState.NOT_DONE}
    assert presses == set(Press)


def test_the_board_of_the_next_meeting_hears_what_became_of_its_advice(told: Database) -> None:
    with told.transaction() as session:
        coming = session.scalars(select(Meeting).join(Board).where(Board.code == "URO-P", Meeting.starts_at > NOW)).first()
        assert coming is not None
        heard = {row.state for row in follow_up_rows.told_back(session, coming)}

    assert heard == {FollowState.CARRIED_OUT, FollowState.PARTLY, FollowState.NOT_DONE}


def test_a_letter_for_the_patient_was_read_and_waits_for_its_release(told: Database) -> None:
    with told.transaction() as session:
        newest = session.scalars(select(PatientLetter.state).order_by(PatientLetter.version.desc())).first()

    assert newest is PatientLetterState.READ


def test_the_demo_keeps_a_mail_that_it_is_handed_and_sends_it_nowhere(tmp_path: Path) -> None:
    port = free_places().mail
    with mailbox(port, tmp_path), SMTP("127.0.0.1", port, timeout=5) as line:
        line.sendmail("a@example.nl", ["b@example.nl"], "Subject: klaar\r\n\r\n..regel\r\n.\r\nnog een\r\n")

    (kept,) = tmp_path.glob("*.eml")
    assert kept.read_bytes() == b"Subject: klaar\r\n\r\n..regel\r\n.\r\nnog een\r\n"
