"""All that we send: sent is not received, nothing is dropped, the same bytes go again, and order is kept per case and recipient."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.case import Case, CaseState
from mdo_portal.domain.decision import Decision
from mdo_portal.domain.delivery import Audience, Delivery, DeliveryState
from mdo_portal.domain.round import Round
from mdo_portal.errors import IllegalMove
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from mdo_portal.letters import letter_template
from mdo_portal.letters.letter_template import LetterTemplate
from mdo_portal.services.letters import deliveries, handing_over, letter_template_choice, letter_templates, post
from mdo_portal.services.letters.under_way import LEASE
from tests import pdf_text
from tests.make import BSN, NOW
from tests.outbox_house import AA, AE, HOUR, LATER, SILENCE, Outbox, Receiver
from tests.people import Region


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def test_an_accepted_letter_is_received_and_the_case_delivered(outbox: Outbox) -> None:
    round_ = outbox.signed()

    assert outbox.work(Receiver([AA]))

    letter = outbox.letter(round_)
    assert (letter.state, letter.received_at, letter.receipt_reference) == (DeliveryState.RECEIVED, NOW, "ref-1")
    assert outbox.case(round_).state is CaseState.DELIVERED
    assert outbox.events(round_) == ["letter.sent", "letter.received"]
    assert not outbox.work(Receiver([AA]), at=NOW + 24 * HOUR)


@pytest.mark.parametrize("answer", [LATER, SILENCE, RuntimeError("crash in our own writer")])
def test_without_a_matching_receipt_it_is_not_received_and_goes_again(outbox: Outbox, answer: Receipt | Exception) -> None:
    round_ = outbox.signed()

    outbox.work(Receiver([answer]))

    letter = outbox.letter(round_)
    assert letter.state in deliveries.OPEN and letter.received_at is None
    assert letter.next_attempt_at is not None and letter.next_attempt_at > NOW
    assert outbox.case(round_).state is CaseState.DECIDED
    assert outbox.work(Receiver([AA]), at=NOW + HOUR)
    assert outbox.letter(round_).state is DeliveryState.RECEIVED


def test_a_second_silence_leaves_it_sent_since_the_first_and_it_goes_again(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.work(Receiver([SILENCE]))

    outbox.work(Receiver([SILENCE]), at=NOW + HOUR)

    letter = outbox.letter(round_)
    assert (letter.state, letter.sent_at, letter.attempts) == (DeliveryState.SENT, NOW, 2)
    assert letter.next_attempt_at is not None and letter.next_attempt_at > NOW + HOUR
    assert outbox.events(round_) == ["letter.sent"]


def test_nobody_there_is_not_called_sent(outbox: Outbox) -> None:
    round_ = outbox.signed()

    outbox.work(Receiver([LATER]))

    assert outbox.letter(round_).sent_at is None
    assert outbox.events(round_) == []


def test_a_refusal_stands_for_a_person_and_is_not_tried_again(outbox: Outbox) -> None:
    round_ = outbox.signed()
    receiver = Receiver([AE, AA])

    outbox.work(receiver)

    letter = outbox.letter(round_)
    assert (letter.state, letter.receipt_text) == (DeliveryState.REFUSED, "patient unknown")
    assert not outbox.work(receiver, at=NOW + 100 * HOUR)
    with outbox.database.transaction() as session:
        assert [row.state for row in post.rows(session, outbox.region.aisha)] == [DeliveryState.REFUSED]


def test_a_person_sends_a_refused_letter_again_under_the_same_number(outbox: Outbox) -> None:
    round_ = outbox.signed()
    receiver = Receiver([AE, AA])
    outbox.work(receiver)
    with outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, outbox.letter(round_).id), now=NOW)

    outbox.work(receiver)

    assert outbox.letter(round_).state is DeliveryState.RECEIVED
    first, second = receiver.came
    assert (first.delivery_id, first.letter_sha256) == (second.delivery_id, second.letter_sha256)


def test_what_was_received_cannot_be_sent_again(outbox: Outbox) -> None:
    round_ = outbox.signed()
    outbox.work(Receiver([AA]))

    with pytest.raises(IllegalMove), outbox.database.transaction() as session:
        handing_over.send_again(session, session.get_one(Delivery, outbox.letter(round_).id), now=NOW)


class Crash(BaseException):
    """The worker dies: nothing of ours catches it."""


def test_after_a_crash_the_lease_runs_out_and_the_same_bytes_go_again(outbox: Outbox) -> None:
    round_ = outbox.signed()
    receiver = Receiver([AA])
    receiver.answers = [Crash(), AA]  # type: ignore[list-item]
    with pytest.raises(Crash):
        outbox.work(_raising(receiver))

    assert not outbox.work(receiver, at=NOW + LEASE - timedelta(seconds=1))
    assert outbox.work(receiver, at=NOW + LEASE + timedelta(seconds=1))

    first, second = receiver.came
    assert (first.delivery_id, first.letter_pdf) == (second.delivery_id, second.letter_pdf)
    letter = outbox.letter(round_)
    assert (letter.state, letter.letter_sha256, letter.attempts) == (DeliveryState.RECEIVED, first.letter_sha256, 2)


def _raising(receiver: Receiver) -> Receiver:
    def send(decision: OutgoingDecision, address: Address) -> Receipt:
        receiver.came.append(decision)
        raise receiver.answers.pop(0)  # type: ignore[misc]

    return type("Dying", (), {"send": staticmethod(send)})()  # type: ignore[no-any-return]


def test_a_receipt_full_of_junk_is_written_down_all_the_same(outbox: Outbox) -> None:
    round_ = outbox.signed()

    outbox.work(Receiver([Receipt(ReceiptKind.ACCEPTED, "A\0A", reference="r\0" * 4000, text="\0" * 9000 + "ok")]))

    letter = outbox.letter(round_)
    assert (letter.state, letter.receipt_code) == (DeliveryState.RECEIVED, "AA")


def test_what_goes_out_is_what_was_signed(outbox: Outbox) -> None:
    round_ = outbox.signed()
    receiver = Receiver([AA])
    outbox.work(receiver)

    (sent,) = receiver.came
    with outbox.database.transaction() as session:
        decision = session.scalars(select(Decision).where(Decision.round_id == round_.id)).one()
    assert dict(sent.sections)["Advies"].strip().endswith("Operatie.")
    assert (sent.document_number, sent.patient.local_number, sent.patient.bsn) == (decision.document_number, "4711", BSN)
    assert (sent.version, sent.recipient_code, sent.delivery_id) == (1, "ZEED", str(outbox.letter(round_).id))
    assert sent.letter_pdf.startswith(b"%PDF") and BSN not in str(decision.content)


def test_the_structured_half_goes_out_with_the_words(outbox: Outbox) -> None:
    round_ = outbox.signed()
    receiver = Receiver([AA])
    outbox.work(receiver)
    (sent,) = receiver.came
    with outbox.database.transaction() as session:
        content = session.scalars(select(Decision.content).where(Decision.round_id == round_.id)).one()

    assert (sent.round_id, sent.outcome, sent.diagnosis) == (str(round_.id), content["outcome"], content["sections"]["diagnosis"])
    assert [one.name for one in sent.participants] == [one["name"] for one in content["participants"]]
    assert [one.text for one in sent.advice] == [one["text"] for one in content["advice"]["items"]]


def test_a_letter_on_paper_is_sent_when_printed_and_received_when_somebody_says_so(outbox: Outbox) -> None:
    round_ = outbox.signed(hospital="ODUL")
    assert outbox.work(Receiver([RuntimeError("nobody may be called")]))
    assert not outbox.work(Receiver([AA]), at=NOW + 100 * HOUR)
    states = [outbox.letter(round_).state]

    for step in ("printed", "confirmed"):
        with outbox.database.transaction() as session:
            letter = session.get_one(Delivery, outbox.letter(round_).id)
            if step == "printed":
                handing_over.printed(session, letter, now=NOW)
            else:
                handing_over.confirm_by_hand(session, letter, viewer=outbox.region.aisha, now=NOW + HOUR)
        states.append(outbox.letter(round_).state)

    assert states == [DeliveryState.WAITING, DeliveryState.SENT, DeliveryState.RECEIVED]
    assert outbox.letter(round_).confirmed_by == outbox.region.aisha.person_id
    assert outbox.events(round_) == ["letter.sent", "letter.received"]
    assert outbox.case(round_).state is CaseState.DELIVERED


def test_the_task_that_asked_goes_along_to_its_own_hospital_only(outbox: Outbox) -> None:
    outbox.copies_to_gps()
    round_ = outbox.signed(gp="dr. B. Proef")
    with outbox.database.transaction() as session:
        session.get_one(Case, round_.case_id).request_task = "Task/7"
    receiver = Receiver([AA])

    outbox.drain(receiver)

    assert [one.request_task for one in receiver.came] == ["Task/7", ""]


def test_a_general_practitioner_reads_the_bsn_only_where_the_template_says_so(outbox: Outbox) -> None:
    outbox.copies_to_gps()
    plain = outbox.signed(gp="dr. B. Proef")
    outbox.drain(Receiver([AA]))
    with outbox.database.transaction() as session:
        place = letter_template_choice.Place(letter_template.Audience.GP)
        row = letter_templates.begin(session, outbox.region.bram, place, now=NOW)
        letter_templates.save(session, outbox.region.bram, row.id, LetterTemplate(bsn=True), seen=1, new_logo=b"", now=NOW)
    named = outbox.signed(gp="dr. B. Proef")
    outbox.drain(Receiver([AA]))

    assert [BSN in printed(outbox, one) for one in (plain, named)] == [False, True]


def printed(outbox: Outbox, round_: Round) -> str:
    """The letter to the general practitioner, as text."""
    with outbox.database.transaction() as session:
        letter = session.get_one(Delivery, outbox.letter(round_, audience=Audience.GP).id)
        return pdf_text.whole(deliveries.letter_of(session, letter))


@pytest.mark.parametrize(
    ("answer", "becomes"), [(SILENCE, DeliveryState.WAITING), (AE, DeliveryState.WAITING), (AA, DeliveryState.RECEIVED)]
)
def test_what_was_put_on_paper_while_it_was_under_way_stays_on_paper_unless_it_arrived(
    outbox: Outbox, answer: Receipt, becomes: DeliveryState
) -> None:
    round_ = outbox.signed()

    def meanwhile(decision: OutgoingDecision, address: Address) -> Receipt:
        with outbox.database.transaction() as session:
            handing_over.put_on_paper(session, session.get_one(Delivery, outbox.letter(round_).id), now=NOW)
        return answer

    receiver = Receiver([answer])
    receiver.send = meanwhile  # type: ignore[method-assign]
    outbox.work(receiver)

    letter = outbox.letter(round_)
    assert (letter.state, letter.channel) == (becomes, "paper")
    assert (letter.next_attempt_at == NOW) is (becomes is DeliveryState.WAITING), "it is printed at once"
