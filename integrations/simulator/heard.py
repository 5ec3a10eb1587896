"""What the portal's application said later about a message of the hospital: an acknowledgement as a message of its own."""

from __future__ import annotations

from integrations.hl7v2.text.er7 import Message
from integrations.simulator import outbox
from integrations.simulator.store import Store


def is_one(message: Message) -> bool:
    return message.get("MSH-9-1") == "ACK" and bool(message.get("MSA-1"))


def write_down(store: Store, message: Message) -> None:
    """Counted once by its own number; a repeat is known by that."""
    values = (message.get("MSH-10"), message.get("MSA-2"), message.get("MSA-1"), outbox.now())
    with store.transaction() as db:
        sql = "INSERT INTO heard (number, about, code, at) VALUES (?, ?, ?, ?) ON CONFLICT(number) DO UPDATE SET doubles = doubles + 1"
        db.execute(sql, values)


def codes(store: Store) -> list[str]:
    """AA, AE or AR, in the order in which they first came."""
    return [row["code"] for row in store.rows("SELECT code FROM heard ORDER BY at, number")]
