"""Sends one decision over MLLP and waits for the word of the other side. One connection per message, plain blocking sockets."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from integrations.hl7v2.sending.judge import Unsendable, judge
from integrations.hl7v2.sending.outgoing import compose, control_id
from integrations.hl7v2.text.builder import Unwritable
from integrations.hl7v2.wire.answers import PLAIN, Manners, is_commit, read_ack
from integrations.hl7v2.wire.mllp import FrameTooLarge, MllpDecoder, frame
from integrations.out import NoReply, connect
from integrations.profiles import load
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind

ACK_LIMIT = 1024 * 1024


class MllpSender:
    """exchange.Sender over MLLP: to registered receivers, over TLS unless they stand in a registered network."""

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        """Compose, judge, send, wait. Never raises for what the network or the other side does.

        ACCEPTED: AA with our own id, or CA where the profile asks for no more. REFUSED: AE or CE, we cannot write it (code
        `unsendable`), or may not go there (`bad_address`). LATER: AR, CR, or nobody there. UNKNOWN: sent, and no word about it; the
        message may have arrived. UNKNOWN with code `CA`: kept there, and its application has not confirmed it within the time-out.
        """
        profile = load(address.profile)
        try:
            # As old as the signature, not as this attempt: a repeat is the same bytes, which every receiver knows for a double.
            raw = compose(decision, address, now=decision.signed_at)
            judge(raw, decision, profile)
        except Unsendable as fault:
            return self._receipt(ReceiptKind.REFUSED, "unsendable", fault.reason)
        except Unwritable as fault:
            return self._receipt(ReceiptKind.REFUSED, "unsendable", str(fault))
        said = self.exchange(raw, control_id(decision, profile), address, manners=Manners.of(profile["outgoing"]))
        return replace(said, at=self._now())

    def exchange(self, raw: bytes, expects: str, address: Address, *, manners: Manners = PLAIN) -> Receipt:
        """Send `raw` and wait for the acknowledgement that names `expects`; others are passed over.

        `manners` say whether a commit is the last word; the application's is waited for on the same connection, within the time-out.
        """
        deadline = time.monotonic() + address.timeout_seconds
        try:
            connection = connect(
                address.host, address.port, inside=address.inside, seconds=address.timeout_seconds,
                encrypted=address.tls, certificate=address.certificate, trust=address.trust,
            )  # fmt: skip
        except NoReply as silence:
            return _not_there(silence.code)
        with connection:  # always closed: a late answer must find nobody who takes it for another message's
            try:
                connection.sendall(frame(raw))
                return _wait(connection, expects, deadline, manners)
            except OSError as trouble:
                return Receipt(ReceiptKind.UNKNOWN, code="broken_off", text=type(trouble).__name__)

    def _receipt(self, kind: ReceiptKind, code: str, text: str) -> Receipt:
        return Receipt(kind, code=code, text=text, at=self._now())


def _not_there(code: str) -> Receipt:
    """Nothing was said to anybody."""
    if code == "address":
        return Receipt(
            ReceiptKind.REFUSED, code="bad_address", text="the receiver is in no registered network, or must be reached over TLS"
        )
    return Receipt(ReceiptKind.LATER, code=code)


def _wait(connection: socket.socket, expects: str, deadline: float, manners: Manners) -> Receipt:
    decoder = MllpDecoder(ACK_LIMIT)
    heard = ""
    committed: Receipt | None = None
    for answer, ended in _answers(connection, decoder, deadline):
        if answer is None:
            return _unheard(committed, heard, ended, manners)
        receipt = read_ack(answer, expects, manners)
        if receipt.kind is not ReceiptKind.UNKNOWN:
            return receipt
        if is_commit(receipt):
            committed = receipt
        heard = receipt.code
    raise AssertionError("the answers always come to an end")


def _unheard(committed: Receipt | None, heard: str, ended: str, manners: Manners) -> Receipt:
    """The last word did not come: what a commit is worth then, or why there was nothing."""
    if committed is None:
        return Receipt(ReceiptKind.UNKNOWN, code=heard or ended)
    is_enough = manners.silence_is_yes and ended in ("timeout", "closed")
    return replace(committed, kind=ReceiptKind.ACCEPTED) if is_enough else committed


def _answers(connection: socket.socket, decoder: MllpDecoder, deadline: float) -> Iterator[tuple[bytes | None, str]]:
    """Every answer that comes; at last (None, why no more come): timeout, closed, broken_off or junk."""
    while (left := deadline - time.monotonic()) > 0:
        connection.settimeout(min(left, 0.2) if decoder.ends_bare else left)
        try:
            frames, ended = _hear(connection, decoder)
        except TimeoutError:
            break
        except FrameTooLarge:
            yield None, "junk"
            return
        except OSError:
            yield None, "broken_off"
            return
        for answer in frames:
            yield answer, ""
        if ended:
            yield None, "closed"
            return
    yield None, "timeout"


def _hear(connection: socket.socket, decoder: MllpDecoder) -> tuple[list[bytes], bool]:
    """The answers in what comes next, and whether the other side has closed."""
    try:
        data = connection.recv(65_536)
    except TimeoutError:
        if decoder.ends_bare:
            return decoder.flush(), False
        raise
    return (decoder.feed(data), False) if data else (decoder.flush(), True)
