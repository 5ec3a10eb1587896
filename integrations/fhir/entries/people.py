"""Who the sender says that somebody is: identifiers and Dutch names."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from integrations.fhir.text.issuers import BSN, best_first, ended_on, is_bsn_by_type, is_past, issued_by
from integrations.fhir.text.moments import day
from integrations.fhir.text.profile import Profile
from integrations.fhir.text.values import Node, codings, extension, node, nodes, text, word
from mdo_portal.exchange import PatientIdentity, PersonName

_HUMAN_NAME = "http://hl7.org/fhir/StructureDefinition/humanname-"
_QUALIFIER = "http://hl7.org/fhir/StructureDefinition/iso21090-EN-qualifier"
_ORDERS = {"NL1": ("own", ""), "NL2": ("partner", ""), "NL3": ("partner", "own"), "NL4": ("own", "partner")}


def patient_identity(resource: Node, profile: Profile) -> PatientIdentity:
    """Who the sender says this is. The eleven-test is not ours: the number is carried as sent."""
    items = [item for item in best_first(nodes(resource.get("identifier"))) if text(item.get("value"))]
    bsns = [_pair(item)[1] for item in items if is_bsn(item, profile)]
    # A BSN stands nowhere else, whatever the system beside it: it would be in the clear.
    others = [item for item in items if _pair(item)[1] not in bsns]
    local = _local(others, profile)
    return PatientIdentity(
        local_number=local[1],
        local_authority=local[0],
        bsn=bsns[0] if bsns else "",
        name=person_name(resource.get("name")),
        birth_on=born(text(resource.get("birthDate"))),
        sex=_sex(text(resource.get("gender")), profile),
        alive=resource.get("deceasedBoolean") is False and not text(resource.get("deceasedDateTime")),
        deceased=resource.get("deceasedBoolean") is True or bool(text(resource.get("deceasedDateTime"))),
        other_numbers=tuple(pair for item in others if (pair := _pair(item)) != local),
    )


def _sex(said: str, profile: Profile) -> str:
    return profile.word("patient", "sex", said) or profile.word("patient", "sex", said.casefold())


def born(said: str) -> date | None:
    """A birth date: a whole day, and none that is still to come (by a clock that may be a day behind ours)."""
    on = day(said) if len(said) == 10 else None
    return None if on is not None and on > datetime.now(UTC).date() + timedelta(days=1) else on


def identifiers(resource: Node) -> list[tuple[str, str]]:
    """(system, value) of every identifier that has a value; who assigned it where no system was sent."""
    return [_pair(item) for item in nodes(resource.get("identifier")) if text(item.get("value"))]


def _pair(item: Node) -> tuple[str, str]:
    system = text(item.get("system"))
    is_bsn_in_words = not system and is_bsn_by_type(item.get("type"))
    issuer = BSN[0] if is_bsn_in_words else issued_by(system or text(node(item.get("assigner")).get("display")))
    value = text(item.get("value"))
    return issuer, _SHOWN_IN.sub("", value) if issuer in BSN else value


_SHOWN_IN = re.compile(r"[\s.\-]")
"""What EPDs show between the digits of a BSN (`9999.11.612`): with it, it was nobody's."""


def is_bsn(item: Node, profile: Profile) -> bool:
    """By its system, or by its type (HL7 v2 table 0203: national person number of the Netherlands)."""
    return _pair(item)[0] in profile.words("identifiers", "bsn") or is_bsn_by_type(item.get("type"))


def _local(items: list[Node], profile: Profile) -> tuple[str, str]:
    """The number the hospital itself uses: its system by profile, else typed MR or PI, else the first that is no BSN; a second comes last.

    The number of a visit, an account or a paper is nobody's own, nor is a pseudonym, unless the profile says that its system is.
    """
    liked = profile.words("identifiers", "local")
    held = (item for item in items if item.get("use") != "old")
    found = [item for item in held if not _is_nobodys_own(item) or _pair(item)[0] in liked]
    found.sort(
        key=lambda item: (
            place_in(liked, _pair(item)[0]),
            min(_OWN.get(kind, len(_OWN)) for kind in _kinds(item)),
            is_past(item),
            item.get("use") in _SECOND,
        )
    )
    return _pair(found[0]) if found else ("", "")


def place_in(liked: tuple[str, ...], system: str) -> int:
    """How good a system is by a list that has the best first; what is not in it comes after all of those."""
    return liked.index(system) if system in liked else len(liked)


def _kinds(item: Node) -> list[str]:
    """What it says that it is: a code of the sender's own may stand before that of the standard."""
    return [code for _, code in codings(item.get("type"))] or [word(item.get("type"))]


def _is_nobodys_own(item: Node) -> bool:
    """A pseudonym (`…/NamingSystem/pseudo-bsn`) is made for one receiver, or for once: the next message has another."""
    return "pseudo" in _pair(item)[0].casefold() or any(map(_is_elsewhere, _kinds(item)))


def _is_elsewhere(kind: str) -> bool:
    return kind in _OTHERS or kind.startswith("NN")


_OTHERS = {"VN", "AN", "FI", "SS", "DL", "PPN", "NI", "HC", "MC", "MA", "TAX", "JHN"}
"""Identifier.type (HL7 v2 table 0203): of a visit, an account, a social security, a driver's licence, a passport, a land (NN and its
letters too), an insurance, a tax office.
"""
_OWN = {"MR": 0, "PI": 1}
"""Of the record, and of the patient inside the house: before a number of which nobody says what it is (in France the national one)."""
_SECOND = {"secondary", "temp"}


def person_name(value: Any) -> PersonName:
    """The official name with the parts of nl-core; given names without the initials that travel in the same list."""
    names = [item for item in nodes(value) if item.get("use") not in {"old", "nickname", "anonymous"}]
    if not names:
        return PersonName()
    names.sort(key=lambda item: (not text(item.get("family")), _is_former(item), item.get("use") != "official"))
    return _name(names[0], next((item for item in names if item.get("use") == "usual"), {}))


def _is_former(item: Node) -> bool:
    """The name of before a marriage, one for a while, or one that has an end."""
    return item.get("use") in {"maiden", "temp"} or bool(ended_on(item))


def _name(item: Node, usual: Node) -> PersonName:
    parts = {key: text(extension(item.get("_family"), _HUMAN_NAME + key)) for key in _PARTS}
    initials, given = _given(item)
    family, before = text(item.get("family")), _marked(item, "prefix", "VV")
    if before and family and not any(parts.values()):  # a prefix of the surname that stands where titles do
        parts |= {"own-prefix": before, "own-name": family.removeprefix(f"{before} ")}
        family = f"{before} {parts['own-name']}"
    return PersonName(
        family=family or _assembled(parts, item) or ("" if given or initials else text(item.get("text"))),
        own_prefix=parts["own-prefix"],
        own_family=parts["own-name"],
        partner_prefix=parts["partner-prefix"],
        partner_family=parts["partner-name"],
        initials=initials,
        given=given or " ".join(map(text, usual.get("given") or ())),
    )


_PARTS = ("own-prefix", "own-name", "partner-prefix", "partner-name")


def _marked(item: Node, name: str, qualifier: str) -> str:
    """The parts of a name that are marked so (VV: what stands before a surname)."""
    values, marks = (item[key] if isinstance(item.get(key), list) else [] for key in (name, f"_{name}"))
    pairs = zip(values, [*marks, *[None] * len(values)], strict=False)
    return " ".join(text(value) for value, mark in pairs if extension(mark, _QUALIFIER) == qualifier)


def _given(item: Node) -> tuple[str, str]:
    """(initials, given names): nl-core marks an initial with the qualifier IN, and with CL what somebody is called: that is a given name
    where there is no other.
    """
    values, marks = (item[key] if isinstance(item.get(key), list) else [] for key in ("given", "_given"))
    found: dict[str, list[str]] = {"IN": [], "CL": [], "": []}
    for number, value in enumerate(values):
        mark = text(extension(marks[number] if number < len(marks) else None, _QUALIFIER))
        found[mark if mark in found else ""].append(text(value))
    given = " ".join(filter(None, found[""])) or " ".join(filter(None, found["CL"]))
    return "".join(letter for part in found["IN"] for letter in part if letter.isalpha()), given


def _assembled(parts: dict[str, str], item: Node) -> str:
    """The whole surname in the order the person chose (humanname-assembly-order)."""
    own = " ".join(filter(None, (parts["own-prefix"], parts["own-name"])))
    partner = " ".join(filter(None, (parts["partner-prefix"], parts["partner-name"])))
    order = text(extension(item, _HUMAN_NAME + "assembly-order"))
    first, second = _ORDERS.get(order, ("own", "partner"))
    found = {"own": own, "partner": partner, "": ""}
    return "-".join(filter(None, (found[first], found[second]))) or own
