"""Private names of classes (``self.__rate``), told apart where two classes of a text have the same."""

import ast
from collections import defaultdict
from typing import Final

_FIELDS: Final = ("attr", "id", "name", "arg")
"""Fields of a syntax tree's nodes that hold a name."""


def told_apart(tree: ast.Module) -> ast.Module:
    r"""The tree, in which a private name that several classes use has the class before it, as in Python.

    A name that one class alone uses, and that is not spelled with the class, stays as it is written.

    >>> text = "class A:\n  def f(self): self.__x = 1\nclass B(A):\n  def g(self): self.__x = 2"
    >>> "_B__x" in ast.unparse(told_apart(ast.parse(text)))
    True
    """
    used: dict[str, set[str]] = defaultdict(set)
    spelled = {str(getattr(node, key)) for node in ast.walk(tree) for key in _FIELDS if hasattr(node, key)}
    if not any(_is_private(name) for name in spelled):
        return tree
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    for of in classes:
        for node, key in _private(of):
            used[getattr(node, key)].add(_spelled(of, getattr(node, key)))
    wanted = {name for name, places in used.items() if len(places) > 1 or places & spelled}
    # The inner class first: what is renamed in it is no private name any more.
    for of in reversed(classes):
        for node, key in list(_private(of)) if wanted else ():
            if getattr(node, key) in wanted:
                setattr(node, key, _spelled(of, getattr(node, key)))
    return tree


def _is_private(name: str) -> bool:
    return name.startswith("__") and not name.endswith("__") and "." not in name


def _spelled(of: ast.ClassDef, name: str) -> str:
    return f"_{of.name.lstrip('_')}{name}"


def _private(of: ast.ClassDef) -> list[tuple[ast.AST, str]]:
    found: list[tuple[ast.AST, str]] = []
    for statement in of.body:
        for node in ast.walk(statement):
            for key in _FIELDS:
                name = getattr(node, key, None)
                if isinstance(name, str) and _is_private(name):
                    found.append((node, key))
    return found
