"""The text of the nodes of a parsed expression."""

import ast


class Segments:
    """The text of the nodes of one text, which is split into its lines once, however many are asked for.

    ``ast.get_source_segment`` walks the whole text again for each node.

    >>> text = "f(1, b=[2, 3])"
    >>> Segments(text).of(ast.parse(text, mode="eval").body.keywords[0].value)
    '[2, 3]'
    """

    def __init__(self, text: str) -> None:
        # The places of the tree count bytes.
        self._lines = text.encode().split(b"\n")

    def of(self, node: ast.expr) -> str:
        """The text of one node."""
        first, last, stop = node.lineno - 1, node.end_lineno or node.lineno, node.end_col_offset
        lines = self._lines[first:last]
        lines[-1] = lines[-1][:stop]
        lines[0] = lines[0][node.col_offset :]
        return b"\n".join(lines).decode()
