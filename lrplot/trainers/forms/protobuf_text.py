"""Protobuf's text format: ``name: value`` and ``name { … }``; a name that stands twice is a list."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from lrplot.trainers.form import Form

_TOKEN: Final = re.compile(
    r"#[^\n]*|\s+|(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*')|(?P<mark>[{}<>\[\]:,;])|(?P<word>[\w.+-]+)"
)
_LARGEST: Final = 1_000_000
"""Characters of a text: written by hand, it has some thousand."""
_DEEPEST: Final = 50
"""Messages inside each other: each calls the reader again, and Python stops at 1,000 calls."""


class _NotProtobufError(ValueError):
    """A text is written otherwise."""


def protobuf_text(text: str, name: str, folder: Path | None) -> Iterator[Form]:
    """The message of a text; none for another text."""
    if len(text) > _LARGEST or "{" not in text:
        return
    places: dict[str, str] = {}
    try:
        tokens = list(_tokens(text))
        values, end = _message(tokens, 0, "", places, 0)
    except (_NotProtobufError, IndexError):
        return
    if values and end == len(tokens):
        yield Form(name, "protobuf", values, places, folder=folder)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    line, begun = 1, 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _NotProtobufError
        if found.lastgroup is not None:
            yield found[0], f"{line}:{at - begun + 1}"
        breaks = found[0].count("\n")
        if breaks:
            line += breaks
            begun = at + found[0].rindex("\n") + 1
        at = found.end()


def _message(
    tokens: list[tuple[str, str]], at: int, path: str, places: dict[str, str], depth: int
) -> tuple[dict[str, Any], int]:
    """The fields up to the closing bracket, and where it stands."""
    if depth > _DEEPEST:
        raise _NotProtobufError
    fields: dict[str, Any] = {}
    while at < len(tokens) and tokens[at][0] not in "}>":
        name, place = tokens[at]
        if not re.match(r"^[A-Za-z_]\w*$", name):
            raise _NotProtobufError
        at += 1
        separated = tokens[at][0] == ":"
        at += separated
        if tokens[at][0] in "{<":
            value, at = _message(tokens, at + 1, f"{path}{name}.", places, depth + 1)
            at = at + 1 if at < len(tokens) else len(tokens) + 1
        elif separated:
            value, at = _value(tokens, at)
        else:
            raise _NotProtobufError
        if at < len(tokens) and tokens[at][0] in ",;":
            at += 1
        places[f"{path}{name}"] = place
        fields[name] = value if name not in fields else [*_listed(fields[name]), value]
    return fields, at


def _value(tokens: list[tuple[str, str]], at: int) -> tuple[Any, int]:
    word = tokens[at][0]
    if word != "[":
        return _plain(word), at + 1
    members = []
    at += 1
    while tokens[at][0] != "]":
        if tokens[at][0] != ",":
            members.append(_plain(tokens[at][0]))
        at += 1
    return members, at + 1


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _plain(word: str) -> Any:
    if word[:1] in "\"'":
        return word[1:-1]
    if word in {"true", "false"}:
        return word == "true"
    for kind in (int, float):
        try:
            return kind(word)
        except ValueError:
            continue
    if re.match(r"^\d+\.?\d*f$", word):
        return float(word[:-1])
    if not re.match(r"^[A-Za-z_][\w.]*$", word):
        raise _NotProtobufError
    return word
