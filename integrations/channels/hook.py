"""A letter posted to an address of the recipient: JSON with the PDF as base64, or multipart; signed, and under one key at every attempt.

Headers: `Idempotency-Key` is our delivery id; `X-MDO-Signature: t=SECONDS,v1=HEX` is HMAC-SHA256 under the secret of this link over
`SECONDS.` and the body, so that an old post cannot be sent again by somebody who overheard it. Received only when the answer is 2xx and
JSON whose `id` is ours: a proxy's "200 OK" is no receipt.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from integrations.fhir.sending.outgoing import NotSendable
from integrations.fhir.sending.receipt import LOST_BEHIND
from integrations.fhir.text.json_gate import load
from integrations.fhir.text.values import Node, text
from integrations.out import NoReply, Reach, Reply, exchange
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind, Unreadable

from .metadata import Wishes, file_name, metadata

LEAST_SECRET = 16
MOST_WORDS = 500
_NOT_NOW = {401, 403, 408, 425, 429}
_MAY_HAVE_IT = LOST_BEHIND | {409}


class HookSender:
    """exchange.Sender to `address.url`, through the one gate."""

    def __init__(self, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now

    def send(self, decision: OutgoingDecision, address: Address) -> Receipt:
        """Never raises for what the other side does. A repeat is the same bytes under the same key.

        ACCEPTED: 2xx with our id. REFUSED: another 4xx or a redirect, no secret, not registered. LATER: 401, 403, 429, 5xx, nobody
        there. UNKNOWN: 2xx without our id, no whole answer, a gateway's word that it lost the server (502, 504), and 409: they have
        our key already, or are busy with it.
        """
        return replace(self._sent(decision, address), at=self._now())

    def _sent(self, decision: OutgoingDecision, address: Address) -> Receipt:
        reach = Reach((address.url,) if "?" not in address.url else (), address.inside)
        if not reach.covers(address.url):
            return Receipt(ReceiptKind.REFUSED, "bad_address", text="the address must be https, without user or query")
        if len(address.hook_secret) < LEAST_SECRET:
            return Receipt(ReceiptKind.REFUSED, "no_secret", text="the link has no secret to sign with")
        try:
            kind, body = body_of(decision, Wishes.of(address.profile))
        except NotSendable as fault:
            return Receipt(ReceiptKind.REFUSED, "not_valid", text=str(fault))
        headers = {
            "Content-Type": kind,
            "Accept": "application/json",
            "Idempotency-Key": decision.delivery_id,
            "X-MDO-Signature": signature(address.hook_secret, body, at=self._now()),
        }
        headers |= {"Authorization": f"Bearer {address.token}"} if address.token else {}
        try:
            reply = exchange(
                "POST", address.url, reach=reach, headers=headers, content=body, seconds=address.timeout_seconds,
                certificate=address.certificate, trust=address.trust,
            )  # fmt: skip
        except NoReply as silence:
            return Receipt(ReceiptKind.UNKNOWN if silence.was_sent else ReceiptKind.LATER, silence.code)
        return _receipt(reply, decision.delivery_id)


def signature(secret: str, body: bytes, *, at: datetime) -> str:
    """`t=…,v1=…` as the recipient computes it: HMAC-SHA256(secret, f"{t}." + body)."""
    seconds = str(int(at.timestamp()))
    made = hmac.new(secret.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={made}"


def body_of(decision: OutgoingDecision, wishes: Wishes) -> tuple[str, bytes]:
    """(content type, body). Raises NotSendable."""
    told = metadata(decision, wishes)
    if wishes.body == "multipart":
        return _multipart(decision, told)
    letter = {
        "content_type": "application/pdf",
        "file": f"{file_name(decision)}.pdf",
        "sha256": decision.letter_sha256,
        "data": base64.b64encode(decision.letter_pdf).decode(),
    }
    whole = {"id": decision.delivery_id, "metadata": json.loads(told), "letter": letter}
    return "application/json", json.dumps(whole, ensure_ascii=True, separators=(",", ":")).encode()


def _multipart(decision: OutgoingDecision, told: bytes) -> tuple[str, bytes]:
    """The border is made of the content, so that it cannot stand in it and is the same at every attempt."""
    border = f"mdo-{hashlib.sha256(told + decision.letter_pdf).hexdigest()}"
    parts = [("metadata", "metadata.json", "application/json", told)]
    parts += [("letter", f"{file_name(decision)}.pdf", "application/pdf", decision.letter_pdf)]
    lines = b"".join(
        f'--{border}\r\nContent-Disposition: form-data; name="{name}"; filename="{file}"\r\nContent-Type: {kind}\r\n\r\n'.encode()
        + content
        + b"\r\n"
        for name, file, kind, content in parts
    )
    return f"multipart/form-data; boundary={border}", lines + f"--{border}--\r\n".encode()


def _receipt(reply: Reply, ours: str) -> Receipt:
    code, told = str(reply.status), _tree(reply)
    if 200 <= reply.status < 300:
        if text(told.get("id")).lower() != ours.lower():
            return Receipt(ReceiptKind.UNKNOWN, code)
        return Receipt(ReceiptKind.ACCEPTED, code, text(told.get("reference"))[:200] or ours)
    words = text(told.get("message"))[:MOST_WORDS]
    if reply.status in _MAY_HAVE_IT:
        return Receipt(ReceiptKind.UNKNOWN, code, text=words)
    if reply.status in _NOT_NOW or reply.status >= 500:
        return Receipt(ReceiptKind.LATER, code, text=words, wait_seconds=reply.asks_to_wait)
    return Receipt(ReceiptKind.REFUSED, code, text=words)


def _tree(reply: Reply) -> Node:
    try:
        return load(reply.body)
    except Unreadable:
        return {}
