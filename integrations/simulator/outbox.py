"""What the hospital sends: every referral with its messages, their attempts and the portal's word about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from integrations.simulator.store import Store
from mdo_portal.exchange import Receipt, ReceiptKind


@dataclass(frozen=True)
class Composed:
    """One message ready for the wire."""

    kind: str
    control_id: str
    body: bytes


@dataclass(frozen=True)
class Waiting:
    """One message that has no word from the portal yet."""

    id: int
    control_id: str
    body: bytes


@dataclass(frozen=True)
class Sent:
    """How it stands with the newest dispatch of one case."""

    state: str = "new"  # new, queued, sent, acknowledged, refused
    code: str = ""  # the portal's code: AA, 202, …
    text: str = ""
    at: str = ""
    kinds: tuple[str, ...] = ()
    attempts: int = 0


def ask(store: Store, codes: Iterable[str]) -> int:
    """Somebody wants these cases sent. Says how many are new; a case that is still on its way is not asked twice."""
    known = states(store)
    wanted = [code for code in dict.fromkeys(codes) if known.get(code, Sent()).state not in ("queued", "sent")]
    with store.transaction() as db:
        db.executemany("INSERT INTO dispatch (case_code, asked_at) VALUES (?, ?)", [(code, now()) for code in wanted])
    return len(wanted)


def to_compose(store: Store) -> tuple[int, str] | None:
    """(dispatch, case) of the oldest dispatch that has no messages yet."""
    row = store.row("SELECT id, case_code FROM dispatch WHERE composed_at IS NULL ORDER BY id LIMIT 1")
    return (row["id"], row["case_code"]) if row else None


def composed(store: Store, dispatch_id: int, messages: Iterable[Composed]) -> None:
    with store.transaction() as db:
        rows = [(dispatch_id, one.kind, one.control_id, one.body) for one in messages]
        db.executemany("INSERT INTO message (dispatch_id, kind, control_id, body) VALUES (?, ?, ?, ?)", rows)
        db.execute("UPDATE dispatch SET composed_at = ? WHERE id = ?", (now(), dispatch_id))


def put(store: Store, code: str, message: Composed) -> None:
    """One message about a case that needs no composing any more."""
    with store.transaction() as db:
        sql = "INSERT INTO dispatch (case_code, asked_at, composed_at) VALUES (?, ?, ?)"
        dispatch = db.execute(sql, (code, now(), now())).lastrowid
        row = (dispatch, message.kind, message.control_id, message.body)
        db.execute("INSERT INTO message (dispatch_id, kind, control_id, body) VALUES (?, ?, ?, ?)", row)


def due(store: Store) -> tuple[Waiting | None, bool]:
    """(the oldest message without an answer when its time has come, whether one waits at all): nothing overtakes it."""
    row = store.row("SELECT id, control_id, body, next_at FROM message WHERE state IN ('waiting', 'sent') ORDER BY id LIMIT 1")
    if row is None:
        return None, False
    return (Waiting(row["id"], row["control_id"], row["body"]) if row["next_at"] <= now() else None), True


def leaving(store: Store, message: Waiting) -> None:
    """About to go out: written before the first byte leaves, so that a crash cannot hide an attempt."""
    with store.transaction() as db:
        sql = "UPDATE message SET state = 'sent', attempts = attempts + 1, sent_at = coalesce(sent_at, ?) WHERE id = ?"
        db.execute(sql, (now(), message.id))


def settle(store: Store, message: Waiting, receipt: Receipt, *, retry_seconds: float) -> None:
    """The portal's word, or none: then the same bytes go again after `retry_seconds`."""
    states = {ReceiptKind.ACCEPTED: "acknowledged", ReceiptKind.REFUSED: "refused"}
    settled = now() if receipt.kind in states else None
    values = (states.get(receipt.kind, "sent"), receipt.code, receipt.text, now(retry_seconds), settled, message.id)
    with store.transaction() as db:
        db.execute("UPDATE message SET state = ?, code = ?, text = ?, next_at = ?, settled_at = ? WHERE id = ?", values)


def states(store: Store) -> dict[str, Sent]:
    """By case code: how its newest dispatch stands. Cases that were never sent are not in it."""
    newest = store.rows("SELECT case_code, max(id) AS id FROM dispatch GROUP BY case_code")
    return {row["case_code"]: _state(store, row["id"]) for row in newest}


def _state(store: Store, dispatch_id: int) -> Sent:
    sql = "SELECT kind, state, code, text, attempts, sent_at, settled_at FROM message WHERE dispatch_id = ? ORDER BY id"
    rows = store.rows(sql, dispatch_id)
    kinds = tuple(dict.fromkeys(row["kind"] for row in rows))
    attempts = sum(row["attempts"] for row in rows)
    if not attempts:
        return Sent("queued", kinds=kinds)
    refused = next((row for row in rows if row["state"] == "refused"), None)
    if refused:
        return Sent("refused", refused["code"], refused["text"], refused["settled_at"], kinds, attempts)
    if all(row["state"] == "acknowledged" for row in rows):
        return Sent("acknowledged", rows[-1]["code"], "", rows[-1]["settled_at"], kinds, attempts)
    pending = next(row for row in rows if row["state"] in ("waiting", "sent"))
    return Sent("sent", pending["code"], pending["text"], pending["sent_at"] or rows[0]["sent_at"], kinds, attempts)


def transmissions(store: Store) -> int:
    """How many times a message left, repeats included."""
    row = store.row("SELECT coalesce(sum(attempts), 0) AS n FROM message")
    return int(row["n"]) if row else 0


def now(later: float = 0.0) -> str:
    """Text that sorts as time."""
    return (datetime.now(UTC) + timedelta(seconds=later)).isoformat(timespec="milliseconds")
