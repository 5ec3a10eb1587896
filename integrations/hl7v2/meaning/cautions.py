"""What a message says against itself: that it is a test, that its sender is not sure who the patient is, that the referral is held up,
that not everybody may read it.

It is read all the same and named (`MSH-11/test`), for a person to judge.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from integrations.days import day_to_come
from integrations.hl7v2.meaning.places import found
from integrations.hl7v2.message.patient import YES
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.status_codes import GONE, state_of
from integrations.hl7v2.text.values import day

_TESTS = ("T", "D")
"""MSH-11 (table 0103): training, debugging."""
_UNSURE = frozenset({"PROV", "DOUT", "FICT", "UD", "AL"})
"""PID-32: an identity that is provisional, doubtful or made up (French codes), a birth date that is none, an alias (table 0445)."""
_HELD = {"RF1-1-1": ("R", "E"), "ORC-1-1": ("HD", "OH", "UA"), "ORC-5-1": ("HD",)}
"""Rejected or expired (table 0283); held or not accepted (0119, 0038)."""
_RESTRICTED = frozenset({"R", "V", "VIP"})
"""Restricted, very restricted (tables 0177, 0272)."""
_CONFIDENTIAL = (
    *(("TXA", n, _RESTRICTED) for n in (17, 18, 19)),
    ("ORC", 28, _RESTRICTED),
    ("DG1", 18, frozenset(YES)),
    ("PV1", 16, frozenset({*YES, "VIP", "V"})),
    ("PD1", 12, frozenset(YES)),
    ("PV2", 22, frozenset(YES)),
    *(("ARV", n, frozenset({"A", "U"})) for n in (2, 3)),
)
"""Segment, field, and what says there that not everybody may read it.

Many have the fields of TXA one aside, and in no other of these may R or V stand. ARV (v2.7) has its action in one of two fields.
"""


def cautions(message: Message) -> Iterator[str]:
    """Of any message about a patient."""
    if message.get("MSH-11-1").strip().upper() in _TESTS:
        yield "MSH-11/test"
    pid = message.first("PID")
    if pid and pid.as_sent(32) and _UNSURE & {one.component(1).strip().upper() for one in pid.repetitions(32)}:
        yield "PID-32/unsure"
    elif pid and pid.component(31).strip().upper() in YES and not pid.as_sent(32):  # ZorgDomein writes both, of everybody
        yield "PID-31/unsure"
    yield from (f"{name}/confidential" for name in dict.fromkeys(_confidential(message)))


def _confidential(message: Message) -> Iterator[str]:
    for name, field, said in _CONFIDENTIAL:
        if any(one.component(field).strip().upper() in said for one in message.all(name)):
            yield name if name == "ARV" else f"{name}-{field}"


def until(reading: Reading) -> date | None:
    """The last useful day."""
    return _to_come(found(reading, reading.profile["referral"]["latest_useful_on"])[0])


def _to_come(said: str) -> date | None:
    return day(said) or day_to_come(said)


def no_day(reading: Reading) -> list[str]:
    """Where the last useful day should stand and something stands that is none (`202603`)."""
    value, place = found(reading, reading.profile["referral"]["latest_useful_on"])
    return [place] if value and _to_come(value) is None and not place.startswith("@") else []


def says_it_is_over(reading: Reading) -> bool:
    """Whether a referral says in words that it is cancelled (RF1-1): no table has a code for it."""
    said = (reading.message.get(place).strip().upper() for place in ("RF1-1-1", "RF1-1-2"))
    return any(state_of(one) == GONE for one in said)


def held_up(reading: Reading) -> list[str]:
    """Of a referral, by its own order where there are several."""
    places = ((reading.at(place), codes) for place, codes in _HELD.items())
    held = [place for place, codes in places if reading.message.get(place).strip().upper() in codes]
    held += ["RF1-1-1"] if not held and says_it_is_over(reading) else []
    return [f"{place.removesuffix('-1')}/held" for place in held]
