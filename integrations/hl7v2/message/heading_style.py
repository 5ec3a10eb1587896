"""How the headings of a letter are written: who numbers one, sets it between brackets or leaves out the blank does so with the next."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

from integrations.hl7v2.message.chapters import is_numbered, number_behind, unnumbered
from integrations.hl7v2.text.words import asks_something
from integrations.letter_end import HEAD, USUAL

_CLOSE = re.compile(rf"{HEAD}(?<!\d)[\s.]*:(?!//).*")
"""The same with blanks or full stops before the colon, or nothing behind it; `om 10:30 uur` is none."""
_SIGNED = re.compile(rf"({HEAD})\s*(=>?|[-\u2013]?>|\u2192|;|\.{{2,}}|\u2026)(?!=)(?<! >(?=\s*\d))\s*(.*)")
"""The same with another sign for its colon."""
_BRACKETED = re.compile(r"\[(?P<head>[^\W\d_][^\]\n]{2,60})\](?::?\s+(?P<rest>\S.*))?")
"""`[Vraagstelling] TNT?`"""
IN_LINE = re.compile(r"(?<=[.;?!)])\s+(?P<head>[A-Z][\w/()-]*(?: [\w/()-]+){0,2}):\s+")
"""A heading behind the end of a sentence, in a text of one line."""
RULE = re.compile(r"[-=_*~]{3,}")
"""A line that is drawn below a heading, or between two paragraphs."""
_DRESSED = {"[": "]", "*": "*", "=": "=", "#": "", "_": "_"}


_CAPITALS = re.compile(r"(?:[^\W\d_a-zà-ÿ][^\W_a-zà-ÿ]+[ /&-]{0,3}){1,4}:?")
"""A line of a few words in capitals."""


class Style(NamedTuple):
    """How one heading is written."""

    is_close: bool  #: `Vraagstelling:TNT?`, `Vraagstelling : TNT?`
    is_numbered: bool  #: `2. Vraagstelling:`
    dress: str  #: `[` of `[Vraagstelling]`; "" where it has a colon
    sign: str  #: `=` of `Vraagstelling = TNT?`; "" where it has a colon
    is_capitals: bool = False  #: `VRAAGSTELLING` and no more
    next_number: str = ""  #: `3` of `2. Vraagstelling`; "" where it has a colon

    @classmethod
    def of(cls, line: str) -> Style:
        shown = line.strip()
        head, colon, rest = shown.partition(":")
        is_close = bool(colon) and (head[-1:].isspace() or head[-1:] == "." or bool(rest and not rest[0].isspace()))
        dress = shown[:1] if not colon and shown[:1] in _DRESSED else ""
        signed = None if dress or colon else _SIGNED.fullmatch(undressed(shown))
        is_capitals = not colon and not signed and shown.isupper()
        following = "" if colon else number_behind(shown)
        return cls(is_close, is_numbered(shown), dress, signed[2] if signed else "", is_capitals, following)

    def heads(self, line: str) -> bool:
        """Whether a line is a heading of this style, or of the usual one."""
        if self.dress and line.startswith(self.dress) and line.endswith(_DRESSED[self.dress]):
            return True
        if (self.dress == "[" and _BRACKETED.fullmatch(line)) or (self.is_capitals and _CAPITALS.fullmatch(line)):
            return True
        if self.next_number and re.fullmatch(rf"{self.next_number}[.)]\s+{HEAD}", line):
            return True
        shown = undressed(line)
        shown = unnumbered(shown) if self.is_numbered else shown
        signed = _SIGNED.fullmatch(shown) if self.sign else None
        is_signed = signed is not None and signed[2] == self.sign
        return is_signed or (_CLOSE if self.is_close else USUAL).fullmatch(shown) is not None


def undressed(line: str) -> str:
    """A line without what stands around it to make it one that heads."""
    return line.strip(_DRESS)


_DRESS = (
    " \t\xa0*=#_->\u2022[]|\u00b7\u25a0\u25a1\u25aa\u25ab\u25b6\u25ba\u25c6\u25cb\u25cf\u25e6\u25fb\u25fc\u2610\u2611\u2612\u2713\u2714"
    "\u27a2\u27a4\u2756\u2023\uf0b7"
)
"""Stars, strokes, and the dots, boxes and arrows that stand before a line."""


def headed_by(line: str, headings: Collection[str]) -> str | None:
    """What stands behind the heading of a line; None where it has none of these.

    A heading may have a number, stand between stars or marks, or have a dash or another sign for its colon.
    """
    if "<" in line:
        line = _MARKS.sub("", line)
    head, colon, rest = _parted(line)
    if len(head) > _LONGEST:
        return None
    name = unnumbered(undressed(head)).rstrip(" .?").casefold().replace("_", " ")
    if not colon:
        is_one = _WHOSE.sub("", name) in headings and not _WISH.fullmatch(name)
        is_one = is_one or (_PAIR.fullmatch(name) is not None and any(one in headings for one in _names(name)))
        return "" if is_one else _in_brackets(line, headings)
    if not any(one in headings for one in _names(_WHOSE.sub("", name))):
        is_brief = (
            name in _BRIEF and _FIRST in headings and asks_something(rest.strip()) and not _MEASURED.fullmatch(rest.strip())
        )
        return rest.strip() if is_brief else None
    return rest.strip(" *") if head.lstrip().startswith("*") else rest.strip()  # `**Vraagstelling:** …`


def is_weak(line: str) -> bool:
    """Whether a heading may be of something else than what is asked now: a few letters (`V: darmkanker?`, the father), or one of a day."""
    name = unnumbered(undressed(_parted(line)[0])).rstrip(" .?").casefold()
    return name in _BRIEF or _DATED.search(name) is not None


_DATED = re.compile(r"\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|\b(?:19|20)\d\d\b")


def _parted(line: str) -> tuple[str, str, str]:
    """(heading, its sign, what stands behind it); no sign where it has none."""
    head, colon, rest = line.partition(":")
    if "[" in head and (bracketed := _BRACKETED.fullmatch(line.strip())):
        return bracketed["head"], "]", bracketed["rest"] or ""
    if _COUNT.search(line) and (counted := _COUNTED.match(undressed(line))):
        return counted[1], ")", counted[2]
    may_sign = (not colon or _NO_HEAD in head) and _SIGN.search(line) is not None
    if may_sign and (signed := _SIGNED.fullmatch(unnumbered(undressed(line)))):
        return signed[1], signed[2], signed[3]
    if not colon and DASH.search(line):
        head, rest = DASH.split(line, maxsplit=1)
        return (line, "", "") if DASH.search(rest) else (head, "-", rest)  # `de vraag - of hij fit is - blijft`
    return head, colon, rest.lstrip(":")


def _in_brackets(line: str, headings: Collection[str]) -> str | None:
    """`Vraagstelling (TNT?)`"""
    head, bracket, rest = line.strip().partition(" (")
    is_one = bool(bracket) and rest.endswith("?)") and undressed(head).casefold() in headings
    return rest.removesuffix(")") if is_one else None


_PAIR = re.compile(r"[^\W\d_]{5,}(?: en |/)[^\W\d_]{5,}")
"""`Vraagstelling en beleid`"""
_MARKS = re.compile(r"</?[A-Za-z]{1,6}>")
_NO_HEAD = "="
_COUNT = re.compile(r"\d[.)]\s")
_SIGN = re.compile(r"[=;>\u2192\u2026]|\.\.")
"""What a line must have before it is looked at closely: most have none of it."""
_COUNTED = re.compile(r"(vra(?:ag|gen)(?:stelling)? ?\d)[.)]\s+(\S.*)", re.IGNORECASE)
_BRIEF = ("vs", "vr", "v", "vrst", "vrgst", "q")
_FIRST = "vraagstelling"
"""What some write for it: only where that asks, for it means other things too; and of what is asked of the board alone."""


_MEASURED = re.compile(
    r"(?=\D*\d)(?:[\d\s<>=~\u00b1%.,/;:?\u00b0]|(?:rr|nibp|bp|tensie|bloeddruk|hf|pols|temp(?:eratuur)?|t|sat(?:uratie)?|spo2|af|ah|vas|nrs|"
    r"e?mews|gcs|emv|gewicht|lengte|bmi|mmhg|kg|cm|m|min|bpm|sl|c|graden|kpa|l|lpm)(?![^\W\d_]))+",
    re.IGNORECASE,
)
"""Nothing but what was measured, of which somebody is not sure: `VS: RR 120/80?` (vital signs), `v = 3?`. `VS: BMI 45, nog operabel?` and
`VS: 2 kuren?` ask.
"""


def _names(name: str) -> Iterator[str]:
    """What a heading may be called: without its number, without whom it asks, and each of two that stand together."""
    name = _ASIDE.sub("", _ON.sub("", name))
    yield name
    yield name.rstrip(" 0123456789")
    if not _ANSWERED.search(name):
        plain = _KIND.sub("", _TO_WHOM.sub("", name.removesuffix(" is").removesuffix("(en)")))
        yield plain
        yield from _AND.split(plain)


_LONGEST = 100
"""Signs of a line that heads a paragraph, at most."""
DASH = re.compile(r"\s[-\u2013\u2014]\s")
_ON = re.compile(r" (?:(?:d\.? ?d\.? ?|van )?\d{1,2}[-./]\d{1,2}[-./]\d{2,4}|d\.? ?d\.? ?\d{1,2}[-./]\d{1,2})$")
"""Of which day."""
_ASIDE = re.compile(r"\s?\((?:\*|verplicht(?: veld)?|optioneel|max(?:\.|imaal)? ?\d+ ?(?:tekens|karakters|woorden|regels)?)\)$")
"""What a form says of its own field."""
_WHOSE = re.compile(
    r"^(?:(?:wat is (?:de|uw|jullie)|mijn|onze|te beantwoorden|concrete|specifieke|huidige|actuele|belangrijkste|medische) )+"
)
_WISH = re.compile(r"graag (?:uw )?advies|advies gevraagd")
"""What ends a letter as a sentence: without a sign it heads nothing, and below it stands who signs."""
_KIND = re.compile(r"^(?:kern|hoofd|verwijs|behandel|consult|advies|beleids|besprekings|mdo)[- ]?(?=vra)")
_AND = re.compile(r"\s+en\s+|\s*[/+&]\s*")
_ANSWERED = re.compile(r"(?<!\w)(?:be)?antwoord|(?<!\w)(?:eerdere?|vorige|oude) ")
_TO_WHOM = re.compile(
    r"\s\(?(?:(?:aan|voor|van|t\.b\.v\.|tbv) )?(?:(?:het|de) )?(?:regionaal |regionale |oncologisch )?"
    r"(?:mdo(?:-\w+)?|mdt|team|tumou?r ?board|tumorbespreking|multidisciplinair overleg|(?:oncologie)?bespreking|(?:tumor)?werkgroep|"
    r"(?:expert)?panel|"
    r"(?<=n )u|collega(?:'?s|e)?|inbrenger|verwijzer|leden|commissie|specialisten|[\w-]*oncologie)"
    r"(?: [\w-]{1,20}){0,2}\)?$"
)
"""To whom a question is put, behind its name: `Vraagstelling (MDO)`."""
