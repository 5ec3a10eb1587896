"""Small mistakes in the policy (`domain/policy.py`), and whether its tests notice: `python -m tests.mutants.policy [EVERY]`.

The table is built when the module is imported, and others have it by name: each mistake is made in the whole module, in a process of its
own, and two test files are run on it there. What survived is printed, and the score; less than LEAST fails. EVERY: one in so many.
"""

from __future__ import annotations

import ast
import importlib
import io
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from itertools import islice
from types import ModuleType

import pytest

from .variants import Known, Mutant, Named, mutants

MODULE = "mdo_portal.domain.policy"
TESTS = ("tests/domain/test_policy_table.py", "tests/domain/test_policy.py")  # the golden page first: it notices most at once
LEAST = 90.0
KILLED, SURVIVED, UNBUILT = 0, 1, 2
_PAIR = "[*_, (Role.OBSERVER, Relation.ANYONE)]"


def of_table(node: ast.AST, known: Known) -> Iterator[tuple[str, ast.AST]]:
    """What could be wrong in a table of rights, beside what can be anywhere."""
    match node:
        case ast.Attribute(value=ast.Name(id="Role" | "Relation" as name), attr=attr):
            names = list(known(name).__members__)  # type: ignore[attr-defined]
            if attr in names:
                other = names[(names.index(attr) + len(names) // 2) % len(names)]
                yield other, ast.Attribute(node.value, other, node.ctx)
        case ast.Name(id="_H" | "_B" as name):
            yield "another relation", ast.Name("_B" if name == "_H" else "_H", node.ctx)
        case ast.BinOp(op=ast.BitOr() | ast.BitAnd()):
            yield "left only", node.left
            yield "right only", node.right
        case ast.Return(value=ast.expr() as value):
            yield "returns not", ast.Return(ast.UnaryOp(ast.Not(), value))
        case ast.Call(func=ast.Name(id="any"), args=args):
            yield "all for any", ast.Call(ast.Name("all", ast.Load()), args, [])
        case ast.Call(func=ast.Name(id="frozenset"), args=[arg]):
            yield "one pair more", ast.Call(node.func, [_with_a_pair(arg)], [])
        case ast.keyword(arg=str() as name) if name.endswith("_id"):
            yield f"{name}=None", ast.keyword(name, ast.Constant(None))


def _with_a_pair(arg: ast.expr) -> ast.List:
    made = ast.parse(_PAIR, mode="eval").body
    assert isinstance(made, ast.List)
    return ast.List([ast.Starred(arg, ast.Load()), made.elts[1]], ast.Load())


def wholes(tree: ast.Module) -> Iterator[Named]:
    """Every statement of the module that says something, classes too."""
    return (((), one) for one in tree.body if not isinstance(one, ast.Import | ast.ImportFrom | ast.Expr))


def fate(tree: ast.Module, mutant: Mutant | None) -> int:
    """What the tests say of it, asked in a child process. None: of the module as it is."""
    child = os.fork()
    if child == 0:
        os._exit(_tried(tree, mutant))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _tried(tree: ast.Module, mutant: Mutant | None) -> int:
    package = importlib.import_module(MODULE.rpartition(".")[0])
    module = ModuleType(MODULE)
    sys.modules[MODULE] = package.policy = module  # type: ignore[attr-defined]
    body = [mutant.statement if mutant and one is mutant.of else one for one in tree.body]
    try:
        exec(compile(ast.Module(body, tree.type_ignores), MODULE, "exec"), module.__dict__)
    except Exception:
        return UNBUILT  # breaks at the first import: no mistake that anybody could overlook, so it does not count
    return SURVIVED if all(map(_is_green, TESTS)) else KILLED


def _is_green(test: str) -> bool:
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        return pytest.main(["-x", "-q", "--noconftest", "-p", "no:cacheprovider", test]) == pytest.ExitCode.OK


def main(every: int = 1) -> int:
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    needed = {name: importlib.import_module(f"mdo_portal.domain.{name}") for name in ("people", "grant", "policy")}
    began = time.monotonic()
    with open(str(needed["policy"].__file__), encoding="utf-8") as file:
        tree = ast.parse(file.read())
    if fate(tree, None) != SURVIVED:
        print("the tests are red on the policy as it is: mend that first")
        return 1
    known, counted = vars(needed["policy"]).get, Counter[int]()
    del sys.modules[MODULE]  # a child takes its own, and nobody the one that is right
    for mutant in islice(mutants(wholes(tree), known, also=of_table), 0, None, every):
        counted[told := fate(tree, mutant)] += 1
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
    sys.exit(main(*map(int, sys.argv[1:2])))
