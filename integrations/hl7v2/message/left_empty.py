"""A heading of a form that nobody filled in: what stands below it is the next field, and no answer."""

from __future__ import annotations

import re
from collections.abc import Collection
from itertools import takewhile

from integrations.hl7v2.message.heading_style import RULE, Style, headed_by, undressed, unnumbered
from integrations.letter_end import asks_something

GOES_ON = re.compile(
    r"(?:keuze(?: tussen| uit)?|(?:sub|deel)vra(?:ag|gen)(?: \d)?|opties?(?: \d| [a-c])?|alternatie(?:f|ven)|n\.?b\.?|let op|"
    r"specifiek|concreet|met name|graag|tevens|daarnaast|met als opties?)\s?:",
    re.IGNORECASE,
)
"""What the question goes on with, below it or behind it."""
_BEFORE = r"voorgeschiedenis|anamnese|medicatie|allergieën|comorbiditeit|intoxicaties|lichamelijk onderzoek"
TITLE = re.compile(
    rf"(?:relevante |medische |oncologische )?(?:{_BEFORE}|diagnose|conclusie|beleid|beloop|"
    r"aanvullend onderzoek|beeldvorming|radiologie|pathologie|laboratorium)",
    re.IGNORECASE,
)
"""A line that is one of these and nothing else heads the next paragraph, also without a colon."""
_ROW = re.compile(rf"(?:relevante |medische |oncologische )?(?:{_BEFORE})\s+\S.*", re.IGNORECASE)
"""A row of a table: its heading and its words. No question begins with one of these."""
_OF_ANOTHER = re.compile(
    r"[\w-]*vra(?:ag|gen)\w*(?:(?: aan| voor| t\.?b\.?v\.?)(?: de| het)? (?!\d)[^\s:]+|-? ?(?:radiologie|pathologie))\s?:",
    re.IGNORECASE,
)
"""The heading of what is asked of somebody else."""
NOTHING = re.compile(
    r"[.\-\u2013_\u2026\s]*|n\.?\s?v\.?\s?t\.?|niet van toepassing\.?|"
    r"[<\[({\u2026.]+\s*(?:(?:hier|s\.?v\.?p\.?|nog|graag|uw|de|vraag(?:stelling)?|tekst) ){0,4}"
    r"(?:vul (?:hier )?in|in ?(?:te )?vullen|invoeren|in te voeren|vrije tekst|tekst)[^<>\[\](){}\n]{0,40}[>\])}\u2026.]+",
    re.IGNORECASE,
)
"""What stands in a field that nobody filled in: dots, that it does not apply, or what is to be done there (`<vul in>`)."""
_COLON = ":"


def is_left_empty(lines: list[str], at: int, headings: Collection[str]) -> bool:
    """Whether below a heading without words of its own stands no more than the next one with its words.

    The next is written as this one is: with a capital, a number or a dash where that has it. What asks is an answer all the same,
    unless it is what is asked of another, or one of these headings itself.
    """
    below = [line for line in map(str.strip, lines[at + 1 :]) if line and not RULE.fullmatch(line)][:_MANY]
    if not below:
        return True
    line, is_bare = below[0], _COLON not in lines[at]
    if headed_by(line, headings) is not None or _OF_ANOTHER.match(undressed(line)):
        return True
    name, colon, rest = (part.strip() for part in unnumbered(undressed(line)).partition(_COLON))
    if is_bare and (_ROW.fullmatch(line) or (TITLE.fullmatch(line) and _goes_on_below(lines, line))):
        return not asks_something(line)
    is_title = bool(colon) and TITLE.fullmatch(name) is not None
    if not (is_title or _is_alike(lines[at].strip(), line)) or GOES_ON.match(line):
        return False
    style = Style.of(lines[at])
    more = list(takewhile(lambda one: bool(one) and not style.heads(one), _under(lines, line, at)))
    if style.is_capitals and not is_title and not more:
        return False  # `TNT OF KORTE RT`: nothing stands below it that it could head
    return not any(map(asks_something, (rest, line, *more)))


_MANY = 12
"""Lines of a paragraph that are looked at: a question is short."""


def _goes_on_below(lines: list[str], title: str) -> bool:
    """Whether words stand right below a title: `Beleid` and no more is what is asked."""
    return bool("".join(_under(lines, title)[:1]))


def _under(lines: list[str], line: str, at: int = -1) -> list[str]:
    """The lines right below one that stands behind `at`."""
    found = next((n for n, one in enumerate(lines) if n > at and one.strip() == line), len(lines))
    return [one.strip() for one in lines[found + 1 : found + 1 + _MANY]]


def _is_alike(head: str, line: str) -> bool:
    """Whether a line heads as `head` does: behind the same signs, in capitals or with one as that is."""
    style, name, other = Style.of(head), *(unnumbered(undressed(one)).partition(_COLON)[0] for one in (head, line))
    is_capital = not name[:1].isupper() or other[:1].isupper()
    return style.heads(line) and _sign(head) == _sign(line) and is_capital and (not name.isupper() or other.isupper())


def _sign(line: str) -> str:
    return _SIGN.match(line)[0].strip()  # type: ignore[index]  # it matches nothing too


_SIGN = re.compile(r"[^\w\[]*")
