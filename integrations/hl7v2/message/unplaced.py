"""The names of what a message holds and nothing reads: never dropped in silence."""

from __future__ import annotations

from integrations.hl7v2.message.judges import is_judge
from integrations.hl7v2.message.left import left_of
from integrations.hl7v2.text.er7 import Message
from mdo_portal.exchange import Profile

NAMELESS = "?"
"""How a line is called that is no segment."""


def unplaced(message: Message, profile: Profile, meaning: str) -> tuple[str, ...]:
    """The segments that this kind of message does not use, in order, each name once; or what is left in one.

    They stay in the raw message.
    """
    used = {*profile["segments"]["placed"], *profile["segments"][meaning]}
    names = (one.name or NAMELESS for one in message.segments if one.name or one.line.strip())
    left = dict.fromkeys(name for name in names if name not in used)
    if "PRT" in left and all(map(is_judge, message.all("PRT"))):
        del left["PRT"]
    return left_of(message, profile, left, is_referral=False)
