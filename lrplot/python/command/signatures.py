"""Options that parsers make of annotations: the fields of a dataclass, the parameters of a function."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from lrplot.python.command.conversions import (
    FLOAT,
    INT,
    LITERAL,
    TEXT,
    TRUTH,
    Conversion,
    of_default,
)
from lrplot.python.command.words import MISSING, Option, Takes
from lrplot.python.parameters import Path
from lrplot.python.syntax import last_part
from lrplot.python.values import NOTHING, Nothing, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

_PLAIN: Final = {"float": FLOAT, "int": INT, "str": TEXT, "bool": TRUTH}
_LISTS: Final = frozenset({"list", "List", "Sequence", "tuple", "Tuple"})
_FIELDS: Final = frozenset({"field", "HfArg", "Option", "Argument", "Field"})
"""Calls that stand in place of a default, and hold it."""

Switches = Literal["word", "no", "fire"]


@dataclass(frozen=True, slots=True)
class Style:
    """The spelling of one parser's options that it makes of annotations.

    Parameters
    ----------
    switches
        How a truth is given: ``--x``, ``--x true`` and ``--no_x``; ``--x`` and ``--no-x``; or as fire does.
    literal
        Whether a word is read as a literal of Python, whatever the annotation says.
    places
        Whether what has no default is positional.
    nested
        What stands before the flags of a dataclass within another: its field (``--optim.lr``), or nothing;
        None where such are not read.
    """

    switches: Switches = "word"
    literal: bool = False
    places: bool = False
    nested: Literal["field", "nothing"] | None = None


_FIRE: Final = Style("fire", literal=True)
WORD: Final = Style("word")
_DOTTED: Final = Style("word", nested="field")
PARSERS: Final[Mapping[str, Style]] = {
    "transformers.HfArgumentParser": WORD,
    "trl.TrlParser": WORD,
    "simple_parsing.parse": Style("word", nested="nothing"),
    "draccus.parse": _DOTTED,
    "pyrallis.parse": _DOTTED,
    "jsonargparse.CLI": _DOTTED,
    "jsonargparse.auto_cli": _DOTTED,
    "tyro.cli": Style("no", nested="field"),
    "typer.run": Style("no", places=True),
    "fire.Fire": _FIRE,
}
"""Calls that make options of dataclasses or of a function, by the name that imports give them."""


class Slot(NamedTuple):
    """A field of a dataclass, or a parameter of a function."""

    name: str
    annotation: ast.expr | None
    default: ast.expr | None


def fields_of(node: ast.ClassDef) -> Iterator[Slot]:
    """The annotated fields of a class."""
    for each in node.body:
        if not isinstance(each, ast.AnnAssign) or not isinstance(each.target, ast.Name):
            continue
        if not {"ClassVar", "KW_ONLY"} & set(re.findall(r"\w+", ast.unparse(each.annotation))):
            yield Slot(each.target.id, each.annotation, each.value)


def parameters_of(node: ast.FunctionDef) -> Iterator[Slot]:
    """The parameters of a function."""
    arguments = node.args
    listed = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(listed) - len(arguments.defaults)) + list(arguments.defaults)
    for each, default in zip(listed, defaults, strict=True):
        yield Slot(each.arg, each.annotation, default)
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        yield Slot(each.arg, each.annotation, default)


def options_of(evaluator: "State", slots: Iterator[Slot], style: Style, scope: Scope) -> Iterator[Option]:
    """The option of each slot; a slot that holds options of its own has none."""
    for slot in slots:
        default = default_of(evaluator, slot.default, scope)
        if isinstance(default, Unknown | Path) and default.node is not slot.default:
            default = Unknown(slot.name, default.node)
        yield _option(slot, default, style)


def within(option: Option, field: str, style: Style) -> Option:
    """The option of a dataclass that is the field of another."""
    before = f"{field}." if style.nested == "field" else ""
    flags = {f"--{before}{flag.lstrip('-')}": value for flag, value in option.flags.items()}
    return replace(option, destination=f"{field}.{option.destination}", flags=flags)


def default_of(evaluator: "State", node: ast.expr | None, scope: Scope) -> Any:
    """The default that stands behind a slot, also within ``field(default=…)``."""
    if node is None:
        return MISSING
    held = held_default(node)
    if held is MISSING or held is node:
        return MISSING if held is MISSING else evaluator.value(node, scope)
    return evaluator.value(held, scope)


def held_default(node: ast.expr) -> Any:
    """The expression of a default: within ``field(…)`` what it holds, MISSING where it holds none.

    >>> import ast
    >>> def held(text): return ast.unparse(held_default(ast.parse(text, mode="eval").body))
    >>> held("field(default=3, metadata={})"), held("typer.Option(20)"), held("7")
    ('3', '20', '7')
    """
    if not isinstance(node, ast.Call) or last_part(node.func) not in _FIELDS:
        return node
    given = {keyword.arg: keyword.value for keyword in node.keywords}
    if "default" in given:
        return given["default"]
    factory = given.get("default_factory")
    if factory is not None:
        if isinstance(factory, ast.Lambda):
            return factory.body
        return ast.copy_location(ast.Call(func=factory, args=[], keywords=[]), node)
    if not node.args:
        return MISSING
    ellipsis = isinstance(node.args[0], ast.Constant) and node.args[0].value is ...
    return MISSING if ellipsis else node.args[0]


def _option(slot: Slot, default: Any, style: Style) -> Option:
    conversion, listed, choices = _read(slot.annotation, default)
    dashed = slot.name.replace("_", "-")
    written = _written(slot.default)
    flags = written or list(dict.fromkeys((f"--{slot.name}", f"--{dashed}")))
    required = default is MISSING
    argument = isinstance(slot.default, ast.Call) and last_part(slot.default.func) == "Argument"
    if (style.places and required and not written) or argument:
        return Option(slot.name, {}, "one", *conversion, default=default, choices=choices, required=required)
    if style.literal:
        off = {} if default is MISSING else {f"--no{slot.name}": False}
        return Option(
            slot.name, {**dict.fromkeys(flags, True), **off}, "optional", *LITERAL, default=default,
            required=required,
        )  # fmt: skip
    if conversion is TRUTH and not listed:
        off = {f"--no-{dashed}": False, f"--no_{slot.name}": False}
        takes: Takes = "optional" if style.switches == "word" else "none"
        kept = False if required and style.switches == "word" else default
        return Option(
            slot.name, {**dict.fromkeys(flags, True), **off}, takes, *TRUTH, default=kept,
            required=kept is MISSING,
        )  # fmt: skip
    return Option(
        slot.name,
        dict.fromkeys(flags, NOTHING),
        "some" if listed else "one",
        *conversion,
        default=default,
        choices=choices,
        required=required,
    )


def _written(node: ast.expr | None) -> list[str]:
    """The flags that ``typer.Option(20, "--size")`` gives by itself."""
    if not isinstance(node, ast.Call):
        return []
    texts = [each.value for each in node.args if isinstance(each, ast.Constant)]
    return [each for each in texts if isinstance(each, str) and each.startswith("-")]


def _read(annotation: ast.expr | None, default: Any) -> tuple[Conversion, bool, tuple[Any, ...]]:
    """The conversion that an annotation asks for, whether it is a list's, and the values it allows."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            annotation = ast.parse(annotation.value, mode="eval").body
        except SyntaxError:
            annotation = None
    if annotation is None:
        none = default is MISSING or isinstance(default, Nothing | Unknown | Path)
        return LITERAL if none else of_default(default), isinstance(default, list), ()
    if isinstance(annotation, ast.BinOp):
        sides = [each for each in (annotation.left, annotation.right) if not _is_none(each)]
        return _read(sides[0], default) if len(sides) == 1 else (LITERAL, False, ())
    if isinstance(annotation, ast.Subscript):
        return _subscripted(annotation, default)
    name = last_part(annotation)
    return _PLAIN.get(name, TEXT), name in _LISTS, ()


def _subscripted(node: ast.Subscript, default: Any) -> tuple[Conversion, bool, tuple[Any, ...]]:
    outer, inner = last_part(node.value), node.slice
    members = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    if outer == "Literal":
        values = tuple(each.value for each in members if isinstance(each, ast.Constant))
        return of_default(values[0] if values else ""), False, values
    if outer in {"Optional", "Annotated", "Union"}:
        kept = members[:1] if outer == "Annotated" else [each for each in members if not _is_none(each)]
        return _read(kept[0], default) if len(kept) == 1 else (LITERAL, False, ())
    if outer in _LISTS:
        return _read(members[0], default)[0], True, ()
    return TEXT, False, ()


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
