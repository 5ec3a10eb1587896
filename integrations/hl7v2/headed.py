"""A paragraph below a heading in a letter or a note: `Vraagstelling: …`. Only what the sender wrote there; the letter stays whole."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from mdo_portal.exchange import Profile

from .documents import plain_words, rich_words
from .heading_style import IN_LINE, RULE, Style, undressed, unnumbered
from .items import Item, name_of
from .values import label
from .words import asks_something, folded_all, is_report, matching, names_board, refers

_GOES_ON = re.compile(
    r"(?:keuze(?: tussen| uit)?|(?:sub|deel)vra(?:ag|gen)(?: \d)?|opties?(?: \d| [a-c])?|alternatie(?:f|ven)|n\.?b\.?|let op|"
    r"specifiek|concreet|met name|graag|tevens|daarnaast|met als opties?)\s?:",
    re.IGNORECASE,
)
"""What the question goes on with, below it or behind it."""
_TITLE = re.compile(
    r"(?:relevante |medische |oncologische )?(?:voorgeschiedenis|anamnese|medicatie|diagnose|conclusie|beleid|beloop|allergieën|"
    r"comorbiditeit|intoxicaties|lichamelijk onderzoek|aanvullend onderzoek|beeldvorming|radiologie|pathologie|laboratorium)",
    re.IGNORECASE,
)
"""A line that is one of these and nothing else heads the next paragraph, also without a colon."""
_GREETING = re.compile(
    r"(?:(?:met )?(?:vriendelijke|hartelijke|collegiale) groet|groet(?:en)?\b|gr\.(?! ?\d)|hoogachtend|mvg\b|m\.v\.g|"
    r"kind regards|mit freundlichen|"
    r"(?:(?:alvast|bij voorbaat|veel|hartelijk) )*dank\b)",
    re.IGNORECASE,
)
_SALUTATION = re.compile(r"(?:geachte|beste|waarde) (?:\S+ ){0,3}(?:\S+[,:]|collega\S*|dokter)", re.IGNORECASE)
"""A line with no more than to whom somebody writes."""


def headings(profile: Profile, name: str) -> frozenset[str]:
    """What the profile calls one of its labels, where it stands above a paragraph."""
    rule = profile["labels"].get(name, {})
    return folded_all((*rule.get("words", ()), *rule.get("headings", ())))


def is_letter(item: Item, profile: Profile, title: str) -> bool:
    """Whether an OBX is the letter itself: its name refers; or that of its order or of the whole document (`title`), and it has none
    that says something else. One that only names a board may tell of a discussion of before.
    """
    rules, name = profile["referral"]["recognised"], label(item.segment)
    if is_report(name, rules):
        return False
    if item.segment.component(3) in rules["codes"] or refers(name, rules):
        return True
    is_part = bool(title) or (item.order is not None and refers(name_of(item.order), rules))
    section = matching(item.segment.component(3), name, profile["sections"])
    return is_part and not names_board(name, rules) and section in ("", "form")


def told_by(item: Item) -> Iterator[str]:
    """The texts of an item: of an OBX its value, or the words of the document in it; of another its notes as one, for many break them.

    A note that says itself what it is (NTE-4) is that.
    """
    if item.segment.name != "OBX":
        yield own_notes(item)
    elif item.is_document:
        yield from (*rich_words(item), *plain_words(item), own_notes(item))
    else:
        yield item.text


def own_notes(item: Item) -> str:
    """The notes without a name of their own."""
    return "\n".join(text for text, shown in zip(item.notes, item.note_labels, strict=True) if not shown)


def below(text: str, headings: Collection[str]) -> str:
    """What stands behind or below the first of these headings (without capitals), up to the next one, a free line or a greeting."""
    return _cut(text, headings)[0]


def around(text: str, headings: Collection[str]) -> str:
    """The text without that heading and its paragraph."""
    found, rest = _cut(text, headings)
    return rest.strip() if found else text


def unsigned(text: str) -> tuple[str, str]:
    """(what a letter says, its salutation and all from its greeting on); the whole of what is nothing else."""
    lines = text.split("\n")
    begin = int(_SALUTATION.fullmatch(lines[0].strip()) is not None)
    end = next((n for n, line in enumerate(lines) if n >= begin and _GREETING.match(line.strip())), len(lines))
    said = "\n".join(lines[begin:end]).strip()
    return (said, "\n".join((*lines[:begin], *lines[end:])).strip()) if said else (text, "")


def question_of(text: str, profile: Profile, *, is_list: bool) -> tuple[str, str]:
    """(the question, the rest) of a field, each repetition a line: what is called the question there, else all of it.

    Of a list of codes the first asks, unless another of them does.
    """
    found, rest = _cut(text, headings(profile, "board"))
    if found and not is_list:
        return found, rest.strip()
    first, _, others = text.partition("\n")
    is_first = is_list and not any(map(asks_something, others.split("\n")))
    return (first, others) if is_first else (text, "")


def _cut(text: str, headings: Collection[str]) -> tuple[str, str]:
    lines = text.split("\n")
    for n, line in enumerate(lines):
        if (rest := _headed_by(line, headings)) is not None:
            paragraph, end = _paragraph(rest, lines, n + 1)
            while _is_numbered(line) and end < len(lines) and _is_numbered(lines[end]) and _headed_by(lines[end], headings):
                more, end = _paragraph(_headed_by(lines[end], headings) or "", lines, end + 1)
                paragraph = f"{paragraph}\n{more}"
            return paragraph, "\n".join((*lines[:n], *lines[end:]))
        if row := _row(line, headings):
            return row, "\n".join((*lines[:n], *lines[n + 1 :]))
        inside, around_it = _inside(line, headings)
        if inside:
            return inside, "\n".join((*lines[:n], around_it, *lines[n + 1 :]))
    return "", text


def _inside(line: str, headings: Collection[str]) -> tuple[str, str]:
    """(what stands behind a heading in the middle of a line, the line without it), up to the next one behind the end of a sentence."""
    for found in IN_LINE.finditer(line):
        if _headed_by(f"{found['head']}:", headings) is not None:
            others = (one.start() for one in IN_LINE.finditer(line, found.end()) if not _GOES_ON.match(f"{one['head']}:"))
            end = next(others, len(line))
            return line[found.end() : end].strip(), f"{line[: found.start()]} {line[end:].strip()}".strip()
    return "", line


def _headed_by(line: str, headings: Collection[str]) -> str | None:
    """What stands behind the heading of a line; None where it has none of these.

    A heading may have a number, stand between stars, or have a dash for its colon.
    """
    head, colon, rest = line.partition(":")
    if not colon and (dashed := _DASH.split(line, maxsplit=1))[1:]:
        head, rest = dashed
        if _DASH.search(rest):  # `de vraag - of hij fit is - blijft`
            return None
        colon = "-"
    name = _WHOSE.sub("", unnumbered(undressed(head)).rstrip(" .").casefold())
    plain = _KIND.sub("", _TO_WHOM.sub("", name.removesuffix(" is").removesuffix("(en)")))
    parts = (plain, *_AND.split(plain)) if colon and not _ANSWERED.search(name) else ()
    is_one = any(one in headings for one in (name, name.rstrip(" 0123456789"), *parts))
    rest = rest.strip(" *") if head.lstrip().startswith("*") else rest.strip()  # `**Vraagstelling:** …`
    return rest if is_one and (colon or not rest) else None


_DASH = re.compile(r"\s[-\u2013]\s")
_WHOSE = re.compile(r"^(?:(?:mijn|onze|concrete|specifieke|huidige|actuele|belangrijkste|medische) )+")
_KIND = re.compile(r"^(?:kern|hoofd|verwijs|behandel|consult|advies)-?(?=vra)")
_AND = re.compile(r"\s+en\s+|\s*[/+&]\s*")
_ANSWERED = re.compile(r"(?<!\w)(?:be)?antwoord|(?<!\w)(?:eerdere?|vorige|oude) ")
_TO_WHOM = re.compile(
    r"\s\(?(?:(?:aan|voor|van|t\.b\.v\.|tbv) )?(?:(?:het|de) )?(?:regionaal |regionale |oncologisch )?"
    r"(?:mdo|mdt|team|tumou?r ?board|tumorbespreking|multidisciplinair overleg|(?:oncologie)?bespreking|(?:tumor)?werkgroep|panel|"
    r"(?<=n )u|collega(?:'?s|e)?|inbrenger|verwijzer)\)?$"
)
"""To whom a question is put, behind its name: `Vraagstelling (MDO)`."""


def _is_numbered(line: str) -> bool:
    return line.partition(":")[0].rstrip()[-1:].isdigit()


def _row(line: str, headings: Collection[str]) -> str:
    """What stands behind a heading in a row of a table: in the next cell, or without a colon where it asks
    (`Vraagstelling Borstsparend mogelijk?`).
    """
    name, *cells = (cell.strip() for cell in _CELL.split(line.strip().strip("|")))
    if any(cells) and name.casefold() in headings:
        return " ".join(filter(None, cells))
    if not line.rstrip().endswith("?"):
        return ""
    shown = line.strip()
    heads = (one for one in headings if len(one) > _SHORT and shown.casefold().startswith(f"{one} "))
    rest = shown[len(max(heads, key=len, default=shown)) :].strip()
    return rest if rest[:1].isupper() else ""


_CELL = re.compile(r"\||\t")
_SHORT = len("question")
"""A word that is no longer may begin any sentence."""


def _paragraph(first: str, lines: list[str], at: int) -> tuple[str, int]:
    """(the paragraph, where the lines behind it begin); free lines between a heading and its text are none of it.

    The heading stands just before it: the next one is written as that is.
    """
    found, style = [first] if first else [], Style.of(lines[at - 1])
    for n, line in enumerate(map(str.strip, lines[at:]), start=at):
        is_next = style.heads(line) and (bool(found) or line.endswith(":")) and not _GOES_ON.match(line)
        is_next = is_next or (bool(found) and _TITLE.fullmatch(undressed(_DASH.split(line, maxsplit=1)[0])) is not None)
        is_rule = RULE.fullmatch(line) is not None
        if is_next or _GREETING.match(line) or (found and (is_rule or not line)):
            return "\n".join(found), n
        found += [line] if line and not is_rule else []
    return "\n".join(found), len(lines)
