"""From a text to the keys and values in it, by how it is written; nothing is executed."""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path, PurePosixPath
from typing import Final, TypeAlias

from lrplot.trainers.form import Form

Reader: TypeAlias = Callable[[str, str, Path | None], Iterator[Form]]

_READERS: Final = (
    ("mapping", "mapping"),
    ("toml", "toml"),
    ("notebook", "notebook"),
    ("model_card", "model_card"),
    ("python", "calls"),
    ("assignments", "assignments"),
    ("gin", "gin"),
    ("protobuf_text", "protobuf_text"),
    ("command_line", "command_lines"),
)
"""The file of each reader and its function, in the order in which they are tried."""
_SHELL: Final = frozenset({".sh", ".bash", ".slurm", ".sbatch"})
"""Ends of the names of files that hold commands and nothing else."""


def forms_of(text: str, name: str, folder: Path | None = None) -> Iterator[Form]:
    """Every form that a text can be read as, the likeliest first, each read when it is asked for.

    Parameters
    ----------
    text
        The contents of a file, or a command line.
    name
        What errors call it.
    folder
        Where the files that it names are looked for.

    Examples
    --------
    >>> [form.kind for form in forms_of("torchrun train.py --lr 0.1", "it")]
    ['flags']
    >>> next(forms_of('{"learning_rate": 1e-4}', "it")).get("learning_rate")
    0.0001
    """
    shell = PurePosixPath(name).suffix.lower() in _SHELL
    for file, function in _READERS[-1:] if shell else _READERS:
        reader: Reader = getattr(import_module(f"lrplot.trainers.forms.{file}"), function)
        yield from reader(text, name, folder)
