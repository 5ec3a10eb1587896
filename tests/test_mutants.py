"""What the harness of small mistakes says is true: a mistake is where everybody has the function, and gone afterwards (tests/mutants)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from tests.mutants.policy import of_table, wholes
from tests.mutants.swapping import CannotSwap, swapped
from tests.mutants.variants import mutants, statements

SOURCE = '''
from functools import cache

from sqlalchemy import Column, Integer, select

AGE = Column("age", Integer)
FROM = 18

def is_grown_up(age, *, of=FROM):
    """At eighteen."""
    return age >= of

def _grown_up():
    return select(AGE).where(AGE >= 18)

SAID = _grown_up()

@cache
def at_most():
    return FROM - 1

def outer():
    kept = 1
    return lambda: kept
'''


@pytest.fixture
def module(tmp_path: Path) -> Iterator[ModuleType]:
    file = tmp_path / "ages.py"
    file.write_text(SOURCE)
    made = ModuleType("tests.ages")
    made.__file__ = str(file)
    exec(compile(SOURCE, str(file), "exec"), made.__dict__)
    sys.modules[made.__name__] = made
    yield made
    del sys.modules[made.__name__]


def test_a_function_that_is_exchanged_for_itself_does_what_it_did(module: ModuleType) -> None:
    for path, statement in statements(ast.parse(SOURCE)):
        with swapped(module, path, statement):
            assert (module.is_grown_up(18), module.is_grown_up(17), "age >= " in str(module.SAID)) == (True, False, True)


def test_who_has_it_by_name_has_the_mistake_as_long_as_it_lasts(module: ModuleType) -> None:
    imported_before = module.is_grown_up
    seen = {}
    for mutant in mutants(statements(ast.parse(SOURCE)), vars(module).get):
        if mutant.path == ("is_grown_up",):
            with swapped(module, mutant.path, mutant.statement):
                seen[mutant.what] = imported_before(18), imported_before(17)
            assert (imported_before(18), imported_before(17)) == (True, False)

    assert seen == {
        "return age >= of: returns nothing": (None, None),
        "age >= of: Gt": (False, False),
        "age >= of: Lt": (False, True),
    }


def test_what_a_module_built_once_is_built_again_with_the_mistake(module: ModuleType) -> None:
    as_it_was = module.SAID
    wheres = [one for one in mutants(statements(ast.parse(SOURCE)), vars(module).get) if "without .where" in one.what]
    (mutant,) = wheres

    with swapped(module, mutant.path, mutant.statement):
        assert "WHERE" not in str(module.SAID)
    assert module.SAID is as_it_was


def test_what_a_module_keeps_is_made_again_with_the_mistake_and_without(module: ModuleType) -> None:
    """All that was built in such a function seemed to live: what it gave before was kept."""
    assert module.at_most() == 17
    seen = set()
    for mutant in mutants(statements(ast.parse(SOURCE)), vars(module).get):
        if mutant.path == ("at_most",):
            with swapped(module, mutant.path, mutant.statement):
                seen.add(module.at_most())
            assert module.at_most() == 17

    assert {None, 19, 16} <= seen


def test_a_name_that_others_have_too_is_theirs_with_the_mistake(module: ModuleType) -> None:
    other = sys.modules[__name__]
    other.FROM = module.FROM  # type: ignore[attr-defined]

    with swapped(module, (), ast.parse("FROM = 21").body[0]):
        assert other.FROM == module.FROM == 21  # type: ignore[attr-defined]
    assert other.FROM == module.FROM == 18  # type: ignore[attr-defined]


def test_what_cannot_be_exchanged_is_said_to_be_so(module: ModuleType) -> None:
    with pytest.raises(CannotSwap), swapped(module, ("nowhere",), ast.parse("def nowhere(): pass").body[0]):
        pass


def test_a_module_may_say_what_else_could_go_wrong_in_it(module: ModuleType) -> None:
    also = mutants(statements(ast.parse(SOURCE)), vars(module).get, also=of_table)

    assert [one.what for one in also if one.what.endswith("returns not")] == [
        "return age >= of: returns not",
        "return select(AGE).where(AGE >= 18): returns not",
        "return FROM - 1: returns not",
        "return lambda: kept: returns not",
    ]


def test_every_statement_of_the_policy_is_tried(module: ModuleType) -> None:
    """Classes whole: their values too; and each mistake says whose place it takes."""
    tree = ast.parse("import x\nclass Act:\n    READ = 'read'\n'words'\nTABLE = [1]\n")
    found = [(one.what, one.of in tree.body) for one in mutants(wholes(tree), vars(module).get)]
    assert found == [("'read': other words", True), ("1: 2", True)]
