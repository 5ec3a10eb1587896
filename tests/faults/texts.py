"""B10: what a doctor may type, on its way out: every separator, line end, frame mark and picture arrives as it was signed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import hl7  # type: ignore[import-untyped]
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from integrations.hl7v2.builder import Unwritable
from integrations.hl7v2.er7 import Message
from integrations.hl7v2.outgoing import compose, control_id
from integrations.hl7v2.sender import MllpSender
from integrations.profiles import load
from mdo_portal.exchange import Address, OutgoingDecision, Receipt, ReceiptKind
from tests.faults.house import House
from tests.faults.receivers import Receiver
from tests.integrations.hl7v2.samples import DECISION, NOW, address

Figures = dict[str, Any]
#: the first nineteen are in every character set
HOSTILE = ["|", "^", "&", "~", "\\", "\r", "\n", "\r\n", "\x0b", "\x1c", "\x1c\r", "\\.br\\", "\\X0D\\", "\\F\\", "\x07\x1b", "\rMSH|", "\rOBX|9|",
           "\x0bMSH|^~\\&|", "#", "é", "ß", "≥", "€", "\N{ROCKET}", "\N{GREEK SMALL LETTER MU}", "\u2028", "\u202e", "Operatie ", "\t"]  # fmt: skip
_CODEC = {"8859/1": "latin-1", "8859/15": "iso8859-15", "UTF-8": "utf-8"}
WAYS = [(profile, charset) for profile in ("generic-v2", "hix", "nexus", "zorgdomein") for charset in _CODEC]
JUDGED_TOO = 20
"""Every so many go through the sender's own judge as well, which takes a hundred times as long as all the rest."""


def _typed(codec: str) -> some.SearchStrategy[str]:
    """Any letter but controls: of those only the ones named above can be typed or pasted."""
    return some.characters(codec=codec, exclude_categories=("Cc", "Cs"))


def _texts(charset: str, *, least: int = 0) -> some.SearchStrategy[str]:
    """Of letters that the hospital has; now and then with one that it may lack."""
    usual = some.lists(
        some.sampled_from(HOSTILE[:19]) | some.text(_typed(_CODEC[charset]), max_size=6), min_size=least, max_size=12
    )
    strange = some.sampled_from([""] * 60 + HOSTILE[19:])
    return some.tuples(usual.map("".join), strange).map("".join)


WAY_AND_TEXTS = some.sampled_from(WAYS).flatmap(
    lambda way: some.tuples(some.just(way), _texts(way[1]), _texts(way[1]), _texts(way[1], least=1))
)


def round_trip(_: House, *, rounds: int) -> Figures:
    """Sent by our sender over a real line, read by our own reader and counted by a strange one. Never a segment more, never a letter less."""
    receiver, sender = Receiver(), MllpSender(now=lambda: NOW)
    plain = {way: len(_segments(compose(DECISION, address(*way), now=NOW))) for way in WAYS}
    wrong: dict[str, str] = {}
    count = {"tried": 0, "sent": 0, "kept_back": 0, "failures": 0}

    @settings(
        max_examples=rounds,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(WAY_AND_TEXTS)
    def one(told: tuple[tuple[str, str], str, str, str]) -> None:
        way, text, heading, name = told
        patient = replace(DECISION.patient, name=replace(DECISION.patient.name, family=name))
        decision = replace(DECISION, patient=patient, sections=((heading, text), ("Advies", text + "einde")))
        receiver.raws.clear()
        count["tried"] += 1
        receipt = _sent(sender, decision, address(*way, port=receiver.port), judged=count["tried"] % JUDGED_TOO == 0)
        if receipt.code == "unsendable" and not _has_all(way[1], text + heading + name):
            count["kept_back"] += 1  # a letter that this hospital cannot have is never sent as another
            return
        count["sent"] += 1
        faults = (
            [f"{receipt.kind} {receipt.code}"]
            if receipt.kind is not ReceiptKind.ACCEPTED
            else list(_faults(receiver.raws, decision, way[1], plain[way]))
        )
        count["failures"] += bool(faults)
        wrong.update({f"{way} {fault}": repr((heading, text, name)) for fault in faults if len(wrong) < 5})

    one()
    receiver.close()
    figures = {"rounds": rounds, "lost": 0, "duplicates": 0, **count, "wrong": wrong}
    return figures | {"ok": count["failures"] == 0 and count["sent"] > rounds / 2}


def _sent(sender: MllpSender, decision: OutgoingDecision, there: Address, *, judged: bool) -> Receipt:
    """As the sender sends; without its judge it must be right already."""
    if judged:
        return sender.send(decision, there)
    try:
        raw = compose(decision, there, now=NOW)
    except Unwritable:
        return Receipt(ReceiptKind.REFUSED, code="unsendable")
    return sender.exchange(raw, control_id(decision, load(there.profile)), there)


def _faults(raws: list[bytes], decision: OutgoingDecision, charset: str, segments: int) -> Iterator[str]:
    if len(raws) != 1:
        yield f"{len(raws)} messages came"
        return
    message = Message.parse(raws[0])
    _, *sections = message.all("OBX")
    if len(_segments(raws[0])) != segments or len(message.segments) != segments:
        yield "another number of segments"
    read = [(section.component(3, 2, 0), section.field(5)) for section in sections]
    if read != [(_arrives(heading, charset), _lines(_arrives(text, charset))) for heading, text in decision.sections]:
        yield "another text"
    if message.get("PID-5-1-1") != _arrives(decision.patient.name.family, charset):
        yield "another name"


def _segments(raw: bytes) -> list[Any]:
    """As python-hl7, which knows nothing of us, cuts it."""
    charset = (
        "utf-8" if b"UTF-8" in raw.split(b"\r", 1)[0] else "iso8859-15" if b"8859/15" in raw.split(b"\r", 1)[0] else "latin-1"
    )
    return list(hl7.parse(raw.decode(charset)))


#: typography that a small character set lacks, and what it stands for: written down here anew, not taken from the writer
_STANDS_FOR = {"≥": ">=", "€": "EUR", "\u2028": None}


def _arrives(text: str, charset: str) -> str:
    """What must be read at the other end: the marks of the frame itself cannot be in a message."""
    text = text.replace("\x0b", "").replace("\x1c", "")
    return "".join(sign if _has(charset, sign) else _STANDS_FOR.get(sign) or sign for sign in text)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _has(charset: str, sign: str) -> bool:
    try:
        return bool(sign.encode(_CODEC[charset]))
    except UnicodeEncodeError:
        return False


def _has_all(charset: str, text: str) -> bool:
    return all(_has(charset, sign) or _STANDS_FOR.get(sign) for sign in text)
