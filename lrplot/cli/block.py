"""A block of a document that says what is drawn there: REFs and options as a command line's, or a spec."""

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from lrplot.cli import command_for
from lrplot.cli.compare import As, Picture, together
from lrplot.cli.figure_words import BARE
from lrplot.cli.groups import FigureOptions, RunOptions, SeriesOptions, overrides
from lrplot.errors import LrplotError, UsageError
from lrplot.files import files_read
from lrplot.run import Run
from lrplot.sources.markdown import BlockRef
from lrplot.text.markdown import DRAWN, Block
from lrplot.text.words import WordsError, words_of

_KEY: Final = re.compile(r"""["']?\w+["']?[ \t]*:(?:\s|$)|\{""")
"""How the first line of a spec begins."""
_TYPED: Final = ("$", "lrplot", "render", "compare")
"""Words before a command's own, in their order: what is copied from a terminal begins with some of them."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The runs that a block draws on one pair of axes, and the absolute paths of the files they come from."""

    runs: tuple[Run, ...]
    files: tuple[Path, ...]


def read_block(text: str, path: Path, line: int, options: Sequence[str] = ()) -> Drawn:
    """Read what a block says.

    Parameters
    ----------
    text
        The block's text: a spec, or REFs and options of ``compare``, in one line or several. Files are named
        from the folder of the document, as links are.
    path
        The document.
    line
        The line of the document on which the text begins, from 1.
    options
        Words beside the text, as a directive's options are.

    Raises
    ------
    LrplotError
        When it cannot be drawn; the message begins with the document and the line.
    """
    here = Path.cwd()
    with files_read() as files, _in_folder(path.parent):
        try:
            runs = _runs(text, Path(path.name), line, options)
        except LrplotError as error:
            raise LrplotError(_placed(str(error), path, line)) from None
        sheets = {each.style.stylesheet for each in runs} - {None}
        files += [Path(sheet).absolute() for sheet in sheets if sheet is not None]
    return Drawn(tuple(_from(run, path.parent, here) for run in runs), tuple(dict.fromkeys(files)))


@contextlib.contextmanager
def _in_folder(folder: Path) -> Iterator[None]:
    try:
        inside = contextlib.chdir(folder)
        inside.__enter__()
    except OSError as error:
        raise LrplotError(f"{folder}: {error.strerror or error}") from None
    try:
        yield
    finally:
        inside.__exit__(None, None, None)


def _placed(message: str, path: Path, line: int) -> str:
    """A message that begins with the document, which it may call by its name alone, and a line."""
    if re.match(rf"{re.escape(path.name)}:\d", message):
        return f"{path.parent / message}" if path.parent != Path() else message
    return f"{path}:{line}: {message}"


def _from(run: Run, folder: Path, here: Path) -> Run:
    """The run with its style sheet named from where the program stands."""
    sheet = run.style.stylesheet
    if sheet is None:
        return run
    named = Path(os.path.relpath(here / folder / sheet, here)).as_posix()
    return replace(run, style=run.style.model_copy(update={"stylesheet": named}))


def _runs(text: str, path: Path, line: int, options: Sequence[str]) -> Sequence[Run]:
    spec = is_spec(text)
    said = _said([*([] if spec else _words(text, path, line)), *options])
    references: list[Any] = [*said.references]
    if spec:
        references.append(_SpecRef(path, Block("yaml", text, line, 0), 0))
    if not references:
        raise UsageError("nothing to draw in it; write a REF, as cosine, or a spec")
    return said.drawn(references).runs


def is_spec(text: str) -> bool:
    r"""True where the first line that says something is a key and its value.

    >>> is_spec("# mine\nlr: 0.1"), is_spec("Ours=cosine")
    (True, False)
    """
    lines = (line.strip() for line in text.splitlines())
    first = next((line for line in lines if line and not line.startswith("#")), "")
    return _KEY.match(first) is not None


def _words(text: str, path: Path, line: int) -> list[str]:
    try:
        words = words_of(text)
    except WordsError as error:
        raise LrplotError(f"{path}:{line + error.line}: {error}") from None
    for typed in _TYPED:
        if words[:1] == [typed]:
            words = words[1:]
    return words


class _SpecRef(BlockRef):
    """A spec that is the text of a block; one schedule in it is called by its type."""

    @property
    def label(self) -> str:
        """The schedule's type, or the document's name where there are several or none is said."""
        node = self.tree.entries.get("schedule") if self.is_mapping else None
        inner = node.entries.get("type") if node is not None and node.entries else None
        for each in (node, inner):
            if each is not None and isinstance(each.value, str) and each.value.isidentifier():
                return each.value.replace("_", " ")
        return self.path.stem


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of a block, as the parser of a command line reads them."""

    references: Sequence[str]
    frameworks: str | None
    run: RunOptions
    series: SeriesOptions
    figure: FigureOptions

    def drawn(self, references: Sequence[Any]) -> Picture:
        """What they draw."""
        said = overrides(self.run, self.series, self.figure, relative=not self.frameworks)
        return together(references, said, self.frameworks, self.run, self.figure)


def _said(words: Sequence[str]) -> _Said:
    try:
        found = _parser()(list(words))
    except LrplotError:
        raise
    except Exception as error:  # a wrong use, whose class is Click's or that of the copy which Typer carries
        told: Callable[[], str] | None = getattr(error, "format_message", None)
        if told is None:
            raise
        raise UsageError(told()) from None
    assert isinstance(found, _Said)  # noqa: S101 (the parser's own answer)
    return found


References = Annotated[list[str] | None, typer.Argument(metavar="REF...")]


def _block(
    references: References = None,
    *,
    frameworks: As = None,
    run: RunOptions,
    series: SeriesOptions,
    figure: FigureOptions,
) -> _Said:
    return _Said(references or (), frameworks, run, series, figure)


@dataclass(frozen=True, slots=True)
class BlockOption:
    """An option of a block: its name without dashes, and how its values are written.

    Parameters
    ----------
    name
        ``steps-per-epoch``.
    flag
        Whether it has no value.
    several
        Whether it may be given several times.
    """

    name: str
    flag: bool = False
    several: bool = False


def block_options() -> Iterator[BlockOption]:
    """All that a block takes: the options of ``compare`` over a schedule and over its picture."""
    for param in _command().params:
        flag, several = bool(getattr(param, "is_flag", False)), bool(getattr(param, "multiple", False))
        for spelled in (*param.opts, *param.secondary_opts):
            if spelled.startswith("--") and spelled != "--quiet":
                yield BlockOption(spelled[2:], flag, several)
    yield from (BlockOption(spelled[2:], spelled.startswith("--no")) for spelled in BARE)


@cache
def _command() -> Any:
    return command_for(DRAWN, _block, help_names=())


@cache
def _parser() -> Callable[[list[str]], Any]:
    """The parser, made once: it takes longer than all that it reads."""
    return lambda words: _command().main(args=words, prog_name=DRAWN, standalone_mode=False)
