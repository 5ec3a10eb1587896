"""Prints docs/koppelprofielen.md from the schema of the profiles: every key, what it is and what it means. `--check` only compares."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from integrations import profiles
from integrations.profiles.keys import Key
from integrations.profiles.schema import SCHEMAS

PAGE = Path(__file__).resolve().parents[1] / "docs" / "koppelprofielen.md"
HEAD = """# Koppelprofielen: wat een EPD waar zet

Gemaakt door `scripts/print_profiles.py` uit `integrations/profiles/schema.py`; een test zegt het als deze bladzijde
achterloopt. Niet met de hand wijzigen.

Een profiel is één TOML-bestand per soort EPD (`integrations/profiles/*.toml`). Het zegt waar iets staat en wat codes
betekenen; het rekent niets uit. Het wordt bij het laden gecontroleerd: een onbekende sleutel of een plaats die niet kan,
wordt met naam gemeld.

Wat één ziekenhuis anders doet, stelt de koppelingsbeheerder in op **Koppelingen** › **Wat elders staat**. Daar gelden
dezelfde sleutels, behalve die met *(alleen profiel)*. Een lijst vervangt de lijst van het profiel, een tabel vult aan.

## Plaatsen

| lijn | zo | betekent |
|---|---|---|
| HL7 v2 | `PID-5-1` | segment, veld, component; een vierde getal is de subcomponent (0: het hele component) |
| HL7 v2 | `PID-3(1)-1`, `OBX(2)-5` | tweede herhaling van PID-3, derde OBX: segmenten en herhalingen tellen vanaf 0 |
| HL7 v2 | `@label board` | de waarde van de OBX die bij `[labels.board]` hoort |
| HL7 v2 | `@notes OBR` | de NTE onder dat segment |
| HL7 v2 | `@closing` | de NTE waarmee een REF eindigt |
| HL7 v2 | `@provider RT` | het PRD-segment met die rol |
| HL7 v2 | `@participant OP` | het PRT-segment (v2.7) met die rol, voor een mens |
| FHIR | `ServiceRequest.note.text` | soort resource en elementen; in aanvraag en patiënt alleen die van dit bericht |
| FHIR | `Patient.identifier[system=urn:oid:1.2.3].value` | achter een element één keuze: `[n]` of `[naam=waarde]` |

Van een lijst plaatsen telt de eerste met een waarde. De `@`-namen zijn de enige functies; wat een plaats niet kan zeggen,
wordt een kleine functie met een naam (`integrations/hl7v2/places.py`) en nooit een uitdrukking.
"""
KINDS = {
    "text": "tekst", "texts": "lijst van teksten", "places": "lijst van plaatsen", "one_of": "keuze", "number": "getal", "table": "tabel",
    "free": "tabel", "rows": "rijen { words, to }", "field": "veld", "fields": "lijst van velden",
}  # fmt: skip


def page() -> str:
    """The whole page."""
    parts = [HEAD, "## Profielen\n", "| profiel | lijn | voor |", "|---|---|---|"]
    parts += [f"| `{name}` | {profiles.load(name)['wire']} | {profiles.load(name)['title']} |" for name in profiles.names()]
    for wire, title in (("hl7v2", "HL7 v2"), ("fhir", "FHIR"), ("paper", "map, adres en papier")):
        parts += [f"\n## Sleutels voor {title}\n", "| sleutel | soort | betekenis |", "|---|---|---|", *_rows(SCHEMAS[wire], "")]
    return "\n".join(parts) + "\n"


def _rows(keys: Mapping[str, Key], at: str, *, is_own: bool = True) -> Iterator[str]:
    for name, key in keys.items():
        path = f"{at}.{name}".lstrip(".")
        own = is_own and key.is_own
        kind = KINDS[key.kind] + ("" if own else " *(alleen profiel)*")
        among = f" Keuze: {', '.join(f'`{one}`' if one else 'leeg' for one in key.among)}." if 0 < len(key.among) < 15 else ""
        yield f"| `{path}` | {kind} | {key.words}{among} |"
        yield from _rows(key.keys, path, is_own=own)
        if key.of and key.of.keys:
            yield from _rows(key.of.keys, f"{path}.NAAM", is_own=own)


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text(encoding="utf-8") == page() else f"{PAGE.name} is behind: run scripts/print_profiles.py")
    PAGE.write_text(page(), encoding="utf-8")
