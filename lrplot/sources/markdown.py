"""Markdown documents as REFs: each fenced block that says a schedule is one, ``doc.md#2`` the second."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lrplot.errors import UsageError
from lrplot.files import LARGEST_TEXT, read_bytes
from lrplot.sources.place import Place
from lrplot.sources.ref import Ref
from lrplot.text.markdown import Block, blocks_of

if TYPE_CHECKING:
    from lrplot.trainers.form import Form

_SUFFIX_OF: Final[Mapping[str, str]] = {
    **dict.fromkeys(("python", "py", "python3", "pycon", "ipython", "ipython3"), ".py"),
    **dict.fromkeys(("yaml", "yml"), ".yaml"),
    **dict.fromkeys(("json", "jsonc", "json5"), ".json"),
    "toml": ".toml",
    **dict.fromkeys(("sh", "bash", "shell", "zsh", "console", "shell-session", "terminal"), ".sh"),
}
"""The kind of file that a block of a language is as."""
_SESSIONS: Final = frozenset({"console", "shell-session", "terminal"})
_PROMPT: Final = re.compile(r"^(\s*)[$%] ")


class BlockRef(Ref):
    """A block of a document, as if its text stood alone in a file, on the lines on which it stands there."""

    def __init__(self, path: Path, block: Block, number: int) -> None:
        super().__init__(f"{path}#{number}")
        self.path = path
        self.block = block
        self.number = number

    @cached_property
    def is_file(self) -> bool:
        """True: its text is no path."""
        return True

    @property
    def looks_like_file(self) -> bool:
        """True: it is read as a file is."""
        return True

    @property
    def is_text(self) -> bool:
        """False: it is named by its document."""
        return False

    @property
    def is_command_line(self) -> bool:
        """False: its commands stand in its text."""
        return False

    @property
    def suffix(self) -> str:
        """The suffix of a file in its language."""
        return _SUFFIX_OF.get(self.block.language, "")

    @property
    def name(self) -> str:
        """The document's name; line numbers are the document's too."""
        return str(self.path)

    @property
    def label(self) -> str:
        """The document's name and the number of the block."""
        return f"{self.path.stem}-{self.number}"

    @cached_property
    def text(self) -> str:
        """The text in it, on the lines of the document; of a terminal's session, the commands."""
        lines = self.block.text.splitlines()
        if self.block.language in _SESSIONS:
            lines = _commands(lines)
        return "\n" * (self.block.line - 1) + "\n".join(lines) + "\n"

    @cached_property
    def forms(self) -> "tuple[Form, ...]":
        """The keys and values in it that are written in its language."""
        from lrplot.trainers.forms import forms_of

        kinds = _KINDS.get(self.suffix, frozenset[str]())
        if not kinds or (self.suffix in {".yaml", ".json"} and self.says_a_schedule):
            return ()
        return tuple(form for form in forms_of(self.text, self.name, self.path.parent) if form.kind in kinds)

    @property
    def says_a_schedule(self) -> bool:
        """True where it has a spec's own key."""
        return self.is_mapping and bool(self.tree.entries.keys() & {"schedule", "schedules"})


_KINDS: Final[Mapping[str, frozenset[str]]] = {
    ".py": frozenset({"python"}),
    ".yaml": frozenset({"mapping"}),
    ".json": frozenset({"mapping"}),
    ".toml": frozenset({"toml"}),
    ".sh": frozenset({"flags"}),
}
"""The kinds of forms that a block of a language holds."""


def _commands(lines: Sequence[str]) -> list[str]:
    """The commands of a session, blank lines in place of what they print."""
    prompted = any(map(_PROMPT.match, lines))
    kept: list[str] = []
    goes_on = False
    for line in lines:
        begins = _PROMPT.match(line) is not None
        kept.append(_PROMPT.sub(r"\1", line) if begins or goes_on or not prompted else "")
        goes_on = (begins or goes_on) and line.rstrip().endswith("\\")
    return kept


def blocks_in(path: Path) -> list[Block]:
    """The fenced blocks of a document, in order.

    Raises
    ------
    LrplotError
        When it cannot be read.
    """
    data = read_bytes(path, LARGEST_TEXT, str(path))
    return blocks_of(data.decode("utf-8-sig", errors="replace").replace("\r\n", "\n"))


def schedules_in(path: Path, is_schedule: Callable[[Ref], bool]) -> list[BlockRef]:
    """The blocks of a document that say a schedule, numbered from 1.

    Parameters
    ----------
    path
        The document.
    is_schedule
        Whether a block says one.
    """
    found: list[BlockRef] = []
    for block in blocks_in(path):
        if block.language in _SUFFIX_OF:
            each = BlockRef(path, block, len(found) + 1)
            if is_schedule(each):
                found.append(each)
    return found


def chosen(place: Place, found: Sequence[BlockRef]) -> BlockRef:
    """The one of a document's schedules that a REF means.

    Raises
    ------
    UsageError
        When there are several and none is named, or there is no such one.
    """
    listed = ", ".join(f"{place.path}#{each.number} (line {each.block.line})" for each in found)
    if place.number is None and len(found) > 1:
        raise UsageError(f"{place.path}: {len(found)} blocks in it are schedules; name one: {listed}")
    number = 1 if place.number is None else place.number
    if not found:
        raise UsageError(
            f"{place.path}: none of its {len(blocks_in(place.path))} fenced blocks is a schedule"
        )
    if not 1 <= number <= len(found):
        raise UsageError(f"{place.path}#{place.spelled or number}: no such block; there are {listed}")
    return found[number - 1]


def skipped(path: Path, found: Sequence[BlockRef]) -> str:
    """The note on the blocks that are no schedules; empty where all are."""
    every = blocks_in(path)
    lines = [str(block.line) for block in every if block.line not in {each.block.line for each in found}]
    if not lines:
        return ""
    of = f"{len(lines)} of {len(every)} blocks {'is no schedule' if len(lines) == 1 else 'are no schedules'}"
    shown = ", ".join(lines[:_SHOWN]) + (" …" if len(lines) > _SHOWN else "")
    return f"{path}: {of} (line{'s' * (len(lines) > 1)} {shown})"


_SHOWN: Final = 8
"""Lines that are listed, so that the note stays one."""
