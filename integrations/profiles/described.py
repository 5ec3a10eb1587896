"""Every key of a profile in words, Dutch as the schema is: for docs/koppelprofielen.md and the page beside which TOML is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from .keys import Key
from .schema import SCHEMAS

KINDS = {
    "text": "tekst", "texts": "lijst van teksten", "places": "lijst van plaatsen", "one_of": "keuze", "number": "getal", "table": "tabel",
    "free": "tabel", "rows": "rijen { words, to }", "field": "veld", "fields": "lijst van velden",
}  # fmt: skip
PLACES = {
    "hl7v2": (
        ("`PID-5-1`", "segment, veld, component; een vierde getal is de subcomponent (0: het hele component)"),
        ("`PID-3(1)-1`, `OBX(2)-5`", "tweede herhaling van PID-3, derde OBX: segmenten en herhalingen tellen vanaf 0"),
        ("`@label board`", "de waarde van de OBX die bij `[labels.board]` hoort"),
        ("`@headed board`", "de alinea onder een kopje van `[labels.board]` in een verwijsbrief of een NTE"),
        ("`@own board`", "wat een eigen segment van het systeem (Z…) zo noemt"),
        (
            "`@line ZVR-3 SPOED`",
            "ZVR-3 van het eigen segment (Z…) met dat woord in een ander veld, het hoeveelste het ook is; van meer ervan alles",
        ),
        ("`@lines ZQU-2`", "ZQU-2 van elk eigen segment (Z…) dat zo heet, onder elkaar: een vraag die in regels komt"),
        ("`@notes OBR`", "de NTE onder dat segment"),
        ("`@asking OBR`, `@asking ORC-16`", "de NTE onder dat segment, of dat veld, als die iets vraagt"),
        ("`@subject`", "waar een NTE over gaat (*Betreft: …*), als dat een MDO noemt"),
        (
            "`@soon`",
            "hoe dringend het is onder een kopje van `[labels.urgency]`, als dat een woord van `[referral.codes.urgency]` is",
        ),
        ("`@person OBR-17`", "een mens in een veld waar geen mens hoort"),
        ("`@sentence OBR-32`", "een zin in een veld waar geen woorden horen"),
        ("`@board OBR-44`, `@board OBR-4-5`", "wat in dat veld staat, als dat een MDO noemt"),
        ("`@closing`", "de NTE waarmee een REF eindigt"),
        ("`@ending`", "wat een brief zonder kopje vraagt: vlak voor de groet, of waar hij begint"),
        ("`@provider RT`", "het PRD-segment met die rol"),
        ("`@participant OP`", "het PRT-segment (v2.7) met die rol, voor een mens"),
    ),
    "fhir": (
        ("`ServiceRequest.note.text`", "soort resource en elementen; in aanvraag en patiënt alleen die van dit bericht"),
        ("`Patient.identifier[system=urn:oid:1.2.3].value`", "achter een element één keuze: `[n]` of `[naam=waarde]`"),
    ),
}
"""How a place in a message is written, by wire: Markdown, as in the document."""


class Described(NamedTuple):
    """One key, and those in it behind it."""

    path: str
    kind: str
    words: str
    #: what one may choose from, where that is a list one can read; "" = empty
    among: tuple[str, ...]
    #: what a link may say otherwise than its profile
    is_own: bool


def described(wire: str) -> list[Described]:
    return list(_rows(SCHEMAS[wire], ""))


def _rows(keys: Mapping[str, Key], at: str, *, is_own: bool = True) -> Iterator[Described]:
    for name, key in keys.items():
        path = f"{at}.{name}".lstrip(".")
        own = is_own and key.is_own
        yield Described(path, KINDS[key.kind], key.words, key.among if len(key.among) < 15 else (), own)
        yield from _rows(key.keys, path, is_own=own)
        if key.of and key.of.keys:
            yield from _rows(key.of.keys, f"{path}.NAAM", is_own=own)
