"""What could stand here by mistake: every small change of one statement of a module. Words that only explain are left alone."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from typing import NamedTuple

COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
}  # fmt: skip
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr, ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
}  # fmt: skip
METHODS = {"is_": "is_not", "is_not": "is_", "in_": "not_in", "not_in": "in_"}
#: what a statement is without
LINKS = ("where", "order_by", "limit", "with_for_update", "distinct", "correlate", "options", "execution_options")
SMALL = 10  #: larger numbers are seconds and sizes: one more or less is no mistake
Known = Callable[[str], object]  #: what a name stands for in the module
Named = tuple[tuple[str, ...], ast.stmt]  #: the path of a statement, and the statement
Variants = Callable[[ast.AST, Known], Iterator[tuple[str, ast.AST]]]  #: what could stand there instead, and how one calls that


class Mutant(NamedTuple):
    """One mistake. `path`: the names of the statement around it, as in `("Queue", "take")`; `()`: one of the module itself."""

    line: int
    what: str
    statement: ast.stmt
    #: which it takes the place of
    of: ast.stmt
    path: tuple[str, ...]
    #: from the first to the last line of the smallest statement around it: a test that runs none of them cannot notice
    lines: range


def mutants(those: Iterable[Named], known: Known, *, also: Variants | None = None) -> Iterator[Mutant]:
    """Every one of these statements, from top to bottom. `also`: what could go wrong in this module beside."""

    def variants(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
        yield from _variants(node, known)
        yield from also(node, known) if also else ()

    for path, whole in those:
        silent = set(_silent(whole))
        for at, node in enumerate(ast.walk(whole)):
            if id(node) in silent:
                continue
            for choice, (what, _) in enumerate(variants(node)):
                spot, made = _around(whole, node), _with(whole, at, choice, variants)
                yield Mutant(spot.start, f"{_brief(node)}: {what}", made, whole, path, spot)


def statements(tree: ast.Module) -> Iterator[Named]:
    """The functions, those of classes too, and what the module itself gives a name."""
    for one in tree.body:
        if isinstance(one, ast.FunctionDef):
            yield (one.name,), one
        elif isinstance(one, ast.ClassDef):
            yield from (((one.name, below.name), below) for below in one.body if isinstance(below, ast.FunctionDef))
        elif isinstance(one, ast.Assign | ast.AnnAssign):
            yield (), one


def _brief(node: ast.AST) -> str:
    words = " ".join(ast.unparse(node).split()) if not isinstance(node, ast.comprehension) else "comprehension"
    return words if len(words) < 60 else f"{words[:57]}…"


def _variants(node: ast.AST, known: Known) -> Iterator[tuple[str, ast.AST]]:
    yield from _of_logic(node)
    yield from _of_acts(node)
    yield from _of_queries(node)
    yield from _of_values(node, known)


def _of_logic(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.BoolOp(op=op, values=values):
            yield "and/or", ast.BoolOp(ast.And() if isinstance(op, ast.Or) else ast.Or(), values)
            for rest, left_out in _each_left_out(values):
                yield f"without {left_out}", rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.Compare(ops=[op]):
            for other in COMPARISONS.get(type(op), ()):
                yield other.__name__, ast.Compare(node.left, [other()], node.comparators)
        case ast.BinOp(op=op) if type(op) in OPERATORS:
            yield OPERATORS[type(op)].__name__, ast.BinOp(node.left, OPERATORS[type(op)](), node.right)
        case ast.UnaryOp(op=ast.Not() | ast.Invert()):
            yield "without not", node.operand
        case ast.IfExp():
            yield "always", node.body
            yield "never", node.orelse
        case ast.If():
            yield "always", ast.If(ast.Constant(True), node.body, node.orelse)
            yield "never", ast.If(ast.Constant(False), node.body, node.orelse)
        case ast.comprehension(ifs=[_, *_]):
            yield "without if", ast.comprehension(node.target, node.iter, [], node.is_async)


def _of_acts(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield "returns nothing", ast.Return(ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.Raise():
            yield "left out", ast.Pass()
        case ast.Assign(targets=targets) if all(isinstance(one, ast.Attribute | ast.Tuple | ast.Subscript) for one in targets):
            if not any(isinstance(below, ast.Name) and isinstance(below.ctx, ast.Store) for below in ast.walk(node)):
                yield "left out", ast.Pass()
        case ast.AugAssign():
            yield "left out", ast.Pass()
        case ast.Continue():
            yield "stops", ast.Break()
        case ast.Break():
            yield "goes on", ast.Continue()


def _of_queries(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Call(func=ast.Attribute(value=base, attr=attr)) if attr in LINKS:
            yield f"without .{attr}", base
            if attr == "where" and len(node.args) > 1:
                for rest, left_out in _each_left_out(node.args):
                    yield f"without {left_out}", ast.Call(node.func, rest, node.keywords)
        case ast.Call(func=ast.Attribute(attr=attr) as method) if attr in METHODS:
            yield METHODS[attr], ast.Call(ast.Attribute(method.value, METHODS[attr], method.ctx), node.args, node.keywords)
        case ast.Call(func=ast.Name(id="and_" | "or_" as name), args=[_, _, *_]):
            yield "and/or", ast.Call(ast.Name("or_" if name == "and_" else "and_", ast.Load()), node.args, [])
            for rest, left_out in _each_left_out(node.args):
                yield f"without {left_out}", ast.Call(node.func, rest, [])


def _of_values(node: ast.AST, known: Known) -> Iterator[tuple[str, ast.AST]]:
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=attr, ctx=ast.Load()):
            kind = known(name)
            if isinstance(kind, type) and issubclass(kind, Enum) and attr in (names := list(kind.__members__)):
                other = names[(names.index(attr) + 1) % len(names)]
                yield other, ast.Attribute(node.value, other, node.ctx)
        case ast.List(elts=elements, ctx=ast.Load()) if len(elements) > 1:
            for rest, left_out in _each_left_out(elements):
                yield f"without {left_out}", ast.List(rest, node.ctx)
        case ast.Tuple(elts=[_, _, *_] as elements, ctx=ast.Load()) if all(isinstance(one, ast.Attribute) for one in elements):
            for rest, left_out in _each_left_out(elements):
                yield f"without {left_out}", ast.Tuple(rest, node.ctx)
        case ast.Constant(value=bool() as value):
            yield str(not value), ast.Constant(not value)
        case ast.Constant(value=int() as number) if number < SMALL:
            yield str(number + 1), ast.Constant(number + 1)
        case ast.Constant(value=str() as words):
            yield "other words", ast.Constant(f"{words}x")


def _each_left_out(nodes: list[ast.expr]) -> Iterator[tuple[list[ast.expr], str]]:
    for at, left_out in enumerate(nodes):
        yield [one for other, one in enumerate(nodes) if other != at], _brief(left_out)


def _silent(whole: ast.stmt) -> Iterator[int]:
    """Docstrings, annotations, decorators, texts of errors, logs and parts of a text: no promise hangs on them."""
    for node in ast.walk(whole):
        held: list[ast.AST | None] = [*getattr(node, "decorator_list", [])]
        held += [getattr(node, "annotation", None), getattr(node, "returns", None)]
        match node:
            case ast.Expr(value=ast.Constant()) | ast.JoinedStr() | ast.Call(func=ast.Name(id="N_")):
                held.append(node)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="log")))):
                held.append(node)
        for one in held:
            yield from (id(below) for below in ast.walk(one)) if one is not None else ()


def _around(whole: ast.stmt, wanted: ast.AST) -> range:
    spot = whole
    for node in ast.walk(whole):
        if isinstance(node, ast.stmt) and node is not wanted and any(below is wanted for below in ast.walk(node)):
            spot = node  # ast.walk goes from the outside in
    if isinstance(spot, ast.FunctionDef | ast.ClassDef):
        spot = wanted if isinstance(wanted, ast.stmt) else spot
    last = spot.body[0].lineno - 1 if isinstance(spot, ast.If | ast.For | ast.While | ast.With | ast.Try) else spot.end_lineno
    return range(spot.lineno, max(last or 0, spot.lineno) + 1)


def _with(whole: ast.stmt, at: int, choice: int, variants: Callable[[ast.AST], Iterator[tuple[str, ast.AST]]]) -> ast.stmt:
    mutated = copy.deepcopy(whole)
    target = next(node for number, node in enumerate(ast.walk(mutated)) if number == at)
    wanted = list(variants(target))[choice][1]
    for parent in ast.walk(mutated):
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, wanted)
            elif isinstance(value, list) and any(one is target for one in value):
                value[next(number for number, one in enumerate(value) if one is target)] = wanted
    return ast.fix_missing_locations(mutated)
