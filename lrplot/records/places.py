"""Files of records: ``FILE`` or ``FILE#COLUMN``."""

from pathlib import Path

from lrplot.errors import LrplotError
from lrplot.text.caret import brief
from lrplot.text.nearest import did_you_mean


def place(where: str, folder: Path) -> tuple[Path, str | None]:
    """The file and the column that a text names; a ``#`` may be part of the file's name.

    Raises
    ------
    LrplotError
        When there is no such file.

    Examples
    --------
    >>> place("no.csv#lr", Path("/nowhere"))
    Traceback (most recent call last):
    lrplot.errors.LrplotError: /nowhere/no.csv: no such file
    """
    try:
        return _found(where, folder)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LrplotError(f"'{brief(where)}' names no file: {reason}") from None


def _found(where: str, folder: Path) -> tuple[Path, str | None]:
    whole = folder / where
    name, mark, column = where.rpartition("#")
    path = whole if whole.is_file() or not mark else folder / name
    if path.is_dir():
        raise LrplotError(f"{path}: a folder, not a file")
    if path.exists() and not path.is_file():
        raise LrplotError(f"{path}: neither a file nor a folder; write what it says to a file first")
    if not path.is_file():
        raise LrplotError(f"{path}: no such file{_near_file(path)}")
    return path, column if path != whole else None


def _near_file(path: Path) -> str:
    try:
        return did_you_mean(path.name, [other.name for other in path.parent.iterdir()])
    except OSError:
        return ""
