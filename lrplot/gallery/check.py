"""Faults of a gallery: pictures that are missing, out of date, or of no spec, and links that lead nowhere."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import unquote

from lrplot.gallery.documents import is_ignored
from lrplot.gallery.lock import LOCK, PICTURES, Entry, called, digest_of, font_has_come
from lrplot.gallery.pictures import Picture, shown
from lrplot.text.markdown import LINK, images_of

_TOLERANCE: Final = 1e-9
"""Share by which a number may differ: another machine's libm rounds the last of 16 digits otherwise."""
_CODE: Final = re.compile(r"^(```|~~~).*?^\1|`[^`\n]+`", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a gallery."""

    kind: Literal["missing", "stale", "orphan", "link", "index", "broken"]
    message: str


def check(
    pictures: Sequence[Picture],
    images: Path,
    lock: Mapping[str, Entry],
    documents: Iterable[Path] = (),
    ignored: Sequence[str] = (),
) -> Iterator[Finding]:
    """Everything that is missing, stale or nobody's.

    What the ``documents`` show is their own, and what fits a pattern of ``ignored`` is somebody else's.
    """
    for picture in pictures:
        yield from wrong(picture, images, lock)
    broken = {called(picture.spec, images) for picture in pictures if picture.error}
    names = (
        {picture.name for picture in pictures}
        | {*_shown_by(documents, images)}
        | {n for n, e in lock.items() if e.get("spec") in broken}
    )
    for path in sorted(images.iterdir()) if images.is_dir() else ():
        if path.suffix in PICTURES and path.name not in names and not is_ignored(path.name, ignored):
            yield Finding("orphan", f"{path}: no spec makes it")


def wrong(picture: Picture, images: Path, lock: Mapping[str, Entry]) -> Iterator[Finding]:
    """What is wrong with one picture: at most one thing."""
    path, entry, found = images / picture.name, lock.get(picture.name), picture.found
    if picture.error:
        yield Finding("broken", picture.error)
    elif found is not None and not found.linked:
        place = f"{picture.spec}:{found.block.line}"
        yield Finding("missing", f"{place}: no picture under the block; lrplot gallery puts one there")
    elif not path.is_file():
        yield Finding("missing", f"{path}: missing; {picture.spec} makes it")
    elif entry is None:
        yield Finding("stale", f"{path}: not in {LOCK}; draw it")
    elif entry.get("picture_sha256") != digest_of(path):
        yield Finding("stale", f"{path}: not as it was drawn")
    elif not _same(shown(picture), entry):
        yield Finding("stale", f"{path}: stale; {picture.spec} now shows something else")
    elif font_has_come(entry):
        yield Finding("stale", f"{path}: stale; a font for '{entry['boxes'][:12]}' has come")


def _shown_by(documents: Iterable[Path], images: Path) -> Iterator[str]:
    """The names of the pictures that documents show, from the folder of pictures."""
    for document in documents:
        for image in images_of(document.read_text(encoding="utf-8", errors="replace")):
            yield Path(os.path.relpath(document.parent / image.target, images)).as_posix()


def _same(now: Any, kept: Any) -> bool:
    """Equal, numbers to 1e-9."""
    if isinstance(now, dict):
        return isinstance(kept, dict) and all(
            key in kept and _same(value, kept[key]) for key, value in now.items()
        )
    if isinstance(now, list | tuple):
        return isinstance(kept, list) and len(now) == len(kept) and all(map(_same, now, kept))
    if isinstance(now, float) and isinstance(kept, int | float):
        return abs(now - kept) <= _TOLERANCE * max(abs(now), abs(kept)) + 1e-300
    return bool(now == kept)


def broken_links(pages: Iterable[Path]) -> Iterator[Finding]:
    """Links to pictures that point nowhere."""
    for page in pages:
        text = page.read_text(encoding="utf-8", errors="replace")
        text = _CODE.sub(lambda code: re.sub(r"[^\n]", " ", code[0]), text)
        for match in LINK.finditer(text):
            link = match["markdown"] or match["html"]
            target = unquote(re.split(r"[?#]", link)[0])
            if not re.match(r"[a-z][a-z0-9+.-]*:", link) and not (page.parent / target).is_file():
                yield Finding(
                    "link", f"{page}:{text.count(chr(10), 0, match.start()) + 1}: no picture {target}"
                )
