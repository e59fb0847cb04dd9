"""Options of ``click``'s decorators, and of ``absl``'s definitions."""

import ast
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.command.conversions import FLOAT, INT, TEXT, TRUTH, Conversion, of_default, of_type
from lrplot.python.command.words import MISSING, Option
from lrplot.python.syntax import last_part
from lrplot.python.values import NOTHING, Scope

if TYPE_CHECKING:
    from lrplot.python.state import State

_DEFINED: Final[Mapping[str, Conversion]] = {
    "DEFINE_float": FLOAT,
    "DEFINE_integer": INT,
    "DEFINE_string": TEXT,
    "DEFINE_bool": TRUTH,
    "DEFINE_boolean": TRUTH,
    "DEFINE_enum": TEXT,
}


def of_click(evaluator: "State", function: ast.FunctionDef, scope: Scope) -> Iterator[Option]:
    """The options that ``@click.option`` and ``@click.argument`` give a function."""
    for each in function.decorator_list:
        if isinstance(each, ast.Call) and last_part(each.func) in {"option", "argument"}:
            made = _clicked(evaluator, each, scope)
            if made is not None:
                yield made


def _clicked(evaluator: "State", node: ast.Call, scope: Scope) -> Option | None:
    names = [each.value for each in node.args if isinstance(each, ast.Constant)]
    written = [name for name in names if isinstance(name, str)]
    if not written:
        return None
    given = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
    flags = [name for name in written if name.startswith("-")]
    own = next((name for name in written if not name.startswith("-")), None)
    long = max(flags, key=lambda name: name.startswith("--"), default=written[0])
    destination = own or long.partition("/")[0].lstrip("-").replace("-", "_").lower()
    default = evaluator.value(given["default"], scope) if "default" in given else MISSING
    required = _is_true(given.get("required"))
    if "/" in long:
        on, _, off = long.partition("/")
        kept = False if default is MISSING else default
        return Option(destination, {on.strip(): True, off.strip(): False}, "none", default=kept)
    if _is_true(given.get("is_flag")) or (default is False and "type" not in given):
        kept = False if default is MISSING else default
        return Option(destination, dict.fromkeys(flags, True), "none", default=kept)
    conversion, choices = _type(evaluator, given.get("type"), default, destination)
    argument = last_part(node.func) == "argument"
    if not argument and not required and default is MISSING:
        default = NOTHING
    return Option(
        destination,
        {} if argument else dict.fromkeys(flags, NOTHING),
        "one",
        *conversion,
        default=default,
        choices=choices,
        required=required or (argument and default is MISSING and "required" not in given),
        grows=_is_true(given.get("multiple")),
    )


def _type(
    evaluator: "State", node: ast.expr | None, default: Any, destination: str
) -> tuple[Conversion, tuple[Any, ...]]:
    if node is None:
        return of_default(default), ()
    if isinstance(node, ast.Call) and last_part(node.func) == "Choice" and node.args:
        listed = evaluator.value(node.args[0], evaluator.home)
        return TEXT, tuple(listed) if isinstance(listed, list | tuple) else ()
    if last_part(node) == "bool":
        return TRUTH, ()
    return of_type(evaluator, node, destination), ()


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True


def of_absl(evaluator: "State", node: ast.Call, scope: Scope) -> Option | None:
    """The flag that ``flags.DEFINE_float("lr", 0.1, "…")`` defines; None for a call that defines none."""
    conversion = _DEFINED.get(last_part(node.func))
    given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "default")]
    if conversion is None or len(given) < 2 or not isinstance(given[0], ast.Constant):
        return None
    name, default = str(given[0].value), evaluator.value(given[1], scope)
    if conversion is TRUTH:
        flags = {f"--{name}": True, f"-{name}": True, f"--no{name}": False, f"-no{name}": False}
        return Option(name, flags, "none", *TRUTH, default=default)
    choices: tuple[Any, ...] = ()
    if last_part(node.func) == "DEFINE_enum" and len(node.args) > 2:
        listed = evaluator.value(node.args[2], scope)
        choices = tuple(listed) if isinstance(listed, list | tuple) else ()
    return Option(
        name, {f"--{name}": NOTHING, f"-{name}": NOTHING}, "one", *conversion, default=default,
        choices=choices,
    )  # fmt: skip
