"""What stands in a message and is told nowhere: segments that nobody reads, roles, all of a segment, or a sentence in a field of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from integrations.hl7v2.message.items import ORDERED, Item
from integrations.hl7v2.message.left import parts_of
from integrations.hl7v2.message.reading import Reading
from integrations.hl7v2.message.roles import is_judge, roles
from integrations.hl7v2.text.stamps import stamp
from integrations.hl7v2.text.values import day, partial
from integrations.hl7v2.text.words import is_sentence
from mdo_portal.exchange import Fact, Profile


def unsaid(reading: Reading, said: Iterable[tuple[Item, Fact]]) -> tuple[str, ...]:
    """Places of segments of which nothing is told, and of sentences in the others that stand nowhere. An order is more than its name."""
    told = [(item, fact) for item, fact in said if item.segment.name != "OBX"]
    spoke, words = {id(item) for item, _ in told}, "\n".join(fact.text.casefold() for _, fact in told)
    return tuple(dict.fromkeys(place for item in reading.items for place in _of_item(reading, item, spoke, words)))


def _of_item(reading: Reading, item: Item, spoke: set[int], words: str) -> Iterator[str]:
    name = item.segment.name
    if name in _BY_FIELD:
        yield from _BY_FIELD[name](reading, item, words)
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


def _of_order(reading: Reading, item: Item, words: str) -> Iterator[str]:
    """Sentences in fields of an order that nobody reads."""
    found = [(place, value) for place, value in parts_of(item.segment, item.place) if _is_told(value)]
    read = {n for text in _texts(reading.profile["referral"]) for n in _OF_ORDER.findall(text)} if found else set()
    yield from (
        place for place, value in found if (_field(place) not in read or _AGAIN in place) and value.casefold() not in words
    )


def _texts(rules: object) -> Iterator[str]:
    """Every word of a part of a profile: places stand there in lists, behind the name of a function, and as keys."""
    if isinstance(rules, str):
        yield "" if rules.startswith(_TAKES_ONE_THING) else rules
    elif isinstance(rules, Mapping):
        yield from (text for pair in rules.items() for each in pair for text in _texts(each))
    elif isinstance(rules, Sequence):
        yield from (text for each in rules for text in _texts(each))


_AGAIN = "-4("
"""What is ordered has one name: a second one may be a sentence that nobody reads."""
_TAKES_ONE_THING = ("@board", "@asking", "OBR-3")
"""What leaves a field be but for a board, a question or the number of who carries it out: anything else in it is told nowhere."""
_OF_ORDER = re.compile(r"OBR-(\d+)")


def _is_told(value: str) -> bool:
    """Whether it tells something, marks and all: a name has few words without a capital, and a code none."""
    said = value.translate(_NO_MARKS)
    plain = [one for one in said.split() if len(one) > len("van") and one.isalpha() and one.islower()]
    return " " in value and (is_sentence(said) or (len(plain) > 1 and len(said.split()) > _MANY))


_MANY = 3
"""Words of what may be somebody's name."""


_NO_MARKS = str.maketrans(dict.fromkeys(",.;:()"))


def _of_referral(reading: Reading, item: Item, words: str) -> Iterator[str]:
    """What is no day where RF1 has days, what stands behind all that it has, and a sentence behind the kind of referral."""
    yield from (place for place, value in parts_of(item.segment, item.place) if "-3(" in place and _is_told(value))
    for place in dict.fromkeys(re.sub(r"(-\d+).*", r"\1", place) for place, _ in parts_of(item.segment, item.place)):
        n = int(_field(place))
        said = item.segment.component(n)
        is_odd = n in _DAYS and bool(said) and not (day(said) or stamp(said) or partial(said))
        is_why = n == _BEFORE_WHY and is_sentence(said)  # told as why, one place aside
        if (is_odd and not is_why) or n > _LAST:
            yield place


def _field(place: str) -> str:
    return place.partition("-")[2].partition("-")[0].partition("(")[0]


_BY_FIELD = {"OBR": _of_order, "RF1": _of_referral}
_DAYS, _BEFORE_WHY, _LAST = (7, 8, 9), 9, 11
_SENTENCE = re.compile(r"[^\W\d_][^\d]*\s[^\W\d_]{2,}.*", re.DOTALL)
_SHORT = 12
"""Signs of what is no sentence yet: `FA En`, `Y N`."""


def unread_roles(reading: Reading) -> Iterator[str]:
    """Their places: of another role than the profile reads, or a second of the same."""
    known: dict[str, set[str]] = {}
    for item in reading.items:
        name = item.segment.name
        if name in _READ and parts_of(item.segment, item.place):
            said, left = roles(item.segment), known.setdefault(name, _known(reading.profile, _READ[name]))
            if not (left.intersection(said) or (name == "PRT" and is_judge(item.segment))):
                yield item.place
            left.difference_update(said)


def _known(profile: Profile, named: str) -> set[str]:
    lists = (*(rule["places"] for rule in profile["contacts"].values()), profile["referral"]["board_hint"])
    said = {place.removeprefix(named) for places in lists for place in places if place.startswith(named)}
    return said | (set(_RECIPIENTS) if named == _READ["PRD"] else set())


_READ = {"PRD": "@provider ", "PRT": "@participant ", "ROL": "@participant "}
"""Segment: the function by which a profile names a role in it."""
_RECIPIENTS = ("RT", "IR", "RF")
