"""From a text to the keys and values in it, by how it is written; nothing is executed."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from lrplot.trainers.form import Form
from lrplot.trainers.forms.assignments import assignments
from lrplot.trainers.forms.command_line import command_lines
from lrplot.trainers.forms.gin import gin
from lrplot.trainers.forms.mapping import mapping
from lrplot.trainers.forms.model_card import model_card
from lrplot.trainers.forms.notebook import notebook
from lrplot.trainers.forms.protobuf_text import protobuf_text
from lrplot.trainers.forms.python import calls
from lrplot.trainers.forms.toml import toml

_READERS: Final[tuple[Callable[[str, str, Path | None], Iterator[Form]], ...]] = (
    mapping,
    toml,
    notebook,
    model_card,
    calls,
    assignments,
    gin,
    protobuf_text,
    command_lines,
)


def forms_of(text: str, name: str, folder: Path | None = None) -> tuple[Form, ...]:
    """Every form that a text can be read as, the likeliest first.

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
    >>> forms_of('{"learning_rate": 1e-4}', "it")[0].get("learning_rate")
    0.0001
    """
    return tuple(form for reader in _READERS for form in reader(text, name, folder))
