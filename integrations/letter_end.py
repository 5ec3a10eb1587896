"""How a letter ends: right before its greeting many ask what they ask, in a sentence and without a heading. The same over every wire."""

from __future__ import annotations

import re

HEAD = r"[^\W\d_][\w/()-]*(?: [\w/()-]+){0,2}"
USUAL = re.compile(rf"{HEAD}:(?:\s.*)?")
"""A word or three with a colon: where the next paragraph begins."""
GREETING = re.compile(
    r"(?:(?:met )?(?:vriendelijke|hartelijke|collegiale) groet|groet(?:en)?\b|gr\.(?! ?\d)|hoogachtend|mvg\b|m\.v\.g|"
    r"kind regards|mit freundlichen|"
    r"(?:(?:alvast|bij voorbaat|veel|hartelijk) )*dank\b)",
    re.IGNORECASE,
)
_SALUTATION = re.compile(r"(?:geachte|beste|waarde) (?:\S+ ){0,3}(?:\S+[,:]|collega\S*|dokter)", re.IGNORECASE)
"""A line with no more than to whom somebody writes."""
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


def asks_something(line: str) -> bool:
    """Whether a line asks: it ends as a question, or begins as Dutch letters ask."""
    return line.rstrip().endswith("?") or line.strip().casefold().startswith(_ASKING)


_ASKING = ("graag ", "gaarne ", "verzoek ", "verzoeke ", "s.v.p. ", "svp ")


def unsigned(text: str) -> tuple[str, str]:
    """(what a letter says, its salutation and all from its greeting on); the whole of what is nothing else."""
    lines = text.split("\n")
    begin = int(_SALUTATION.fullmatch(lines[0].strip()) is not None)
    end = next((n for n, line in enumerate(lines) if n >= begin and GREETING.match(line.strip())), len(lines))
    said = "\n".join(lines[begin:end]).strip()
    return (said, "\n".join((*lines[:begin], *lines[end:])).strip()) if said else (text, "")


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
