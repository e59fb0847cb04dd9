"""A REF as somebody wrote it, and the text it leads to, which is read once."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from lrplot.document.tree import Node, read
from lrplot.errors import SpecError, UsageError
from lrplot.files import LARGEST_TEXT, read_bytes
from lrplot.text.likeness import look_of_bytes

if TYPE_CHECKING:
    from lrplot.python.source import Source
    from lrplot.records.log import Log
    from lrplot.trainers.form import Form

SPEC_SUFFIXES: Final = frozenset({".yaml", ".yml", ".json"})
NOTEBOOK: Final = ".ipynb"
SCRIPT_SUFFIXES: Final = frozenset({".py", NOTEBOOK})
EVENTS: Final = "tfevents"
"""What the names of TensorBoard's files hold."""
WANTED: Final = "a REF is a spec, a framework's call, a script (.py, .ipynb) or a name of 'lrplot list'"
Item = TypeVar("Item")

_INPUT: Final = "standard input"
_SPEC_LINE: Final = re.compile(r"^schedules?\s*:|^\s*[\"']schedules?[\"']\s*:", re.MULTILINE)
"""What only a spec of lrplot has."""
_CLASS_PARSERS: Final = frozenset({"HfArgumentParser", "TrlParser", "H4ArgumentParser"})
_OVERRIDE: Final = re.compile(r"^[+~]{0,2}[A-Za-z_][\w./]*=")


@dataclass(frozen=True, slots=True)
class StartedScript:
    """A script that a command line starts."""

    path: Path
    source: "Source"
    """Its text, with the words behind it."""

    @property
    def reads_all(self) -> bool:
        """True where its text hands no class from elsewhere to a parser."""
        return not _classes_elsewhere(self.source)


class Kept(Generic[Item]):
    """The items of an iterator, each made when it is first asked for, and kept.

    >>> kept = Kept(iter([1, 2]))
    >>> next(iter(kept)), list(kept)
    (1, [1, 2])
    """

    def __init__(self, items: Iterator[Item]) -> None:
        self._items = items
        self._made: list[Item] = []

    def __iter__(self) -> Iterator[Item]:
        at = 0
        while True:
            if at == len(self._made):
                try:
                    self._made.append(next(self._items))
                except StopIteration:
                    return
            yield self._made[at]
            at += 1


class Ref:
    """A name, a path, a text, or ``-`` for standard input.

    >>> Ref("configs/sgdr.yaml").looks_like_file, Ref("StepLR(optimizer, 30)").is_text
    (True, True)
    """

    number: int | None = None
    """The number of a document's block; None for all else."""

    def __init__(self, spelled: str) -> None:
        self.spelled = spelled

    @property
    def is_input(self) -> bool:
        """True where it is standard input."""
        return self.spelled == "-"

    @property
    def looks_like_file(self) -> bool:
        """True where it is spelled as the path of a file, there or not."""
        suffixes = SPEC_SUFFIXES | SCRIPT_SUFFIXES
        return self.suffix in suffixes or ("/" in self.spelled and "(" not in self.spelled)

    @cached_property
    def is_file(self) -> bool:
        """True where there is such a file."""
        try:
            return not self.is_input and Path(self.spelled).is_file()
        except (OSError, ValueError):
            return False

    @property
    def is_text(self) -> bool:
        """True where it is itself the text that is meant: pasted, and no file's path."""
        return not self.is_file and ("(" in self.spelled or "\n" in self.spelled)

    @property
    def suffix(self) -> str:
        """The end of its name, where it is a path."""
        return Path(self.spelled).suffix

    @property
    def may_start_a_script(self) -> bool:
        """True where it may be a command line that names a script."""
        return ".py" in self.spelled and not self.is_file and not self.is_input

    @property
    def may_be_python(self) -> bool:
        """True where it may be a text in Python; standard input may be anything."""
        return self.is_input or self.is_text or self.suffix in SCRIPT_SUFFIXES

    @property
    def may_be_a_log(self) -> bool:
        """True where it may be a file of rows, a folder of some, or a column of one."""
        if not self.spelled or self.is_input or self.is_text or self.is_command_line:
            return False
        others = {".yaml", ".yml", *SCRIPT_SUFFIXES}
        return not self.is_file or self.suffix not in others or EVENTS in self.spelled

    @property
    def has_forms(self) -> bool:
        """True where its text holds keys and values in a way that is none of a spec's nor of Python's."""
        return any(True for _ in self.forms)

    @property
    def name(self) -> str:
        """The name of its text in errors."""
        if self.is_command_line and not self.is_file:
            return "command"
        return _INPUT if self.is_input else "call" if self.is_text else self.spelled

    @property
    def label(self) -> str:
        """The name of a picture of several schedules of its text."""
        return "stdin" if self.is_input else "call" if self.is_text else Path(self.spelled).stem

    @cached_property
    def text(self) -> str:
        """The text that stands there.

        Raises
        ------
        LrplotError
            When it cannot be read, or is no text.
        """
        if self.is_text:
            return self.spelled
        if not self.is_input:
            return _decoded(read_bytes(Path(self.spelled), LARGEST_TEXT, self.spelled), self.spelled)
        if sys.stdin is None:
            raise UsageError("standard input is closed")
        return _decoded(sys.stdin.buffer.read(LARGEST_TEXT + 1), _INPUT)

    @cached_property
    def tree(self) -> Node:
        """The text as YAML or JSON.

        Raises
        ------
        SpecError
            When it is neither.
        """
        return read(self.text, self.name)

    @cached_property
    def log(self) -> "Log":
        """The rates that a training logged there.

        Raises
        ------
        LrplotError
            When there are none.
        """
        from lrplot.records.reading import read_log

        return read_log(self.spelled, Path())

    @cached_property
    def python(self) -> "Source":
        """The text as Python.

        Raises
        ------
        NotationError
            When it is none.
        """
        from lrplot.python.source import parse

        if not self.is_notebook:
            return parse(self.text, self.name)
        from lrplot.python.cells import cells_of

        lines = cells_of(self.text, self.name).python
        places = tuple(line.place for line in lines)
        return parse("\n".join(line.text for line in lines), self.name, places)

    @property
    def is_notebook(self) -> bool:
        """True where the text is a notebook, to judge by its name, or by its beginning where it has none."""
        if not self.is_input:
            return self.suffix == NOTEBOOK and not self.is_text
        from lrplot.python.cells import looks_like_notebook

        return looks_like_notebook(self.text)

    @cached_property
    def forms(self) -> "Iterable[Form]":
        """The keys and values of its text, in every way they can be read; none of a spec or of Python."""
        if (self.is_file or self.is_input) and _SPEC_LINE.search(self.text):
            return ()
        if not (self.is_file or self.is_input or self.is_command_line):
            return ()
        from lrplot.trainers.forms import forms_of

        if self.is_notebook and (self.is_file or self.is_input):
            from lrplot.trainers.forms.notebook import notebook

            return Kept(notebook(self.text, self.name, None if self.is_input else Path(self.spelled).parent))
        if self.is_file or self.is_input:
            folder = None if self.is_input else Path(self.spelled).parent
            found = forms_of(self.text, self.name, folder)
            # What looks like flags or a mapping in a script is none of its configuration.
            kinds = {"python", "toml"} if self.suffix in SCRIPT_SUFFIXES else None
            return Kept(form for form in found if kinds is None or form.kind in kinds)
        # A command is meant to be run where one stands, and names its files from there.
        read = tuple(forms_of(self.spelled, self.name, Path()))
        return (*self._forms_of_classes(read), *read)

    def _forms_of_classes(self, found: "Sequence[Form]") -> "Iterator[Form]":
        """The flags as the arguments of the classes that the script hands to a parser of dataclasses."""
        elsewhere = () if self.script is None else _classes_elsewhere(self.script.source)
        for form in found:
            if form.kind == "flags":
                yield from (replace(form, kind="python", program=each) for each in elsewhere)

    @cached_property
    def script(self) -> "StartedScript | None":
        """The script that a command line starts; None where it is no command line, or the file is not there.

        Raises
        ------
        LrplotError
            When the script cannot be read.
        """
        if not self.may_start_a_script:
            return None
        from lrplot.python.source import parse
        from lrplot.trainers.forms.command_line import started

        found = started(self.spelled)
        path = None if found is None else Path(found[0])
        try:
            if found is None or path is None or not path.is_file():
                return None
        except (OSError, ValueError):
            return None
        text = _decoded(read_bytes(path, LARGEST_TEXT, str(path)), str(path))
        return StartedScript(path, replace(parse(text, str(path)), arguments=found[1]))

    @property
    def is_command_line(self) -> bool:
        """True where it is a command line: several words, one of them a flag or ``key=value``."""
        words = self.spelled.split()[1:]
        flagged = any(word.startswith("--") for word in words)
        return flagged or ("(" not in self.spelled and any(_OVERRIDE.match(word) for word in words))

    @property
    def is_mapping(self) -> bool:
        """True where the text is a mapping in YAML or JSON."""
        try:
            return isinstance(self.tree.value, Mapping)
        except SpecError:
            return False


def _classes_elsewhere(source: "Source") -> list[str]:
    """The classes that a text hands to a parser of dataclasses, and that stand in another file."""
    from lrplot.python.nodes import nodes_of

    own = {node.name for node in nodes_of(source.tree) if isinstance(node, ast.ClassDef)}
    names = [
        name.id
        for node in nodes_of(source.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in _CLASS_PARSERS
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and name is not node.func
    ]
    return [name for name in dict.fromkeys(names) if name not in own]


def _decoded(data: bytes, name: str) -> str:
    look = look_of_bytes(data)
    if look is not None:
        raise SpecError(f"{name}: looks like {look}, not like a spec or a script\n{WANTED}")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(f"{name}: not UTF-8 text (byte {error.start})") from None
