"""What is put together once for all who ask holds no value of anybody: ids, moments, texts and lists stand open in it until it is said."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import uuid
from collections.abc import Iterator
from datetime import date
from functools import _lru_cache_wrapper
from itertools import product
from typing import Any

from sqlalchemy import BindParameter, ClauseElement
from sqlalchemy.sql import visitors

import mdo_portal
from mdo_portal import services

OF_SOMEBODY = (uuid.UUID, date, bytes)
"""Types of which a value is somebody's, or of a moment. Words, numbers and states are the statement's own."""
MADE = re.compile(r"Select|ColumnElement|Subquery|Update|FromClause")
SHAPES = re.compile(r"bool|Kind|type\[.*\]|InstrumentedAttribute\[.*\]( \| None)?")
"""What a statement that is kept may depend on: which conditions it has, and over which table."""


def _modules() -> Iterator[Any]:
    for found in pkgutil.walk_packages(services.__path__, f"{services.__name__}."):
        yield importlib.import_module(found.name)
    yield importlib.import_module(f"{mdo_portal.__name__}.database")


def _kept() -> Iterator[tuple[str, Any]]:
    """Everything at the top of a module: statements, parts of them, and functions of which each answer is kept."""
    for module in _modules():
        for name, one in vars(module).items():
            for each in one if isinstance(one, tuple) else (one,):
                yield f"{module.__name__}.{name}", each


def _makers() -> Iterator[tuple[str, Any]]:
    for name, one in _kept():
        if isinstance(one, _lru_cache_wrapper) and MADE.search(str(one.__wrapped__.__annotations__.get("return"))):
            yield name, one


def _values(statement: ClauseElement) -> Iterator[object]:
    for one in visitors.iterate(statement):
        if isinstance(one, BindParameter) and one.value is not None:
            yield from one.value if isinstance(one.value, list | tuple | set | frozenset) else (one.value,)


def _is_of_somebody(value: object) -> bool:
    return isinstance(value, OF_SOMEBODY) and value != b""  # which says that somebody has no BSN


def test_a_statement_that_is_kept_holds_no_id_no_moment_and_nothing_sealed() -> None:
    statements = {name: one for name, one in _kept() if isinstance(one, ClauseElement)}

    assert len(statements) > 10, "there is something to judge"
    held = {name: [value for value in _values(one) if _is_of_somebody(value)] for name, one in statements.items()}
    assert {name: found for name, found in held.items() if found} == {}


def test_a_statement_is_kept_by_its_shape_only() -> None:
    """`functools.cache` on what makes a statement: what it is asked with says which conditions there are, and never whose."""
    makers = dict(_makers())

    assert len(makers) > 5, "there is something to judge"
    told = {(name, str(of.annotation)) for name, one in makers.items() for of in inspect.signature(one).parameters.values()}
    assert [(name, of) for name, of in sorted(told) if not SHAPES.fullmatch(of)] == []


def test_what_is_kept_of_a_shape_holds_nothing_of_anybody_either() -> None:
    for name, maker in _makers():
        asked = inspect.signature(maker).parameters
        if {of.annotation for of in asked.values()} <= {"bool"}:
            for shape in product((False, True), repeat=len(asked)):
                made = maker(**dict(zip(asked, shape, strict=True)))
                found = [value for each in (made if isinstance(made, tuple) else (made,)) for value in _values(each)]
                assert not [value for value in found if _is_of_somebody(value)], name
