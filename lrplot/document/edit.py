"""Changing values in the text of a spec, with all else in it left as it was written."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

_LARGEST: Final = 200_000
"""Characters of a text that is edited: it is read once for every change."""
_WIDTH: Final = 10**6
"""Columns at which YAML would break a line: none, since a value is written on one."""


class NotEditedError(Exception):
    """A text is written in a way that a change would have to write anew."""


def edit(text: str, changes: Mapping[str, Any]) -> str:
    r"""The text with other values at dotted paths; a value that is None is taken out.

    Comments, order, spelling and line ends stay as they are. The text is a spec that can be read; whoever
    calls this reads the result and sees whether it says what was meant.

    Raises
    ------
    NotEditedError
        When a change cannot be made so.

    Examples
    --------
    >>> text = "lr: 0.1  # base\nschedule: {type: step, gamma: 0.5}\n"
    >>> print(edit(text, {"lr": 0.2, "schedule.gamma": None}), end="")
    lr: 0.2  # base
    schedule: {type: step}
    """
    if len(text) > _LARGEST:
        raise NotEditedError
    for path, value in changes.items():
        text = _with(text, path.split("."), value)
    return text


def _with(text: str, parts: Sequence[str], value: Any) -> str:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        raise NotEditedError from None
    *before, last = parts
    for number, part in enumerate(before):
        child = _child(node, part)
        if child is None:
            if value is None:
                return text
            for inner in reversed(parts[number + 1 :]):
                value = {inner: value}
            last = part
            break
        node = child
    old = _child(node, last)
    if old is not None and value is not None:
        return _replaced(text, old, value)
    if not isinstance(node, yaml.MappingNode):
        raise NotEditedError
    if old is not None:
        return _removed(text, node, last)
    return text if value is None else _added(text, node, last, value)


def _child(node: Any, part: str) -> Any:
    if isinstance(node, yaml.MappingNode):
        return next((child for key, child in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and part.isdecimal() and int(part) < len(node.value):
        return node.value[int(part)]
    if isinstance(node, yaml.SequenceNode):
        raise NotEditedError
    return None


def _replaced(text: str, old: Any, value: Any) -> str:
    quoted = text.lstrip("\N{ZERO WIDTH NO-BREAK SPACE}").lstrip().startswith("{")
    return text[: old.start_mark.index] + _written(value, quoted=quoted) + text[_end(old) :]


def _end(node: Any) -> int:
    """The end of what a node says; a block's own end lies behind comments that follow it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    if isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}:
        raise NotEditedError
    return int(node.end_mark.index)


def _added(text: str, mapping: Any, key: str, value: Any) -> str:
    """The text with one more entry, behind the last of its mapping."""
    keys = [key for key, _ in mapping.value]
    quoted = any(key.style == '"' for key in keys[:1])
    entry = f"{_written(key, quoted=quoted)}: {_written(value, quoted=quoted)}"
    if mapping.flow_style:
        if not keys:
            at = mapping.start_mark.index + 1
            return f"{text[:at]}{entry}{text[at:]}"
        at = _end(mapping.value[-1][1])
        return f"{text[:at]}, {entry}{text[at:]}"
    end = text.find("\n", _end(mapping))
    line_end = "\r\n" if "\r\n" in text else "\n"
    at = len(text) if end < 0 else end + 1
    head = text[:at] if text[:at].endswith("\n") else text[:at] + line_end
    return f"{head}{' ' * keys[0].start_mark.column}{entry}{line_end}{text[at:]}"


def _removed(text: str, mapping: Any, key: str) -> str:
    """The text without an entry of a mapping: its lines, or its part of a line."""
    at = next(i for i, (name, _) in enumerate(mapping.value) if name.value == key)
    if len(mapping.value) == 1:
        raise NotEditedError
    name, value = mapping.value[at]
    start, end = name.start_mark.index, _end(value)
    if mapping.flow_style:
        if at + 1 < len(mapping.value):
            return text[:start] + text[mapping.value[at + 1][0].start_mark.index :]
        return text[: _end(mapping.value[at - 1][1])] + text[end:]
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip():
        raise NotEditedError
    after = text.find("\n", end)
    return text[:line] + ("" if after < 0 else text[after + 1 :])


def _written(value: Any, *, quoted: bool) -> str:
    """A value on one line; as JSON where the text around it is."""
    if quoted:
        return json.dumps(value, ensure_ascii=False)
    written: str = yaml.safe_dump(
        value, sort_keys=False, allow_unicode=True, default_flow_style=True, width=_WIDTH
    )
    return written.removesuffix("...\n").rstrip("\n")
