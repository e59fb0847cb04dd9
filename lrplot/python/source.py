"""Python text as people paste it, parsed and never executed."""

import ast
import re
from dataclasses import dataclass, field
from typing import Final

from lrplot.errors import NotationError
from lrplot.python.nodes import nodes_of
from lrplot.python.private_names import told_apart
from lrplot.text.caret import with_caret
from lrplot.text.parsing import module_of

_LONGEST: Final = 500_000
"""Characters of a script that is read: the trainer of Transformers 5, in one file, has 236,000."""
_DEEPEST: Final = 60
"""Brackets inside each other; Python's own parser stops at 200, and what reads a tree calls itself."""
_PROMPT: Final = re.compile(r"\s*(>>>|In \[\d+\]:) ?")
_CONTINUED: Final = re.compile(r"\s*(>>>|\.\.\.(?= |$)|In \[\d+\]:) ?")
_MAGIC: Final = re.compile(r"\s*(%%?[A-Za-z]|!(?!=)|```)")
_COMMENT: Final = re.compile(r"#.*")


@dataclass(frozen=True, slots=True)
class Source:
    """A text, its syntax tree, and how many characters were taken off the front of each line.

    Prompts (``>>>``, ``In [1]:``), an indent that all lines share, and a notebook's magic lines are
    taken off before parsing.
    """

    name: str
    lines: tuple[str, ...]
    tree: ast.Module
    removed: tuple[int, ...] = field(repr=False)
    arguments: tuple[str, ...] | None = None
    """The words behind its name in the command that starts it, None where no command is known."""
    places: tuple[str, ...] = ()
    """Where each line stands in the file, where that is not its number: ``cell 3:2``."""

    def refuse(self, message: str, node: ast.AST) -> NotationError:
        """The error that points at ``node``."""
        line = getattr(node, "lineno", 1) - 1
        start = getattr(node, "col_offset", 0)
        same = getattr(node, "end_lineno", None) == line + 1
        width = getattr(node, "end_col_offset", start + 1) - start if same else 1
        return _error(message, self.name, self.lines, line, self._column(line, start), width, self.places)

    def at(self, message: str, place: NotationError) -> NotationError:
        """The error that points where another does."""
        return _error(message, self.name, self.lines, place.line, place.column, place.width, self.places)

    def _column(self, line: int, offset: int) -> int:
        """The character a byte offset of the parser stands for, in the line as it was written."""
        removed = self.removed[line] if line < len(self.removed) else 0
        kept = self.lines[line][removed:] if line < len(self.lines) else ""
        return removed + len(kept.encode()[:offset].decode(errors="ignore"))


def parse(text: str, name: str, places: tuple[str, ...] = ()) -> Source:
    """Read a text; ``places`` say where each of its lines stands, where that is not its number.

    Raises
    ------
    NotationError
        When it is no Python, too long, or nested too deeply.
    """
    lines = tuple(text.splitlines()) or ("",)
    if len(text) > _LONGEST:
        raise _error(f"{len(text)} characters; at most {_LONGEST} are read", name, lines, places=places)
    _check_depth(text, name, lines, places)
    prompted = any(_PROMPT.match(line) for line in lines)
    removed = [_front(line, prompted=prompted) for line in lines]
    kept = ["" if _MAGIC.match(line) else line[cut:] for line, cut in zip(lines, removed, strict=True)]
    indents = [len(line) - len(line.lstrip()) for line in kept if line.strip()]
    indent = min(indents, default=0)
    shared = kept[0][:indent] if kept else ""
    if indent and all(not line.strip() or line.startswith(shared) for line in kept):
        kept = [line[indent:] for line in kept]
        removed = [cut + indent for cut in removed]
    try:
        tree = told_apart(module_of("\n".join(kept)))
    except SyntaxError as error:
        line = min(max(0, (error.lineno or 1) - 1), len(lines) - 1)
        column = removed[line] + max(0, (error.offset or 1) - 1)
        raise _error(f"not Python: {error.msg}", name, lines, line, column, places=places) from None
    except (ValueError, RecursionError, MemoryError):
        raise _error("not Python that can be read", name, lines, places=places) from None
    source = Source(name, lines, tree, tuple(removed), places=places)
    again = _repeated_keyword(tree)
    if again is not None:
        # Python's compiler refuses it, not its parser.
        raise source.refuse(f"not Python: keyword argument repeated: {again.arg}", again)
    return source


def _repeated_keyword(tree: ast.AST) -> ast.keyword | None:
    """The first keyword that its call was given before."""
    for node in nodes_of(tree):
        seen: set[str] = set()
        for keyword in node.keywords if isinstance(node, ast.Call) else ():
            if keyword.arg in seen:
                return keyword
            seen |= {keyword.arg} if keyword.arg else set()
    return None


def _front(line: str, *, prompted: bool) -> int:
    match = _CONTINUED.match(line) if prompted else None
    return match.end() if match else 0


def _check_depth(text: str, name: str, lines: tuple[str, ...], places: tuple[str, ...]) -> None:
    """Refuse deep nesting before the parser meets it: brackets, and signs before a number."""
    depth = 0
    for number, line in enumerate(lines):
        for column, character in enumerate(_COMMENT.sub("", line)):
            depth += (character in "([{") - (character in ")]}")
            if depth > _DEEPEST:
                raise _error(
                    f"more than {_DEEPEST} brackets inside each other",
                    name,
                    lines,
                    number,
                    column,
                    places=places,
                )
    if re.search(r"(?:[-+~]\s*){100}|(?:\bnot\s+){100}", _COMMENT.sub("", text)):
        raise _error("a hundred signs in a row", name, lines, places=places)


def _error(
    message: str,
    name: str,
    lines: tuple[str, ...],
    line: int = 0,
    column: int = 0,
    width: int = 1,
    places: tuple[str, ...] = (),
) -> NotationError:
    shown = with_caret(lines[line], column, width) if line < len(lines) and lines[line].strip() else ""
    at = places[line] if line < len(places) else f"{line + 1}"
    text = f"{name}:{at}:{column + 1}: {message}" + (f"\n{shown}" if shown else "")
    return NotationError(message, text, line, column, width)
