"""B10: what a doctor may type, on its way out in every form: each separator, line end, frame mark and picture arrives as it was signed."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as some

from integrations.hl7v2.sending.outgoing import compose, control_id
from integrations.hl7v2.sending.sender import MllpSender
from integrations.hl7v2.text.builder import Unwritable
from integrations.hl7v2.text.er7 import Message
from integrations.profiles import load
from mdo_portal.exchange import Address, DecisionForm, OutgoingDecision, Receipt, ReceiptKind
from tests.faults.house import House
from tests.faults.receivers import Receiver
from tests.faults.strangers import Found, hl7apy, python_hl7, simple_hl7
from tests.integrations.hl7v2.samples import DECISION, NOW, address
from tests.integrations.own_profiles import NAME, own_profile

Figures = dict[str, Any]
#: the first nineteen are in every character set
HOSTILE = ["|", "^", "&", "~", "\\", "\r", "\n", "\r\n", "\x0b", "\x1c", "\x1c\r", "\\.br\\", "\\X0D\\", "\\F\\", "\x07\x1b", "\rMSH|", "\rOBX|9|",
           "\x0bMSH|^~\\&|", "#", "é", "ß", "≥", "€", "\N{ROCKET}", "\N{GREEK SMALL LETTER MU}", "\u2028", "\u202e", "Operatie ", "\t"]  # fmt: skip
_CODEC = {"8859/1": "latin-1", "8859/15": "iso8859-15", "UTF-8": "utf-8"}
PROFILES = ("generic-v2", "generic-v2-confirmed", "hix", "nexus", "zorgdomein", NAME)
WAYS = [(profile, charset) for profile in PROFILES for charset in _CODEC]
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
    """Every form, sent by our sender over a real line, read by our own reader and by three strange ones: never a segment or letter less."""
    with own_profile('[outgoing]\nwithdraw = "T10"\n', extends="hix"):
        trip = _Trip(rounds)
        trip.run()
    return trip.figures()


class _Trip:
    """All the letters of one run, and what came of them."""

    def __init__(self, rounds: int) -> None:
        self._rounds = rounds
        self._receiver, self._sender = Receiver(), MllpSender(now=lambda: NOW)
        self._plain = {(way, form): _count(form, way) for way in WAYS for form in DecisionForm}
        self._wrong: dict[str, str] = {}
        self._count = {"tried": 0, "sent": 0, "kept_back": 0, "failures": 0}
        self._forms: Counter[str] = Counter()
        self._differences = dict.fromkeys(("python-hl7", "hl7apy", "simple-hl7"), 0)
        self._for_node: list[tuple[str, Found]] = []

    def run(self) -> None:
        @settings(
            max_examples=self._rounds, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(WAY_AND_TEXTS, some.sampled_from(list(DecisionForm)))
        def one(told: tuple[tuple[str, str], str, str, str], form: DecisionForm) -> None:
            self._one(*told, form)

        one()
        self._receiver.close()
        for (text, wanted), found in zip(self._for_node, simple_hl7([text for text, _ in self._for_node]), strict=True):
            self._compare("simple-hl7", found, wanted, text)

    def figures(self) -> Figures:
        told = {"rounds": self._rounds, "lost": 0, "duplicates": 0, **self._count, "forms": dict(self._forms)}
        failures, different = self._count["failures"], sum(self._differences.values())
        ok = failures == 0 and different == 0 and self._count["sent"] > self._rounds / 2 and len(self._forms) == len(DecisionForm)
        return told | {"differences": self._differences, "wrong": self._wrong, "ok": ok}

    def _one(self, way: tuple[str, str], text: str, heading: str, name: str, form: DecisionForm) -> None:
        patient = replace(DECISION.patient, name=replace(DECISION.patient.name, family=name))
        decision = replace(_as(form), patient=patient, sections=((heading, text), ("Advies", text + "einde")))
        self._receiver.raws.clear()
        self._count["tried"] += 1
        there = address(*way, port=self._receiver.port)
        receipt = _sent(self._sender, decision, there, judged=self._count["tried"] % JUDGED_TOO == 0)
        if receipt.code == "unsendable" and not _has_all(way[1], text + heading + name):
            self._count["kept_back"] += 1  # a letter that this hospital cannot have is never sent as another
            return
        self._count["sent"] += 1
        self._forms[form.value] += 1
        wanted = _wanted(decision, way, self._plain[way, form])
        faults = [f"{receipt.kind} {receipt.code}"] if receipt.kind is not ReceiptKind.ACCEPTED else self._read(wanted, way[1])
        self._count["failures"] += bool(faults)
        self._note({f"{way} {form} {fault}": repr((heading, text, name)) for fault in faults})

    def _read(self, wanted: Found, charset: str) -> list[str]:
        if len(self._receiver.raws) != 1:
            return [f"{len(self._receiver.raws)} messages came"]
        raw = self._receiver.raws[0]
        text = raw.decode(_CODEC[charset])
        self._for_node.append((text, wanted))
        self._compare("python-hl7", python_hl7(text), wanted, text)
        self._compare("hl7apy", hl7apy(text), _without_blanks(wanted), text)
        return ["another letter"] if _ours(raw, charset) != wanted else []

    def _compare(self, reader: str, found: Found, wanted: Found, text: str) -> None:
        self._differences[reader] += found != wanted
        self._note({f"{reader} {len(self._wrong)}": repr((found, wanted, text[:300]))} if found != wanted else {})

    def _note(self, wrong: dict[str, str]) -> None:
        if len(self._wrong) < 5:
            self._wrong.update(wrong)


def _as(form: DecisionForm) -> OutgoingDecision:
    if form is DecisionForm.FIRST:
        return DECISION
    return replace(DECISION, version=2, form=form, document_number="MDO-2026-0001-2", replaces_document_number="MDO-2026-0001-1")


def _sent(sender: MllpSender, decision: OutgoingDecision, there: Address, *, judged: bool) -> Receipt:
    """As the sender sends; without its judge it must be right already."""
    if judged:
        return sender.send(decision, there)
    try:
        raw = compose(decision, there, now=NOW)
    except Unwritable:
        return Receipt(ReceiptKind.REFUSED, code="unsendable")
    return sender.exchange(raw, control_id(decision, load(there.profile)), there)


def _count(form: DecisionForm, way: tuple[str, str]) -> int:
    """The segments of an ordinary letter of this form."""
    return len(compose(_as(form), address(*way), now=NOW).rstrip(b"\r").split(b"\r"))


def _wanted(decision: OutgoingDecision, way: tuple[str, str], segments: int) -> Found:
    """What must be read at the other end. A T11 has no text to read."""
    profile, charset = way
    is_taken_back = decision.form_there is DecisionForm.WITHDRAWAL
    has_text = not is_taken_back or profile in ("nexus", "zorgdomein", NAME)
    sections = ((_arrives(heading, charset), _lines(_arrives(text, charset))) for heading, text in decision.sections)
    return Found(segments, _arrives(decision.patient.name.family, charset), tuple(sections) if has_text else ())


def _without_blanks(wanted: Found) -> Found:
    """As hl7apy reads: to it a value of blanks alone is none."""

    def kept(text: str) -> str:
        return text if "\n" in text or "\r" in text or text.strip() else ""  # a line end travels as an escape: that is no blank

    sections = tuple((kept(heading), kept(text)) for heading, text in wanted.sections)
    return replace(wanted, name=kept(wanted.name), sections=sections)


def _ours(raw: bytes, charset: str) -> Found:
    """As who agreed on this character set: of a stranger's bytes that happen to be UTF-8 too, such as `Ò°`, those are believed."""
    message = Message.parse(raw, charset)
    sections = tuple((one.component(3, 2, 0), one.field(5)) for one in message.all("OBX") if one.component(2) != "ED")
    return Found(len(message.segments), message.get("PID-5-1-1"), sections)


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
