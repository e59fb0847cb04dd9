"""Files that a configuration names, looked for beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from lrplot.files import note_file
from lrplot.trainers.form import Form
from lrplot.trainers.forms.mapping import mapping

_LONGEST = 1_000_000
"""Characters of a file that is followed."""


def text_beside(form: Form, path: Any) -> str | None:
    """The text of a file that a form names, None where there is none.

    Only relative paths are followed, never upwards. A script names its files from where it is started,
    which is often the folder above, or the folder itself.
    """
    if form.folder is None or not isinstance(path, str):
        return None
    named = PurePosixPath(path.replace("\\", "/"))
    if named.is_absolute() or ".." in named.parts or not named.name:
        return None
    for candidate in (form.folder / named, form.folder.parent / named, form.folder / named.name):
        text = _text(candidate) if _within(candidate, form.folder.parent) else None
        if text is not None:
            return text
    return None


def _within(path: Path, folder: Path) -> bool:
    """True where a path lies in a folder, links followed."""
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False


def _text(path: Path) -> str | None:
    try:
        if not path.is_file() or path.stat().st_size > _LONGEST:
            return None
        note_file(path)
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def form_beside(form: Form, path: Any) -> Form | None:
    """The mapping or TOML of a file that a form names, None where there is none."""
    text = text_beside(form, path)
    if text is None:
        return None
    name = str(path)
    from lrplot.trainers.forms.toml import toml

    readers = (toml, mapping) if name.endswith(".toml") else (mapping, toml)
    return next((found for reader in readers for found in reader(text, name, form.folder)), None)


_FOLLOWED: ContextVar[tuple[Form, ...]] = ContextVar("followed", default=())


@contextmanager
def followed() -> Iterator[list[Form]]:
    """The files whose keys a command line's are put over, once the block is left."""
    files: list[Form] = []
    token = _FOLLOWED.set(())
    try:
        yield files
    finally:
        files += _FOLLOWED.get()
        _FOLLOWED.reset(token)


def over(form: Form, file: Form) -> Form:
    """A file's form, under the values of the command line that names it, which win."""
    _FOLLOWED.set((*_FOLLOWED.get(), file))
    return replace(
        form,
        name=f"{form.name}: {file.name}",
        values={**file.values, **form.values},
        places=dict(file.places),
    )
