"""Making, re-wrapping and renewing the keys that seal, while everything runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text

from mdo_portal import wiring
from mdo_portal.database import Database
from mdo_portal.domain.keys import KeyPurpose
from mdo_portal.domain.sealing import Sealer
from mdo_portal.errors import Unsafe
from mdo_portal.exchange import Wire
from mdo_portal.services.common.sealed import sealer
from mdo_portal.services.keeping import keys, reindexing
from mdo_portal.settings import Settings

Say = Callable[[str], None]


def opened(settings: Settings) -> Database:
    """The database with its sealer, for these commands. Raises Unsafe when the ring does not fit."""
    database = Database(settings.database_url, pool_size=2)

    def load() -> Sequence[Any]:
        with database.transaction() as session:
            return keys.load(session)

    database.sealer = Sealer(settings.keyring, load=load)
    return database


def make_keys(settings: Settings) -> None:
    """The data keys stand; those that stood are left alone. Raises Unsafe when the ring does not fit them.

    Whoever holds these keys may start sessions: PostgreSQL is told by which derived key it knows them (`access.set_gate`).
    """
    database = opened(settings)
    with database.transaction() as session:
        keys.ensure(session, settings.keyring, now=datetime.now(UTC))
    database.close()
    database = opened(settings)
    with database.transaction() as session:
        session.execute(select(func.access.set_gate(sealer(session).derived("sessions"))))
    database.close()


def status(database: Database, settings: Settings) -> dict[str, Any]:
    """Which keys there are, what each sealed, and which keys of the ring are still needed."""
    with database.transaction() as session:
        found, counts = keys.load(session), keys.counts(session)
    used = {name for by_key in counts.values() for name in by_key} | {key.kek for key in found}
    return {
        "data_keys": [
            {"name": key.name, "purpose": key.purpose.value, "wrapped_by": key.kek, "retired": key.is_retired} for key in found
        ],
        "sealed": counts,
        "ring": {name: "in use" if name in used or at == 0 else "may go" for at, (name, _) in enumerate(settings.keyring)},
    }


def rotate_data(database: Database, settings: Settings, *, new: bool, most: int, pause: float, say: Say) -> int:
    """Seal everything again by a new data key (or go on with the newest: `new=False`), batch by batch. Returns how many values.

    Stopped halfway, nothing is lost: old keys stay, and `--go-on` does the rest.
    """
    sealer = database.sealer
    assert isinstance(sealer, Sealer)
    with database.transaction() as session:
        if new:
            say(f"new data key {keys.renew(session, settings.keyring, KeyPurpose.SEAL, now=datetime.now(UTC))}")
    sealer.refresh()
    total = 0
    for place in keys.SEALED:
        done = _reseal(database, place, most=most, pause=pause)
        say(f"{place.table.name}.{place.column}: {done} sealed again")
        total += done
    return total


def _reseal(database: Database, place: keys.SealedColumn, *, most: int, pause: float) -> int:
    done, after = 0, ()
    while True:
        with database.transaction() as session:
            session.execute(text("SET LOCAL lock_timeout = '5s'"))
            count, after = keys.reseal(session, place, after=after, most=most)
        done += count
        if not after:
            return done
        time.sleep(pause)


def rotate_blind(database: Database, settings: Settings) -> tuple[int, int]:
    """A new blind key, and every index made anew, in one transaction. Raises Unsafe while others are connected."""
    sealer = database.sealer
    assert isinstance(sealer, Sealer)
    with database.transaction() as session:
        # Whoever comes in between waits at these locks, and would then look with the old key: so nobody may be there at all.
        session.execute(text("LOCK TABLE patients, inbound_messages, data_keys IN ACCESS EXCLUSIVE MODE NOWAIT"))
        if keys.others_connected(session):
            raise Unsafe(
                ["others are connected to the database: stop web, listen and work first, they look with the old blind key"]
            )
        keys.renew(session, settings.keyring, KeyPurpose.BLIND, now=datetime.now(UTC))
        renewed = Sealer(settings.keyring, load=lambda: keys.load(session))
        done = reindexing.reindex(session, renewed, _numbers_of)
    sealer.refresh()
    return done


def _numbers_of(wire: Wire, raw: bytes, profile: str) -> list[str]:
    """By what a message that was kept waits its turn: its header was read when it came, so it can be read again."""
    reader = wiring.readers()[wire]
    return [*reader.header(raw).names, *(number for _, number in reader.numbers(raw, profile))]
