import ast
from collections.abc import Sequence
from functools import lru_cache


@lru_cache(maxsize=8)
def nodes_of(tree: ast.AST) -> Sequence[ast.AST]:
    """Every node of a text's tree, as ``ast.walk`` gives them; dozens of questions are asked of them all.

    A text's tree is never changed, so one walk is enough.

    >>> [type(node).__name__ for node in nodes_of(ast.parse("a"))]
    ['Module', 'Expr', 'Name', 'Load']
    """
    return tuple(ast.walk(tree))
