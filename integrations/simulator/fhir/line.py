"""The outgoing FHIR line: POST to the portal with the bearer token, and what its answer means."""

from __future__ import annotations

import json
import re

from integrations.out import LOOPBACK, NoReply, Reach, Reply, exchange
from mdo_portal.exchange import Receipt, ReceiptKind

_REFUSED = {400, 404, 409, 410, 415, 422}


class FhirLine:
    """Each message is one request of its own."""

    def __init__(self, url: str, *, token: str, answer_seconds: float) -> None:
        self._url, self._seconds = url.rstrip("/"), answer_seconds
        self._reach = Reach((self._url,), LOOPBACK)
        self._headers = {"Accept": "application/fhir+json", "Content-Type": "application/fhir+json"}
        self._headers |= {"Authorization": f"Bearer {token}"} if token else {}

    def send(self, body: bytes, control_id: str) -> Receipt:
        """The portal's word; UNKNOWN when it stays silent, LATER when nobody is there or the door is shut."""
        try:
            place = f"{self._url}/Task" if body.startswith(b'{"resourceType": "Task"') else self._url
            reply = exchange("POST", place, reach=self._reach, headers=self._headers, content=body, seconds=self._seconds)
        except NoReply as silence:
            return Receipt(ReceiptKind.UNKNOWN if silence.was_sent else ReceiptKind.LATER, silence.code)
        return judged(reply, control_id)

    def close(self) -> None:
        """Nothing stays open."""


def judged(reply: Reply, control_id: str) -> Receipt:
    """2xx is a yes unless one entry of a transaction-response says otherwise."""
    try:
        told = json.loads(reply.body or b"{}")
    except ValueError:
        told = {}
    told = told if isinstance(told, dict) else {}
    if 200 <= reply.status < 300 and all(re.match("2..", str(status)) for status in _statuses(told)):
        return Receipt(ReceiptKind.ACCEPTED, str(reply.status), control_id)
    kind = ReceiptKind.REFUSED if reply.status in _REFUSED else ReceiptKind.LATER
    return Receipt(kind, str(reply.status), text=_words(told))


def _statuses(told: dict[str, object]) -> list[object]:
    entries = told.get("entry")
    found = [one.get("response") for one in entries if isinstance(one, dict)] if isinstance(entries, list) else []
    return [one.get("status") for one in found if isinstance(one, dict)]


def _words(told: dict[str, object]) -> str:
    issues = told.get("issue")
    found = [one for one in issues if isinstance(one, dict)] if isinstance(issues, list) else []
    return " / ".join(str(one.get("diagnostics") or one.get("code") or "") for one in found)[:300]
