"""`understand`: one worker on referrals with a PDF, against hl7apy merely parsing the same messages, whole and tolerant."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from datetime import UTC, datetime

from hl7apy.parser import parse_message
from sqlalchemy.orm import Session

from mdo_portal import reception, understanding, wiring
from mdo_portal.commands import work
from mdo_portal.commands.process import settled
from mdo_portal.database import Database
from mdo_portal.exchange import Wire
from mdo_portal.services.inbox.queue import Lane
from mdo_portal.services.links import hospitals
from mdo_portal.services.links.hospitals import LinkRow
from mdo_portal.wiring import Pool

from .figures import SERVER_CORE, Figures, interleaved, pinned
from .house import hospital, house
from .texts import base64_document, referral, unique

PDF_BYTES = 60_000
MESSAGES = 100


def measure(url: str) -> Figures:
    """Messages per second of wall time: ours with everything that belongs to it (claim, profile, case, audit, commit)."""
    figures = Figures("understand")
    with house(url) as found, pinned(SERVER_CORE):
        database = found.database()
        with database.transaction() as session:
            links = _links(session)
        document = base64_document(PDF_BYTES)
        sample = [referral(unique(), f"R{n}", document) for n in range(5)]
        pool = found.stack.enter_context(closing(wiring.reading_pool(work.DESKS + 1)))
        _ours(database, links, document, pool)  # children and connections are warm, as in a worker that runs
        settled()  # as every process of ours once it begins; hl7apy has as much of it
        rates = interleaved({"ours": lambda: _ours(database, links, document, pool), "hl7apy": lambda: _hl7apy(sample)})
        figures.against(
            "ORU^R01 with a PDF of 60 kB",
            "messages/s",
            rates["ours"],
            ("hl7apy whole message, tolerant", rates["hl7apy"]),
            at_least=5,
        )
        left = found.count("SELECT count(*) FROM inbound_messages WHERE state <> 'understood'")
        figures.limit("not understood", "messages", left, at_most=0)
    return figures


def _links(session: Session) -> list[LinkRow]:
    hospital(session)
    return hospitals.links(session)


def _ours(database: Database, links: list[LinkRow], document: str, pool: Pool) -> float:
    """As one `mdo-portal work` does it: its threads, its children, its batches."""
    readers = wiring.bounded_readers(pool, seconds=work.QUICK_SECONDS)
    raws = [referral(unique(), unique("R"), document) for _ in range(MESSAGES)]
    now = datetime.now(UTC)
    sorted_ = [reception.sort(raw, wire=Wire.HL7V2, reader=readers[Wire.HL7V2], links=links, now=now) for raw in raws]
    reception.keep(database, sorted_)
    done: list[int] = []

    def desk() -> None:
        while count := understanding.understand(database, readers, now=datetime.now(UTC), most=work.BATCH, lane=Lane.QUICK):
            done.append(count)

    started = time.perf_counter()
    desks = [threading.Thread(target=desk) for _ in range(work.DESKS)]
    for one in desks:
        one.start()
    for one in desks:
        one.join()
    return sum(done) / (time.perf_counter() - started)


def _hl7apy(raws: list[bytes]) -> float:
    started = time.perf_counter()
    for raw in raws:
        parse_message(raw.decode(), find_groups=False)
    return len(raws) / (time.perf_counter() - started)
