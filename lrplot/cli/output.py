"""The way out of results and messages: files written whole or not at all, and the two streams."""

import base64
import contextlib
import io
import os
import re
import stat
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from lrplot.errors import OutputError
from lrplot.text.plain import printable
from lrplot.texts.phrases import in_language

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_WIDE = 160
"""Columns of what goes to a file or a pipe: wide enough that the usual tables keep a row on a line."""
_NARROW = 20
"""Columns of the narrowest output: what says that it has fewer is taken to have so many."""
_PIECE = 4096
"""Characters of a piece: the most that kitty's protocol lets stand in one escape sequence."""
_UNFINISHED: Final = re.compile(r"\.(?P<machine>[0-9a-f]{8})-(?P<process>[0-9]{1,19})-[0-9a-f]{8}\.tmp$")
_DAY: Final = 86_400
"""Seconds after which nobody writes to an unfinished file of another machine any more."""
_quiet: Final = ContextVar("quiet", default=False)
_language: Final = ContextVar("language", default="en")
_NOTES: Final = {"en": "lrplot: note: ", "zh": "lrplot：提示：", "zh-Hant": "lrplot：提示："}
_WARNINGS: Final = {"en": "lrplot: warning: ", "zh": "lrplot：警告：", "zh-Hant": "lrplot：警告："}
"""Whether the person asked for no notes."""


def resolved(path: Path) -> Path:
    """The place that a path names, links followed.

    Raises
    ------
    OutputError
        When its links go in a circle.
    """
    try:
        found = path.resolve()
    except (OSError, RuntimeError):
        found = path
    # From Python 3.13 on a circle is no error: what is still a link leads nowhere.
    if found.is_symlink():
        raise OutputError(f"{path}: its links go in a circle")
    return found


def check_place(path: Path) -> None:
    """Refuse a place where no file can be, before the work that fills it.

    Raises
    ------
    OutputError
        When it is a folder, or in none.
    """
    if path.is_dir():
        raise OutputError(f"{path}: is a folder")
    if not path.parent.is_dir():
        raise OutputError(f"there is no folder {path.parent}; make it first")


def write_file(path: Path, chunks: Iterable[bytes], *, quiet: bool = False) -> None:
    """Write a file whole: to a temporary one beside it, then renamed over it; say so on standard error.

    What was there stays there when anything fails.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            # A device, or a pipe: what /dev/stdout links to has no name of its own.
            with path.open("wb") as device:
                device.writelines(chunks)
        else:
            target = resolved(path) if path.is_symlink() else path
            check_place(target)
            _replace(target, chunks)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from None
    if not quiet:
        report(f"wrote {path}")


def _replace(target: Path, chunks: Iterable[bytes]) -> None:
    sweep(target.parent)
    # Its name is known before it is made, so that an interrupt at any time finds it.
    temporary = target.parent / temporary_name(target.name)
    try:
        with temporary.open("xb") as stream:
            stream.writelines(chunks)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def temporary_name(name: str) -> str:
    """A name for the unfinished file: what it will be, on which machine by which process it is written."""
    return f".{name[:32]}.{_machine()}-{os.getpid()}-{os.urandom(4).hex()}.tmp"


@cache
def _machine() -> str:
    """The name of the machine, or of this container of it, in which the numbers of processes are these."""
    import platform

    try:
        space = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        space = ""
    return f"{zlib.crc32(f'{platform.node()} {space}'.encode()):08x}"


def sweep(folder: Path) -> None:
    """Remove what ended processes left unfinished in a folder; those of other machines after a day."""
    for path in folder.glob(".*.tmp"):
        match = _UNFINISHED.search(path.name)
        with contextlib.suppress(OSError):
            if match is not None and _is_left(path, match["machine"], int(match["process"])):
                path.unlink()


def _is_left(path: Path, machine: str, process: int) -> bool:
    if machine == _machine() and os.name == "posix":
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        except (OSError, OverflowError):
            return False
    return time.time() - path.stat().st_mtime > _DAY


def _mode(target: Path) -> int:
    """The permissions the file has, or those any new file gets."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def write_stdout(chunks: Iterable[bytes], *, binary: bool = False) -> None:
    """Stream to standard output; pictures and arrays never to a terminal."""
    if binary and sys.stdout.isatty():
        raise OutputError("standard output is a terminal, which cannot show this; use -o FILE")
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def say(message: str) -> None:
    """A message to the person, on standard error."""
    print(printable(message, "\n"), file=sys.stderr)  # noqa: T201


def report(message: str) -> None:
    """A message that tells what was done; ``--quiet`` hides it."""
    if not _quiet.get():
        say(in_language(message, _language.get()))


def note(message: str) -> None:
    """A message that tells what was assumed; ``--quiet`` hides it."""
    if not _quiet.get():
        say(_NOTES[_language.get()] + in_language(message, _language.get()))


def warn(message: str) -> None:
    """A message that tells what did not turn out as it was asked for."""
    say(_WARNINGS[_language.get()] + in_language(message, _language.get()))


@contextlib.contextmanager
def speaking(language: str | None) -> Iterator[None]:
    """While it lasts, notes, warnings and reports are in a language; errors are in English always."""
    token = _language.set(language if language in _NOTES else "en")
    try:
        yield
    finally:
        _language.reset(token)


@contextlib.contextmanager
def hushed(wanted: bool) -> Iterator[None]:
    """While it lasts, notes and reports are said only where quiet is not ``wanted``."""
    token = _quiet.set(wanted)
    try:
        yield
    finally:
        _quiet.reset(token)


def ascii_only() -> bool:
    """True where standard output cannot show Unicode."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    return not encoding.startswith("utf") or os.environ.get("TERM") == "dumb"


def console(file: IO[str] | None = None, *, page: bool = False) -> "Console":
    """Standard output for tables: the terminal's width, or a wide one where there is no terminal.

    A ``file`` of its own is as wide, and without colours. A ``page`` in a pipe is as wide as the terminal on
    which a pager will show it; rows of tables stay whole there, for programs that read lines.
    """
    from rich.console import Console

    plain: dict[str, Any] = {"highlight": False, "markup": False, "emoji": False, "soft_wrap": False}
    if file is not None:
        return Console(file=file, width=_WIDE, force_terminal=False, color_system=None, **plain)

    given = os.environ.get("COLUMNS", "")
    width = (
        max(_NARROW, int(given))
        if given.isdecimal() and int(given)
        else None
        if sys.stdout.isatty()
        else (_behind_pipe() if page else None) or _WIDE
    )
    return Console(file=sys.stdout, width=width, **plain)


def _behind_pipe() -> int | None:
    """The width of the terminal that a person looks at while standard output is a pipe, None without one."""
    with contextlib.suppress(OSError, ValueError):
        if stat.S_ISFIFO(os.fstat(sys.stdout.fileno()).st_mode) and sys.stderr.isatty():
            return max(_NARROW, os.get_terminal_size(sys.stderr.fileno()).columns)
    return None


def show(renderable: "RenderableType", path: Path | None = None) -> None:
    """Print a table, or write it to a file; standard output that has no Unicode gets ASCII."""
    if path is not None:
        text = _printed(console(io.StringIO()), renderable)
        write_file(path, [text.encode()])
        return
    from lrplot.render.paged import Page

    page = isinstance(renderable, Page)
    if ascii_only():
        from lrplot.render.ascii import Ascii

        renderable = Ascii(renderable)
    sys.stdout.write(_printed(console(page=page), renderable))
    sys.stdout.flush()


def _printed(out: "Console", renderable: "RenderableType") -> str:
    with out.capture() as captured:
        out.print(renderable, crop=False)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def show_inline(png: bytes) -> None:
    """Show a picture where it is printed, in a terminal that can.

    Raises
    ------
    OutputError
        When the terminal is not known to.
    """
    name = os.environ.get("TERM_PROGRAM", "")
    if "kitty" in os.environ.get("TERM", "") or os.environ.get("KITTY_WINDOW_ID") or name == "ghostty":
        chunks = _kitty(png)
    elif name in {"iTerm.app", "WezTerm", "mintty", "vscode"}:
        coded = base64.b64encode(png).decode()
        chunks = [f"\x1b]1337;File=inline=1;size={len(png)}:{coded}\x07\n".encode()]
    else:
        raise OutputError(
            "--inline needs a terminal that shows pictures (kitty, ghostty, iTerm2, WezTerm, VS Code)"
        )
    write_stdout(chunks)


def _kitty(png: bytes) -> list[bytes]:
    """The kitty graphics protocol: base64 in pieces, each but the last saying that more follows."""
    coded = base64.b64encode(png)
    pieces = [coded[i : i + _PIECE] for i in range(0, len(coded), _PIECE)]
    heads = [f"{'a=T,f=100,' if i == 0 else ''}m={int(i < len(pieces) - 1)}" for i in range(len(pieces))]
    drawn = [
        b"\x1b_G" + head.encode() + b";" + piece + b"\x1b\\"
        for head, piece in zip(heads, pieces, strict=True)
    ]
    return [*drawn, b"\n"]
