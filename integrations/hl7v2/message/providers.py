"""Who has a role in a referral (PRD): who refers, to whom, the general practitioner."""

from __future__ import annotations

from integrations.hl7v2.message.professionals import professional_name
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.segment import Segment
from integrations.hl7v2.text.telephone import telephone
from integrations.hl7v2.text.values import day, partial
from mdo_portal.exchange import Contact


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


def roles(segment: Segment) -> list[str]:
    """The roles (table 0286) of a PRD, by their words where those say one of ours: many write these behind another code."""
    said = ((one.component(1).strip(), one.component(2).strip().casefold()) for one in segment.repetitions(1))
    return [_ROLES_IN_WORDS.get(words) or _ROLES_IN_WORDS.get(code.casefold()) or code for code, words in said]


_ROLES_IN_WORDS = {
    "verwijzer": "RP", "aanvrager": "RP", "huisarts": "PP", "behandelaar": "AT", "hoofdbehandelaar": "AT", "casemanager": "CM",
    "case manager": "CM", "ontvanger": "RT", "geadresseerde": "RT", "verwezen naar": "RT",
}  # fmt: skip


def _called(*names: str) -> str:
    """The first with a letter: a number alone says which it is, and not what it is called."""
    return next((one for one in names if any(map(str.isalpha, one))), next(filter(None, names), ""))
