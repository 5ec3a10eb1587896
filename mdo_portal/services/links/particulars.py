"""What a hospital is called, where it is and by which numbers it is known: alike on the page of its link and on the administrator's."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mdo_portal.errors import N_

SHORT_TEXTS = ("name", "city", "phone", "epd")
NUMBERS = ("ura", "agb")
_LONGEST = 120
_DIGITS = re.compile(r"[0-9]{8}")


def said(form: Mapping[str, str]) -> dict[str, str]:
    return {name: form.get(name, "").strip() for name in (*SHORT_TEXTS, *NUMBERS)}


def wrong(told: Mapping[str, str]) -> dict[str, str]:
    """A sentence for each field that cannot be so."""
    fields = {name: N_("Vul hoogstens 120 tekens in.") for name in SHORT_TEXTS if len(told[name]) > _LONGEST}
    if not told["name"]:
        fields["name"] = N_("Vul de naam in zoals die op brieven staat.")
    return fields | {name: N_("Dit zijn acht cijfers.") for name in NUMBERS if told[name] and not _DIGITS.fullmatch(told[name])}
