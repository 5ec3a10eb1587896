"""How a letter ends: right before its greeting many ask what they ask, in a sentence and without a heading."""

from __future__ import annotations

import re

from integrations.hl7v2.message.headed import is_unanswered, unsigned
from integrations.hl7v2.message.heading_style import USUAL
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.text.words import asks_something

_OF_ANOTHER = re.compile(r"(?<!\bge)vra(?:ag|gen)|antwoord|\?|patiënt|patient|wens|consent|toestemming", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.?!])\s+|\n(?=\s*[A-Z(\u2022*-])")
_PARAGRAPH = re.compile(r"\n\s*\n")
_COURTESY = re.compile(
    r"tegemoet|\bvernem|bereikbaar|contact op|op de hoogte|(?:bij|voor|heeft u|mocht(?:en)?) (?:u )?(?:nog |verdere )?vragen|terugkoppel|"
    r"nadere? informatie|dank|retour|(?:in|ter) kennis|kopie|afschrift|(?:toe|op|door) ?(?:te )?st[ue]+r|upload|oproep|"
    r"he(?:eft|bt) ontvangen|bestemd|vernietig",
    re.IGNORECASE,
)
"""What a letter says at its end to be polite, of itself, or asks to have done: that is no question to a board."""
_OF_A_BOARD = re.compile(
    r"bespre|advies|adviser|oordeel|mening|visie|beleid|overleg|meedenk|mee te denken|voorstel|behandel|opini|afweg",
    re.IGNORECASE,
)
"""What somebody wants of a board: who only says please (`graag retour`) may want anything."""
_TO_THE_READER = re.compile(r"^(?:graag|gaarne|verzoeke?|svp|s\.v\.p\.)\s|\b(?:u|uw|jullie|het mdo|collega\S*)\b", re.IGNORECASE)
_OF_THE_PATIENT = re.compile(
    r"vraag(?:t|de|den)? (?:hij |zij |ze |mw\.? |patiënte? )?zich|\bwil(?:de)? weten\b|\b(?:zij|hij|patiënte?|partner) vraagt\b",
    re.IGNORECASE,
)
_WORDS = 3


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


def asked_at_end(said: str) -> str:
    """The sentences with which a letter (without its greeting) ends that ask; "" where it ends otherwise."""
    for paragraph in reversed(_PARAGRAPH.split(said)):
        sentences = [one.strip() for one in _SENTENCE.split(paragraph) if one.strip() and not _COURTESY.search(one)]
        asking: list[str] = []
        while sentences and _asks(sentences[-1]):
            asking.insert(0, sentences.pop())
        if asking or sentences:
            is_below = any(map(USUAL.fullmatch, sentences))  # then it is of that heading, unless it asks the reader
            return "\n".join(one for one in asking if not is_below or _TO_THE_READER.search(one))
    return ""


def _asks(sentence: str) -> bool:
    if USUAL.fullmatch(sentence) or len(sentence.split()) < _WORDS or _OF_THE_PATIENT.search(sentence):
        return False  # a field of a form, or a doubt: `cT2N1?`
    return sentence.endswith("?") or (asks_something(sentence) and _OF_A_BOARD.search(sentence) is not None)
