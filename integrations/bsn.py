"""A BSN in words: which a text names, and the text without it. It stands in full nowhere but where the patient has it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from mdo_portal.exchange import Fact

_CALLED = re.compile(
    r"(?<![a-z])(?:bsn|b\.s\.n\.?|burger[ -]?service[ -]?n(?:ummer|r)|sofi-?n(?:ummer|r))(?![a-z])", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<!\d)(?<!\d[.,-])\d(?:[ .-]?\d){8}(?!\d|[.,-]\d)")
"""Nine digits, in groups or not."""
_REACH = 40
"""Signs between the word and its number: `BSN van de patiënt (gecontroleerd): `."""


def is_possible_bsn(number: str) -> bool:
    """Nine digits that pass the eleven-test (Besluit BSN, article 2): one in eleven of all numbers does so too."""
    if not re.fullmatch(r"[0-9]{9}", number):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(number, (9, 8, 7, 6, 5, 4, 3, 2, -1), strict=True))
    return total % 11 == 0 and total != 0


def bsns_named(called: str, text: str) -> frozenset[str]:
    """Which BSNs stand in a text that is called so (`BSN`), or behind that word in the text."""
    return frozenset(_digits(one[0]) for one in _found(called, text))


def only_bsn(called: str, text: str) -> bool:
    """Whether it is called a BSN and is one, and says no more."""
    return any(one[0] == text.strip() for one in _found(called, text)) and _CALLED.search(called) is not None


def without_bsns(called: str, text: str, own: Collection[str]) -> str:
    """The text with the last two digits alone of each, and of those that are known to be one (`own`), whatever stands before them."""
    if _NUMBER.search(text) is None:  # asked of every text there is
        return text
    kept, at = [], 0
    for one in _found(called, text, own):
        kept += [text[at : one.start()], _MASK]
        at = one.end() - 2
    return "".join((*kept, text[at:])) if kept else text


def shown_facts(facts: Iterable[Fact], own: Collection[str]) -> Iterator[Fact]:
    """The facts as a page shows them. One that is nothing but a BSN is none, where it is known which are the patient's (`own`)."""
    for fact in facts:
        words = without_bsns(fact.label, fact.text, own)
        if words is fact.text:  # as of nearly all
            yield fact
        elif not (own and only_bsn(fact.label, fact.text)):
            yield replace(fact, text=words)


_MASK = "•" * 7
"""As a page shows the patient's own."""


def _found(called: str, text: str, known: Collection[str] = ()) -> Iterator[re.Match[str]]:
    if _NUMBER.search(text) is None:
        return
    is_called = _CALLED.search(called) is not None
    if not is_called and _CALLED.search(text) is None and not known:
        return
    for one in _NUMBER.finditer(text):
        number = _digits(one[0])
        if number in known or (
            is_possible_bsn(number) and (is_called or _CALLED.search(text, max(0, one.start() - _REACH), one.start()))
        ):
            yield one


def _digits(written: str) -> str:
    return re.sub(r"\D", "", written)
