"""Where results go: files written whole or not at all, and standard output."""

import os
import stat
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from lrplot.errors import OutputError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

_WIDE = 160


def write_file(path: Path, chunks: Iterable[bytes]) -> None:
    """Write a file whole: to a temporary one beside it, then renamed over it; say so on standard error.

    What was there stays there when anything fails.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    target = path.resolve() if path.is_symlink() else path
    try:
        if target.exists() and not target.is_file():
            if target.is_dir():
                raise OutputError(f"{path}: is a folder")
            with target.open("wb") as device:
                device.writelines(chunks)
        else:
            _replace(target, chunks)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from None
    say(f"wrote {path}")


def _replace(target: Path, chunks: Iterable[bytes]) -> None:
    if not target.parent.is_dir():
        raise OutputError(f"{target}: there is no folder {target.parent}")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:32]}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.writelines(chunks)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_mode(target))
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


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
    print(message, file=sys.stderr)  # noqa: T201


def ascii_only() -> bool:
    """Whether standard output cannot show Unicode."""
    encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
    return not encoding.startswith("utf")


def console() -> "Console":
    """Standard output for tables: the terminal's width, or a wide one where there is no terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdecimal() else _WIDE
    return Console(file=sys.stdout, width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def show(renderable: "RenderableType") -> None:
    """Print a table."""
    out = console()
    with out.capture() as captured:
        out.print(renderable)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
