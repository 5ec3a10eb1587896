"""What a letter asks in a sentence, without a heading."""

from __future__ import annotations

import re

from integrations.hl7v2.message.headed import is_unanswered
from integrations.hl7v2.message.reading import Reading
from integrations.letter_end import asked_at_end
from integrations.salutation import unsigned

_OF_ANOTHER = re.compile(r"(?<!\bge)vra(?:ag|gen)|antwoord|\?|patiënt|patient|wens|consent|toestemming", re.IGNORECASE)


def ending(reading: Reading, _: str) -> str:
    """What a letter or a text of a registration asks at its end, where no heading in it is one of a question. One that is called a question
    itself is of somebody else, or it was heard already.
    """
    heads, refers = reading.labels.headings("board"), reading.recognised.refers
    for item, text in reading.written_by:
        said, greeting = unsigned(text)
        is_one = greeting or (item.segment.name == "OBX" and (refers(item.label) or not _OF_ANOTHER.search(item.label)))
        if is_one and not is_unanswered(text, heads) and (asked := asked_at_end(said)):
            return asked
    return ""
