"""TensorFlow 1: rates that are fed to a graph while it runs."""

import ast
from typing import Any, Final

from lrplot.python.nodes import nodes_of
from lrplot.python.syntax import last_part

_FED: Final = frozenset({"placeholder", "placeholder_with_default"})


def check(script: Any) -> None:
    """Refuse an optimizer whose rate is a placeholder: each call of the session says another."""
    fed = {
        target.id
        for node in nodes_of(script.tree)
        if isinstance(node, ast.Assign) and _is_fed(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in nodes_of(script.tree):
        if _feeds_a_rate(node):
            raise script.certainly(
                "a rate is fed here while the graph runs (feed_dict), which is not read; give the function "
                "that the fed rate comes from by itself",
                node,
            )
        if not isinstance(node, ast.Call) or not last_part(node.func).endswith("Optimizer"):
            continue
        rates = [*node.args[:1], *(k.value for k in node.keywords if k.arg in {"lr", "learning_rate"})]
        if any(_is_fed(each) or (isinstance(each, ast.Name) and each.id in fed) for each in rates):
            raise script.certainly(
                "this optimizer's rate is fed while the graph runs (feed_dict), which is not read; give the "
                "function that the fed rate comes from by itself",
                node,
            )


_RATES: Final = frozenset({"lr", "learning_rate"})


def _feeds_a_rate(node: ast.AST) -> bool:
    """True for ``feed_dict={learning_rate: …}``."""
    return (
        isinstance(node, ast.keyword)
        and node.arg == "feed_dict"
        and isinstance(node.value, ast.Dict)
        and any(key is not None and last_part(key) in _RATES for key in node.value.keys)
    )


def _is_fed(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and last_part(node.func) in _FED
