"""Options of ``argparse``, every ``add_argument`` of a text, and of ``optparse``, every ``add_option``."""

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.command.conversions import TEXT, of_type
from lrplot.python.command.words import MISSING, Option, Takes
from lrplot.python.parameters import Path
from lrplot.python.values import NOTHING, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

_SWITCHES: Final[Mapping[str, bool]] = {"store_true": True, "store_false": False}
_WORDLESS: Final = frozenset({"store_const", "append_const", "count", "help", "version"})
_TAKES: Final[Mapping[Any, Takes]] = {"?": "optional", "*": "any", "+": "some"}


ADDING: Final = frozenset({"add_argument", "add_option"})
_OF_OPTPARSE: Final = "add_option"
_WRITTEN_TYPES: Final[Mapping[Any, str]] = {"float": "float", "int": "int", "long": "int"}
"""What ``optparse`` calls the types of an option; every other is a text."""


def option_of(evaluator: "State", node: ast.Call, scope: Scope) -> Option | None:
    """The option of an ``add_argument``; None where its name is not plainly written."""
    names = [each.value for each in node.args if isinstance(each, ast.Constant)]
    written = [name for name in names if isinstance(name, str)]
    if not written or len(written) < len(node.args):
        return None
    given = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    older = getattr(node.func, "attr", "") == _OF_OPTPARSE
    if older and isinstance(given.get("type"), ast.Constant):
        said = _WRITTEN_TYPES.get(_constant(given["type"]), "str")
        given["type"] = ast.copy_location(ast.Name(said, ast.Load()), node)
    flags = [name for name in written if name.startswith("-")]
    long = next((name for name in flags if name.startswith("--")), written[0])
    destination = _constant(given.get("dest")) or long.lstrip("-").replace("-", "_")
    default = evaluator.value(given["default"], scope) if "default" in given else MISSING
    action = given.get("action")
    if action is not None:
        if older and default is MISSING and _constant(action) in _SWITCHES:
            # optparse leaves a switch at None that argparse gives the other value.
            default = NOTHING
        special = _of_action(action, str(destination), flags, default, given, evaluator)
        if special is not None:
            return special
    nargs = _constant(given.get("nargs"))
    conversion = of_type(evaluator, given.get("type"), str(destination)) if "type" in given else TEXT
    choices = evaluator.value(given["choices"], scope) if "choices" in given else ()
    constant = evaluator.value(given["const"], scope) if "const" in given else NOTHING
    many = isinstance(nargs, int)
    takes = _TAKES.get(nargs, "one")
    return Option(
        str(destination),
        dict.fromkeys(flags, constant),
        takes,
        *conversion,
        constant,
        _converted(default, conversion.convert),
        tuple(choices) if isinstance(choices, list | tuple | range) else (),
        # A positional option is needed, unless it may take no word.
        _constant(given.get("required")) is True or (not flags and takes in {"one", "some"}),
        count=nargs if many and isinstance(nargs, int) else 1,
        listed=many,
        grows=_constant(action) in {"append", "extend"},
    )


def _of_action(
    action: ast.expr,
    destination: str,
    flags: list[str],
    default: Any,
    given: Mapping[str, ast.expr],
    evaluator: "State",
) -> Option | None:
    """A switch; None for an action that takes words as a plain option does."""
    name = _constant(action)
    if name in _SWITCHES:
        value = _SWITCHES[name]
        kept = (not value) if default is MISSING else default
        return Option(destination, dict.fromkeys(flags, value), "none", default=kept)
    if isinstance(action, ast.Attribute | ast.Name) and ast.unparse(action).endswith("BooleanOptionalAction"):
        off = {f"--no-{flag.removeprefix('--')}": False for flag in flags if flag.startswith("--")}
        return Option(destination, {**dict.fromkeys(flags, True), **off}, "none", default=default)
    if name in _WORDLESS:
        constant = evaluator.value(given["const"], evaluator.home) if "const" in given else None
        known = name == "store_const" and not isinstance(constant, Unknown | Path)
        one = constant if known else Unknown(f"args.{destination}", action)
        return Option(destination, dict.fromkeys(flags, one), "none", default=default)
    return None


def _constant(node: ast.expr | None) -> Any:
    return node.value if isinstance(node, ast.Constant) else None


def _converted(default: Any, convert: Any) -> Any:
    """A default as ``argparse`` keeps it, which converts one that is a text."""
    if not isinstance(default, str):
        return default
    try:
        return convert(default)
    except ValueError:
        return default
