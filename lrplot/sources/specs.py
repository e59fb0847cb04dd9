"""Specs: YAML or JSON with the keys of DESIGN §4, or a configuration that says a schedule alone."""

import re
from collections.abc import Mapping
from typing import Final

from lrplot.document.changes import Given
from lrplot.document.document import Document
from lrplot.document.path import KEYS
from lrplot.document.tree import Node, read
from lrplot.errors import SpecError
from lrplot.sources.foreign import ForeignReader
from lrplot.sources.front_end import FrontEnd
from lrplot.sources.mappings import as_spec
from lrplot.sources.ref import SPEC_SUFFIXES, WANTED, Ref
from lrplot.text.likeness import look_of_text, some
from lrplot.text.nearest import nearest_name

_FEW: Final = 5
"""Keys that may be a spec's, misspelt; more of them are somebody else's."""
_SPEC_LINE: Final = re.compile(r"^schedules?\s*:", re.MULTILINE)


def _is_spec(ref: Ref, _given: Given) -> bool:
    return ref.is_input or ref.is_file or (ref.looks_like_file and not ref.is_command_line)


def says_a_schedule(ref: Ref) -> bool:
    """True where a mapping is a spec, rightly or with mistakes in it."""
    if not ref.is_mapping:
        return False
    keys = ref.tree.entries.keys()
    return as_spec(ref.tree) is not None or bool(keys & {"schedule", "schedules", "optimizers"})


def _lower(ref: Ref, given: Given) -> Document:
    return _document(_tree(ref), ref.label, given.bindings)


def document_of(text: str, name: str, label: str) -> Document:
    """A spec's text as a document, as if it stood in the file ``name``.

    Raises
    ------
    SpecError
        When it is no spec.
    """
    return _document(read(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}"), name), label, {})


def _document(tree: Node, label: str, bindings: Mapping[str, str]) -> Document:
    return Document(_as_spec(tree), label, ForeignReader(tree.source.name, bindings))


def _tree(ref: Ref) -> Node:
    """The tree of a text; one that may be no spec at all is told by its look."""
    text = ref.text
    marked_up = text.lstrip().startswith("<")
    merged = text.lstrip().startswith("<<")
    if not ref.is_input and ref.suffix in SPEC_SUFFIXES and (not marked_up or merged):
        return ref.tree
    try:
        if isinstance(ref.tree.value, Mapping) and not marked_up:
            return ref.tree
    except SpecError:
        if _SPEC_LINE.search(text):
            raise
    raise SpecError(f"{ref.name}: looks like {look_of_text(text)}, not like a spec\n{WANTED}")


def _as_spec(root: Node) -> Node:
    """The tree of a spec.

    Raises
    ------
    SpecError
        When it is a mapping, and none of its keys is a spec's.
    """
    if not isinstance(root.value, Mapping):
        return root
    spec = as_spec(root)
    if spec is not None:
        return spec
    if _is_no_spec(root):
        names = some(key for key in root.entries if key not in KEYS)
        raise SpecError(f"{root.source.name}: no spec, to judge by its keys {names}\n{WANTED}")
    return root


def _is_no_spec(root: Node) -> bool:
    """True where a mapping's keys are those of something else, not a spec's with mistakes in them."""
    keys = root.entries.keys()
    others = [key for key in keys if key not in KEYS]
    if not others or keys & {"schedule", "schedules"}:
        return False
    meant = any(nearest_name(key, ("schedule", "schedules"), 0.8) for key in others)
    few = len(others) <= _FEW
    return not (few and (meant or len(others) < len(keys)))


SPEC: Final = FrontEnd("a spec", _is_spec, _lower)
