"""Judgements of a statement by its looks alone: no name in it is looked up."""

import ast
from collections.abc import Container, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final, Literal, TypeGuard

from lrplot.python.mutation import sets_a_rate_by_hand, steps_something

Flow = Literal["return", "break", "continue"] | None
"""How a block of statements is left, None where it is read to its end."""

_LONGEST: Final = 60
"""Longest text of a place that a message quotes whole."""


def outside_lambdas(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Lambda):
            yield from outside_lambdas(child)


def is_plain_place(node: ast.expr) -> bool:
    """True where a dotted name can be looked at twice: no call stands in it."""
    return not any(isinstance(inner, ast.Call | ast.NamedExpr) for inner in ast.walk(node))


def is_bound(node: ast.AST) -> TypeGuard[ast.Name]:
    """True for a name that is bound where it stands."""
    return isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)


@lru_cache(maxsize=1 << 12)  # a loop asks in each turn
def has_flow(statement: ast.stmt) -> bool:
    """True where a way out of the turn or the function stands in it."""

    def inside(node: ast.AST) -> Iterator[ast.AST]:
        yield node
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef | ast.ExceptHandler):
                continue
            yield from inside(child)

    return any(
        isinstance(node, ast.Break | ast.Continue | ast.Return | ast.Raise) for node in inside(statement)
    )


@lru_cache(maxsize=1 << 12)  # a loop asks in each turn
def leaves_the_turn(statement: ast.AST, *, inner: bool = False) -> bool:
    """True where the turn of the loop in which it stands may be left, from an ``inner`` one as well."""
    if isinstance(statement, ast.FunctionDef | ast.Lambda | ast.ClassDef):
        return False
    if isinstance(statement, ast.Return | ast.Raise):
        return True
    if isinstance(statement, ast.Break | ast.Continue):
        return not inner
    inner |= isinstance(statement, ast.For | ast.AsyncFor | ast.While)
    return any(leaves_the_turn(each, inner=inner) for each in ast.iter_child_nodes(statement))


NEXT: Final = frozenset({"next", "__next__"})
"""Calls that ask an iterator for its next member."""


def asks_next(node: ast.AST) -> bool:
    """True where an iterator is asked for its next member.

    >>> [asks_next(ast.parse(text)) for text in ("batch = next(it)", "it.__next__()", "for x in it: pass")]
    [True, True, False]
    """
    calls = (inner for inner in outside_lambdas(node) if isinstance(inner, ast.Call))
    return any(last_part(call.func) in NEXT for call in calls)


def leaves(handler: ast.ExceptHandler) -> bool:
    """True where a handler ends the loop, the function or the program."""
    last = handler.body[-1]
    ends = (
        isinstance(last, ast.Expr)
        and isinstance(last.value, ast.Call)
        and last_part(last.value.func) == "exit"
    )
    return ends or isinstance(last, ast.Raise | ast.Break | ast.Return)


@lru_cache(maxsize=256)
def ifs_that_leave(statement: ast.stmt) -> frozenset[int]:
    """The conditions in a ``with`` or ``try`` that leave it for another turn or none, by identity."""
    found: set[int] = set()

    def inside(node: ast.AST) -> bool:
        if isinstance(node, ast.Break | ast.Continue | ast.Return):
            return True
        if isinstance(node, ast.For | ast.AsyncFor | ast.While | ast.FunctionDef | ast.Lambda | ast.ClassDef):
            return False
        leaving = [inside(child) for child in ast.iter_child_nodes(node)]
        if isinstance(node, ast.If) and any(leaving):
            found.add(id(node))
        return any(leaving)

    inside(statement)
    return frozenset(found)


def ways_out(loop: ast.While) -> Iterator[ast.If]:
    """The conditions in a loop's body under which it is left: by its own ``break``, or by a ``return``."""

    def leaves(node: ast.AST, *, inner: bool) -> bool:
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            return False
        if isinstance(node, ast.Return) or (isinstance(node, ast.Break) and not inner):
            return True
        inner |= isinstance(node, ast.For | ast.AsyncFor | ast.While)
        return any(leaves(child, inner=inner) for child in ast.iter_child_nodes(node))

    def inside(node: ast.AST, *, inner: bool) -> Iterator[ast.If]:
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            return
        if isinstance(node, ast.If) and leaves(node, inner=inner):
            yield node
        inner |= isinstance(node, ast.For | ast.AsyncFor | ast.While)
        for child in ast.iter_child_nodes(node):
            yield from inside(child, inner=inner)

    for statement in loop.body:
        yield from inside(statement, inner=False)


def count_of(value: Any) -> int | None:
    """A number of steps or epochs, None where the value is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def counts_epochs(statement: ast.AST | None) -> bool:
    """True where a loop says by its variable that it counts epochs."""
    return isinstance(statement, ast.For) and "epoch" in ast.unparse(statement.target).lower()


def is_optimizer_mapping(node: ast.Call, optimizers: Container[str]) -> bool:
    """``dict(type="SGD", lr=…)``."""
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    kind = given.get("type")
    return last_part(node.func) == "dict" and isinstance(kind, ast.Constant) and kind.value in optimizers


def concerns_rates(statement: ast.stmt, known: Container[str]) -> bool:
    """True where a framework's schedule or an optimizer is called in it, or something near one."""
    if isinstance(
        statement, ast.For | ast.While | ast.With | ast.If | ast.Try | ast.FunctionDef | ast.ClassDef
    ):
        # Its own statements have been judged one by one.
        heads = [getattr(statement, name, None) for name in ("iter", "test")]
        parts: list[ast.AST] = [head for head in heads if head is not None]
    else:
        parts = [statement]
    nodes = [node for part in parts for node in ast.walk(part)]
    if any(last_part(node.func) in known for node in nodes if isinstance(node, ast.Call)):
        return True
    if any(isinstance(n, ast.Constant) and isinstance(n.value, str) and n.value in known for n in nodes):
        return True
    dotted = (ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute))
    return any("lr_scheduler." in name or "schedules." in name for name in dotted)


def gives_rate(statement: ast.stmt, parameters: int) -> TypeGuard[ast.FunctionDef]:
    """True where it is a function of so many parameters that is called after the rate."""
    if not isinstance(statement, ast.FunctionDef):
        return False
    arguments = statement.args.args
    required = len(arguments) - len(statement.args.defaults)
    if not required <= parameters <= len(arguments) or _counts(arguments[parameters - 1].arg) is None:
        return False
    return any(word in statement.name.lower() for word in ("lr", "learning_rate", "schedule", "rate"))


_COUNTING: Final = (
    "step", "it", "iter", "iteration", "epoch", "t", "i", "n", "global_step", "current_step", "num_updates",
    "updates", "iters", "cur_iter", "curr_iter", "cur_step", "n_iter", "step_num", "steps", "curr_step",
    "iter_num", "epoch_num", "cur_epoch", "current_epoch", "train_step", "num_steps", "count", "s", "e", "x",
    "k", "current_iter", "total_iter", "batch_idx", "progress", "time", "tick", "u", "m", "ep", "num_iter",
)  # fmt: skip


def _counts(name: str) -> int | None:
    """The likelihood that a parameter of this name counts the steps: its place in the list, else None."""
    plain = name.lower().strip("_")
    return _COUNTING.index(plain) if plain in _COUNTING else None


def counting_parameter(function: ast.FunctionDef) -> str | None:
    found = [p.arg for p in (*function.args.posonlyargs, *function.args.args) if _counts(p.arg) is not None]
    return min(found, key=lambda name: _counts(name) or 0) if found else None


def sets_rates(function: ast.FunctionDef, stepping: Container[str]) -> bool:
    """True where the function writes a rate and steps nothing."""
    return sets_a_rate_by_hand(function) is not None and not steps_something(function, stepping)


def writes_rates(function: ast.FunctionDef) -> bool:
    """True where the function writes a rate, by itself."""
    return sets_a_rate_by_hand(function) is not None


def last_part(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


@lru_cache(maxsize=256)  # a loop asks its conditions in each turn
def is_main(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))


_OF_A_LEFT_OUT_OPTION: Final = (
    ast.BoolOp, ast.And, ast.Or, ast.UnaryOp, ast.Not, ast.Compare, ast.Is, ast.Name, ast.Attribute,
    ast.Constant, ast.Load,
)  # fmt: skip


def asks_for_options(statement: ast.If) -> bool:
    """True where an ``if`` only raises where options were left out; a training was given what it needs."""
    raises = len(statement.body) == 1 and isinstance(statement.body[0], ast.Raise)
    return raises and all(isinstance(node, _OF_A_LEFT_OUT_OPTION) for node in ast.walk(statement.test))


def skips_the_turn(statements: Iterable[ast.stmt]) -> bool:
    """True where a ``continue`` of the loop these stand in is among them, at any depth."""
    return any(map(_skips, statements))


@lru_cache(maxsize=1 << 12)  # a loop asks in each turn
def _skips(node: ast.AST) -> bool:
    if isinstance(node, ast.For | ast.AsyncFor | ast.While | ast.FunctionDef | ast.Lambda | ast.ClassDef):
        return False
    return isinstance(node, ast.Continue) or any(map(_skips, ast.iter_child_nodes(node)))


def taken(statement: ast.If, test: Any) -> list[ast.stmt]:
    """The ways of an ``if`` that may be taken: one where the test is known."""
    if isinstance(test, bool):
        return statement.body if test else statement.orelse
    return [*statement.body, *statement.orelse]


def is_hook(name: str) -> bool:
    """True where a method of this name is called by a trainer elsewhere, or by a module that is called."""
    return name == "forward" or name.startswith(("on_", "configure_", "training_", "__", "before_", "after_"))


@lru_cache(maxsize=1 << 14)  # a loop tells the same places in each turn; a text's tree is never changed
def short(node: ast.AST) -> str:
    """The text of a place, cut where it is long.

    >>> short(ast.parse("a  +  b", mode="eval").body)
    'a + b'
    """
    text = ast.unparse(node)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


_TELLING: Final = frozenset({"print", "pprint", "info", "debug", "warning", "critical", "log", "write"})
"""Calls that tell a person something."""


def tells_a_person(node: ast.expr) -> bool:
    """True for a call that only says something."""
    return isinstance(node, ast.Call) and last_part(node.func) in _TELLING
