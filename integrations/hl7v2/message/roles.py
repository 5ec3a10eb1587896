"""Who has a role in a message: around a referral (PRD), in PRT since v2.7 and in ROL before it; and who judged a result."""

from __future__ import annotations

from collections.abc import Mapping

from integrations.hl7v2.message.names import professional_name
from integrations.hl7v2.message.persons import authority_of
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.telephone import telephone
from integrations.hl7v2.text.values import day, partial
from integrations.profiles.called import SEATS
from mdo_portal.exchange import Contact

_AT = {"PRT": (4, 5, 8, 15), "ROL": (3, 4, 14, 12)}
"""The fields of the role, the person, the organisation and the telephone."""


def roles(segment: Segment) -> list[str]:
    """The roles that a PRD, PRT or ROL gives; none of one that it takes away (ROL-2, table 0287).

    By their words where those say one of ours: many write these behind another code.
    """
    if segment.name == "PRD":
        said = ((one.component(1).strip(), one.component(2).strip().casefold()) for one in segment.repetitions(1))
        return [IN_WORDS.get(words) or IN_WORDS.get(code.casefold()) or code for code, words in said]
    is_over = segment.name == "ROL" and segment.component(2).strip().upper() in ("DE", "DC", "CO")
    n = _AT[segment.name][0]
    code, words = segment.component(n), segment.component(n, 2).strip().casefold()
    return [] if is_over else [IN_WORDS.get(words) or IN_WORDS.get(code.strip().casefold()) or code]


_SEATED = {"treating": "AT", "case_manager": "CM", "gp": "PP"}
IN_WORDS = {
    "verwijzer": "RP", "aanvrager": "RP", "ontvanger": "RT", "geadresseerde": "RT", "verwezen naar": "RT",
    **{words: _SEATED[place] for words, place in SEATS.items()},
}  # fmt: skip


def participant(message: Message, role: str) -> Contact | None:
    """Who has this role in a PRT or a ROL: who orders (OP), who treats (AT); None when there is none, or he has it no longer."""
    for segment in (*message.all("PRT"), *message.all("ROL")):
        _, who, house, phone = _AT[segment.name]
        one = next(iter(segment.repetitions(who)), None)
        if one is not None and (one.component(1) or one.component(2, 0)) and role in roles(segment):
            return Contact(
                name=professional_name(one, 2),
                number=one.component(1).strip(),
                authority=authority_of(one),
                organisation=segment.component(house),
                phone=telephone(segment, phone),
            )
    return None


def provider(message: Message, role: str) -> Contact | None:
    """The PRD segment with this role (RP referring, RT referred to, PP general practitioner); None when there is none."""
    found = [segment for segment in message.all("PRD") if role in roles(segment)]
    if not found:
        return None
    segment = next((one for one in found if not _is_over(one, message)), found[0])
    name, *_ = [*segment.repetitions(2), None]
    is_late = not segment.component(7) and not _is_day(segment.component(8))  # one late: his days begin there
    number_at = 8 if is_late else 7
    return Contact(
        name=professional_name(name, 1) if name else "",
        number=segment.component(number_at, 1).strip(),
        authority=segment.component(number_at, 2),
        organisation=_called("" if _is_day(segment.component(10)) else segment.component(10), *_located(segment)),
        phone=telephone(segment, 5) or telephone(segment, 6),
    )


def _is_over(segment: Segment, message: Message) -> bool:
    """Whether somebody had the role until a day before the message (PRD-9)."""
    until, now = day(segment.component(9)), day(message.get("MSH-7-1"))
    return until is not None and now is not None and until < now


def _is_day(text: str) -> bool:
    return bool(day(text) or partial(text))


def _located(segment: Segment) -> tuple[str, str]:
    """What PRD-4 says where somebody works: of a location the house, then the room; of an address, by its postcode, its first line."""
    is_address = any(map(str.isdigit, segment.component(4, 5)))
    return ("" if is_address else segment.component(4, 4), segment.component(4, 1))


def _called(*names: str) -> str:
    """The first with a letter: a number alone says which it is, and not what it is called."""
    return next((one for one in names if any(map(str.isalpha, one))), next(filter(None, names), ""))


_JUDGES = ("PI", "PRI", "AI", "ARI", "RO")
"""Roles (table 0912): who interprets, and who is responsible for what was observed."""
_HOUSE = "PO"
"""The organisation that carried it out."""


def is_judge(segment: Segment) -> bool:
    """Whether a PRT says who judged something, in the place of OBR-32, OBX-15, 16 and 23."""
    return segment.component(_AT["PRT"][0]).strip().upper() in (*_JUDGES, _HOUSE)


def judges(message: Message) -> Mapping[int, str]:
    """Their names by the OBR or OBX (`id`) that they stand behind; a message before v2.7 has none."""
    if not message.all("PRT"):
        return {}
    found: dict[int, list[str]] = {}
    above: Segment | None = None
    for segment in message.segments:
        if segment.name != "PRT":
            above = segment if segment.name in ("OBR", "OBX") else above if segment.name == "NTE" else None
        elif above is not None and is_judge(segment) and (named := _named(segment)):
            found.setdefault(id(above), []).append(named)
    return {one: ", ".join(dict.fromkeys(names)) for one, names in found.items()}


def _named(segment: Segment) -> str:
    role, who, house, _ = _AT["PRT"]
    people = (professional_name(one, 2) for one in segment.repetitions(who) if one.component(2, 0))
    is_house = segment.component(role).strip().upper() == _HOUSE
    return ", ".join(filter(None, (segment.component(house) if is_house else "", *people)))
