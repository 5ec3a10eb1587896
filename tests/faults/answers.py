"""C4 and C6: a hospital's server that gives too much, too slowly, half, or somebody else. Bounds hold, and nothing half is shown as whole."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import lru_cache
from typing import Any

from sqlalchemy import func, select

from mdo_portal.database import Database
from mdo_portal.domain.identity_conflict import IdentityConflict
from mdo_portal.domain.inbound import InboundMessage
from tests.faults.house import House, environment, running
from tests.faults.processes import worker
from tests.faults.pulls import (
    FHIR,
    Node,
    Open,
    Page,
    Server,
    Told,
    bsn_of,
    condition,
    facts_of,
    hand_in,
    linked,
    notice,
    outcomes,
    pages,
    patient,
    said,
    searchset,
)

Figures = dict[str, Any]
Outcome = tuple[str, str]
TEN_GB = 10_000_000_000
LATER = "waiting"


def _endless(piece: bytes = b" " * 1_000_000) -> Iterator[bytes]:
    for _ in range(TEN_GB // len(piece)):
        yield piece


def _drip() -> Iterator[bytes]:
    for _ in range(2_000):
        yield b" "
        time.sleep(0.05)


def _half(tree: Node, *, length: bool) -> Told:
    """The first half of it, and then the line is closed."""
    whole = b"".join(said(tree).pieces)
    return Told(200, FHIR | ({"Content-Length": str(len(whole))} if length else {}), [whole[: len(whole) // 2]])


@lru_cache(maxsize=1)
def _bomb() -> bytes:
    return gzip.compress(b" " * 500_000_000, 9)


def _then(first: Told, later: Node) -> Callable[[int], Node | Told]:
    return lambda time_: first if time_ == 1 else later


def _hostile(n: str, url: str) -> dict[str, tuple[dict[str, Page], Outcome]]:
    """Name -> (which pages are otherwise, what must come of it)."""
    full = searchset(condition(n))
    circle = f"Condition?code={n}"
    paged = {
        f"Condition?page={at}-{n}": searchset(condition(f"{n}.{at}"), further=f"{url}/Condition?page={at + 1}-{n}")
        for at in range(80)
    }
    more = {"Content-Encoding": "gzip"}
    return {
        "10 GB": ({"conditions": lambda _: Told(200, FHIR | {"Content-Length": str(TEN_GB)}, _endless())}, ("failed", "too_large")),
        "10 GB, no length": ({"conditions": lambda _: Told(200, FHIR, _endless())}, ("failed", "too_large")),
        "10 GB of token": ({"task": lambda _: Told(401, {"Content-Length": str(TEN_GB)}, _endless())}, ("failed", "too_large")),
        "gzip bomb": ({"conditions": lambda _: Told(200, FHIR | more, [_bomb()])}, ("failed", "answer")),
        "gzip bomb that does not say so": ({"conditions": lambda _: Told(200, FHIR, [_bomb()])}, ("failed", "answer")),
        "drip": ({"conditions": lambda _: Told(200, FHIR, _drip())}, (LATER, "unreachable")),
        "drip with a length": ({"conditions": lambda _: Told(200, FHIR | {"Content-Length": "2000"}, _drip())}, (LATER, "unreachable")),
        "pages without end": ({"conditions": searchset(condition(n), further=f"{url}/Condition?page=0-{n}"), **paged}, ("failed", "too_large")),
        "pages in a circle": ({"conditions": searchset(condition(n), further=f"{url}/{circle}")}, ("failed", "answer")),
        "a page that is gone": ({"conditions": searchset(condition(n), further=f"{url}/Condition?page=gone")}, ("failed", "refused")),
        "503": ({"conditions": lambda _: Told(503, {"Retry-After": "1"})}, (LATER, "unreachable")),
        "503, then well": ({"conditions": _then(Told(503, {"Retry-After": "1"}), full)}, ("done", "unreachable")),
        "cut": ({"conditions": lambda _: _half(full, length=True)}, (LATER, "unreachable")),
        "cut, then well": ({"conditions": _then(_half(full, length=True), full)}, ("done", "unreachable")),
        "cut, no length": ({"conditions": lambda _: _half(full, length=False)}, ("failed", "answer")),
    }  # fmt: skip


def swollen(house: House, *, rounds: int) -> Figures:
    """C4: every one of them, the worker's memory, and an ordinary notice after each round that must come through."""
    database, server = house.copy(), Server()
    _bomb()
    with closing(Open(server)) as door:
        url = f"http://127.0.0.1:{door.port}/fhir"
        linked(database, house, url)
        wanted: dict[str, Outcome] = {}
        names: dict[str, str] = {}
        with running(worker, environment(database), house.folder) as process:
            began = time.monotonic()
            for round_ in range(rounds):
                for at, name in enumerate(_hostile("", "")):
                    n = f"{round_}x{at}"
                    over, wanted[n] = _hostile(n, url)[name]
                    names[n] = name
                    server.pages |= pages(n, bsn=bsn_of(round_ * 100 + at), **over)
                    hand_in(database, [notice(n, bsn=bsn_of(round_ * 100 + at))])
                last = f"{round_}good"
                wanted[last], names[last] = ("done", ""), "an ordinary one"
                server.pages |= pages(last, bsn=bsn_of(round_ * 100 + 99))
                hand_in(database, [notice(last, bsn=bsn_of(round_ * 100 + 99))])
                tries = {n: 4 for n, (state, _) in wanted.items() if state == "done" and names[n] != "an ordinary one"}
                found = outcomes(database, wanted, seconds=120 + 20 * rounds, tries=tries)
            took = time.monotonic() - began
            alive, memory = process.process.is_alive(), process.largest_memory_mb
    facts = facts_of(database)
    database.close()
    wrong = {names[n]: found[n] for n in wanted if found[n] != wanted[n]}
    done = [n for n, (state, _) in wanted.items() if state == "done"]
    return {
        "rounds": rounds,
        "lost": sum(n not in facts for n in done),
        "duplicates": 0,
        "answers": len(wanted),
        "half_cases": sum(n not in done for n in facts) + sum(f"Diagnose {n}" not in facts.get(n, ()) for n in done),
        "wrong": wrong,
        "memory_mb": round(memory),
        "mb_written": round(server.written / 1_000_000),
        "seconds_per_round": round(took / rounds, 1),
        "worker_survived": alive,
        "ok": not wrong and set(facts) == set(done) and all(f"Diagnose {n}" in facts[n] for n in done) and alive and memory < 450,
    }


# C6


def _swaps(n: str, bsn: str, other: str) -> dict[str, tuple[dict[str, Page], Outcome]]:
    """Name -> (which pages tell of somebody else, what must come of it). Whatever is told of that other is marked *VREEMD*."""
    marked = searchset(condition(n, f"VREEMD {n}"))
    stranger = patient(n, bsn=other, family="Anders", born="1971-12-31", number=f"S{n}")
    beside = searchset(patient(n, bsn=bsn), patient(f"s{n}", bsn=other, family="Anders"))
    nameless = patient(n, bsn="", family="Anders", born="1971-12-31", number=f"S{n}")
    theirs = condition(f"t-{n}", f"VREEMD {n}") | {"subject": {"reference": f"Patient/s{n}"}}
    return {
        "another BSN": ({"patient": searchset(stranger), "conditions": marked}, ("failed", "other_patient")),
        "another BSN, the rest equal": ({"patient": searchset(patient(n, bsn=other)), "conditions": marked}, ("failed", "other_patient")),
        "two patients": ({"patient": beside, "conditions": marked}, ("failed", "other_patient")),
        "no BSN": ({"patient": searchset(nameless), "conditions": marked}, ("failed", "other_patient")),
        "no BSN beside the right one": ({"patient": searchset(patient(n, bsn=bsn), nameless | {"id": f"s{n}"}), "conditions": searchset(theirs)}, ("failed", "other_patient")),
        "nobody": ({"patient": searchset(), "conditions": marked}, ("failed", "other_patient")),
        "a fact of another": ({"conditions": searchset(condition(f"{n}"), theirs)}, ("done", "")),
    }  # fmt: skip


def _known(n: str, bsn: str) -> dict[str, tuple[dict[str, Page], Outcome]]:
    """The same for somebody who stands here already: fetched, and then a person is asked."""
    marked = searchset(condition(n, f"VREEMD {n}"))
    unlike = patient(n, bsn=bsn, family="Anders", born="1971-12-31")
    renumbered = patient(n, bsn=bsn, number=f"S{n}")
    return {
        "name and birth date differ": ({"patient": searchset(unlike), "conditions": marked}, ("done", "")),
        "another number": ({"patient": searchset(renumbered), "conditions": marked}, ("done", "")),
    }


def swapped(house: House, *, rounds: int) -> Figures:
    """C6: the announced patient and the one who is told are not the same. Nothing of the other is attached; a row stands for a person."""
    database, server = house.copy(), Server()
    with closing(Open(server)) as door:
        linked(database, house, f"http://127.0.0.1:{door.port}/fhir")
        wanted: dict[str, Outcome] = {}
        names: dict[str, str] = {}
        known: list[str] = []
        with running(worker, environment(database), house.folder):
            for at, (n, bsn, other) in enumerate(_people(rounds * 9)):
                first = at % 9 >= 7
                told = _known(n, bsn) if first else _swaps(n, bsn, other)
                name = list(told)[at % 9 - 7 * first]
                if first:  # known before: fetched as it should be
                    server.pages |= pages(f"{n}k", bsn=bsn, patient=searchset(patient(f"{n}k", bsn=bsn, number=f"P{n}")))
                    hand_in(database, [notice(f"{n}k", bsn=bsn)])
                    known.append(f"{n}k")
                    names[f"{n}k"], wanted[f"{n}k"] = "known before", ("done", "")
                over, wanted[n] = told[name]
                names[n] = name
                server.pages |= pages(n, bsn=bsn, **over)
            outcomes(database, known, seconds=60 + 5 * rounds)
            hand_in(database, [notice(n, bsn=bsn) for n, bsn, _ in _people(rounds * 9)])
            found = outcomes(database, wanted, seconds=60 + 10 * rounds)
    facts = facts_of(database)
    asked, alarms = _asked(database)
    left = _leftovers(database)
    database.close()
    wrong = {f"{names[n]} {n}": found[n] for n in wanted if found[n] != wanted[n]}
    attached = {n: names[n] for n, texts in facts.items() if any("VREEMD" in text for text in texts)}
    good = {n for n in wanted if names[n] in ("known before", "a fact of another")}
    figures = {
        "rounds": rounds,
        "lost": len(good - set(facts)),
        "duplicates": 0,
        "swaps": 9 * rounds,
        "attached": len(attached),
        "where": attached,
    }
    figures |= {"questions": asked, "rows_for_a_person": alarms, "fact_told_apart": left, "wrong": wrong}
    return figures | {
        "ok": not wrong
        and not attached
        and set(facts) == good
        and asked == 2 * rounds
        and alarms == 6 * rounds
        and left == rounds
    }


def _people(count: int) -> Iterator[tuple[str, str, str]]:
    for at in range(count):
        yield f"z{at}", bsn_of(2 * at), bsn_of(100_000 // 11 + 2 * at)


def _asked(database: Database) -> tuple[int, int]:
    """Questions who somebody is, and rows of fetches that were refused."""
    with database.transaction() as session:
        questions = session.scalar(select(func.count()).select_from(IdentityConflict)) or 0
        rows = select(func.count()).select_from(InboundMessage).where(InboundMessage.reason == "not_pulled")
        return questions, session.scalar(rows.where(InboundMessage.place == "other_patient")) or 0


def _leftovers(database: Database) -> int:
    """Fetched messages that say which part of them was put aside."""
    with database.transaction() as session:
        query = select(InboundMessage.leftovers).where(InboundMessage.kind == "Bundle/pull", InboundMessage.case_id.is_not(None))
        return sum(any(one.startswith("Condition") for one in left) for left in session.scalars(query))
