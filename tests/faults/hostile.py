"""Messages that are wrong or meant to hurt, and more callers than a process may have."""

from __future__ import annotations

import random
import socket
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from integrations.hl7v2.text import batch
from integrations.hl7v2.text.er7 import Message
from mdo_portal import reception, wiring
from mdo_portal.domain.inbound import InboundMessage
from mdo_portal.exchange import Unreadable, Wire
from tests import make
from tests.faults.house import House, environment, free_port, running
from tests.faults.lines import Line
from tests.faults.listening import _until_open
from tests.faults.processes import few_files, listener

Figures = dict[str, Any]
LETTERS = "äëïöüéèêçñåøæßÄÖÜÉ"


def missing(house: House, *, rounds: int) -> Figures:
    """B4: MSH-9, 10 or 12 missing, a type nobody knows. Every one is answered as it should be, and kept."""
    database, port = house.copy(), free_port()
    codes: dict[str, set[str]] = {}
    with running(listener, environment(database, mllp_port=port), house.folder):
        _until_open(port)
        line = Line(port)
        for at in range(rounds):
            good = make.hl7_referral(f"Q{at}", patient=f"Q{at}").decode()
            variants = {
                "no type": good.replace("REF^I12^REF_I12", ""),
                "no version": good.replace("|P|2.5|", "|P||"),
                "unknown type": good.replace("REF^I12^REF_I12", "QQQ^Q99"),
                "no number": good.replace(f"|Q{at}|P", "||P"),
            }
            for name, text in variants.items():
                control_id = "" if name == "no number" else f"Q{at}"
                codes.setdefault(name, set()).add(line.say(text.encode(), control_id))
    with database.transaction() as session:
        kept = session.scalar(select(func.count()).select_from(InboundMessage)) or 0
    database.close()
    sent = 4 * rounds
    wanted = {"no type": {"AA"}, "no version": {"AA"}, "unknown type": {"AA"}, "no number": {"AE"}}
    return {
        "rounds": rounds,
        "lost": sent - kept,
        "duplicates": 0,
        "answers": {name: sorted(found) for name, found in codes.items()},
        "ok": kept == sent and codes == wanted,
    }


def letters(house: House, *, rounds: int) -> Figures:
    """B5: names with diacritics in latin1, 8859/15, UTF-8 and cp1252, said, not said or said wrongly. Right letters, or not decoded."""
    dice, wrong, quarantined, total = random.Random(5), 0, 0, 0
    ways = [(codec, stated) for codec in ("iso8859-1", "iso8859-15", "utf-8", "cp1252") for stated in _stated(codec)]
    for at in range(rounds):
        name = "van " + "".join(dice.choice(LETTERS + "abcdefgh") for _ in range(12)) + "é"
        codec, stated = ways[at % len(ways)]
        text = f"MSH|^~\\&|A|B|C|D|2026||ADT^A08|L{at}|P|2.5||||||{stated}\rPID|1||1||{name}\r"
        total += 1
        try:
            wrong += Message.parse(text.encode(codec)).get("PID-5") != name
        except Unreadable:
            quarantined += 1
    return {
        "rounds": rounds,
        "lost": 0,
        "duplicates": 0,
        "names": total,
        "wrong": wrong,
        "quarantined": quarantined,
        "ok": wrong == 0,
    }


def _stated(codec: str) -> tuple[str, ...]:
    right = {"iso8859-1": "8859/1", "iso8859-15": "8859/15", "utf-8": "UNICODE UTF-8", "cp1252": "8859/1"}[codec]
    return (right, "UNICODE UTF-8", "") if codec != "utf-8" else (right, "", "ASCII", "8859/1", "8859/15")


def expensive(house: House, *, rounds: int) -> Figures:
    """B9: what is meant to cost us: 20,000 repetitions, 50,000 OBX, endless escapes, hostile separators. Before the answer: <= 50 ms."""
    reader, links = wiring.readers()[Wire.HL7V2], list(house.region.links.values())
    head = make.hl7_referral("E1").split(b"PID|", 1)[0]
    pid = b"PID|1||12345^^^ZEED^PI||Voorbeeld^A"
    files = {
        "repetitions": head + b"PID|1||" + b"~".join([b"1^^^A^PI"] * 20_000) + b"||X\r",
        "obx": head + pid + b"\r" + b"".join(b"OBX|%d|NM|A^B||1||||||F\r" % n for n in range(50_000)),
        "escapes": head + pid + b"\rNTE|1||" + b"\\X41\\" * 100_000 + b"\r",
        "components": head + b"PID|1||" + b"^" * 1_000_000 + b"\r",
        "patients": head + (pid + b"\r") * 20_000,
        "separators": b"MSH|\\\\\\\\|A" + b"\\" * 1_000_000,
        "batch": b"FHS|^~\\&|A\r" + (head + pid + b"\r") * 3_000,
        "headers": head + b"MSH\r" * 500_000,
        "near headers": head + b"MSH|||||||||\r" * 150_000,
        "trailers": head + b"BTS\r" * 500_000,
        "line ends": head + b"\r" * 2_000_000,
    }
    slowest: dict[str, float] = {}
    for _ in range(rounds):
        for name, raw in files.items():
            began = time.process_time()
            batch.split(raw)
            reception.sort(raw, wire=Wire.HL7V2, reader=reader, links=links, now=datetime.now(UTC))
            slowest[name] = max(slowest.get(name, 0.0), (time.process_time() - began) * 1000)
    shown = {name: round(took, 1) for name, took in slowest.items()}
    return {"rounds": rounds, "lost": 0, "duplicates": 0, "before_answer_ms": shown, "ok": max(slowest.values()) <= 50}


def exhausted(house: House, *, rounds: int) -> Figures:
    """A8: far more callers than the process may open files. Who was there goes on; nobody is lost; the process stays."""
    database, port = house.copy(), free_port()
    with running(few_files, environment(database, mllp_port=port), house.folder) as process:
        _until_open(port)
        line = Line(port)
        acked = [line.say(make.hl7_referral("H0", patient="H0"), "H0")]
        for at in range(1, rounds + 1):
            crowd = _crowd(port, 300)
            acked.append(line.say(make.hl7_referral(f"H{at}", patient=f"H{at}"), f"H{at}"))
            for one in crowd:
                one.close()
        time.sleep(1.5)
        after = Line(port).say(make.hl7_referral("H-after", patient="HA"), "H-after")
        alive, memory = process.process.is_alive(), process.largest_memory_mb
    with database.transaction() as session:
        kept = session.scalar(select(func.count()).select_from(InboundMessage)) or 0
    database.close()
    sent = acked.count("AA") + (after == "AA")
    return {
        "rounds": rounds,
        "lost": max(0, sent - kept),
        "duplicates": max(0, kept - sent),
        "acked": sent,
        "crashes": int(not alive),
        "memory_mb": round(memory),
        "ok": alive and set(acked) == {"AA"} and after == "AA" and kept == sent and memory < 300,
    }


def _crowd(port: int, count: int) -> list[socket.socket]:
    found = []
    for _ in range(count):
        try:
            found.append(socket.create_connection(("127.0.0.1", port), timeout=0.2))
        except OSError:
            continue
    return found
