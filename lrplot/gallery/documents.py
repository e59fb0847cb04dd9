"""Markdown documents: the blocks that are drawn, each with the picture that belongs to it."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import quote

from lrplot.errors import LrplotError
from lrplot.gallery.lock import PICTURES
from lrplot.run import Run
from lrplot.sources.markdown import schedules_in
from lrplot.sources.reference import is_schedule
from lrplot.text.markdown import DRAWN, Block, Image, beside, blocks_of, images_of, under, with_lines

_ELSEWHERE: Final = re.compile(r"[a-z][a-z0-9+.-]*:|/")
"""How the address of a picture begins that is not beside the document."""


class Read(Protocol):
    """What a block says, read: its runs, and the files they come from."""

    @property
    def runs(self) -> tuple[Run, ...]:
        """The curves of the picture."""

    @property
    def files(self) -> tuple[Path, ...]:
        """Absolute paths."""


Reader = Callable[[str, Path, int], Read]
"""Reads a block's text; the document and the line stand in its errors."""


@dataclass(frozen=True, slots=True)
class Found:
    """A block that is drawn, and its picture.

    Parameters
    ----------
    block
        The block.
    reference
        The REF that it is by itself; empty for a block of ``lrplot``, which may be several.
    name
        The picture's name in the folder of pictures; empty where it is not in it, or there is none yet.
    words
        What the document calls the picture.
    told
        What is wrong where there is no name.
    linked
        Whether the document shows the picture.
    """

    block: Block
    reference: str
    name: str
    words: str = ""
    told: str = ""
    linked: bool = True


def text_of(document: Path) -> str:
    """A document's text.

    Raises
    ------
    LrplotError
        When it cannot be read.
    """
    try:
        return document.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError as error:
        raise LrplotError(f"{document}: {error.strerror or error}") from None


def blocks(document: Path, images: Path, ignored: Sequence[str] = ()) -> Iterator[Found]:
    """The blocks of a document that are drawn: of ``lrplot``, and schedules with a picture beside them."""
    text = text_of(document)
    lines = text.splitlines()
    shown = [image for image in images_of(text) if _is_ours(image, document, images, ignored)]
    drawn = [block for block in blocks_of(text) if block.language == DRAWN]
    own = {block.line: under(block, shown, lines) for block in drawn}
    taken = [image for image in own.values() if image is not None]
    found = schedules_in(document, is_schedule)
    near = beside([each.block for each in found], [image for image in shown if image not in taken])
    for block in drawn:
        image = own[block.line]
        if image is None:
            yield Found(block, "", "", linked=False)
        else:
            yield Found(block, "", *_placed(image, document, images))
    for each in found:
        if each.block.line in near:
            yield Found(each.block, each.spelled, *_placed(near[each.block.line], document, images))


def _is_ours(image: Image, document: Path, images: Path, ignored: Sequence[str]) -> bool:
    if _ELSEWHERE.match(image.target) or Path(image.target).suffix not in PICTURES:
        return False
    return not is_ignored(_name(document, images, image.target), ignored)


def is_ignored(name: str, patterns: Iterable[str]) -> bool:
    """True for the picture of somebody else: its path from the folder of pictures or its name fits a pattern.

    >>> is_ignored("logos/ours.svg", ["logos/*"]), is_ignored("logos/ours.svg", ["*.png"])
    (True, False)
    """
    return any(fnmatchcase(each, pattern) for pattern in patterns for each in (name, Path(name).name))


def _name(document: Path, images: Path, target: str) -> str:
    return Path(os.path.relpath(document.parent / target, images)).as_posix()


def _placed(image: Image, document: Path, images: Path) -> tuple[str, str, str]:
    """The name of a picture, its words, and what is wrong where it is not in the folder of pictures."""
    name = _name(document, images, image.target)
    told = (
        f"{document}:{image.line}: {image.target} is not in {images}; name its folder with --images, "
        "or leave it alone with --ignore"
    )
    return "" if name.startswith("../") else name, image.words, told


def free_name(document: Path, taken: Iterable[str]) -> str:
    """A name for a new picture of a document.

    >>> free_name(Path("docs/warm up.md"), ["warm_up-1.png"])
    'warm_up-2.png'
    """
    known = {name.casefold() for name in taken}
    stem = re.sub(r"\s+", "_", document.stem)
    number = 1
    while f"{stem}-{number}.png".casefold() in known:
        number += 1
    return f"{stem}-{number}.png"


def link(document: Path, picture: Path, words: str) -> str:
    """The picture as Markdown shows it."""
    target = quote(Path(os.path.relpath(picture, document.parent)).as_posix())
    return f"![{_escaped(words)}]({target})"


def _escaped(words: str) -> str:
    return re.sub(r"([\\\[\]])", r"\\\1", " ".join(words.split()))


def with_links(text: str, links: Mapping[Block, str]) -> str:
    """The document with a picture under each of these blocks."""
    return with_lines(text, {block.last: block.prefix + shown for block, shown in links.items()})


def with_words(text: str, block: Block, old: str, new: str) -> str:
    """The document with other words for the picture under a block, where they are still the ``old`` ones."""
    lines = text.splitlines(keepends=True)
    image = under(block, images_of(text), text.splitlines())
    if image is None or image.words != _escaped(old):
        return text
    at = image.line - 1
    lines[at] = lines[at].replace(f"![{_escaped(old)}]", f"![{_escaped(new)}]", 1)
    return "".join(lines)
