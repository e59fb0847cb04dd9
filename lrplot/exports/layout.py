"""Code laid out as a formatter would: lines of at most 100 columns, double quotes, short exponents."""

import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from lrplot.python.spelling import without_noise

WIDTH: Final = 100
"""Columns of a line, between Black's 88 and PyTorch's 120. A choice."""
_INDENT: Final = "    "
_PAIRS: Final = {"(": ")", "[": "]", "{": "}"}
# What binds loosest comes first: an expression is broken there.
_OPERATORS: Final = (
    (" if ", " else "),
    (" or ",),
    (" and ",),
    (" < ", " <= ", " > ", " >= ", " == ", " != "),
    (" + ", " - "),
    (" * ", " / ", " // ", " % "),
    (" ** ",),
)
_STATEMENT: Final = re.compile(r"(?P<head>return |if |\w+ = |)(?P<value>.*?)(?P<tail>[:,]?)$")
_SIMPLE_POWER: Final = re.compile(r"(?<![\w.)\]])(-?[\w.]+) \*\* (-?[\w.]+)(?![\w.(\[])")
_MARKS: Final = re.compile(r'["(\[{)\]}]')
_CALL: Final = re.compile(r"[\w.=]*[(\[{]")


def laid_out(code: str) -> str:
    """The code with long lines broken.

    >>> print(laid_out("x = call('a', 1e-07)"), end="")
    x = call("a", 1e-7)
    """
    code = _SIMPLE_POWER.sub(r"\1**\2", _spelled(code))
    return "".join(f"{line}\n" for each in code.splitlines() for line in _lines(each))


def short_exponents(text: str) -> str:
    """The text with the exponents of its numbers as people write them.

    >>> short_exponents('{"lr": 1e-05}')
    '{"lr": 1e-5}'
    """
    return re.sub(r"(?<=\d)e([+-])0(?=\d\b)", r"e\1", text)


def _spelled(code: str) -> str:
    """The code with double quotes and short exponents."""
    lines = code.splitlines(keepends=True)
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(code).readline))):
        (row, start), (_, end) = token.start, token.end
        text = token.string
        if token.type == tokenize.NUMBER:
            text = short_exponents(without_noise(text) if "." in text else text)
        elif token.type == tokenize.STRING and text.startswith("'") and '"' not in text:
            text = f'"{text[1:-1]}"'
        if text != token.string:
            line = lines[row - 1]
            lines[row - 1] = line[:start] + text + line[end:]
    return "".join(lines)


def _lines(line: str) -> list[str]:
    """A line as those it takes; a comment at its end stays there."""
    code, mark, comment = line.partition("  # ")
    indent = code[: len(code) - len(code.lstrip())]
    statement = _STATEMENT.match(code.strip())
    if len(line) <= WIDTH or statement is None:
        return [line]
    head, value, tail = statement["head"], statement["value"], statement["tail"]
    if not head and not _is_bracketed(value):
        return [line]
    if _is_bracketed(value) or _ends_in_brackets(value, WIDTH - len(indent + head)):
        found = _opened(indent, head, value, tail)
    else:
        found = [f"{indent}{head}(", *_operands(indent + _INDENT, value), f"{indent}){tail}"]
    return [*found[:-1], found[-1] + mark + comment]


def _is_bracketed(text: str) -> bool:
    """True for a call or a list: a name, if any, and one pair of brackets to the end."""
    begins = _CALL.match(text)
    return begins is not None and _brackets(text)[0] == (begins.end() - 1, len(text) - 1)


def _ends_in_brackets(text: str, room: int) -> bool:
    """True for two operands, the last in brackets: those are opened then, and none are put around."""
    broken = next((parts for marks in _OPERATORS for parts, found in [_split(text, marks)] if found), [])
    ends = len(broken) == 2 and text.endswith(tuple(_PAIRS.values()))
    return ends and _brackets(text)[-1][0] < room


def _opened(indent: str, head: str, text: str, tail: str) -> list[str]:
    """A text with what is in its last brackets on lines of its own."""
    start = _brackets(text)[-1][0] + 1
    inside, deeper = text[start:-1], indent + _INDENT
    whole = deeper + inside
    body = [whole] if len(whole) <= WIDTH else list(_members(deeper, inside))
    return [f"{indent}{head}{text[:start]}", *body, f"{indent}{text[-1]}{tail}"]


def _members(indent: str, inside: str) -> Iterator[str]:
    """The members of a list, one a line; a text without commas is an expression."""
    parts, commas = _split(inside, (", ",))
    if not commas and not re.match(r"\w+=[^=]", inside):
        yield from _operands(indent, inside)
        return
    for part in parts:
        if len(indent + part) < WIDTH:
            yield f"{indent}{part},"
        elif _is_bracketed(part):
            yield from _opened(indent, "", part, ",")
        else:
            *first, last = _operands(indent, part, room=WIDTH - 1)
            yield from [*first, f"{last},"]


def _operands(indent: str, text: str, first: str = "", room: int = WIDTH) -> list[str]:
    """An expression with its operands one a line, each after its operator; ``first`` is its own."""
    if len(indent + first + text) <= room:
        return [indent + first + text]
    for marks in _OPERATORS:
        parts, operators = _split(text, marks)
        if operators:
            before = [first, *(operator.lstrip() for operator in operators)]
            return [
                x for mark, part in zip(before, parts, strict=True) for x in _operands(indent, part, mark)
            ]
    brackets = [(at, end) for at, end in _brackets(text) if end - at > 1]
    if not brackets:
        return [indent + first + text]
    _, end = max(brackets, key=lambda pair: pair[1] - pair[0])
    return _opened(indent, first, text[: end + 1], text[end + 1 :])


def _split(text: str, marks: Sequence[str]) -> tuple[list[str], list[str]]:
    """The parts between marks that stand in no brackets, and the marks."""
    closings = dict(_brackets(text))
    parts: list[str] = []
    found: list[str] = []
    begin = place = 0
    while place < len(text):
        if place in closings:
            place = max(place + 1, closings[place])
            continue
        mark = next((mark for mark in marks if text.startswith(mark, place)), "")
        if mark:
            parts.append(text[begin:place])
            found.append(mark)
            begin = place + len(mark)
        place += len(mark) or 1
    return [*parts, text[begin:]], found


@lru_cache(maxsize=64)
def _brackets(text: str) -> tuple[tuple[int, int], ...]:
    """The places where the outermost brackets open and close; one that never closes does so at the end."""
    found: list[tuple[int, int]] = []
    depth = opened = place = 0
    while match := _MARKS.search(text, place):
        place = match.end()
        if match[0] == '"':
            place = text.index('"', place) + 1
        elif match[0] in _PAIRS:
            opened = opened if depth else match.start()
            depth += 1
        elif depth:
            depth -= 1
            if not depth:
                found.append((opened, match.start()))
    return (*found, (opened, len(text))) if depth else tuple(found)
