"""What a receipt says about the receiver and to a person, and that a letter whose way became paper is still to be printed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from mdo_portal.database import Database
from mdo_portal.domain.delivery import Delivery, DeliveryState
from mdo_portal.domain.hospital import Channel
from mdo_portal.domain.link import Link
from mdo_portal.exchange import Receipt, ReceiptKind
from mdo_portal.services.letters import handing_over, receipts
from mdo_portal.services.letters.receipts import Told
from tests.outbox_house import SILENCE, Outbox, Receiver
from tests.people import Region

OURS = "Versturen mislukte bij het portaal zelf"


@pytest.fixture
def outbox(database: Database, region: Region) -> Outbox:
    return Outbox(database, region)


def of(code: str, kind: ReceiptKind = ReceiptKind.LATER, text: str = "") -> Delivery:
    """A letter whose last attempt gave this."""
    state = DeliveryState.REFUSED if kind is ReceiptKind.REFUSED else DeliveryState.WAITING
    return Delivery(channel="fhir", state=state, receipt_code=code, receipt_text=text, attempts=1)


def test_a_letter_whose_way_became_paper_while_nobody_had_confirmed_it_is_still_to_be_printed(outbox: Outbox) -> None:
    """It stood as printed and sent, and no page offered to print it: nobody would have."""
    round_ = outbox.signed()
    outbox.work(Receiver([SILENCE]))
    assert outbox.letter(round_).state is DeliveryState.SENT
    with outbox.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.hospital_id == outbox.region.hospitals["ZEED"])).one()
        link.channel_out = Channel.PAPER

    outbox.work(Receiver([RuntimeError("nobody may be called")]), at=outbox.now + timedelta(hours=1))

    letter = outbox.letter(round_)
    assert (letter.state, letter.channel) == (DeliveryState.WAITING, "paper")
    assert "moet worden afgedrukt" in receipts.why(letter)
    with outbox.database.transaction() as session:
        handing_over.printed(session, session.get_one(Delivery, letter.id), now=outbox.now)
    assert "Afgedrukt en verstuurd" in receipts.why(outbox.letter(round_))
    assert outbox.events(round_) == ["letter.sent", "letter.sent"]  # over the line, and by hand


@pytest.mark.parametrize(
    ("code", "told", "sentence"),
    [
        ("token unreachable", Told.ABSENCE, "die bij dit ziekenhuis tokens geeft, is niet bereikbaar"),
        ("token no_connection", Told.ABSENCE, "die bij dit ziekenhuis tokens geeft, is niet bereikbaar"),
        ("token certificate", Told.ABSENCE, "Het certificaat van de ontvanger klopt niet"),
        ("token timeout", Told.TROUBLE, "die bij dit ziekenhuis tokens geeft, antwoordt niet"),
        ("token answer", Told.TROUBLE, "gaf geen bruikbaar token"),
        ("token 400", Told.TROUBLE, "laat het portaal niet toe"),
        ("token 401", Told.TROUBLE, "laat het portaal niet toe"),
        ("token 503", Told.TROUBLE, "storing bij de ontvanger"),
        ("token address", Told.NOTHING, "is niet veilig"),
        ("token no_key", Told.NOTHING, OURS),
    ],
)
def test_a_token_that_does_not_come_is_the_hospitals_where_it_is(code: str, told: Told, sentence: str) -> None:
    """All of it read as a fault of the portal itself, and no queue ever rested for it."""
    assert receipts.told(Receipt(ReceiptKind.LATER, code)) is told
    assert sentence in receipts.why(of(code))


@pytest.mark.parametrize(
    ("state", "code", "sentence"),
    [
        (DeliveryState.WAITING, "", "De brief wordt gemaakt"),
        (DeliveryState.WAITING, "print", "moet worden afgedrukt en verstuurd"),
        (DeliveryState.WAITING, "LetterFailed", OURS),
        (DeliveryState.DEAD, "LetterFailed", OURS),
        (DeliveryState.WAITING, "sealed", "een sleutel ontbreekt"),
        (DeliveryState.REFUSED, receipts.OTHER_PATIENT, "noemt een andere patiënt"),
    ],
)
def test_what_cannot_be_printed_or_must_not_be_carried_does_not_ask_to_be(state: DeliveryState, code: str, sentence: str) -> None:
    assert sentence in receipts.why(Delivery(channel="paper", state=state, receipt_code=code, attempts=1))


def test_a_hook_without_a_secret_sent_nothing_and_nobody_refused_anything() -> None:
    said = Receipt(ReceiptKind.REFUSED, "no_secret")

    assert receipts.told(said) is Told.NOTHING and not receipts.has_left(said)
    assert "geen geheim" in receipts.why(of("no_secret", ReceiptKind.REFUSED))


@pytest.mark.parametrize("code", ["err", "AE", "AR", "CE", "CR", "422"])
def test_why_a_recipient_refuses_is_told_in_its_own_words(code: str) -> None:
    assert receipts.their_words(of(code, ReceiptKind.REFUSED, "onbekende patiënt")) == "onbekende patiënt"


@pytest.mark.parametrize("code", ["not_valid", "broken_off", "LetterFailed"])
def test_what_we_say_for_a_log_is_not_told_as_theirs(code: str) -> None:
    assert receipts.their_words(of(code, ReceiptKind.LATER, "OSError")) == ""
