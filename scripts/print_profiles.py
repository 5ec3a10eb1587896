"""Prints docs/koppelprofielen.md from the schema of the profiles: every key, what it is and what it means. `--check` only compares."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from integrations import profiles
from integrations.profiles.described import PLACES, described

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
"""
AFTER = """
Van een lijst plaatsen telt de eerste met een waarde. De `@`-namen zijn de enige functies; wat een plaats niet kan zeggen,
wordt een kleine functie met een naam (`integrations/hl7v2/meaning/places.py`) en nooit een uitdrukking.
"""


def page() -> str:
    """The whole page."""
    named = {"hl7v2": "HL7 v2", "fhir": "FHIR"}
    places = [f"| {named[wire]} | {place} | {means} |" for wire, rows in PLACES.items() for place, means in rows]
    parts = [HEAD.rstrip("\n"), *places, AFTER, "## Profielen\n", "| profiel | lijn | voor |", "|---|---|---|"]
    parts += [f"| `{name}` | {profiles.load(name)['wire']} | {profiles.load(name)['title']} |" for name in profiles.names()]
    for wire, title in (("hl7v2", "HL7 v2"), ("fhir", "FHIR"), ("paper", "map, adres en papier")):
        parts += [f"\n## Sleutels voor {title}\n", "| sleutel | soort | betekenis |", "|---|---|---|", *_rows(wire)]
    return "\n".join(parts) + "\n"


def _rows(wire: str) -> Iterator[str]:
    for one in described(wire):
        among = f" Keuze: {', '.join(f'`{word}`' if word else 'leeg' for word in one.among)}." if one.among else ""
        yield f"| `{one.path}` | {one.kind}{'' if one.is_own else ' *(alleen profiel)*'} | {one.words}{among} |"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if PAGE.read_text(encoding="utf-8") == page() else f"{PAGE.name} is behind: run scripts/print_profiles.py")
    PAGE.write_text(page(), encoding="utf-8")
