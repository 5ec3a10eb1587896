"""Who is around a patient in a referral: who refers, who treats, the case manager and the general practitioner."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from integrations.hl7v2.meaning.places import first, found
from integrations.hl7v2.meaning.soon import with_any
from integrations.hl7v2.message.persons import person_in, professional
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.roles import participant, provider
from integrations.hl7v2.message.rows import answered, rows
from integrations.hl7v2.message.statuses import is_gone
from integrations.hl7v2.text.packed import value_type
from integrations.hl7v2.text.telephone import is_called, is_moment, is_number_of_a_thing, telephone
from integrations.person_names import is_name, is_prefix
from integrations.profiles.called import SEATS, seat
from mdo_portal.exchange import Contact

ROLES = {"@provider": provider, "@participant": participant, "@person": person_in}


def contact(reading: Reading, role: str) -> Contact:
    """The first place of the profile with a person; organisation and telephone come from their own places when not with him."""
    rule = reading.profile["contacts"][role]
    people = (person_at(reading, place) for place in rule["places"])
    person = next((one for one in people if one is not None), None) or named_in_form(reading, role)
    called = _phone(reading, rule.get("phone", ()))
    return replace(
        person,
        organisation=person.organisation or organisation(reading, rule.get("organisation", ()))[0],
        phone=person.phone or (called if called != person.number else ""),  # some write the person once more where he is called
    )


def named_in_form(reading: Reading, role: str) -> Contact:
    """Whom a line of a form names in a role (`Casemanager: V. Groen`), which stays told; nobody where it holds no name."""
    for item in reading.values if role in _SEATED else ():
        is_of_another = reading.board is not None and item.order is not reading.board.order
        if is_of_another or seat(item.label) != role or item.is_document or is_gone(reading, item):
            continue
        if value_type(item.segment) == "XCN" and (person := professional(reading.message, f"{item.place}-5")):
            return person
        if is_name(said := _BEHIND_A_NAME.split(item.text, maxsplit=1)[0].strip()):
            return Contact(name=said)
    return _named_in_a_letter(reading, role) if role in _SEATED else Contact()


def _named_in_a_letter(reading: Reading, role: str) -> Contact:
    """The same in a form or a letter that is one text: behind a colon, or in the next cell of a table."""
    called = frozenset(name for name, place in SEATS.items() if place == role)
    for text in with_any(reading, called):
        lines = (field.partition(":") for line in answered(text).split("\n") for field in _FIELD.split(line))
        cells = (one for one in rows(text, called) if _TITLED.search(one))
        said = [*(words for head, _, words in lines if seat(head) == role), *cells]
        names = (_BEHIND_A_NAME.split(one, maxsplit=1)[0].strip() for one in said)
        if name := next(filter(is_name, names), ""):
            return Contact(name=name)
    return Contact()


_FIELD = re.compile(r";|\t|\|| {3,}")
"""Where the next field of a line begins."""
_TITLED = re.compile(r"\b(?:dr|drs|prof|mw|mevr|dhr)\b|\b[A-Z]\.")
"""What shows that somebody is named where a sentence may begin (`Huisarts Jansen belde`)."""
_BEHIND_A_NAME = re.compile(r"[,(;\n]|\s(?:tel|telefoon|tst|sein|mobiel|bereikbaar)\b|\s[-\u2013]\s|\s(?=[+\d])", re.IGNORECASE)
"""What he is, or how to reach him."""
_SEATED = frozenset(SEATS.values())


def organisation(reading: Reading, places: Sequence[str]) -> tuple[str, str]:
    """(who, place): the first of these places with a name, for a number alone is that of a room or a ward. `de` is of a person who
    stands where a house has its name.
    """
    each = (found(reading, [place]) for place in places)
    named = (one for one in each if any(map(str.isalpha, one[0])) and len(one[0].strip()) > 1)  # one letter is somebody's initial
    return next((one for one in named if not is_prefix(one[0])), ("", ""))


def _phone(reading: Reading, places: Sequence[str]) -> str:
    """The value at the first of these places; where a path names the number as one text (`ORC-14-1`), also a number in parts."""
    for place in places:
        name, _, at = place.partition("-")
        segment = reading.message.first(name) if at.endswith("-1") and at[:-2].isdigit() else None
        found = first(reading, [place]) or (telephone(segment, int(at[:-2])) if segment else "")
        is_somebody = segment is not None and person_in(reading.message, place[:-2]) is not None
        if is_called(found) and not (is_somebody or is_moment(found) or is_number_of_a_thing(found)):
            return found
    return ""


def person_at(reading: Reading, place: str) -> Contact | None:
    """Who stands at a place of a profile, or has the role that it names (`@provider RP`). What holds words (`@notes OBR`) is nobody."""
    named, _, role = place.partition(" ")
    if named.startswith("@"):
        return ROLES[named](reading.message, role) if named in ROLES else None
    of_order = reading.at(place)
    return professional(reading.message, of_order) or (professional(reading.message, place) if place != of_order else None)
