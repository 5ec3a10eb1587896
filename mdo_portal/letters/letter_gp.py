"""The letter to the general practitioner: short. What was found, what happens, who does it and when, who tells the patient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from mdo_portal.domain.audience import Audience
from mdo_portal.letters.letter_content import built
from mdo_portal.letters.letter_data import DecisionLetter, Stamp
from mdo_portal.letters.letter_template import GP_SECTIONS, Section, frozen_for


@dataclass(frozen=True)
class GpLetter(DecisionLetter):
    """Kind `gp`: the same signed content as the referrer's letter, only its own pieces of it.

    No BSN unless the template says so: outside the own hospital it is printed nowhere else (`gp_letter`).
    """

    kind: ClassVar[str] = "gp"
    rest: ClassVar[bool] = False
    order: tuple[Section, ...] = GP_SECTIONS


def gp_letter(content: Mapping[str, Any], stamp: Stamp) -> GpLetter:
    """Frozen content as the short letter to the general practitioner. The BSN is printed only where the template says so."""
    shown = stamp if frozen_for(content, Audience.GP).bsn else replace(stamp, bsn="")
    letter = built(GpLetter, Audience.GP, content, shown)
    return replace(letter, referral_number="")  # the referrer's own reference says a general practitioner nothing
