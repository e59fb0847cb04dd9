"""The rate of an optimizer that is given options which are not known: ``SGD(parameters, **options)``."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from lrplot.python.values import Optimizer, Unknown

if TYPE_CHECKING:
    from lrplot.python.state import State

_RATES: Final = ("lr", "learning_rate")


def with_rate_of(
    evaluator: "State", made: Optimizer, values: Sequence[Any], named: Mapping[str, Any]
) -> Optimizer:
    """The optimizer, its rate open where such options may say it: a default is not what it trains with."""
    options = named.get("**")
    if not isinstance(options, Unknown) or len(values) > 1 or any(name in named for name in _RATES):
        return made
    text = ast.unparse(ast.parse(f"{ast.unparse(options.node)}['lr']", mode="eval"))
    if text in evaluator.bindings:
        evaluator.bound.add(text)
        return replace(made, lr=evaluator.bindings[text])
    return replace(made, lr=Unknown(text, options.node))
