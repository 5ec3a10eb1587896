"""A mistake is put where the running process has the function itself, so that whoever imported it by name has it too.

Nothing is written to disk or imported again: no cache can keep the mistake out, and nothing else changes with it. Statements that a module
builds once (`FIRST = select(…)`, or in a function with `@cache`) are built again, those of modules that import it too: else a mistake in
what they are built from would never be seen.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import _lru_cache_wrapper, cache
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from flask import Blueprint
from sqlalchemy import ClauseElement

OURS = ("mdo_portal", "integrations", "tests")


@cache
def parsed(file: str) -> ast.Module:
    """As it was when this run first looked: somebody may be writing in it."""
    return ast.parse(Path(file).read_text(encoding="utf-8"))


class CannotSwap(Exception):
    """This statement cannot be exchanged while the process runs."""


@contextmanager
def swapped(module: ModuleType, path: tuple[str, ...], statement: ast.stmt) -> Iterator[None]:
    """`statement` in the place of the one of that name, as long as this lasts."""
    undo: list[Callable[[], None]] = []
    try:
        if path:
            undo.append(_exchange(_function(module, path), statement, module))
        else:
            undo += _bind(module, statement)
        undo += _build_again(module, skipped=statement if not path else None)
        _forget(module)
        yield
    finally:
        for one in reversed(undo):
            one()
        _forget(module)


def _forget(module: ModuleType) -> None:
    """What was put together once and is kept (`@cache`): with the mistake it is another."""
    for one in [module, *_importers(module)]:
        for kept in [value for value in vars(one).values() if isinstance(value, _lru_cache_wrapper)]:
            if kept.__module__.startswith(OURS):
                kept.cache_clear()


def _function(module: ModuleType, path: tuple[str, ...]) -> FunctionType:
    found: Any = vars(module).get(path[0])
    if len(path) > 1:
        found = vars(found).get(path[1]) if isinstance(found, type) else None
    found = getattr(found, "__func__", None) or getattr(found, "fget", None) or found
    while found is not None and not (isinstance(found, FunctionType) and found.__code__.co_filename == module.__file__):
        found = getattr(found, "__wrapped__", None)
    if found is None or found.__code__.co_name != path[-1] or found.__closure__:
        raise CannotSwap(".".join(path))
    return found


def _exchange(function: FunctionType, statement: ast.stmt, module: ModuleType) -> Callable[[], None]:
    assert isinstance(statement, ast.FunctionDef)
    bare = ast.FunctionDef(**{**dict(ast.iter_fields(statement)), "decorator_list": []})
    made = _run(bare, module)[statement.name]
    was = function.__code__, function.__defaults__, function.__kwdefaults__
    if made.__code__.co_freevars != was[0].co_freevars:
        raise CannotSwap(statement.name)

    def back() -> None:
        function.__code__, function.__defaults__, function.__kwdefaults__ = was

    function.__code__, function.__defaults__, function.__kwdefaults__ = made.__code__, made.__defaults__, made.__kwdefaults__
    return back


def _run(statement: ast.stmt, module: ModuleType) -> dict[str, Any]:
    """What it gives a name, in a room of its own."""
    room = dict(vars(module))
    tree = ast.fix_missing_locations(ast.Module(body=[_from_future(), statement], type_ignores=[]))
    exec(compile(tree, str(module.__file__), "exec"), room)
    return room


def _from_future() -> ast.stmt:
    return ast.ImportFrom(module="__future__", names=[ast.alias(name="annotations")], level=0)


def _bind(module: ModuleType, statement: ast.stmt) -> list[Callable[[], None]]:
    """Run this `NAME = …`, and give what it makes to every module that has the old one."""
    if any(isinstance(vars(module).get(name), Blueprint) for name in _names(statement)):
        raise CannotSwap("a new one has no routes, and every page of the module would be gone")
    made = _run(statement, module)
    undo: list[Callable[[], None]] = []
    for name in _names(statement):
        old, new = vars(module)[name], made[name]
        for holder in [one for key, one in sys.modules.items() if key.startswith(OURS) and isinstance(one, ModuleType)]:
            if vars(holder).get(name) is old:
                setattr(holder, name, new)
                undo.append(lambda holder=holder, name=name, old=old: setattr(holder, name, old))  # type: ignore[misc]
    return undo


def _names(statement: ast.stmt) -> list[str]:
    """Those that the module has afterwards: the name in a comprehension is gone with it."""
    targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
    return [node.id for target in targets if target is not None for node in ast.walk(target) if isinstance(node, ast.Name)]


def _build_again(module: ModuleType, *, skipped: ast.stmt | None) -> list[Callable[[], None]]:
    undo: list[Callable[[], None]] = []
    own_names = _names(skipped) if skipped else []
    for one in [module, *_importers(module)]:
        for statement in parsed(str(one.__file__)).body:
            if _is_built(statement, one) and not (one is module and _names(statement) == own_names):
                undo += _bind(one, statement)
    return undo


def _is_built(statement: ast.stmt, module: ModuleType) -> bool:
    """It says something to a database, or several things do."""
    if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
        return False
    values = [vars(module).get(name) for name in _names(statement)]
    return any(isinstance(said, ClauseElement) for value in values for said in _one_by_one(value))


def _one_by_one(value: object) -> Iterator[object]:
    yield from value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else [value]


def _importers(module: ModuleType) -> list[ModuleType]:
    """Services that have it, or something of it, under a name of theirs."""
    found = []
    for name, one in sys.modules.items():
        if name.startswith("mdo_portal.services.") and one is not module and isinstance(one, ModuleType):
            values = vars(one).values()
            if any(value is module or getattr(value, "__module__", None) == module.__name__ for value in values):
                found.append(one)
    return found
