"""Calls of parsers: what a script gets where it has its options read."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.command.signatures import PARSERS
from lrplot.python.nodes import nodes_of
from lrplot.python.objects import NOT_OURS
from lrplot.python.parameters import Path
from lrplot.python.syntax import last_part
from lrplot.python.values import Function, Namespace, Unknown, UserClass

if TYPE_CHECKING:
    from lrplot.python.state import State

_LATER: Final = frozenset({"HfArgumentParser", "TrlParser"})
"""Parsers that are made first and asked later."""
_MAINS: Final = frozenset({"absl.app.run", "tensorflow.compat.v1.app.run"})
"""Calls of a function with the words that no flag takes."""
_GROUPS: Final = frozenset({"add_argument_group", "add_mutually_exclusive_group", "add_subparsers"})
_READ: Final = frozenset({"parse_args_into_dataclasses", "parse_args_and_config"})


@dataclass(frozen=True, slots=True, eq=False)
class ClassParser:
    """A parser of dataclasses: ``HfArgumentParser((ModelArguments, TrainingArguments))``."""

    classes: tuple[Any, ...]


def of_call(
    evaluator: "State", path: str, values: Sequence[Any], named: Mapping[str, Any], node: ast.Call
) -> Any:
    """The value of a call of a parser; ``NOT_OURS`` for another call."""
    last = path.rpartition(".")[2]
    if last.startswith("DEFINE_") and values and values[0] in evaluator.options:
        return Namespace({"value": evaluator.options[values[0]]})
    given = values[0] if values else next(iter(named.values()), None)
    if path in _MAINS and isinstance(given, Function):
        return evaluator.apply(given, [[evaluator.source.name]], {}, node)
    if path not in PARSERS:
        return NOT_OURS
    if last in _LATER:
        return ClassParser(tuple(given) if isinstance(given, tuple | list) else (given,))
    if isinstance(given, UserClass):
        return evaluator.applying.from_command(given, node)
    if isinstance(given, Function):
        return evaluator.apply(given, [], {}, node)
    return NOT_OURS


def of_method(evaluator: "State", base: Any, node: ast.Call, name: str) -> Any:
    """The value of ``parser.parse_args()`` and its kin; ``NOT_OURS`` for another method."""
    if isinstance(base, ClassParser):
        if name not in _READ:
            return NOT_OURS
        made = tuple(
            evaluator.applying.from_command(each, node)
            if isinstance(each, UserClass)
            else Unknown(_called(each, node), node)
            for each in base.classes
        )
        rest = any(each.arg == "return_remaining_strings" for each in node.keywords)
        return (*made, []) if rest else made
    if isinstance(base, Namespace) and name == "_get_kwargs" and id(base.options) not in evaluator.clouded:
        return list(base.options.items())
    if name not in {"parse_args", "parse_known_args"}:
        return NOT_OURS
    options = Namespace({**evaluator.options, **_nested(evaluator, node)}, _is_whole(evaluator, base, node))
    older = isinstance(base, Unknown) and "OptionParser" in base.text.partition("(")[0]
    return options if name == "parse_args" and not older else (options, Unknown(ast.unparse(node), node))


def _is_whole(evaluator: "State", base: Any, node: ast.Call) -> bool:
    """True where the text alone gives a parser its options: it makes it, and hands it to nothing else."""
    made = base.node if isinstance(base, Unknown) else None
    if not isinstance(made, ast.Call) or last_part(made.func) != "ArgumentParser":
        return False
    if any(each.arg in {"parents", None} for each in made.keywords) or len(node.args) > 1 or node.keywords:
        return False
    nodes = nodes_of(evaluator.source.tree)
    # Groups of any parser, too: more names only say less.
    names = {
        ast.unparse(target)
        for each in nodes
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call)
        if each.value is made or last_part(each.value.func) in _GROUPS
        for target in each.targets
    }
    own = {each.name for each in nodes if isinstance(each, ast.FunctionDef)}
    calls = [each for each in nodes if isinstance(each, ast.Call)]
    return not any(_may_add(evaluator, each, names, own) for each in calls)


def _may_add(evaluator: "State", call: ast.Call, names: set[str], own: set[str]) -> bool:
    """True where a call may give a parser an option that is not read."""
    name = last_part(call.func)
    if name == "add_argument":
        return not all(isinstance(each, ast.Constant) for each in call.args)
    if name == "set_defaults":
        return any(each.arg not in evaluator.options for each in call.keywords)
    given = (*call.args, *(keyword.value for keyword in call.keywords))
    return name not in own and any(ast.unparse(each) in names for each in given)


def _called(value: Any, node: ast.AST) -> str:
    return value.name if isinstance(value, Path) else ast.unparse(node)


def _nested(evaluator: "State", node: ast.Call) -> dict[str, Any]:
    """The dataclasses that ``parser.add_arguments(Args, dest="args")`` puts into the namespace."""
    found: dict[str, Any] = {}
    for each in nodes_of(evaluator.source.tree):
        if isinstance(each, ast.Call) and getattr(each.func, "attr", "") == "add_arguments" and each.args:
            given = [*each.args[1:2], *(keyword.value for keyword in each.keywords if keyword.arg == "dest")]
            of = evaluator.value(each.args[0], evaluator.home)
            if given and isinstance(given[0], ast.Constant) and isinstance(of, UserClass):
                found[str(given[0].value)] = evaluator.applying.from_command(of, node)
    return found
