"""fvcore and detectron2: their schedulers, and what hands one on."""

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from lrplot.frameworks.fvcore.calls import CALLS
from lrplot.frameworks.fvcore.spellings import SPELLINGS
from lrplot.python.framework import Framework
from lrplot.python.values import Unknown


def _lazily(_reader: Any, values: Sequence[Any], _named: Mapping[str, Any], node: ast.AST) -> Any:
    """``LazyCall(X)(…)`` makes what ``X(…)`` would."""
    return values[0] if len(values) == 1 else Unknown("LazyCall(…)", node)


COMBINATORS: Final[Mapping[str, Callable[..., Any]]] = {"LazyCall": _lazily}
"""Detectron2's functions that give on what they are given."""


FRAMEWORK: Final = Framework(
    name="fvcore",
    title="fvcore",
    roots=("fvcore", "detectron2"),
    calls=CALLS,
    combinators=COMBINATORS,
    spellings=SPELLINGS,
)
