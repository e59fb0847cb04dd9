"""Reading files to a bound, so that neither what never ends nor a pipe nobody writes to holds anything up."""

import contextlib
import os
import select
import stat
import time
from collections.abc import Iterator
from contextvars import ContextVar
from pathlib import Path
from typing import Final

from lrplot.errors import LrplotError

LARGEST_TEXT: Final = 10_000_000
"""Bytes of the largest spec or script that is read."""
_PATIENCE: Final = 5.0
"""Seconds to wait for somebody to open the other end of a named pipe."""
_CHUNK: Final = 1 << 20
"""Bytes read at once, 1 MB: a pipe that never ends is held in no more than what is allowed and this."""
_NOTED: Final[ContextVar[list[Path] | None]] = ContextVar("noted", default=None)
"""The files that were read since somebody asked for them."""


@contextlib.contextmanager
def files_read() -> Iterator[list[Path]]:
    """The files, as absolute paths, that are read while it lasts: what is made of them is as old as they are.

    >>> with files_read() as found:
    ...     note_file(Path("/a/b.yaml"))
    >>> [path.name for path in found]
    ['b.yaml']
    """
    found: list[Path] = []
    token = _NOTED.set(found)
    try:
        yield found
    finally:
        _NOTED.reset(token)


def note_file(path: Path) -> None:
    """Say that a file is read, to whom it concerns; :func:`read_bytes` says it by itself."""
    found = _NOTED.get()
    if found is not None and (whole := path.absolute()) not in found:
        found.append(whole)


def read_bytes(path: Path, most: int, name: str | None = None) -> bytes:
    """The contents of a file, a pipe or a device, where they are no more than ``most`` bytes.

    Parameters
    ----------
    path
        Where it is.
    most
        Bytes that are read at most.
    name
        What an error calls it; its path when left out.

    Raises
    ------
    LrplotError
        When it cannot be read, holds more, or is a named pipe that nobody writes to.

    Examples
    --------
    >>> read_bytes(Path("/no/such"), 100)
    Traceback (most recent call last):
    lrplot.errors.LrplotError: /no/such: cannot be read: No such file or directory
    """
    called = str(path) if name is None else name
    note_file(path)
    try:
        with _opened(path) as stream:
            status = os.fstat(stream)
            data = _awaited(stream, called) if stat.S_ISFIFO(status.st_mode) else b""
            if not stat.S_ISREG(status.st_mode) or status.st_size <= most:
                data += _up_to(stream, most + 1 - len(data))
                if len(data) <= most:
                    return data
    except OSError as error:
        raise LrplotError(f"{called}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise LrplotError(f"{called!r}: cannot be read: {error}") from None
    raise LrplotError(f"{called}: larger than {_shown(most)}, the most that is read")


class _opened:  # noqa: N801 (a context, used as a function)
    """A file descriptor to read from, which opening a pipe without a writer does not wait for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stream = -1

    def __enter__(self) -> int:
        flags = (getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_BINARY"))
        self._stream = os.open(self._path, os.O_RDONLY | sum(flags))
        if hasattr(os, "O_NONBLOCK") and not stat.S_ISFIFO(os.fstat(self._stream).st_mode):
            os.set_blocking(self._stream, True)
        return self._stream

    def __exit__(self, *_: object) -> None:
        os.close(self._stream)


def _awaited(stream: int, name: str) -> bytes:
    """The first bytes of a pipe, once there is somebody who writes or has written to it."""
    until = time.monotonic() + _PATIENCE
    watch = select.poll()
    watch.register(stream, select.POLLIN)
    while time.monotonic() < until:
        gone = any(event & select.POLLHUP for _, event in watch.poll(0))
        try:
            data = os.read(stream, _CHUNK)
        except BlockingIOError:
            data = b""
            gone = True  # nothing yet, from somebody who is there
        if data or gone:
            os.set_blocking(stream, True)
            return data
        time.sleep(0.02)
    raise LrplotError(f"{name}: a pipe that nobody writes to")


def _up_to(stream: int, most: int) -> bytes:
    chunks: list[bytes] = []
    while most > 0 and (chunk := os.read(stream, min(most, _CHUNK))):
        chunks.append(chunk)
        most -= len(chunk)
    return b"".join(chunks)


def _shown(count: int) -> str:
    return f"{count // 1_000_000} MB" if count >= 1_000_000 else f"{count} bytes"
