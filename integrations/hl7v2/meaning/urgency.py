"""How urgent a referral is: its places, and what stands there that says when and not how soon."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.hl7v2.meaning.places import found, value_at
from integrations.hl7v2.message.labels import how_soon
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.text.er7 import beside
from integrations.hl7v2.text.stamps import stamp
from integrations.hl7v2.text.values import day
from integrations.profiles import urgency_of


def urgency(reading: Reading) -> tuple[str, list[str]]:
    """(how soon: in our words where the profile knows the code or the words, else the sender's words, else the code; the places that say
    when instead).
    """
    places = urgency_places(reading)
    when = [one for one in places if _is_when(value_at(reading, one))]
    said, place = found(reading, [one for one in places if one not in when])
    said = _ticked(reading, said) if place == _LABELLED else said
    words = reading.message.get(beside(place)).strip() if beside(place) else ""
    known = next(filter(None, (urgency_of(reading.profile, one) for one in (said, words, how_soon(said, reading.profile)))), "")
    return known or words or said, when


def _ticked(reading: Reading, said: str) -> str:
    """What a cross or a one says behind a name that asks yes or no (`Spoed`): of a priority a one is its number."""
    names = (item.label.casefold() for item in reading.answers.get("urgency", ()))
    return _TICKS.get(said.strip().upper(), said) if any("spoed" in one or "voorrang" in one for one in names) else said


_LABELLED = "@label urgency"
_TICKS = dict.fromkeys(("X", "1", "TRUE", "WAAR", "V", "\u2713", "\u2714", "\u2612", "\u2611"), "JA") | dict.fromkeys(
    ("0", "FALSE", "ONWAAR", "\u2610"), "NEE"
)


def urgency_places(reading: Reading) -> Sequence[str]:
    """Where this message may say how urgent it is: as the profile has it, with RF1 by what its fields say that they hold."""
    places = reading.profile["referral"]["urgency"]
    said = [one for place in places for one in (_priorities(reading) if place == _PRIORITY else (place,))]
    return [*said, *(one for one in _INTERVALS if urgency_of(reading.profile, reading.message.get(reading.at(one)).strip()))]


def _is_when(said: str) -> bool:
    return bool(stamp(said.strip()) or day(said))


_PRIORITY = "RF1-2-1"
_INTERVALS = ("ORC-7-2", "OBR-27-2")
"""Where how often belongs (TQ.2), and some write how urgent."""


def _priorities(reading: Reading) -> list[str]:
    """Where RF1 holds a priority (table 0280), also in another field than RF1-2. One of another table (0336: why) is none."""
    tables = {n: reading.message.get(f"RF1-{n}-3").upper() for n in range(2, 6)}
    said = [f"RF1-{n}-1" for n, table in tables.items() if table == "HL70280"]
    return said if tables[2].startswith("HL70") else [*said, _PRIORITY]
