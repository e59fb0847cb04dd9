"""Markdown: fenced blocks of code, headings, and the picture that stands beside a block."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import unquote

_FENCE: Final = re.compile(
    r"^(?P<indent>[ \t]*(?:>[ \t]?)*(?:(?:[-*+]|\d+[.)])[ \t]+)?)"
    r"(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$"
)
DRAWN: Final = "lrplot"
"""The language of a block that says what is drawn: a fence, or a comment that no page shows."""
_COMMENT: Final = re.compile(rf"^[ \t]*(?:>[ \t]?)*<!--[ \t]*{DRAWN}(?=\s|$)(?P<rest>.*)$")
_HEADING: Final = re.compile(r"^#{1,6}\s|^[^\n]+\n(?:=+|-+)\s*$")
LINK: Final = re.compile(
    r"""!\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?(?P<markdown>(?:[^()\s<>]|\([^()\s]*\))+)>?(?:\s+["'][^)]*)?\)"""
    r"""|<img\b[^>]*?\bsrc\s*=\s*["'](?P<html>[^"']+)["']"""
)
"""A picture, as Markdown or as HTML writes it."""
_ALT: Final = re.compile(r"""^!\[((?:[^\[\]]|\[[^\]]*\])*)\]|\balt\s*=\s*["']([^"']*)["']""")
"""The words for a picture."""


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of code, or a comment that begins with ``lrplot``.

    Parameters
    ----------
    language
        The first word behind its fence, in small letters; empty where there is none.
    text
        What stands in it, without the indent of its fence.
    line
        The line of the file on which ``text`` begins, from 1.
    section
        The number of headings before it.
    prefix
        What each of its lines begins with in the file: the indent of a list's item, the marks of a quotation.
    """

    language: str
    text: str
    line: int
    section: int
    prefix: str = field(default="", repr=False)

    @property
    def last(self) -> int:
        """The line of its closing fence."""
        return self.line + self.text.count("\n")


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that a text shows: where it is, its line, the headings before it, and the words for it."""

    target: str
    line: int
    section: int
    words: str = ""


def blocks_of(text: str) -> list[Block]:
    r"""The fenced blocks of a text, in order.

    >>> blocks_of("# A\n\n```python\nlr = 0.1\n```\n")
    [Block(language='python', text='lr = 0.1\n', line=4, section=1)]
    """
    return [each for each in _parts(text) if isinstance(each, Block)]


def images_of(text: str) -> list[Image]:
    r"""The pictures that a text shows outside its code, in order.

    >>> images_of("![a](imgs/a%20b.png)\n")
    [Image(target='imgs/a b.png', line=1, section=0, words='a')]
    """
    return [each for each in _parts(text) if isinstance(each, Image)]


def beside(blocks: list[Block], images: list[Image]) -> dict[int, Image]:
    """The picture beside each block, by the block's line: the nearest under the same heading, each for one.

    >>> block = Block("python", "a", 3, 1)
    >>> beside([block], [Image("far.png", 9, 1), Image("near.png", 1, 1), Image("other.png", 2, 0)])[3].target
    'near.png'
    """
    pairs = [
        (min(abs(image.line - block.line), abs(image.line - block.last)), image.line < block.line, i, j)
        for i, block in enumerate(blocks)
        for j, image in enumerate(images)
        if image.section == block.section
    ]
    found: dict[int, Image] = {}
    taken: set[int] = set()
    for _, _, i, j in sorted(pairs):
        if blocks[i].line not in found and j not in taken:
            found[blocks[i].line] = images[j]
            taken.add(j)
    return found


def _parts(text: str) -> Iterator[Block | Image]:
    lines = text.splitlines()
    section, i = 0, 0
    while i < len(lines):
        fence = _FENCE.match(lines[i])
        if fence is not None:
            held, after = _held(lines, i, fence)
            language = (fence["info"].split() or [""])[0].strip("{}.").lower()
            prefix = _marks(lines[after - 1])
            yield Block(language, "".join(f"{line}\n" for line in held), i + 2, section, prefix)
            i = after
            continue
        comment = _COMMENT.match(lines[i])
        if comment is not None:
            text, last = _commented(lines, i, comment["rest"])
            yield Block(DRAWN, text, i + 1, section, _marks(lines[i]))
            i = last + 1
            continue
        section += _HEADING.match("\n".join(lines[i : i + 2])) is not None and not lines[i].startswith("!")
        shown = re.sub(r"`[^`\n]+`", lambda code: " " * len(code[0]), lines[i])
        for found in LINK.finditer(shown):
            target = unquote(re.split(r"[?#]", found["markdown"] or found["html"])[0])
            words = _ALT.search(found[0])
            yield Image(target, i + 1, section, (words[1] or words[2] or "").strip() if words else "")
        i += 1


def _marks(line: str) -> str:
    """The indent and the marks of a quotation with which a line begins."""
    found = re.match(r"[ \t]*(?:>[ \t]?)*", line)
    return found[0] if found else ""


def _commented(lines: list[str], start: int, first: str) -> tuple[str, int]:
    """The text in a comment from its first line on, and the number of its last line."""
    text, closed, _ = first.partition("-->")
    held, i = [text], start
    while not closed and i + 1 < len(lines):
        i += 1
        text, closed, _ = lines[i].partition("-->")
        held.append(text)
    return "\n".join(held), i


def under(block: Block, images: list[Image], lines: list[str]) -> Image | None:
    r"""The picture right under a block, with nothing but empty lines between them; None where there is none.

    >>> text = "```lrplot\ncosine\n```\n\n![a](a.png)\n"
    >>> found = under(blocks_of(text)[0], images_of(text), text.splitlines())
    >>> None if found is None else found.target
    'a.png'
    """
    after = range(block.last, len(lines))
    line = next((i + 1 for i in after if lines[i].strip(" \t>")), 0)
    return next((image for image in images if image.line == line), None)


def with_lines(text: str, put: Mapping[int, str]) -> str:
    r"""The text with lines put in, each behind a line that is counted from 1 and an empty one.

    >>> with_lines("a\nb\n", {1: "new"})
    'a\n\nnew\n\nb\n'
    """
    end = "\r\n" if "\r\n" in text else "\n"
    lines = text.splitlines()
    made: list[str] = []
    for number, line in enumerate(lines, 1):
        made.append(line)
        if number in put:
            marks = _marks(put[number]).rstrip()
            goes_on = number < len(lines) and lines[number].strip(" \t>") != ""
            made += [marks, put[number], *([marks] if goes_on else [])]
    return end.join(made) + (end if text.endswith("\n") or put else "")


def _held(lines: list[str], start: int, fence: re.Match[str]) -> tuple[list[str], int]:
    """The lines within a fence, and the number of the line behind it; an open one ends with the text."""
    indent, marks = len(fence["indent"]), fence["fence"]
    held: list[str] = []
    for i in range(start + 1, len(lines)):
        closing = _FENCE.match(lines[i])
        if closing is not None and closing["fence"].startswith(marks) and not closing["info"].strip():
            return held, i + 1
        line = lines[i]
        held.append(line[indent:] if line[:indent].strip(" \t>") == "" else line.lstrip())
    return held, len(lines)
