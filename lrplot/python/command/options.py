"""The options of a script: what its parser makes of a command line, or of none."""

import ast
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lrplot.errors import CommandError
from lrplot.python.command.argparse_ import ADDING, option_of
from lrplot.python.command.constants import constants
from lrplot.python.command.decorated import of_absl, of_click
from lrplot.python.command.signatures import (
    PARSERS,
    WORD,
    Slot,
    Style,
    fields_of,
    held_default,
    options_of,
    parameters_of,
    within,
)
from lrplot.python.command.words import MISSING, Dialect, Option, read_words
from lrplot.python.imports import dotted_names
from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Path
from lrplot.python.syntax import count_of, is_optimizer_mapping, last_part
from lrplot.python.values import NOTHING, Scope, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

_ABBREVIATING: Final = frozenset({*ADDING, "HfArgumentParser", "TrlParser", "parse"})
_PARSED_BY: Final = frozenset({"parse_args", "parse_known_args", "parse_args_into_dataclasses"})
_FILES_READ_BY: Final = frozenset({"parse_json_file", "parse_yaml_file"})
_FILE: Final = re.compile(r"\.(?:ya?ml|json|toml|ini|cfg)$")
_ELSEWHERE: Final = frozenset({"set_defaults", "add_mutually_exclusive_group"})
"""Calls of ``argparse`` that give an option a value, or have one be given, beside ``add_argument``."""


_DEEPEST: Final = 5
"""Dataclasses within dataclasses that are followed."""


class _Owned(NamedTuple):
    """An option, and the class or function whose field or parameter it is; None for a namespace's."""

    owner: ast.AST | None
    option: Option


class Options:
    """Reads the options, and the numbers that say how long training is."""

    def __init__(self, evaluator: "State", scope: Scope) -> None:
        self._evaluator = evaluator
        self._scope = scope
        self.epochs: int | None = None
        self.turns: int | None = None
        self._found: list[_Owned] = []
        self._called: set[str] = set()
        self._lenient = False

    def read(self, tree: ast.Module) -> None:
        """``parser.add_argument("--lr", default=0.1)`` says what ``args.lr`` is, wherever it stands."""
        nodes = nodes_of(tree)
        self._scope = constants(self._evaluator, tree, self._scope)
        self._called = {last_part(node.func) for node in nodes if isinstance(node, ast.Call)}
        self._lenient = not self._called.isdisjoint({"parse_known_args", "parse_known_args_into_dataclasses"})
        own = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
        self._lenient |= any(_fills_a_parser(node, own) for node in nodes)
        for node in nodes:
            if isinstance(node, ast.Call) and last_part(node.func) in ADDING:
                self._argument(node)
            elif isinstance(node, ast.Call) and is_optimizer_mapping(
                node, self._evaluator.registry.optimizers
            ):
                # A config may say its optimizer after its schedulers.
                self._evaluator.value(node, self._scope)
            elif isinstance(node, ast.keyword) and node.arg == "max_epochs":
                self.epochs = self.epochs or count_of(self._evaluator.value(node.value, self._scope))
            elif isinstance(node, ast.keyword) and node.arg == "max_iters":
                self.turns = self.turns or count_of(self._evaluator.value(node.value, self._scope))
        self._found += self._of_definitions(tree, nodes)
        self._keep(tree)

    def _argument(self, node: ast.Call) -> None:
        option = option_of(self._evaluator, node, self._scope)
        if option is None:
            self._lenient = True
        else:
            self._found.append(_Owned(None, option))

    def _of_definitions(self, tree: ast.Module, nodes: Sequence[ast.AST]) -> Iterator[_Owned]:
        """The options of classes, of functions, and of ``absl``."""
        names = dotted_names(tree)
        for node in nodes:
            if isinstance(node, ast.FunctionDef):
                style = Style("no", places=True) if _is_typers(node, tree, names) else None
                made = (
                    of_click(self._evaluator, node, self._scope)
                    if style is None
                    else options_of(self._evaluator, parameters_of(node), style, self._scope)
                )
                yield from (_Owned(node, option) for option in made)
            elif isinstance(node, ast.Call):
                flag = of_absl(self._evaluator, node, self._scope)
                if flag is not None:
                    yield _Owned(None, flag)
                yield from self._of_call(node, tree, names)

    def _of_call(self, node: ast.Call, tree: ast.Module, names: Mapping[str, str]) -> Iterator[_Owned]:
        style = PARSERS.get(spelled_out(node.func, names))
        if style is None and last_part(node.func) == "add_arguments":
            style = WORD
        if style is None:
            return
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        for each in (part for value in given[:1] for part in _members(value)):
            for of in _lineage(each, tree):
                yield from self._of_class(of, style, tree)

    def _of_class(
        self, of: ast.ClassDef | ast.FunctionDef, style: Style, tree: ast.Module, depth: int = 0
    ) -> Iterator[_Owned]:
        """The options of a class or function, those of dataclasses within it among them."""
        slots = list(fields_of(of) if isinstance(of, ast.ClassDef) else parameters_of(of))
        inner = (
            {slot.name: _nested(slot, tree) for slot in slots} if style.nested and depth < _DEEPEST else {}
        )
        for slot in slots:
            within_it = inner.get(slot.name)
            if within_it is None:
                made = options_of(self._evaluator, iter([slot]), style, self._scope)
                yield from (_Owned(of, option) for option in made)
            else:
                for owner, option in self._of_class(within_it, style, tree, depth + 1):
                    yield _Owned(owner, within(option, slot.name, style))

    def _keep(self, tree: ast.Module) -> None:
        """Bind the values that the options have, with or without a command line."""
        words = self._words(tree)
        values: dict[str, Any] = {}
        if words is not None:
            values = self._given(words)
        overridden = self._set_defaults(tree)
        # Which options a file of the command line gives is not known.
        from_file = words is not None and "" in overridden and any(map(_FILE.search, words))
        for owner, option in self._found:
            name = option.destination
            default = overridden.get(name, option.default) if owner is None else option.default
            if from_file and name not in values:
                continue
            value = values.get(name, default)
            if value is MISSING and words is not None:
                value = NOTHING
            if value is MISSING and not option.required and option.flags and owner is None:
                if self._called.isdisjoint(_ELSEWHERE):
                    self._evaluator.left_out.add(name)
            elif value is not MISSING and not isinstance(value, Path) and not self._is_open(value, values):
                into = (
                    self._evaluator.options
                    if owner is None
                    else self._evaluator.parameters.setdefault(id(owner), {})
                )
                into[name.rpartition(".")[2]] = value
        declared = {option.destination for owner, option in self._found if owner is None}
        alone = {name: value for name, value in overridden.items() if name and name not in declared}
        self._evaluator.options |= {k: v for k, v in alone.items() if not isinstance(v, Unknown | Path)}

    def _is_open(self, value: Any, given: Mapping[str, Any]) -> bool:
        """True for a default that is not known here, and may be once it is come by."""
        return isinstance(value, Unknown) and not any(value is each for each in given.values())

    def _given(self, words: tuple[str, ...]) -> dict[str, Any]:
        name = self._evaluator.source.name
        if "add_subparsers" in self._called:
            raise CommandError(f"{name}: its sub-commands are not read; bind what is open with --let")
        if len(words) == 1 and _FILE.search(words[0]) and self._called & _FILES_READ_BY:
            raise self._evaluator.source.refuse(
                f"its options stand in {words[0]}, which is not read with it; give that file as the REF",
                self._evaluator.source.tree,
            )
        options = [option for _, option in self._found]
        if not options and "sys.argv" not in "\n".join(self._evaluator.source.lines) and words:
            raise self._evaluator.source.refuse(
                f"it declares no options, so that '{words[0]}' of the command line changes nothing in it",
                self._evaluator.source.tree,
            )
        if not options:
            return {}
        dialect = Dialect(bool(self._called & _ABBREVIATING), self._lenient)
        values, ignored = read_words(options, words, name, dialect)
        for word in ignored:
            self._evaluator.notes[f"{word.partition('=')[0]} is no option in the text of {name}"] = None
        return values

    def _set_defaults(self, tree: ast.Module) -> dict[str, Any]:
        """The defaults of ``parser.set_defaults(lr=0.1)``, open where it stands behind the parsing.

        Of ``**config`` it is the empty name.
        """
        calls = (node for node in nodes_of(tree) if isinstance(node, ast.Call))
        parsed = (
            max((node.lineno for node in calls if last_part(node.func) in _PARSED_BY), default=0) or 1 << 30
        )
        return {
            keyword.arg or "": Unknown(f"args.{keyword.arg}", node)
            if node.lineno > parsed
            else self._evaluator.value(keyword.value, self._scope)
            for node in nodes_of(tree)
            if isinstance(node, ast.Call) and last_part(node.func) == "set_defaults"
            for keyword in node.keywords
        }

    def _words(self, tree: ast.Module) -> tuple[str, ...] | None:
        """The words that are parsed: a list in the text itself, else those of the command line."""
        given = self._evaluator.source.arguments
        calls = [
            node
            for node in nodes_of(tree)
            if isinstance(node, ast.Call) and last_part(node.func) in _PARSED_BY
        ]
        own = [_literal_words(node) for node in calls]
        if not own or None in own or len(own) > 1:
            return given
        if given:
            raise self._evaluator.source.refuse(
                f"it parses a list of its own, so that '{given[0]}' of the command line changes nothing",
                calls[0],
            )
        return own[0]


def _literal_words(node: ast.Call) -> tuple[str, ...] | None:
    """The words of ``parse_args(["--lr", "0.1"])`` or ``parse_args("--lr 0.1".split())``; None for others."""
    words = node.args[0] if node.args else next((k.value for k in node.keywords if k.arg == "args"), None)
    if isinstance(words, ast.Call) and isinstance(words.func, ast.Attribute) and words.func.attr == "split":
        text = words.func.value
        plain = isinstance(text, ast.Constant) and isinstance(text.value, str) and not words.args
        return tuple(text.value.split()) if plain else None  # type: ignore[attr-defined]
    if not isinstance(words, ast.List | ast.Tuple):
        return None
    texts = [each.value for each in words.elts if isinstance(each, ast.Constant)]
    kept = tuple(each for each in texts if isinstance(each, str))
    return kept if len(kept) == len(words.elts) else None


def spelled_out(node: ast.expr, names: Mapping[str, str]) -> str:
    """A dotted name as its import spells it: ``Fire`` of ``from fire import Fire`` is ``fire.Fire``."""
    root, dot, rest = ast.unparse(node).partition(".") if _is_dotted(node) else ("", "", "")
    return names.get(root, root) + dot + rest


def _is_dotted(node: ast.expr) -> bool:
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _nested(slot: Slot, tree: ast.Module) -> ast.ClassDef | None:
    """The dataclass of the text that a field holds, made without arguments; None for another field."""
    name = slot.annotation.id if isinstance(slot.annotation, ast.Name) else ""
    found = next((each for each in tree.body if isinstance(each, ast.ClassDef) and each.name == name), None)
    fields = [each for each in ast.walk(tree) if isinstance(each, ast.AnnAssign)]
    # One class in two fields has two values for one default.
    alone = sum(isinstance(each.annotation, ast.Name) and each.annotation.id == name for each in fields) == 1
    if found is None or not found.decorator_list or found.bases or not alone:
        return None
    held = MISSING if slot.default is None else held_default(slot.default)
    plain = (
        isinstance(held, ast.Call) and not held.args and not held.keywords and last_part(held.func) == name
    )
    return found if plain or held is MISSING else None


def _members(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple | ast.List) else [node]


def _lineage(node: ast.expr, tree: ast.Module) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    """The class or function of the text that a name means, and the classes it derives from."""
    name = node.id if isinstance(node, ast.Name) else ""
    for each in tree.body:
        if isinstance(each, ast.FunctionDef) and each.name == name:
            yield each
        elif isinstance(each, ast.ClassDef) and each.name == name:
            yield each
            for base in each.bases:
                if isinstance(base, ast.Name) and base.id != name:
                    yield from _lineage(base, tree)


def _is_typers(function: ast.FunctionDef, tree: ast.Module, names: Mapping[str, str]) -> bool:
    """True where ``@app.command()`` of a ``typer.Typer()`` stands over a function."""
    apps = {
        target.id
        for each in tree.body
        if isinstance(each, ast.Assign)
        and isinstance(each.value, ast.Call)
        and spelled_out(each.value.func, names) == "typer.Typer"
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    return any(
        isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr == "command"
        and isinstance(each.func.value, ast.Name)
        and each.func.value.id in apps
        for each in function.decorator_list
    )


def _fills_a_parser(node: ast.AST, own: Container[str]) -> bool:
    """True for a call elsewhere that is given a parser, and may add options to it."""
    if not isinstance(node, ast.Call):
        return False
    if any(keyword.arg == "parents" for keyword in node.keywords):
        return True
    given = any(isinstance(each, ast.Name) and "parser" in each.id for each in node.args)
    return given and last_part(node.func) not in own
