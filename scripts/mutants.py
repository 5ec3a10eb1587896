"""Mutation test of the policy: every small mistake one could make in `domain/policy.py`, and whether its tests notice.

`make mutants` makes each mutant, runs the two test files of the policy on it in a process of its own, and prints what survived and the
score; less than LEAST fails. Nothing is written to disk: the mutant takes the module's place in memory.
"""

from __future__ import annotations

import ast
import copy
import importlib
import io
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULE = "mdo_portal.domain.policy"
TESTS = ("tests/domain/test_policy_table.py", "tests/domain/test_policy.py")  # the golden page first: it notices most at once
LEAST = 90.0
KILLED, SURVIVED, UNBUILT = 0, 1, 2
#: an order in which each is followed by another one
ROLES = (
    "SPECIALIST", "CASE_MANAGER", "LINK_MANAGER", "ADMINISTRATOR", "PRIVACY_OFFICER", "SECRETARY", "CHAIR", "SCRIBE", "MEMBER",
    "OBSERVER",
)  # fmt: skip
RELATIONS = ("ANYONE", "OWN_HOSPITAL", "BOARD", "SECOND_READER", "TREATING_HOSPITAL", "EMERGENCY")
COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr}
_PAIR = "[(Role.OBSERVER, Relation.ANYONE), (None, Relation.ANYONE)]"


class Mutant(NamedTuple):
    """One mistake: where, what, and the whole module with it."""

    line: int
    what: str
    tree: ast.Module


def variants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What could stand here by mistake instead of `node`."""
    match node:
        case ast.Attribute(value=ast.Name(id="Role"), attr=attr) if attr in ROLES:
            yield from _named(node, ROLES)
        case ast.Attribute(value=ast.Name(id="Relation"), attr=attr) if attr in RELATIONS:
            yield from _named(node, RELATIONS)
        case ast.Name(id="_H" | "_B" as name):
            yield "another relation", ast.Name("_B" if name == "_H" else "_H", node.ctx)
        case ast.List(elts=elements) | ast.Tuple(elts=elements) if len(elements) > 1 and all(map(_is_entry, elements)):
            for at, element in enumerate(elements):
                rest = [one for other, one in enumerate(elements) if other != at]
                yield f"without {ast.unparse(element)}", type(node)(elts=rest, ctx=ast.Load())
        case ast.BoolOp(op=op, values=values):
            yield "and/or", ast.BoolOp(ast.And() if isinstance(op, ast.Or) else ast.Or(), values)
            for at, value in enumerate(values):
                kept = [one for other, one in enumerate(values) if other != at]
                yield f"without {ast.unparse(value)}", kept[0] if len(kept) == 1 else ast.BoolOp(op, kept)
        case ast.Compare(ops=[op]):
            for other in COMPARISONS.get(type(op), ()):
                yield "comparison", ast.Compare(node.left, [other()], node.comparators)
        case ast.BinOp(op=op) if type(op) in OPERATORS:
            yield "operator", ast.BinOp(node.left, OPERATORS[type(op)](), node.right)
            yield "left only", node.left
            yield "right only", node.right
        case ast.UnaryOp(op=ast.Not()):
            yield "without not", node.operand
        case ast.IfExp():
            yield "always", node.body
            yield "never", node.orelse
        case ast.If():
            yield "always", ast.If(ast.Constant(True), node.body, node.orelse)
            yield "never", ast.If(ast.Constant(False), node.body, node.orelse)
        case ast.Return(value=ast.expr() as value):
            yield "returns nothing", ast.Return(ast.Constant(None))
            yield "returns not", ast.Return(ast.UnaryOp(ast.Not(), value))
        case ast.Call(func=ast.Name(id="any"), args=args):
            yield "all for any", ast.Call(ast.Name("all", ast.Load()), args, [])
        case ast.Call(func=ast.Name(id="frozenset"), args=[arg]):
            yield "one pair more", ast.Call(node.func, [ast.List([ast.Starred(arg, ast.Load()), *_pair()], ast.Load())], [])
        case ast.comprehension(ifs=[_, *_]):
            yield "without if", ast.comprehension(node.target, node.iter, [], node.is_async)
        case ast.keyword(arg=str() as name) if name.endswith("_id"):
            yield f"{name}=None", ast.keyword(name, ast.Constant(None))
        case ast.Constant(value=bool() as value):
            yield "the other", ast.Constant(not value)
        case ast.Constant(value=str() as value):
            yield "other words", ast.Constant(f"{value}x")


def _named(node: ast.Attribute, names: tuple[str, ...]) -> Iterator[tuple[str, ast.AST]]:
    at = names.index(node.attr)
    for step in (1, len(names) // 2):
        other = names[(at + step) % len(names)]
        yield f"{node.attr} -> {other}", ast.Attribute(node.value, other, node.ctx)


def _is_entry(node: ast.AST) -> bool:
    """A pair of the table, or a list of pairs within another; also a relation of the order."""
    return isinstance(node, ast.Starred) or (isinstance(node, ast.Tuple) and len(node.elts) == 2) or _is_relation(node)


def _is_relation(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Relation"


def _pair() -> list[ast.expr]:
    made = ast.parse(_PAIR, mode="eval").body
    assert isinstance(made, ast.List)
    return made.elts[:1]


def mutants(source: str) -> Iterator[Mutant]:
    """Every variant of every node, one at a time; words that only explain or annotate are left alone."""
    tree = ast.parse(source)
    silent = set(_silent(tree))
    for at, node in enumerate(ast.walk(tree)):
        if id(node) in silent:
            continue
        for choice, (what, _) in enumerate(variants(node)):
            yield Mutant(getattr(node, "lineno", 0), f"{type(node).__name__}: {what}", _with(tree, at, choice))


def _silent(tree: ast.Module) -> Iterator[int]:
    """Docstrings, annotations, decorators and imports: no mistake there changes who may do what."""
    for node in ast.walk(tree):
        held: list[ast.AST | None] = [*getattr(node, "decorator_list", [])]
        held += [getattr(node, "annotation", None), getattr(node, "returns", None)]
        if isinstance(node, ast.Expr | ast.ImportFrom):
            held.append(node)
        for one in held:
            yield from (id(below) for below in ast.walk(one)) if one is not None else ()


def _with(tree: ast.Module, at: int, choice: int) -> ast.Module:
    mutated = copy.deepcopy(tree)
    target = next(node for number, node in enumerate(ast.walk(mutated)) if number == at)
    wanted = list(variants(target))[choice][1]
    for parent in ast.walk(mutated):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, wanted)
            elif isinstance(value, list) and any(one is target for one in value):
                value[next(number for number, one in enumerate(value) if one is target)] = wanted
    return ast.fix_missing_locations(mutated)


def fate(mutant: Mutant) -> int:
    """What the tests say of it, asked in a child process."""
    child = os.fork()
    if child == 0:
        os._exit(_tried(mutant))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _tried(mutant: Mutant) -> int:
    package = importlib.import_module(MODULE.rpartition(".")[0])
    module = ModuleType(MODULE)
    sys.modules[MODULE] = package.policy = module  # type: ignore[attr-defined]
    try:
        exec(compile(mutant.tree, MODULE, "exec"), module.__dict__)
    except Exception:
        return UNBUILT  # breaks at the first import: no mistake that anybody could overlook, so it does not count
    return SURVIVED if all(map(_is_green, TESTS)) else KILLED


def _is_green(test: str) -> bool:
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return pytest.main(["-x", "-q", "--noconftest", "-p", "no:cacheprovider", test]) == pytest.ExitCode.OK


def main() -> int:
    every = int(sys.argv[1]) if len(sys.argv) > 1 else 1  # a sample: only one in so many
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(ROOT)
    sys.path.insert(0, str(ROOT))
    for needed in ("mdo_portal.domain.people", "mdo_portal.domain.grant"):
        importlib.import_module(needed)
    source, began = (ROOT / f"{MODULE.replace('.', '/')}.py").read_text(encoding="utf-8"), time.monotonic()
    whole = Mutant(0, "as it is", ast.parse(source))
    if fate(whole) != SURVIVED:
        print("the tests are red on the policy as it is: mend that first")
        return 1
    counted: Counter[int] = Counter()
    for mutant in islice(mutants(source), 0, None, every):
        counted[told := fate(mutant)] += 1
        if counted.total() % 10 == 0:
            print(f"{counted.total()} tried, {counted[SURVIVED]} survived", file=sys.stderr, flush=True)
        if told == SURVIVED:
            print(f"survived: line {mutant.line}, {mutant.what}", flush=True)
    tried = counted[KILLED] + counted[SURVIVED]
    score = 100 * counted[KILLED] / tried
    print(
        f"mutants: {tried} of {MODULE}, killed {counted[KILLED]}, survived {counted[SURVIVED]}, not importable {counted[UNBUILT]} "
        f"(not counted), score {score:.1f} %, {time.monotonic() - began:.0f} s"
    )
    return int(score < LEAST)


if __name__ == "__main__":
    sys.exit(main())
