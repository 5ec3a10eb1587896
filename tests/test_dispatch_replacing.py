"""Which earlier letter a correction names: the last one that its recipient has, and the same one at every attempt."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from mdo_portal import dispatch
from mdo_portal.commands.restored import restored
from mdo_portal.database import Database
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.round import Round
from mdo_portal.exchange import DecisionForm, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.services.letters import handing_over
from mdo_portal.services.letters.acknowledging import acknowledge
from tests.make import NOW
from tests.outbox_house import AA, AE, HOUR, LATER, SILENCE, Outbox, Receiver
from tests.people import Region
from tests.services.signed import ADDED, sign
from tests.services.signed import LATER as SIGNED

UNSENDABLE = Receipt(ReceiptKind.REFUSED, "unsendable")


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def _versions(outbox: Outbox, *answers: Receipt) -> tuple[Round, list[OutgoingDecision]]:
    """A letter and its corrections, each answered so. What came at the recipient, version by version."""
    round_ = outbox.signed()
    receiver = Receiver([*answers])
    outbox.work(receiver)
    for _ in answers[1:]:
        outbox.corrected(round_)
        outbox.work(receiver)
    return round_, receiver.came


def _corrected(outbox: Outbox, round_: Round) -> Receiver:
    """One correction more, to a recipient that takes all that comes."""
    outbox.corrected(round_)
    receiver = Receiver([AA])
    outbox.drain(receiver)
    return receiver


def _by_hand(outbox: Outbox, round_: Round, *, version: int, act: Callable[[Session, Delivery], None]) -> None:
    with outbox.database.transaction() as session:
        act(session, session.get_one(Delivery, outbox.letter(round_, version=version).id))


def test_a_correction_names_the_last_letter_that_was_not_refused(outbox: Outbox) -> None:
    _, (first, _, third) = _versions(outbox, AA, AE, AA)

    assert (third.replaces_delivery_id, third.replaces_document_number) == (first.delivery_id, first.document_number)
    assert third.form_there is DecisionForm.CORRECTION


@pytest.mark.parametrize("said", [AE, UNSENDABLE])
def test_who_refused_every_letter_before_gets_a_first_one(outbox: Outbox, said: Receipt) -> None:
    _, came = _versions(outbox, said, said, AA)

    assert (came[-1].replaces_delivery_id, came[-1].form_there) == ("", DecisionForm.FIRST)


def test_a_letter_that_may_have_arrived_is_named(outbox: Outbox) -> None:
    round_, (first,) = _versions(outbox, SILENCE)
    _by_hand(outbox, round_, version=1, act=lambda _, letter: letter.move(DeliveryState.DEAD))
    receiver = _corrected(outbox, round_)

    assert receiver.came[0].replaces_delivery_id == first.delivery_id


def test_what_is_added_to_a_letter_that_was_refused_is_added_to_no_other(outbox: Outbox) -> None:
    round_, _ = _versions(outbox, AA, AE)
    with outbox.database.transaction() as session:
        sign(session, session.get_one(Round, round_.id), ADDED, outbox.region.bram)
    outbox.now = SIGNED
    receiver = Receiver([AA])
    outbox.drain(receiver)

    assert [(one.form, one.form_there) for one in receiver.came] == [(DecisionForm.ADDENDUM, DecisionForm.FIRST)]


@pytest.mark.parametrize("answers", [(AA, AE), (AE,)])
def test_a_letter_that_goes_again_names_the_same_whatever_became_of_the_ones_before(
    outbox: Outbox, answers: tuple[Receipt, ...]
) -> None:
    round_, came = _versions(outbox, *answers, SILENCE)
    refused = outbox.letter(round_, version=len(answers))
    with outbox.database.transaction() as session:
        handing_over.confirm_by_hand(session, session.get_one(Delivery, refused.id), viewer=outbox.region.dirk, now=outbox.now)
    receiver = Receiver([AA])
    outbox.work(receiver, at=outbox.now + HOUR)

    assert receiver.came == [came[-1]]


def test_after_a_crash_it_names_the_same_too(outbox: Outbox) -> None:
    """It may have arrived; what we would have written down of it went with the worker."""
    round_, came = _versions(outbox, AA, AE)
    outbox.corrected(round_)

    class Crash(BaseException):
        pass

    class Dying(Receiver):
        def send(self, decision: OutgoingDecision, address: object) -> Receipt:
            came.append(decision)
            raise Crash

    with pytest.raises(Crash):
        outbox.work(Dying([AA]))
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_, version=2).id)
        handing_over.confirm_by_hand(session, letter, viewer=outbox.region.dirk, now=outbox.now)
    receiver = Receiver([AA])
    outbox.work(receiver, at=outbox.now + HOUR)

    assert receiver.came == [came[-1]]


def test_one_that_never_left_names_what_arrived_meanwhile(outbox: Outbox) -> None:
    round_, came = _versions(outbox, AA, AE, LATER)
    _by_hand(outbox, round_, version=2, act=lambda session, letter: handing_over.send_again(session, letter, now=outbox.now))
    receiver = Receiver([AA])
    outbox.now += HOUR
    outbox.drain(receiver)

    assert [one.version for one in receiver.came] == [2, 3]
    assert receiver.came[1].replaces_delivery_id == came[1].delivery_id


def test_what_went_by_hand_stands_in_no_system_and_the_last_that_does_is_named(outbox: Outbox) -> None:
    round_, (first,) = _versions(outbox, AA)
    outbox.corrected(round_)
    _by_hand(outbox, round_, version=2, act=lambda session, letter: handing_over.put_on_paper(session, letter, now=outbox.now))
    outbox.drain(Receiver([AA]))
    by = outbox.region.dirk
    _by_hand(outbox, round_, version=2, act=lambda s, letter: handing_over.confirm_by_hand(s, letter, viewer=by, now=outbox.now))
    receiver = _corrected(outbox, round_)

    assert (receiver.came[0].version, receiver.came[0].replaces_delivery_id) == (3, first.delivery_id)


def test_where_every_letter_before_went_by_hand_the_last_of_those_is_named(outbox: Outbox) -> None:
    round_ = outbox.signed()
    _by_hand(outbox, round_, version=1, act=lambda session, letter: handing_over.put_on_paper(session, letter, now=NOW))
    outbox.drain(Receiver([AA]))
    _by_hand(outbox, round_, version=1, act=lambda session, letter: handing_over.printed(session, letter, now=NOW))
    receiver = _corrected(outbox, round_)

    assert receiver.came[0].replaces_delivery_id == str(outbox.letter(round_).id)


def test_a_late_yes_makes_a_refused_letter_the_one_to_name(outbox: Outbox) -> None:
    round_, came = _versions(outbox, AA, AE)
    with outbox.database.transaction() as session:
        assert acknowledge(session, outbox.region.hospitals["ZEED"], outbox.letter(round_, version=2).id.hex, AA, outbox.now)
    receiver = _corrected(outbox, round_)

    assert receiver.came[0].replaces_delivery_id == came[1].delivery_id


def test_a_general_practitioner_whose_name_is_written_otherwise_is_the_same_one(outbox: Outbox) -> None:
    outbox.copies_to_gps(Channel.MLLP)
    round_ = outbox.signed(gp="H.A. Huisarts")
    outbox.drain(Receiver([AA]))
    first = outbox.letter(round_, audience=Audience.GP)
    outbox.patient_of(" h.a.  HUISARTS", round_)
    receiver = _corrected(outbox, round_)

    assert receiver.came[1].replaces_delivery_id == str(first.id)


def test_a_refused_letter_that_a_person_sends_again_names_what_its_recipient_has_by_then(outbox: Outbox) -> None:
    round_, came = _versions(outbox, AA, AE, AE)
    for version in (2, 3):
        _by_hand(outbox, round_, version=version, act=lambda s, letter: handing_over.send_again(s, letter, now=outbox.now))
    receiver = Receiver([AA])
    outbox.drain(receiver)

    assert [one.replaces_delivery_id for one in receiver.came] == [came[0].delivery_id, came[1].delivery_id]


def test_a_refused_letter_that_is_still_to_be_carried_is_not_there_yet(outbox: Outbox) -> None:
    round_, _ = _versions(outbox, AE)
    _by_hand(outbox, round_, version=1, act=lambda session, letter: handing_over.put_on_paper(session, letter, now=NOW))
    outbox.drain(Receiver([AA]))
    receiver = _corrected(outbox, round_)

    assert [(one.version, one.form_there) for one in receiver.came] == [(2, DecisionForm.FIRST)]


def test_a_refused_letter_that_need_not_go_again_is_not_there_either(outbox: Outbox) -> None:
    round_, _ = _versions(outbox, AE)
    outbox.corrected(round_)
    by = outbox.region.dirk
    _by_hand(outbox, round_, version=2, act=lambda session, letter: handing_over.put_on_paper(session, letter, now=outbox.now))
    _by_hand(outbox, round_, version=2, act=lambda s, letter: handing_over.confirm_by_hand(s, letter, viewer=by, now=outbox.now))
    _by_hand(outbox, round_, version=1, act=lambda session, letter: handing_over.send_again(session, letter, now=outbox.now))
    outbox.drain(Receiver([AA]))
    assert outbox.letter(round_).state is DeliveryState.CANCELLED
    receiver = _corrected(outbox, round_)

    assert receiver.came[0].replaces_delivery_id == str(outbox.letter(round_, version=2).id)


def test_what_was_put_on_paper_and_confirmed_by_the_system_after_all_is_named(outbox: Outbox) -> None:
    round_, came = _versions(outbox, AA, SILENCE)
    _by_hand(outbox, round_, version=2, act=lambda session, letter: handing_over.put_on_paper(session, letter, now=outbox.now))
    with outbox.database.transaction() as session:
        assert acknowledge(session, outbox.region.hospitals["ZEED"], outbox.letter(round_, version=2).id.hex, AA, outbox.now)
    receiver = _corrected(outbox, round_)

    assert receiver.came[0].replaces_delivery_id == came[1].delivery_id


@pytest.mark.parametrize("answer", [LATER, AE])
def test_what_was_told_by_telephone_and_never_came_in_their_system_is_not_named(outbox: Outbox, answer: Receipt) -> None:
    """Confirmed by hand, as nothing of it went over the line, or its no was the last word: what stands in their system is the one before."""
    round_, (first, *_) = _versions(outbox, AA, answer)
    by = outbox.region.dirk
    _by_hand(outbox, round_, version=2, act=lambda s, letter: handing_over.confirm_by_hand(s, letter, viewer=by, now=outbox.now))
    outbox.now += HOUR
    receiver = _corrected(outbox, round_)

    assert [(one.version, one.replaces_delivery_id) for one in receiver.came] == [(3, first.delivery_id)]


@pytest.mark.parametrize("told", [(SILENCE,), (AE, SILENCE)])
def test_what_was_told_by_telephone_and_may_stand_in_their_system_is_named(outbox: Outbox, told: tuple[Receipt, ...]) -> None:
    round_, came = _versions(outbox, AA, told[0])
    if told[1:]:
        _by_hand(outbox, round_, version=2, act=lambda s, letter: handing_over.send_again(s, letter, now=outbox.now))
        outbox.work(Receiver([*told[1:]]))
    by = outbox.region.dirk
    _by_hand(outbox, round_, version=2, act=lambda s, letter: handing_over.confirm_by_hand(s, letter, viewer=by, now=outbox.now))
    outbox.now += HOUR
    receiver = _corrected(outbox, round_)

    assert [one.replaces_delivery_id for one in receiver.came] == [came[1].delivery_id]


def test_our_own_no_to_a_second_attempt_does_not_undo_that_the_first_may_have_arrived(outbox: Outbox) -> None:
    """The address was changed, or the letter could not be written any more: nobody there said no, and its correction must end it."""
    round_, (first,) = _versions(outbox, SILENCE)
    outbox.work(Receiver([UNSENDABLE]), at=outbox.now + HOUR)
    assert outbox.letter(round_).state is DeliveryState.REFUSED
    receiver = _corrected(outbox, round_)

    assert [(one.version, one.replaces_delivery_id) for one in receiver.came] == [(2, first.delivery_id)]


@pytest.mark.parametrize("where", ["on the line", "in a backup"])
def test_so_is_what_was_told_while_nobody_here_knew_whether_it_left(outbox: Outbox, where: str) -> None:
    round_, _ = _versions(outbox, AA)
    outbox.corrected(round_)
    if where == "on the line":
        assert dispatch.take(outbox.database, clock=lambda: outbox.now)
    else:
        restored(outbox.database, at=outbox.now, now=outbox.now)
    by = outbox.region.dirk
    _by_hand(outbox, round_, version=2, act=lambda s, letter: handing_over.confirm_by_hand(s, letter, viewer=by, now=outbox.now))
    outbox.now += HOUR
    receiver = _corrected(outbox, round_)

    assert [one.replaces_delivery_id for one in receiver.came] == [str(outbox.letter(round_, version=2).id)]
