"""A person in a field: at the place where one belongs, or in a field of words, for many senders are a field or two too early with who
asked or who judged. Who has a role: roles.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from integrations.hl7v2.message.names import professional_name
from integrations.hl7v2.text.coding_systems import CODING_SYSTEM
from integrations.hl7v2.text.er7 import Message
from integrations.hl7v2.text.segment import Repetition, Segment
from integrations.hl7v2.text.telephone import is_moment, is_telephone
from mdo_portal.exchange import Contact

_WHERE_PEOPLE_STAND = ("PV1-7", "PV1-8", "PV1-9", "PV1-17", "ORC-10", "ORC-11", "ORC-12", "OBR-10", "OBR-16", "OBR-28")
_NUMBER = re.compile(r"[A-Za-z]{0,8}\d[\d-]*[A-Z]?")
_FAMILY = re.compile(r"[^\W\d_][^\d_]*[a-zà-ÿ][^\d_]*")
_TITLE = re.compile(r"[^\W\d_][^\d_]*")


def professional(message: Message, place: str) -> Contact | None:
    """The first person or number of an XCN field such as `ORC-12`, of `ORC(1)-12` in the second alone; None when there is none."""
    for one in message.repetitions_at(place):
        number = one.component(1).strip()
        if ((number and not is_moment(number)) or one.component(2, 0).strip()) and not is_telephone(one):
            if not (one.component(2, 0) or one.component(3)) and one.component(4).strip():
                continue  # `POLI^^^ZKH`: a ward and its hospital, one field early
            named = professional_name(one, 2)
            is_name = not named and " " in number and not any(map(str.isdigit, number))  # written as one
            return Contact(number, "", authority_of(one)) if is_name else Contact(named, number, authority_of(one))
    return None


def authority_of(xcn: Repetition) -> str:
    """Who gave the number of a professional (`VEKTIS` for AGB)."""
    return xcn.component(9) or xcn.component(9, 2)


def people_in(message: Message, segment: Segment, fields: Sequence[str]) -> Iterator[str]:
    """Who is named in these fields though words belong there: `dr. Pieter Roos (40004)`."""
    for field in fields:
        for one in segment.repetitions(int(field)):
            if is_ndl(one):
                number, family, given = (one.component(1, s).strip() for s in (1, 2, 3))
                yield f"{given} {family} ({number})"
            elif is_person(message, one):
                yield f"{professional_name(one, 2)} ({one.component(1).strip()})"


def person_in(message: Message, place: str) -> Contact | None:
    """Who stands in a field where he is called or the like (`ORC-14`), by number and name; None for a telephone number."""
    for one in message.repetitions_at(place):
        if is_person(message, one) or is_named_in_one(one) or (place != _A_PLACE and _is_in_place_of_number(one)):
            return Contact(name=professional_name(one, 2), number=one.component(1).strip(), authority=one.component(9))
    return None


_A_PLACE = "ORC-13"
"""Where somebody works: a ward, a room and a bed stand there as a number, a surname and a name do."""


def _is_in_place_of_number(one: Repetition) -> bool:
    """`01012345^Jansen^P` where somebody is called: a number is followed by codes for what it is of (tables 0201, 0202)."""
    number, family, given = (one.component(c).strip() for c in (1, 2, 3))
    return bool(_NUMBER.fullmatch(number) and _FAMILY.fullmatch(family) and given) and not is_telephone(one)


def is_named_in_one(one: Repetition) -> bool:
    """`01012345^dr. P. de Haan, uroloog`: behind a number the whole name, and not of which kind the number is (`PRN`, table 0201)."""
    number, name = one.component(1).strip(), one.component(2).strip()
    return bool(_NUMBER.fullmatch(number)) and " " in name and any(map(str.islower, name)) and not any(map(str.isdigit, name))


def is_person(message: Message, one: Repetition) -> bool:
    """Whether number, surname and name stand there (XCN), and not a code with its words and its system.

    A title shows that, where a code would have its other system or the version of its own; or the same person elsewhere in the message.
    """
    if is_ndl(one):
        return True
    number, family = one.component(1).strip(), one.component(2).strip()
    if not (one.has(3) and _NUMBER.fullmatch(number) and family and one.component(3).strip()):
        return False
    is_titled = not (one.component(4) or one.component(5)) and _TITLE.fullmatch(one.component(6) or one.component(7)) is not None
    return is_titled or (number, family) in set(_named(message))


def is_ndl(one: Repetition) -> bool:
    """`6677&Boer&Tineke`: number, surname and name in one component, as who judged it is written (NDL)."""
    number, family, given = (one.component(1, s).strip() for s in (1, 2, 3))
    return bool(_NUMBER.fullmatch(number) and _TITLE.fullmatch(family) and _TITLE.fullmatch(given))


def is_named_elsewhere(message: Message, one: Repetition) -> bool:
    """Whether a surname and a name, mostly without a number, are those of somebody who stands where people do."""
    number, family, given = (one.component(c).strip() for c in (1, 2, 3))
    return bool(family and given) and (number, family) in set(_named(message))


def _named(message: Message) -> Iterator[tuple[str, str]]:
    """Number and surname of who stands where people do."""
    for place in _WHERE_PEOPLE_STAND:
        for one in message.repetitions_at(place):
            yield one.component(1).strip(), one.component(2).strip()


def interpreter(segment: Segment, n: int) -> str:
    """Who judged a result (NDL, OBR-32): the name, else the number; some write it as any other professional (XCN).

    A diagnosis by its code is nobody.
    """
    if not n or CODING_SYSTEM.fullmatch(segment.component(n, 3)):
        return ""
    parts = (
        [segment.component(n, 1, s) for s in (3, 2)] if segment.component(n, 1, 2) else [segment.component(n, c) for c in (3, 2)]
    )
    return " ".join(one for one in parts if one and not is_moment(one)) or segment.component(n, 1)
