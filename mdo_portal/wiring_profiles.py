"""Where both houses meet, with `wiring`: the profiles of links, their wires and versions, and what a link says otherwise."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from integrations import profiles
from integrations.fhir.capability import TAKEN
from integrations.fhir.server import notice
from integrations.profiles.described import PLACES, Described, described
from mdo_portal.domain.inbound import FEED
from mdo_portal.domain.link_fields import QUESTIONS, URGENCIES
from mdo_portal.domain.message_kinds import MAKE_A_CASE
from mdo_portal.exchange import Notice, Wire, WrongProfile
from mdo_portal.services.links.link_form import Profiles

_OWN_LINE = re.compile(r"(Z[A-Z0-9]{2})(?:\(\d{1,3}\))?-(\d{1,2})")
"""A field of a segment of the sender's own, whichever of its name."""


def wire_of(profile: str) -> Wire:
    """Which wire a profile is for. Raises KeyError naming the profiles there are."""
    return Wire(profiles.load(profile.partition("\n")[0])["wire"])  # no link says otherwise over which wire it comes


def known_profiles() -> Profiles:
    """Every profile there is: what people call it, and its wire."""
    loaded = {name: profiles.load(name) for name in profiles.names()}
    return Profiles(
        {name: str(one.get("title", name)) for name, one in loaded.items()},
        {name: Wire(one["wire"]) for name, one in loaded.items()},
    )


def check_otherwise(profile: str, otherwise: str) -> None:
    """Whether a link with this profile may say this. Raises exchange.WrongProfile."""
    own = profiles.parse_own(otherwise, wire_of(profile).value)
    if lost := lost_referrals(own.get("kinds", {})):
        raise WrongProfile(f"kinds.{lost[0]}", "never_a_case", lost[0])
    said = own.get("referral", {}).get("codes", {}).get("urgency", {})
    if wrong := next((word for word, means in said.items() if means not in URGENCIES), ""):
        raise WrongProfile(f"referral.codes.urgency.{wrong}", "not_one_of", said[wrong], URGENCIES)


def own_keys(wire: Wire) -> list[Described]:
    """What a link may say otherwise than its profile, key by key, in Dutch."""
    return [one for one in described(wire.value) if one.is_own]


def written_places(wire: Wire) -> tuple[tuple[str, str], ...]:
    """How a place in a message is written there, and what that means, in Dutch."""
    return PLACES[wire.value]


def lost_referrals(kinds: Mapping[str, str]) -> list[str]:
    """Kinds that would make a case and are not kept of somebody without one (domain.inbound.FEED): the referral would be lost."""
    return [kind for kind, meaning in kinds.items() if meaning in MAKE_A_CASE and kind.partition("^")[0].strip().upper() in FEED]


def placed_otherwise(profile: str, otherwise: str, key: str, place: str) -> str:
    """`otherwise` with `place` put before the places where the profile looks for `key` (`referral.number`).

    An empty place gives the key back to the profile. Raises exchange.WrongProfile.
    """
    own = profiles.parse_own(otherwise, wire_of(profile).value)
    group, _, name = key.partition(".")
    table: dict[str, Any] = own.setdefault(group, {})
    table.pop(name, None)
    if place:
        table[name] = [place, *(one for one in places_of(profile, key) if one != place)]
    elif not table:
        del own[group]
    text = profiles.written(own) if own else ""
    profiles.parse_own(text, wire_of(profile).value)
    return text


def in_lines(chosen: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """(field, place) once each. A question that stands in several own segments of one name is asked in lines: their place is all of them.

    By the place of one line alone the rest of the question reached nobody, and a longer one in the next message neither.
    """
    lines = {
        one: f"@lines {found[1]}-{found[2]}" for one in chosen if one[0] in QUESTIONS and (found := _OWN_LINE.fullmatch(one[1]))
    }
    times = Counter((name, line) for (name, _), line in lines.items())
    wholes = ((name, lines.get((name, place), "")) for name, place in chosen)
    return list(dict.fromkeys(whole if times[whole] > 1 else one for one, whole in zip(chosen, wholes, strict=True)))


def urgency_otherwise(profile: str, otherwise: str, word: str, means: str) -> str:
    """`otherwise` with the sender's `word` meaning one of URGENCIES. Raises exchange.WrongProfile."""
    return _coded(profile, otherwise, "urgency", word, means)


def board_otherwise(profile: str, otherwise: str, word: str, code: str) -> str:
    """`otherwise` with the sender's `word` meaning the board with this code. Raises exchange.WrongProfile."""
    return _coded(profile, otherwise, "board", word, code)


def board_recoded(profile: str, otherwise: str, before: str, after: str) -> str:
    """`otherwise` with every word for the board that had the code `before` meaning the one that has `after`; as it was where none does."""
    try:
        own = profiles.parse_own(otherwise, wire_of(profile).value)
    except (WrongProfile, KeyError):  # nothing reads by it either
        return otherwise
    codes: dict[str, str] = own.get("referral", {}).get("codes", {}).get("board", {})
    words = [word for word, code in codes.items() if code.casefold() == before.casefold()]
    codes |= dict.fromkeys(words, after)
    return profiles.written(own) if words else otherwise


def _coded(profile: str, otherwise: str, field: str, word: str, means: str) -> str:
    own = profiles.parse_own(otherwise, wire_of(profile).value)
    codes: dict[str, Any] = own.setdefault("referral", {}).setdefault("codes", {}).setdefault(field, {})
    for same in [one for one in codes if one.casefold() == word.casefold()]:
        del codes[same]
    codes[word] = means
    text = profiles.written(own)
    check_otherwise(profile, text)
    return text


def section_otherwise(profile: str, otherwise: str, word: str, section: str) -> str:
    """`otherwise` with what is known by `word`, a code or in HL7 v2 a name, in this column of a case, and in no other.

    Raises exchange.WrongProfile.
    """
    own = profiles.parse_own(otherwise, wire_of(profile).value)
    table: dict[str, Any] = own.setdefault("sections", {})
    if wire_of(profile) is Wire.FHIR:
        table[word] = section
    else:
        _place_words(table, profiles.load(profile)["sections"], word, section)
    text = profiles.written(own)
    check_otherwise(profile, text)
    return text


def _place_words(table: dict[str, Any], known: Mapping[str, Sequence[str]], word: str, section: str) -> None:
    """A list of a link takes the place of its profile's: each that changes is written whole."""

    def others(words: Sequence[str]) -> list[str]:
        return [one for one in words if one.casefold() != word.casefold()]

    for name, words in {**known, **table}.items():
        if name != section and len(others(words)) < len(words):
            table[name] = others(words)
    table[section] = [word, *others(table.get(section, known.get(section, ())))]


def kinds_of(profile: str) -> Mapping[str, str]:
    """Kind of message (`ORU^R01`) -> what it is to us, in the words of the schema; of an HL7 v2 profile, with what a link says below it."""
    return dict(profiles.load(profile).get("kinds", {}))


def kind_otherwise(profile: str, otherwise: str, kind: str, meaning: str | None) -> str:
    """`otherwise` with `kind` meaning this ("" = nothing: kept and shown as unknown); None gives it back to the profile.

    Raises exchange.WrongProfile.
    """
    own = profiles.parse_own(otherwise, wire_of(profile).value)
    table: dict[str, Any] = own.setdefault("kinds", {})
    table.pop(kind, None)
    if meaning is not None and meaning != kinds_of(profile).get(kind, ""):
        table[kind] = meaning
    if not table:
        del own["kinds"]
    text = profiles.written(own) if own else ""
    check_otherwise(profile, text)
    return text


def places_of(profile: str, key: str) -> tuple[str, ...]:
    """Where a profile looks for `referral.number`; with what a link says otherwise below its name, where that link does."""
    group, _, name = key.partition(".")
    return tuple(profiles.load(profile).get(group, {}).get(name, ()))


def version_of(profile: str) -> str:
    """Which FHIR version a profile is for; "" for another wire."""
    return str(profiles.load(profile).get("version", ""))


def fhir_version(profile: str) -> str:
    """`R4` or `STU3`, also when the link has places of its own; "" for a profile of another wire, or one that is not there."""
    name = profile.partition("\n")[0]  # a version is the profile's own, whatever the link says below it
    return version_of(name) if name in profiles.names() and wire_of(name) is Wire.FHIR else ""


def fhir_notice(raw: bytes) -> Notice:
    """What a notice of a subscription of ours is for."""
    return notice.heard(raw)


def fhir_kinds(profile: str) -> tuple[str, ...]:
    """What a link with this profile may hand in by itself."""
    return TAKEN.get(fhir_version(profile), TAKEN["R4"])
