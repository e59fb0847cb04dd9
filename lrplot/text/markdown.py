"""Markdown: fenced blocks of code, headings, and the picture that stands beside a block."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_FENCE: Final = re.compile(
    r"^(?P<indent>[ \t]*(?:>[ \t]?)*(?:(?:[-*+]|\d+[.)])[ \t]+)?)"
    r"(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$"
)
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
    """A fenced block of code.

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
    """

    language: str
    text: str
    line: int
    section: int

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
            yield Block(language, "".join(f"{line}\n" for line in held), i + 2, section)
            i = after
            continue
        section += _HEADING.match("\n".join(lines[i : i + 2])) is not None and not lines[i].startswith("!")
        shown = re.sub(r"`[^`\n]+`", lambda code: " " * len(code[0]), lines[i])
        for found in LINK.finditer(shown):
            target = unquote(re.split(r"[?#]", found["markdown"] or found["html"])[0])
            words = _ALT.search(found[0])
            yield Image(target, i + 1, section, (words[1] or words[2] or "").strip() if words else "")
        i += 1


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
