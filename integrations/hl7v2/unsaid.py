"""What a segment beside the results holds that its rule in the profile does not tell: all of it, or a sentence in a field nobody reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mdo_portal.exchange import Fact

from .items import ORDERED, Item
from .left import parts_of
from .reading import Reading

_SENTENCE = re.compile(r"[^\W\d_][^\d]*\s[^\W\d_]{2,}.*", re.DOTALL)
_SHORT = 12
"""Signs of what is no sentence yet: `FA En`, `Y N`."""


def unsaid(reading: Reading, said: Iterable[tuple[Item, Fact]]) -> tuple[str, ...]:
    """Places of segments of which nothing is told, and of sentences in the others that stand nowhere. An order is more than its name."""
    told = [(item, fact) for item, fact in said if item.segment.name != "OBX"]
    spoke, words = {id(item) for item, _ in told}, "\n".join(fact.text.casefold() for _, fact in told)
    return tuple(dict.fromkeys(place for item in reading.items for place in _of_item(reading, item, spoke, words)))


def _of_item(reading: Reading, item: Item, spoke: set[int], words: str) -> Iterator[str]:
    name = item.segment.name
    if name not in reading.profile["facts"] or name in ORDERED:
        return
    held = parts_of(item.segment, item.place)
    if id(item) not in spoke:
        yield from [item.place] if held else []
        return
    for place, value in held:
        is_sentence = len(value) > _SHORT and _SENTENCE.fullmatch(value) is not None
        if is_sentence and "-" not in place.partition("-")[2] and value.casefold() not in words:
            yield place
