"""What a referral asks of a board: of the places of a profile the first that holds something which may be a question."""

from __future__ import annotations

import re
from collections.abc import Sequence

from integrations.hl7v2.meaning.cautions import says_it_is_over
from integrations.hl7v2.meaning.places import first, found
from integrations.hl7v2.message.headed import around, below, question_of
from integrations.hl7v2.message.heading_style import headed_by
from integrations.hl7v2.message.persons import is_person
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.text.er7 import beside
from integrations.hl7v2.text.field_words import field_words
from integrations.letter_end import asks_something

QUESTIONS = ("question_board", "question_radiology", "question_pathology")


def asked_in(reading: Reading) -> dict[str, tuple[str, str]]:
    """(words, place) of each question: of its places the first that holds something which may be one."""
    rules = reading.profile["referral"]
    change = [*(rules["reason_of_change"] if reading.event in rules["changed_events"] else ()), *_why_it_is_over(reading)]
    there = {name: [one for one in rules[name] if one[:1] == "@" or reading.message.all(one[:3])] for name in QUESTIONS}
    may = {name: [one for one in places if one not in change and _asks(reading, one)] for name, places in there.items()}
    asked = {name: _first_that_says(reading, named_first(reading, places)) for name, places in may.items()}
    return {
        name: (_of_field(reading, words, at), at if "-" in at else at.replace("@asking", "@notes"))
        for name, (words, at) in asked.items()
    }


def _why_it_is_over(reading: Reading) -> list[str]:
    """Where a referral that calls itself cancelled (RF1-1) says why, unless that asks."""
    rules = reading.profile["referral"]
    is_known = reading.event in rules["cancel_events"]  # then it is the reason, and nobody is asked anything
    places = [one for one in rules["question_board"] if "RF1-" in one] if says_it_is_over(reading) and not is_known else []
    return [one for one in places if not asks_something(first(reading, [one]))]


def _first_that_says(reading: Reading, places: Sequence[str]) -> tuple[str, str]:
    """(words, place) of the first of these places; one that only points at another gives way to it, and the name of a specialism to what
    asks.
    """
    each = (found(reading, [place]) for place in places)
    first = next((one for one in each if one[0]), ("", ""))
    if _SPECIALISM.fullmatch(first[0].strip()):
        return next((one for one in each if any(map(asks_something, one[0].split("\n")))), first)
    return next((one for one in each if one[0]), first) if _POINTS.fullmatch(first[0].strip()) else first


_SPECIALISM = re.compile(
    r"(?:medische |interne |klinische |algemene )?(?:\w*(?:ologie|heelkunde|geneeskunde|chirurgie)|kno|gynaecologie en verloskunde)",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"zie (?:\w+ ){0,2}(?:\w*brief|bijlagen?|formulier|verwijzing|pdf|onder|boven)\.?|z\.?o\.?z\.?|"
    r"n\.?v\.?t\.?|niet van toepassing|geen|onbekend|[-.]+",
    re.IGNORECASE,
)
"""`zie brief`, `n.v.t.`: where it stands, or that it does not stand here; nothing of it."""


def _of_field(reading: Reading, words: str, place: str) -> str:
    """Of a field (`OBR-13`, `OBR-31-2-0`) that repeats more than the first may be the question, or one of them called so."""
    if place.startswith("@") and "-" in place:
        return _unheaded(reading, words)
    if not words or place.startswith("@"):
        return words.strip()
    whole, is_list = whole_field(reading, place), place.count("-") > 1
    if is_list and "\n" not in whole:
        return _unheaded(reading, words)
    return question_of(whole.lstrip("^"), reading.labels.headings("board"), is_list=is_list)[0].strip()


def _unheaded(reading: Reading, words: str) -> str:
    """What stands in a field without the heading before it (`Vraag: …`)."""
    line, end, more = words.strip().partition("\n")
    return f"{headed_by(line, reading.labels.headings('board')) or line}{end}{more}"


def _asks(reading: Reading, place: str) -> bool:
    """Whether what stands at a place may be a question: a code of a table for why patients are referred is none, nor is a person,
    the name of a board or a diagnosis by its code.
    """
    if place.startswith("@"):
        return True
    if _is_code(reading, place):
        return False
    field = "-".join(place.split("-")[:2])
    said, code = first(reading, [place]), reading.message.get(reading.at(f"{field}-1")).strip()
    if said and not any(map(str.isalpha, said)):  # whom to call, or when
        return False
    if reading.recognised.only_names_board(said) or (_DIAGNOSIS.fullmatch(code) and not asks_something(said)):
        return False
    system, no_questions = reading.message.get(reading.at(f"{field}-3")), reading.profile["referral"]["no_questions"]
    return system.upper() not in no_questions and not _names_somebody(reading, reading.at(field))


def _is_code(reading: Reading, place: str) -> bool:
    """Whether what stands at `RF1-10-1` is the code of the words behind it: those ask, or nothing does."""
    said, words = reading.message.get(reading.at(place)).strip(), beside(reading.at(place))
    return " " not in said and bool(words) and bool(reading.message.get(words).strip())


_DIAGNOSIS = re.compile(r"[A-Z]\d{2}(?:\.\w{1,4})?")
"""A code of ICD-10: why, and no question."""


def _names_somebody(reading: Reading, place: str) -> bool:
    """Whether somebody is named in the field of `OBR(1)-31`."""
    segment, n = reading.message.field_at(place) or (None, 0)
    return segment is not None and any(is_person(reading.message, one) for one in segment.repetitions(n))


def named_first(reading: Reading, places: Sequence[str]) -> Sequence[str]:
    """The places with a field that calls itself the question (`Vraagstelling: …`) right behind an answer and a letter that do: what asks
    elsewhere without a name may ask for anything. One with its answer behind it was put to a board of before.
    """
    fields = [(one, whole_field(reading, reading.at(one))) for one in places if not one.startswith("@")]
    named = [one for one, text in fields if _is_open_question(reading, text)]
    first = [one for one in places if one in _NAMED]
    return [*first, *named, *(one for one in places if one not in (*first, *named))] if named else places


def _is_open_question(reading: Reading, text: str) -> bool:
    heads = reading.labels.headings("board")
    if not below(text, heads):
        return False
    *before, _ = around(text, heads).casefold().split(":")
    others = [" ".join(one.split()[-_HEAD:]) for one in before]
    recognised = reading.recognised.rules
    answers = [one for one in recognised["outcomes"] if one not in recognised["reports"]]  # `Uitslag PA: …` may be anything
    return not any(one in head for head in others for one in answers)


_HEAD = 3
"""Words of a heading in the middle of a text."""


_NAMED = ("@label board", "@headed board")


def whole_field(reading: Reading, place: str) -> str:
    """All repetitions of the field of a plain path, each a line."""
    segment, n = reading.message.field_at(place) or (None, 0)
    if segment is None:
        return ""
    if place.count("-") > 1:
        return field_words(segment, n)
    return "\n".join(dict.fromkeys(one.text for one in segment.repetitions(n)))
