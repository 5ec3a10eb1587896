"""A paragraph below a heading in a letter or a note: `Vraagstelling: …`. Only what the sender wrote there; the letter stays whole."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from integrations.hl7v2.message.documents import plain_words, rich_words
from integrations.hl7v2.message.heading_style import DASH, IN_LINE, RULE, Style, headed_by, is_weak, undressed
from integrations.hl7v2.message.items import Item, name_of
from integrations.hl7v2.message.left_empty import GOES_ON, NOTHING, TITLE, is_answered, is_left_empty
from integrations.hl7v2.message.received import Received
from integrations.hl7v2.message.rows import answered, in_columns, row_of
from integrations.hl7v2.text.words import asks_something
from integrations.salutation import says_goodbye


def is_letter(received: Received, item: Item, title: str) -> bool:
    """Whether an OBX is the letter itself: its name refers; or that of its order or of the whole document (`title`), and it has none
    that says something else. One that only names a board may tell of a discussion of before.
    """
    recognised, code, name = received.recognised, item.segment.component(3), item.label
    if recognised.is_report(name):
        return False
    if recognised.is_registration(code, name):
        return True
    ordered = name_of(item.order) if item.order is not None else ""
    is_part = bool(title or (ordered and (recognised.refers(ordered) or recognised.may_refer(ordered))))
    return is_part and not recognised.names_board(name) and received.sections.matching(code, name) in ("", "form")


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


def is_unanswered(text: str, headings: Collection[str]) -> bool:
    """Whether a text has a place for the question, and nobody wrote any: then the rest of it asks nothing either."""
    lines = _lines_of(text)
    heads = (n for n, line in enumerate(lines) if headed_by(line, headings) is not None and not is_answered(lines, n))
    return next(heads, None) is not None and not _cut(text, headings)[0]


def question_of(text: str, headings: Collection[str], *, is_list: bool) -> tuple[str, str]:
    """(the question, the rest) of a field, each repetition a line: what stands below one of these headings, else all of it.

    Of a list of codes the first asks, unless another of them does.
    """
    found, rest = _cut(text, headings)
    if found and not is_list:
        return found, rest.strip()
    if is_unanswered(text, headings):
        return "", text
    first, _, others = text.partition("\n")
    is_first = is_list and not any(map(asks_something, others.split("\n")))
    return (first, others) if is_first else (text, "")


def _cut(text: str, headings: Collection[str]) -> tuple[str, str]:
    """(what stands below the first of these headings, the text without it). Where another asks, and the first does not, below that; one
    of a day, or of a few letters, may be another's: it gives way.
    """
    first = asking = None
    for line, found in _each(_lines_of(text), headings):
        if "?" in found[0] or any(map(asks_something, found[0].split("\n"))):
            if not is_weak(line):
                return found
            asking = asking or found
        first = first or found
    return asking or first or ("", text)


def _each(lines: list[str], headings: Collection[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Each line with a heading, with (what it asks, the text without it)."""
    end = 0
    for n, line in enumerate(lines):
        if n < end:
            continue
        if (rest := headed_by(line, headings)) is not None:
            if not rest and is_left_empty(lines, n, headings):
                continue
            paragraph, end = _paragraph(rest, lines, n + 1)
            while _is_numbered(line) and end < len(lines) and _is_numbered(lines[end]) and headed_by(lines[end], headings):
                more, end = _paragraph(headed_by(lines[end], headings) or "", lines, end + 1)
                paragraph = f"{paragraph}\n{more}"
            if not (NOTHING.fullmatch(paragraph) or is_answered(lines, n)):
                yield line, (paragraph, "\n".join((*lines[:n], *lines[end:])))
        elif (row := row_of(line, headings)) and not NOTHING.fullmatch(row):
            yield line, (row, "\n".join((*lines[:n], *lines[n + 1 :])))
        else:
            inside, around_it = _inside(line, headings)
            if inside and not NOTHING.fullmatch(inside):
                yield line, (inside, "\n".join((*lines[:n], around_it, *lines[n + 1 :])))


def _lines_of(text: str) -> list[str]:
    text = answered(text)
    if "   " in text or "\t" in text:
        return [one for line in text.split("\n") for one in in_columns(line)]
    return text.split("\n")


def _inside(line: str, headings: Collection[str]) -> tuple[str, str]:
    """(what stands behind a heading in the middle of a line, the line without it), up to the next one behind the end of a sentence."""
    for found in IN_LINE.finditer(line) if ": " in line else ():
        if headed_by(f"{found['head']}:", headings) is not None:
            others = (one.start() for one in IN_LINE.finditer(line, found.end()) if not GOES_ON.match(f"{one['head']}:"))
            end = next(others, len(line))
            return line[found.end() : end].strip(), f"{line[: found.start()]} {line[end:].strip()}".strip()
    return "", line


def _is_within(found: list[str], lines: list[str], n: int) -> bool:
    """Whether a line in capitals (`TNT`) stands in the middle of what asks: the one above goes on, and the next ends it."""
    below = lines[n + 1].strip() if n + 1 < len(lines) else ""
    return bool(found) and found[-1][-1:].islower() and below[:1].islower() and "?" in below


def _is_numbered(line: str) -> bool:
    return line.partition(":")[0].rstrip()[-1:].isdigit()


def _paragraph(first: str, lines: list[str], at: int) -> tuple[str, int]:
    """(the paragraph, where the lines behind it begin); free lines between a heading and its text are none of it.

    The heading stands just before it: the next one is written as that is.
    """
    found, style = [first] if first else [], Style.of(lines[at - 1])
    for n, line in enumerate(map(str.strip, lines[at:]), start=at):
        is_next = style.heads(line) and (bool(found) or line.endswith(":")) and not GOES_ON.match(line)
        is_next = is_next and not (style.is_capitals and _is_within(found, lines, n))
        is_next = is_next or (bool(found) and TITLE.fullmatch(undressed(DASH.split(line, maxsplit=1)[0])) is not None)
        is_rule = RULE.fullmatch(line) is not None
        if is_next or says_goodbye(line) or (found and (is_rule or not line)):
            return "\n".join(found), n
        found += [line] if line and not is_rule else []
    return "\n".join(found), len(lines)
