"""Who is meant by his number alone, though he comes along."""

from __future__ import annotations

import copy

from .placed import address_of, is_open, names, the_patient
from .tree import Node, Rewriting, entries, mapped


def _plain(identifier: Node) -> Node:
    return {name: identifier[name] for name in ("system", "value")}


def people_by_number(tree: Node) -> Node | None:
    """Everybody who has a number by that alone, though he comes along."""
    known: dict[str, Node] = {}
    for entry in entries(tree) if is_open(tree) else ():
        own = entry["resource"]
        numbers = [one for one in own.get("identifier") or [] if isinstance(one, dict) and one.get("system") and one.get("value")]
        if own.get("resourceType") in _NUMBERED and numbers:
            known |= {address: _plain(numbers[0]) for address in names(entry)}

    def turned(one: Node) -> Node:
        number = known.get(address_of(one))
        return {name: value for name, value in one.items() if name != "reference"} | {"identifier": number} if number else one

    made = mapped(copy.deepcopy(tree), turned)
    return None if made == tree else made


_NUMBERED = ("Practitioner", "Organization")


def by_number(tree: Node) -> Node | None:
    """The patient by his number at every resource, and no address."""
    patient = the_patient(tree)
    numbers = [one for one in patient["resource"].get("identifier") or [] if isinstance(one, dict)] if patient else []
    numbers = [one for one in numbers if one.get("system") and one.get("value")]
    if patient is None or not numbers:
        return None
    known, number = names(patient), _plain(numbers[0])

    def turned(own: Node) -> Node:
        for name in ("subject", "patient", "for"):
            one = own.get(name)
            if isinstance(one, dict) and address_of(one) in known:
                own[name] = {"identifier": number} | ({"display": one["display"]} if "display" in one else {})
        return own

    listed = [
        one if one is patient else one | {"resource": mapped(one["resource"], turned)} for one in copy.deepcopy(tree)["entry"]
    ]
    made = tree | {"entry": listed}
    return None if made == tree else made


NUMBERED: dict[str, Rewriting] = {
    "with the patient by number": by_number,
    "with people by number": people_by_number,
}
