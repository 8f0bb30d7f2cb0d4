"""Small faults: each mutation of a syntax tree changes one thing."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

COMPARE = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
    ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
ARITHMETIC = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.FloorDiv: ast.Mult,
}  # fmt: skip
NAMES = {
    "min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum",
    "any": "all", "all": "any", "zeros": "ones", "ones": "zeros",
    "real": "imag", "out": "into", "rows": "cols", "cols": "rows",
}  # fmt: skip


Place = tuple[tuple[str, int | None], ...]
"""Way from a module to a node: fields, and places in their lists."""


@dataclass(frozen=True)
class Mutation:
    """A node of a module, and what takes its place."""

    place: Place
    node: ast.AST
    changed: ast.AST
    line: int
    """Where the statement begins that it is part of: tests are known by statements."""

    @property
    def text(self) -> str:
        """What is changed, in a line."""
        before, after = (
            ast.unparse(node).partition("\n")[0] for node in (self.node, self.changed)
        )
        return f"{before}  ->  {after}"

    def plant(self, tree: ast.Module) -> ast.Module:
        """A copy of the module with the fault in it."""
        whole = copy.deepcopy(tree)
        parent, (field, index) = _at(whole, self.place[:-1]), self.place[-1]
        if index is None:
            setattr(parent, field, self.changed)
        else:
            getattr(parent, field)[index] = self.changed
        return ast.fix_missing_locations(whole)


def mutations(tree: ast.Module) -> Iterator[Mutation]:
    """All mutations of a module: in functions, neither in messages nor in types."""
    for place in _places(tree):
        node = _at(tree, place)
        for changed in _changes(node):
            yield Mutation(place, node, changed, _statement_line(tree, place))


def _places(tree: ast.AST) -> Iterator[Place]:
    """Paths to all expressions and statements within functions."""

    def walk(node: ast.AST, path: Place, inside: bool) -> Iterator[Place]:
        for field, value in ast.iter_fields(node):
            if field in {"annotation", "returns", "decorator_list", "type_params"}:
                continue
            children = value if isinstance(value, list) else [value]
            for k, child in enumerate(children):
                if not isinstance(child, ast.AST):
                    continue
                place = (*path, (field, k if isinstance(value, list) else None))
                if inside and hasattr(child, "lineno"):
                    yield place
                if _is_told(child):
                    continue
                yield from walk(child, place, inside or _is_function(child))

    yield from walk(tree, (), False)


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.Lambda)


def _is_told(node: ast.AST) -> bool:
    """Messages, and what is raised: their wording is not what is tested here."""
    return isinstance(node, ast.JoinedStr | ast.Raise)


def _at(node: ast.AST, path: Place) -> ast.AST:
    for field, index in path:
        node = getattr(node, field)
        if index is not None:
            node = node[index]
    return node


def _statement_line(node: ast.AST, path: Place) -> int:
    line = 1
    for step in path:
        node = _at(node, (step,))
        if isinstance(node, ast.stmt):
            line = node.lineno
    return line


def _changes(node: ast.AST) -> Iterator[ast.AST]:
    new = copy.deepcopy(node)
    match new:
        case ast.Compare(ops=[op]) if type(op) in COMPARE:
            new.ops = [COMPARE[type(op)]()]
            yield new
        case ast.BoolOp(op=op):
            new.op = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield new
        case ast.BinOp(op=op) if type(op) in ARITHMETIC:
            new.op = ARITHMETIC[type(op)]()
            yield new
        case ast.UnaryOp(op=ast.Not() | ast.USub() | ast.Invert(), operand=operand):
            yield operand
        case ast.Constant(value=bool(value)):
            yield ast.copy_location(ast.Constant(not value), new)
        case ast.Constant(value=int() | float() | complex()):
            yield ast.copy_location(ast.Constant(new.value + 1), new)
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
            new.test = ast.UnaryOp(ast.Not(), test)
            yield new
        case ast.Attribute(attr=name) if name in NAMES:
            new.attr = NAMES[name]
            yield new
        case ast.Call(func=ast.Name(id=name)) if name in NAMES:
            new.func.id = NAMES[name]
            yield new
        case ast.Call(func=ast.Attribute(attr="conj", value=value)):
            yield value
        case ast.Call(args=[first, second]) if not isinstance(first, ast.Starred):
            new.args = [second, first]
            yield new
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            yield ast.copy_location(ast.Pass(), new)
        case ast.Continue():
            yield ast.copy_location(ast.Break(), new)
