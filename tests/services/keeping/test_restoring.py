"""After a restore: what was under way is held until a person says whether it arrived; nothing leaves meanwhile, no number is used twice."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from mdo_portal.commands.restored import restored, waiting
from mdo_portal.database import Database
from mdo_portal.domain.audit import AuditEntry
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.round import Round
from mdo_portal.domain.whereabouts import Whereabouts
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.common import changes
from mdo_portal.services.keeping import restoring
from mdo_portal.services.letters import handing_over, post
from mdo_portal.services.letters.acknowledging import acknowledge
from mdo_portal.services.people import sessions
from tests.make import NOW, PROOF
from tests.outbox_house import AA, AE, SILENCE, Outbox, Receiver
from tests.people import Region

LATER_ON = NOW + timedelta(days=3)


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _all_states(outbox: Outbox) -> tuple[Round, Round, Round, Round]:
    """One that arrived, one that was refused, one that left without a word, one that had not left."""
    rounds = []
    for answer in (AA, AE, SILENCE):
        rounds.append(outbox.signed())
        outbox.work(Receiver([answer]))
        outbox.now += timedelta(minutes=2)
    return rounds[0], rounds[1], rounds[2], outbox.signed()


def test_nothing_that_is_held_leaves_and_what_is_settled_stays_so(outbox: Outbox) -> None:
    arrived, refused, silent, waits = _all_states(outbox)

    assert restored(outbox.database, at=NOW, now=NOW) == 2
    receiver = Receiver([AA])
    outbox.now = LATER_ON
    assert outbox.drain(receiver) == 0 and receiver.came == []

    held = [outbox.letter(one).hold_reason for one in (arrived, refused, silent, waits)]
    assert held == ["", "", "restored", "restored"]
    assert [one.letters for one in waiting(outbox.database)] == [2]
    assert restored(outbox.database, at=NOW, now=NOW) == 0, "twice is the same as once"


def test_who_signed_out_in_the_gap_is_not_signed_in_again(outbox: Outbox) -> None:
    """The backup knew their session as it stood; who found the cookie on a shared machine was that person."""
    with outbox.database.transaction() as session:
        aisha = outbox.region.aisha
        key = sessions.start_session(session, aisha.person_id, aisha.hospital_id, proof=PROOF, now=NOW)

    restored(outbox.database, at=NOW, now=NOW)

    with outbox.database.transaction() as session:
        assert sessions.standing(session, [key], now=NOW) == {}


def test_a_correction_waits_for_what_is_held(outbox: Outbox) -> None:
    *_, waits = _all_states(outbox)
    restored(outbox.database, at=NOW, now=NOW)
    outbox.corrected(waits)
    outbox.now = LATER_ON

    assert outbox.drain(Receiver([AA])) == 0


def test_each_is_confirmed_or_sent_again_under_the_same_number(outbox: Outbox) -> None:
    *_, silent, waits = _all_states(outbox)
    restored(outbox.database, at=NOW, now=NOW)
    outbox.now = LATER_ON
    with outbox.database.transaction() as session:
        rows = post.rows(session, outbox.region.aisha, held=True)
        assert [row.id for row in rows] == [outbox.letter(silent).id, outbox.letter(waits).id]
        assert all("niet bekend of hij aankwam" in row.why and row.tries_at is None for row in rows)
        handing_over.confirm_by_hand(
            session, session.get_one(Delivery, outbox.letter(silent).id), viewer=outbox.region.aisha, now=LATER_ON
        )
        handing_over.send_again(session, session.get_one(Delivery, outbox.letter(waits).id), now=LATER_ON)
    receiver = Receiver([AA])

    assert outbox.drain(receiver) == 1

    assert [one.delivery_id for one in receiver.came] == [str(outbox.letter(waits).id)]
    assert {outbox.letter(one).state for one in (silent, waits)} == {DeliveryState.RECEIVED}
    assert waiting(outbox.database) == []


def test_no_document_number_is_given_twice(outbox: Outbox) -> None:
    outbox.signed()
    restored(outbox.database, at=NOW, now=NOW)
    outbox.signed()

    with outbox.database.transaction() as session:
        first, second = (
            int(one.split("-")[2]) for one in session.scalars(select(Decision.document_number).order_by(Decision.id))
        )
    assert second - first > 9_000


def test_a_word_that_was_under_way_still_counts(outbox: Outbox) -> None:
    """A late application acknowledgement, or a worker that had the answer: a held letter that is known to be there is there."""
    *_, silent, _ = _all_states(outbox)
    restored(outbox.database, at=NOW, now=NOW)
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(silent).id)
        handing_over.write_down(session, letter, Receipt(ReceiptKind.ACCEPTED, "AA"), now=LATER_ON)

    assert (outbox.letter(silent).state, outbox.letter(silent).held_at) == (DeliveryState.RECEIVED, None)


def test_that_letters_were_held_and_let_go_is_said_in_the_log_and_to_open_pages(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    _all_states(outbox)
    told: list[object] = []
    monkeypatch.setattr(changes, "announce", lambda _session, kind, of: told.append((kind, of)))
    zeed = outbox.region.hospitals["ZEED"]

    restored(outbox.database, at=NOW, now=NOW)
    assert told == [("post", zeed)]
    with outbox.database.transaction() as session:
        restoring.release(session, now=LATER_ON)
    assert told == [("post", zeed)] * 2

    with outbox.database.transaction() as session:
        lines = session.scalars(select(AuditEntry).where(AuditEntry.object_type == "post").order_by(AuditEntry.seq)).all()
    assert [(line.act, line.at, line.detail, line.action_code) for line in lines] == [
        ("post.held", NOW, f"2 letters, backup of {NOW.isoformat()}", "U"),
        ("post.released", LATER_ON, "2 letters", "U"),
    ]


def _looked(outbox: Outbox) -> int | None:
    with outbox.database.transaction() as session:
        return restoring.notice(session, now=outbox.now)


def _moved(outbox: Outbox, **elsewhere: str) -> None:
    """As a backup says it, when it is put back in another place."""
    with outbox.database.transaction() as session:
        session.execute(update(Whereabouts).values(**elsewhere))


@pytest.mark.parametrize("changed", ["system", "timeline", "database"])
def test_a_database_that_stands_elsewhere_is_noticed_once_and_nothing_leaves(outbox: Outbox, changed: str) -> None:
    *_, waits = _all_states(outbox)
    assert (_looked(outbox), _looked(outbox)) == (None, None), "it stands where it stood"
    number = outbox.letter(waits).document_number
    _moved(outbox, **{changed: "elsewhere"})

    assert _looked(outbox) == 2
    receiver = Receiver([AA])
    outbox.now = LATER_ON
    assert outbox.drain(receiver) == 0 and receiver.came == []
    assert _looked(outbox) is None, "said once"

    assert int(outbox.letter(outbox.signed()).document_number[-6:]) > int(number[-6:]) + 10_000


def test_a_database_that_was_moved_with_all_that_was_in_it_sends_what_was_held(outbox: Outbox) -> None:
    *_, silent, waits = _all_states(outbox)
    _looked(outbox)
    _moved(outbox, database="elsewhere")
    assert _looked(outbox) == 2

    with outbox.database.transaction() as session:
        assert restoring.release(session, now=outbox.now) == 2

    outbox.now = LATER_ON
    assert outbox.drain(Receiver([AA])) == 2
    assert {outbox.letter(one).state for one in (silent, waits)} == {DeliveryState.RECEIVED}
    assert _looked(outbox) is None


def test_what_an_administrator_said_is_not_said_again_by_the_worker(outbox: Outbox) -> None:
    *_, waits = _all_states(outbox)
    _looked(outbox)
    _moved(outbox, database="elsewhere")
    restored(outbox.database, at=NOW, now=NOW)
    with outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, outbox.letter(waits).id), now=outbox.now)

    assert _looked(outbox) is None
    assert outbox.letter(waits).held_at is None


@pytest.mark.parametrize("letter", [2, 3])
def test_a_late_no_about_what_is_held_is_the_reason_that_people_read(outbox: Outbox, letter: int) -> None:
    """The page went on saying that nobody knew whether it arrived; about what had not left when the backup was made, it was not heard."""
    asked_about = _all_states(outbox)[letter]
    restored(outbox.database, at=NOW, now=NOW)
    held = outbox.letter(asked_about)
    with outbox.database.transaction() as session:
        assert acknowledge(session, held.hospital_id, held.id.hex, AE, LATER_ON)
        row = next(one for one in post.rows(session, outbox.region.aisha) if one.id == held.id)

    assert (row.state, row.held_at, row.why, row.their_words) == (
        DeliveryState.REFUSED,
        None,
        "De ontvanger weigert de brief.",
        "patient unknown",
    )
