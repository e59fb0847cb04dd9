"""From the text of a call, a snippet or a script to the schedules it makes."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from lrplot.errors import LrplotError, NotationError, NothingError, OpenNameError
from lrplot.python.attempt import check_bindings
from lrplot.python.base_rate import BaseRateUse, use_of
from lrplot.python.bindings import is_within, spelled
from lrplot.python.evaluator import Evaluator
from lrplot.python.imports import dotted_names
from lrplot.python.nodes import nodes_of
from lrplot.python.open_names import let
from lrplot.python.optimizers_alone import modelled
from lrplot.python.reading import Reading, Request
from lrplot.python.registry import Registry
from lrplot.python.source import Source
from lrplot.python.state import Rates
from lrplot.python.unknown_names import elsewhere, no_such
from lrplot.python.unread import unread_call
from lrplot.python.unsaid import drawn
from lrplot.python.values import Made
from lrplot.schedules.base import Context


def read(
    source: Source,
    around: Context,
    registry: Registry,
    *,
    assumed_lr: float | None = None,
    bindings: Mapping[str, str] | None = None,
    optimized: bool = False,
    update: str | None = None,
) -> tuple[Reading, ...]:
    """The schedules that a text makes, in order; it is never executed.

    Parameters
    ----------
    source
        A framework's call, a snippet or a whole script, parsed.
    around
        Base rate (which wins over the text's), length and clock where they are known.
    registry
        The frameworks that are known.
    assumed_lr
        Base rate where nothing gives one; None makes that an error.
    bindings
        Values for names the text leaves open, as Python expressions.
    optimized
        Whether the optimizer beside a scheduler is wanted too.
    update
        ``step`` or ``epoch``: how often a scheduler is stepped that the text hands on to code elsewhere.

    Raises
    ------
    NotationError
        Naming the place of what cannot be read.

    Examples
    --------
    >>> from lrplot.clock import Clock
    >>> from lrplot.frameworks.registry import REGISTRY
    >>> from lrplot.python.source import parse
    >>> source = parse("StepLR(optimizer, 30)", "it")
    >>> (one,) = read(source, Context(0.1, 100, Clock(100)), REGISTRY)
    >>> one.schedule([29, 30]).tolist()
    [0.1, 0.010000000000000002]
    """
    given = bindings or {}
    asked = Request(source, around, registry, assumed_lr, given, update)
    check_bindings(asked)
    try:
        found, evaluator, passed_over = drawn(asked)
    except OpenNameError as error:
        raise _all_open(asked, error) from None
    except RecursionError:
        raise source.refuse("nested too deeply", source.tree) from None
    if not found:
        raise passed_over[0] if passed_over else NothingError.of(_nothing(source, registry))
    # What stands inside another that was used has been used with it.
    bound = frozenset(
        key for key in given if any(is_within(spelled(key, ""), used) for used in evaluator.bound)
    )
    use = BaseRateUse() if around.lr is None else use_of(evaluator)
    notes = (*evaluator.notes, *_assumed(evaluator, assumed_lr))
    if optimized and evaluator.optimizers and not found[0].alone:
        model = modelled(evaluator, evaluator.optimizers[0])
        found = [replace(each, optimizer=model) for each in found]
    return tuple(
        replace(
            each,
            notes=(*each.notes, *notes),
            source=source,
            bound=bound,
            # An optimizer by itself has the rate it is given.
            base_rate=replace(use, taken_by=frozenset({each.schedule})) if each.alone else use,
        )
        for each in found
    )


_MOST_OPEN: Final = 24
"""Most open names that are looked for in one text."""


def _all_open(asked: Request, first: OpenNameError) -> NotationError:
    """The error that names all names a text leaves open, as options to paste.

    What one of them hides comes out once something stands in for it.
    """
    names_ = [first.name]
    nodes = nodes_of(asked.source.tree)
    made = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made -= {node.arg for node in nodes if isinstance(node, ast.arg)}
    given = {**asked.given, first.name: _STAND_IN}
    while len(names_) < _MOST_OPEN and len(given) < len(asked.given) + 2 * _MOST_OPEN:
        try:
            drawn(replace(asked, given=given, looking=True))
        except OpenNameError as error:
            if error.name in given:
                break
            # What holds a name that is asked for, or is made of it, is open for what stands in for it.
            if error.name not in made and not any(is_within(name, error.name) for name in names_):
                names_.append(error.name)
            given[error.name] = _STAND_IN
        except (LrplotError, RecursionError):
            break
        else:
            break
    names_ = [name for i, name in enumerate(names_) if not i or _is_asked(asked, name, names_)]
    if len(names_) == 1:
        return first
    options = " ".join(map(let, names_))
    listed = ", ".join(f"'{name}'" for name in names_)
    told = asked.source.at(f"{listed} are not known here; bind them: {options}", first)
    return OpenNameError.of(told, first.name)


def _is_asked(asked: Request, name: str, names_: Sequence[str]) -> bool:
    """True where a name is asked for whatever the others are, and not behind ``if len(files) > 0`` alone."""
    others = {each: "0" for each in names_ if each != name}
    try:
        drawn(replace(asked, given={**asked.given, **others}, looking=True))
    except (LrplotError, RecursionError):
        return True
    return False


_STAND_IN: Final = "12"
"""What stands in for an open name while the others are looked for."""


def _nothing(source: Source, registry: Registry) -> NotationError:
    """The error for a text without a scheduler; a lone call of an unknown name is told by that name."""
    statements = source.tree.body
    if not statements:
        return source.refuse("nothing in it: a script, a call or a spec was expected", source.tree)
    unread = unread_call(source.tree)
    if unread is not None:
        return source.refuse(unread[1], unread[0])
    scheduling = _made_elsewhere(source)
    if scheduling is not None:
        return scheduling
    value = getattr(statements[0], "value", None)
    if len(statements) > 1 or not isinstance(value, ast.Call):
        return source.refuse("no scheduler call in it", statements[0])
    return source.refuse(no_such(ast.unparse(value.func), registry.names), value.func)


def _made_elsewhere(source: Source) -> NotationError | None:
    """The error for the first call whose name says that it schedules, and that comes from another file."""
    names_ = dotted_names(source.tree)
    for node in nodes_of(source.tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names_:
            said = elsewhere(names_[node.func.id], source.tree)
            if said is not None:
                return source.refuse(said, node)
    return None


def read_mapping(
    mapping: Mapping[str, Any],
    name: str,
    around: Context,
    registry: Registry,
    *,
    assumed_lr: float | None = None,
) -> Reading | None:
    """The schedule that a mapping of a config file describes, None where it describes none.

    Raises
    ------
    NotationError
        When it does, and its arguments are wrong.
    """
    source = Source(name, ("",), ast.parse(""), ())
    evaluator = Evaluator(source, around, Rates(around.lr, assumed_lr), {}, registry)
    made = evaluator.making.described(_deep(evaluator, mapping, source.tree), source.tree)
    if not isinstance(made, Made):
        return None
    if made.needs is not None:
        raise source.refuse(made.needs, source.tree)
    notes = (*evaluator.notes, *_assumed(evaluator, assumed_lr))
    use = BaseRateUse() if around.lr is None else use_of(evaluator)
    return Reading(made.call, made.call, made.framework, made.schedule, notes=notes, base_rate=use)


def _deep(evaluator: Evaluator, value: Any, node: ast.AST) -> Any:
    """A config's plain data, its inner mappings read first."""
    if isinstance(value, Mapping):
        inner = {
            str(key): child
            if key in {"init_args", "params"} and isinstance(child, Mapping)
            else _inner(evaluator, child, node)
            for key, child in value.items()
        }
        for key in ("init_args", "params"):
            if isinstance(inner.get(key), Mapping):
                inner[key] = {str(k): _inner(evaluator, v, node) for k, v in inner[key].items()}
        return inner
    return _inner(evaluator, value, node)


def _inner(evaluator: Evaluator, value: Any, node: ast.AST) -> Any:
    if isinstance(value, Mapping):
        deep = _deep(evaluator, value, node)
        described = evaluator.making.described(deep, node)
        return described if isinstance(described, Made) else deep
    if isinstance(value, list):
        return [_inner(evaluator, child, node) for child in value]
    return value


def _assumed(evaluator: Evaluator, lr: float | None) -> tuple[str, ...]:
    return (f"no base rate in it; drawn with lr {lr:g} (--lr)",) if evaluator.assumed_rate else ()
