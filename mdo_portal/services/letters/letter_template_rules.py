"""What a template may say, so that every letter made with it can be printed and says what a letter must say."""

from __future__ import annotations

import unicodedata
from typing import Final

from mdo_portal.domain.audience import Audience
from mdo_portal.errors import N_
from mdo_portal.letters.letter_template import ADVICE, SECTIONS, LetterTemplate, unknown_placeholders

NOT_SAVED = N_("Nog niet alles klopt. Er is niets bewaard; verbeter de gemarkeerde velden.")
SENTENCES: Final = ("salutation", "intro", "closing", "footer")
LONGEST: Final = {"name": 80, "phone": 30, "salutation": 200, "intro": 600, "closing": 600, "footer": 100}
LONGEST_LINE, MOST_LINES, LONGEST_HEADING = 80, 4, 60

UNKNOWN = N_("Alleen {mdo}, {ziekenhuis} en {datum} worden ingevuld; haal andere accolades weg.")
TOO_LONG = N_("Dit is te lang voor een brief; maak het korter.")
UNPRINTABLE = N_("Hier staat een teken dat niet gedrukt kan worden.")
LINES = N_("Hoogstens vier regels van tachtig tekens.")
HEADINGS = N_("Elk onderdeel heeft een kopje van hoogstens zestig tekens.")
NO_ADVICE = N_("Het advies hoort in elke brief; het kan niet weg.")
NOT_ALL = N_("Deze onderdelen horen niet bij deze brief. Herlaad de pagina.")


def wrong_in(typed: LetterTemplate, audience: Audience) -> dict[str, str]:
    """Field -> the sentence that says what is wrong with it; empty when it can be kept."""
    wrong = {name: TOO_LONG for name, most in LONGEST.items() if len(getattr(typed, name)) > most}
    wrong |= {name: UNKNOWN for name in SENTENCES if unknown_placeholders(getattr(typed, name))}
    wrong |= {name: UNPRINTABLE for name in LONGEST if not _printable(getattr(typed, name))}
    if len(typed.lines) > MOST_LINES or any(len(line) > LONGEST_LINE or not _printable(line) for line in typed.lines):
        wrong["lines"] = LINES
    return wrong | _wrong_sections(typed, audience)


def _wrong_sections(typed: LetterTemplate, audience: Audience) -> dict[str, str]:
    sections = typed.sections
    if sections and sorted(one.key for one in sections) != sorted(one.key for one in SECTIONS[audience]):
        return {"sections": NOT_ALL}
    if any(not one.heading.strip() or len(one.heading) > LONGEST_HEADING or not _printable(one.heading) for one in sections):
        return {"sections": HEADINGS}
    return {"sections": NO_ADVICE} if any(one.key == ADVICE and not one.shown for one in sections) else {}


def _printable(text: str) -> bool:
    """No controls or direction marks; a new line is fine."""
    return all(letter == "\n" or unicodedata.category(letter)[0] != "C" for letter in text)
