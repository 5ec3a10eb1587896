"""Statements in which an inner query takes a table of an outer one anew: nothing then ties the two, and EXISTS holds for everybody.

SQLAlchemy ties an inner query to the query around it by itself, but only across one floor. Two floors down the table stands in the
inner FROM again unless somebody wrote `correlate`: one legal hold then stopped all letting go. Looked at for every statement of every test.
"""

from __future__ import annotations

import re
from functools import cache

from tests import overhearing

_WORDS = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|%\([a-z_0-9A-Z]+\)s|[A-Za-z_][A-Za-z_0-9.]*|[(),]")
_ENDS = frozenset(
    ("WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "OFFSET", "UNION", "EXCEPT", "INTERSECT", "RETURNING", "SET", "VALUES",
     "WINDOW", "FOR", "USING")
)  # fmt: skip
_QUERIES = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")


def install() -> None:
    """Refuse such statements from now on, in this process."""
    overhearing.to_every_statement(_look)


def _look(statement: str, _: object) -> None:
    tables = taken_anew(statement)
    assert not tables, (
        f"an inner query takes {', '.join(sorted(tables))} anew (`correlate` ties it, `aliased` says it is meant): {statement}"
    )


class _Floor:
    """What stands between two parentheses."""

    def __init__(self) -> None:
        self.tables: set[str] = set()  # those of its FROM that have no other name there
        self.is_query = self.awaits_table = self.in_from = False

    def hear(self, word: str, following: str) -> None:
        """The next word on this floor, and the one behind it."""
        upper = word.upper()
        if upper in _QUERIES:
            self.is_query, self.in_from, self.awaits_table = True, False, upper == "UPDATE"
        elif upper in ("FROM", "JOIN"):
            self.awaits_table = self.in_from = True
        elif word == ",":
            self.awaits_table = self.in_from
        elif upper in _ENDS:
            self.in_from = self.awaits_table = False
        elif self.awaits_table:
            if following.upper() not in ("AS", "(") and word[0] not in "'%":
                self.tables.add(word)
            self.awaits_table = False


@cache
def taken_anew(statement: str) -> frozenset[str]:
    """Tables that an inner query has under their own name, beside others, and that a query two or more floors around it has so too."""
    found: set[str] = set()
    if not statement.lstrip().upper().startswith(_QUERIES):
        return frozenset()
    floors = [_Floor()]
    words = _WORDS.findall(statement)
    for word, following in zip(words, [*words[1:], ""], strict=True):
        if word == "(":
            floors.append(_Floor())
        elif word == ")" and len(floors) > 1:
            inner = floors.pop()
            around = [floor for floor in floors if floor.is_query][:-1]
            if inner.is_query and len(inner.tables) > 1:
                found |= {table for floor in around for table in floor.tables & inner.tables}
        else:
            floors[-1].hear(word, following)
    return frozenset(found)
