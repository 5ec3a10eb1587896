"""What a kind of HL7 v2 message (MSH-9) can be to us, in a person's words: the choices of whoever joins a hospital."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mdo_portal.errors import N_

MEANINGS: Mapping[str, str] = {
    "referral": N_("Een aanmelding: elk bericht van deze soort wordt een casus"),
    "finding": N_("Een uitslag, of een aanmelding als het profiel die erin herkent"),
    "titled_document": N_("Een document, of een aanmelding als de titel dat zegt"),
    "order_status": N_("Hoe het met een aanvraag staat: alleen een intrekking raakt de aanmelding"),
    "result": N_("Een uitslag of document bij een casus die er al is"),
    "document": N_("Een uitslag of document bij een casus die er al is"),
    "appointment": N_("Een afspraak van een patiënt"),
    "patient": N_("Gegevens of verblijf van een patiënt"),
    "merge": N_("Twee patiëntnummers worden één"),
    "link": N_("Twee patiëntnummers zijn van één persoon, of niet meer"),
}
"""The words of integrations/hl7v2/kinds.py; `document` reads as `result` does, and is not offered beside it."""
OFFERED = tuple(name for name in MEANINGS if name != "document")
MAKE_A_CASE = frozenset({"referral", "finding", "titled_document"})
NOTHING = "nothing"
"""Kept and shown as unknown, whatever the profile says."""
AS_PROFILE = "profile"
"""Given back to the profile."""
NO_KIND = N_(
    "„%(value)s” is geen soort bericht. Er is niets veranderd; schrijf wat in MSH-9 staat: soort en gebeurtenis, zoals ORU^R01."
)
_KIND = re.compile(r"[A-Z][A-Z0-9]{1,9}(\^[A-Z0-9]{1,9})?")


def kind_named(text: str) -> str:
    """`ORU^R01`, also where it was written as in MSH-9 whole (`oru^r01^ORU_R01`) or as its structure is (`ORU_R01`). "" = none."""
    kind = "^".join(filter(None, re.split(r"[\^_-]", text.strip().upper())[:2]))
    return kind if _KIND.fullmatch(kind) else ""
