"""What a segment of the sender's own (Z…) asks: nobody says where it stands there, so it is found by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from integrations.hl7v2.message.headed import below
from integrations.hl7v2.message.heading_style import headed_by
from integrations.hl7v2.message.items import name_of
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.text.field_words import field_words
from integrations.hl7v2.text.segment import Segment
from integrations.letter_end import asks_something


def own(reading: Reading, name: str) -> str:
    """What a segment of the sender's own (Z…) calls so: behind the name in one field, or in the field behind that of its name. A number,
    a code or a tick there says nothing, and `Vraag` alone heads any line of a list.
    """
    heads = reading.labels.names(name)
    for one in _own_segments(reading):
        said = [text for n in range(1, _MOST_OWN) if (text := field_words(one, n).strip())]
        for words, following in zip_longest(said, said[1:], fillvalue=""):
            found = below(words, heads) or (following if headed_by(words, heads) == "" else "")
            if asks_something(found) or _SAID.search(found):
                return found
    return _only_one(reading, name)


def _only_one(reading: Reading, name: str) -> str:
    """What asks behind a bare name (`ZMD|1|VRAAG|Operabel?`), where nothing stands behind that and no other line is called so."""
    heads = reading.labels.headings(name)
    found = []
    for one in _own_segments(reading):
        said = [text for n in range(1, _MOST_OWN) if (text := field_words(one, n).strip())]
        found += [said[n + 1 :] for n, words in enumerate(said) if headed_by(words, heads) == ""]
    return found[0][0] if len(found) == 1 and len(found[0]) == 1 and asks_something(found[0][0]) else ""


def _own_segments(reading: Reading) -> Iterator[Segment]:
    """Those of the sender's own, without what stands among the results of another order: what a scan was to answer is no question to a
    board. Behind all of them they are of the message.
    """
    every = [item.segment for item in reading.items]
    last = max((n for n, one in enumerate(every) if one.name in _OF_ORDERS), default=0)
    is_of_result = False
    for n, one in enumerate(every):
        if one.name in ("ORC", "OBR"):
            is_result = one.name == "OBR" and (reading.is_referral or bool(one.component(25)))
            is_of_result = is_result and not reading.recognised.names_board(name_of(one))
        elif one.name.startswith("Z") and (n > last or not is_of_result):
            yield one


_OF_ORDERS = ("ORC", "OBR", "OBX")


_SAID = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}\W+(?:\w+\W+)*?[^\W\d_]{2,}")
"""Two words: what is said, and no code. Looked for where a word begins: of one of a megabyte, from each letter takes hours."""


_MOST_OWN = 40
"""Fields of a segment of the sender's own that are looked at."""
