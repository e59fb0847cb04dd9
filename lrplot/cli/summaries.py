"""The first sentences of commands for the page that lists them all."""

from importlib.util import find_spec
from inspect import cleandoc
from types import CodeType


def summary(module: str, function: str) -> str:
    """The first paragraph of a function's docstring, out of the compiled module, which is not run for that.

    Modules that are run import what they need, which takes longer than all else that a page of help does.

    >>> summary("lrplot.cli.schema", "schema")
    'Print the JSON Schema of a spec, for editors.'
    """
    spec = find_spec(module)
    code = getattr(spec.loader, "get_code", _no_code)(module) if spec is not None else None
    constants = () if code is None else code.co_consts
    body = next((each for each in constants if isinstance(each, CodeType) and each.co_name == function), None)
    text = next(iter(body.co_consts), None) if body is not None else None
    return " ".join(cleandoc(text).split("\n\n")[0].split()) if isinstance(text, str) else ""


def _no_code(_module: str) -> None:
    """Loaders of other kinds than Python's own may have none."""
