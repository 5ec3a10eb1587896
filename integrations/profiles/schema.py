"""What may stand in a profile: every key with its kind and what it means. docs/koppelprofielen.md is printed from it.

The words are Dutch because whoever joins a hospital reads them, on the page of the profiles and beside a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping

from .keys import Key
from .outward import HANDED
from .paths import FIELD, V2_FUNCTIONS
from .schema_fhir import FHIR
from .schema_parts import HEAD, SECTION_NAMES
from .schema_v2 import MEANINGS, V2

PAPER: Mapping[str, Key] = HEAD | {
    "handed": HANDED,
}
SCHEMAS: Mapping[str, Mapping[str, Key]] = {"hl7v2": V2, "fhir": FHIR, "paper": PAPER}
__all__ = ["FIELD", "MEANINGS", "SCHEMAS", "SECTION_NAMES", "V2_FUNCTIONS", "Key"]
