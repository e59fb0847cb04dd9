"""Open names that hold no optimizer, though they are called like one: of settings, and of modules."""

import ast
from functools import lru_cache
from typing import Final

from lrplot.python.nodes import nodes_of
from lrplot.python.parameters import Path
from lrplot.python.registry import Registry
from lrplot.python.values import Unknown

_NAMES: Final = frozenset(
    {"config", "configs", "cfg", "conf", "args", "hparams", "hp", "params", "flags", "settings", "options"}
)
"""What people call what holds their settings: its ``optimizer.lr`` is a number of theirs."""


def is_of_configuration(value: Unknown | Path) -> bool:
    """True where something open is a part of the settings, as ``config.optimizer`` is.

    >>> is_of_configuration(Path("config.optimizer", None)), is_of_configuration(Path("self.optimizer", None))
    (True, False)
    """
    text = value.name if isinstance(value, Path) else value.text
    return any(part.lower().strip("_") in _NAMES for part in text.split(".")[:-1])


def is_a_module(value: Unknown | Path, registry: Registry) -> bool:
    """True where something open is a framework's own module, as ``torch.optim`` is."""
    return isinstance(value, Path) and registry.home(f"{value.name}.x") is not None


@lru_cache(maxsize=8)
def counters(tree: ast.AST) -> frozenset[str]:
    r"""The attributes that a text sets to numbers and counts on, and to nothing else: ``self.step``.

    >>> sorted(counters(ast.parse("self.step = 0\nself.step += 1\nself.f = g\nself.f += 1")))
    ['self.step']
    """
    counted: set[str] = set()
    others: set[str] = set()
    for node in nodes_of(tree):
        if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Attribute):
            counted.add(ast.unparse(node.target))
        elif isinstance(node, ast.Assign):
            plain = isinstance(node.value, ast.Constant) and isinstance(node.value.value, int | float)
            others |= set() if plain else {ast.unparse(each) for each in node.targets}
    return frozenset(counted - others)
