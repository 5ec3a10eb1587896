"""What the vendor of the EPD gets of a message that was tried: fields and places, and not one value of the message."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mdo_portal import wiring_profiles
from mdo_portal.domain.link_fields import LABELS, Weight
from mdo_portal.domain.place_words import in_dutch, left_in_dutch
from mdo_portal.domain.tried_reasons import ELSEWHERE_ON_PAPER, NO_BOARD, NO_BOARDS, UNKNOWN_URGENCY, Outcome
from mdo_portal.exchange import Wire
from mdo_portal.letters.letter_reports import ConformanceLine, ConformanceReport
from mdo_portal.trial import IS_PLACE, Tried

MOST_PLACES = 40
BSN_FAILS = "Wat hier staat, voldoet niet aan de elfproef: het wordt bewaard en gemarkeerd, nooit geweigerd."
NO_BOARD_HERE, NO_URGENCY_HERE = "geen MDO van dit ziekenhuis", "geen bekend woord voor urgentie"
"""What a word that was found is not, in the report."""
_NO_PLACE = re.compile(r"[^A-Za-z0-9_@()\[\]./:=^ -]")


def report_of(tried: Tried, *, network: str, hospital: str, number: str, size: int) -> ConformanceReport:
    """What the vendor of the EPD gets to see: fields and places, and not one value of the message."""
    said = tried.explanation
    return ConformanceReport(
        network=network,
        number=number,
        hospital=hospital,
        wire=tried.wire.value,
        profile=wiring_profiles.known_profiles().titles.get(tried.profile, tried.profile),
        kind=_plain(said.header.kind, 24),
        version=_plain(said.header.version, 12),
        charset=said.charset,
        charset_by=said.charset_by,
        size=size,
        is_read=tried.is_read,
        is_good=tried.is_good,
        is_refused=tried.outcome is Outcome.REFUSED,
        becomes=tried.becomes,
        reason=" ".join(one for one in (tried.why, tried.also) if one),
        place=_plain(tried.where, 80) if tried.where_is_place else in_dutch(tried.where),
        answer_code=_code(tried),
        sender_known=tried.sender_known,
        lines=tuple(_lines(tried)),
        leftovers=tuple(left_in_dutch(_plain(one.place, 80), one.why) for one in tried.leftovers[:100]),
    )


def _lines(tried: Tried) -> Iterator[ConformanceLine]:
    """What is missed or means nothing here; then the fields that were found, alike ones together with all their places."""
    found: dict[tuple[str, str], list[str]] = {}
    looked = {one.name: one.looked for one in tried.explanation.fields}
    for one in tried.explanation.fields:
        if one.value:
            places = found.setdefault((one.name, one.section), [])
            places += [one.place] if IS_PLACE.fullmatch(one.place) and len(places) < MOST_PLACES else []
    if tried.is_unrouted:
        at = tuple(map(in_dutch, dict.fromkeys(found.get(("board_hint", ""), ()))))
        said = ELSEWHERE_ON_PAPER if tried.elsewhere else NO_BOARD % {"boards": "; ".join(tried.boards)}
        why = said if tried.boards else NO_BOARDS
        yield ConformanceLine(LABELS["board_hint"], places=at, weight=Weight.MUST.value, means=NO_BOARD_HERE, why=why)
    if tried.unknown_urgency:
        at = tuple(map(in_dutch, dict.fromkeys(found.get(("urgency", ""), ()))))
        yield ConformanceLine(
            LABELS["urgency"], places=at, weight=Weight.SHOULD.value, means=NO_URGENCY_HERE, why=UNKNOWN_URGENCY
        )
    for gap in tried.missing:
        name, place = LABELS.get(gap.name, gap.name), _plain(tried.not_dates.get(gap.name, ""), 80)
        at, searched = (place,) if place else (), tuple(map(in_dutch, looked.get(gap.name, ())))
        yield ConformanceLine(name, places=at, looked=searched, found=False, weight=gap.weight.value, why=gap.why)
    for (name, section), places in found.items():
        if not ((name == "board_hint" and tried.is_unrouted) or (name == "urgency" and tried.unknown_urgency)):
            why = BSN_FAILS if name == "patient.bsn" and tried.bsn_passes is False else ""
            yield ConformanceLine(LABELS.get(name, name), section, tuple(map(in_dutch, dict.fromkeys(places))), why=why)


def _plain(text: str, most: int) -> str:
    """A name of a place and nothing else: what a sender invents as a name could say something about somebody."""
    return _NO_PLACE.sub("", text)[:most]


def _code(tried: Tried) -> str:
    """`AA`, `HTTP 202`: what stands first in the answer."""
    if tried.wire is Wire.FHIR:
        return tried.answered.partition("\n")[0]
    line = next((line for line in tried.answered.splitlines() if line.startswith("MSA")), "")
    return line[4:6]
