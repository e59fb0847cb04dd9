"""The lock beside the pictures, which says what was drawn last.

Nothing heavy is imported here, for most often nothing has changed.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from lrplot.errors import LrplotError

LOCK: Final = "gallery.lock"
DRAWING: Final = 5
"""Raised by one when a change to drawing makes every picture stale."""
_FORMAT: Final = 2
_SEAL: Final = b'\n}, "sealed": "'
"""What stands before the lock's last value: who wrote all before it, and that nobody changed it since."""
_OTHERS: Final = {"node_modules", "site-packages"}
"""Folders of what others wrote."""
_SPECS: Final = {".yaml", ".yml", ".json"}
DOCUMENTS: Final = {".md", ".markdown"}
"""Suffixes of documents, of whose blocks those with a picture beside them are specs, and those of lrplot."""

PICTURES: Final = {".png", ".svg", ".pdf"}
"""Suffixes of the pictures that are drawn."""

Entry = dict[str, Any]


def specs_in(places: Iterable[Path]) -> list[Path]:
    """The specs of folders, in order, and the Markdown documents in and below them; a file stands for itself.

    Raises
    ------
    LrplotError
        When a place does not exist, or holds none.
    """
    return list(dict.fromkeys(path for place in places for path in _specs_in(place)))


def _specs_in(place: Path) -> list[Path]:
    if place.suffix in _SPECS | DOCUMENTS and place.is_file():
        return [place]
    if not place.is_dir():
        raise LrplotError(f"{place}: no such folder" if not place.suffix else f"{place}: no such file")
    found = {path for path in place.iterdir() if path.suffix in _SPECS}
    for folder, below, names in os.walk(place):
        below[:] = [name for name in below if not name.startswith(".") and name not in _OTHERS]
        found |= {Path(folder) / name for name in names if Path(name).suffix in DOCUMENTS}
    if not found:
        raise LrplotError(f"{place}: holds no spec (.yaml, .yml or .json) and no document (.md)")
    return sorted(found)


def called(spec: Path, images: Path) -> str:
    """The name of a spec or a document in the lock: the way to it from the pictures."""
    return Path(os.path.relpath(spec, images)).as_posix()


def read_lock(images: Path) -> Mapping[str, Entry]:
    """The pictures of the last drawing by name; empty where the lock is unreadable or of another program."""
    try:
        lock = json.loads((images / LOCK).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    known = isinstance(lock, dict) and lock.get("format") == _FORMAT and lock.get("drawing") == DRAWING
    pictures = lock.get("pictures") if known else None
    entries = pictures.items() if isinstance(pictures, dict) else ()
    return {name: entry for name, entry in entries if isinstance(entry, dict)}


def write_lock(pictures: Mapping[str, Entry]) -> bytes:
    """The lock's text, one picture a line."""
    lines = [
        f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(pictures[name])}" for name in sorted(pictures)
    ]
    head = f'{{"format": {_FORMAT}, "drawing": {DRAWING}, "pictures": {{'
    text = (head + "\n" + ",\n".join(lines)).encode()
    return text + _SEAL + _sealed(text)


def is_sealed(images: Path) -> bool:
    """True where the lock is as this very lrplot wrote it: its numbers are those it would compute again."""
    try:
        text, _, seal = (images / LOCK).read_bytes().rpartition(_SEAL)
    except OSError:
        return False
    return bool(text) and seal == _sealed(text)


def _sealed(text: bytes) -> bytes:
    return hashlib.sha256(_program() + text).hexdigest().encode() + b'"}\n'


def _program() -> bytes:
    """The digest of lrplot's own sources, which takes some hundredths of a second."""
    digest = hashlib.sha256()
    for source in sorted(Path(__file__).parents[1].rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.digest()


def digest_of(path: Path) -> str:
    """SHA-256 of a file, empty where there is none."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def clashes(names: Iterable[tuple[Path, str]]) -> list[str]:
    """Specs that would write one picture, letter case ignored."""
    owners: dict[str, list[Path]] = {}
    for spec, name in names:
        if name:
            owners.setdefault(name.casefold(), []).append(spec)
    return [
        f"{', '.join(map(str, specs))}: all write {name}; give each its own 'figure: {{output: …}}'"
        for name, specs in owners.items()
        if len(specs) > 1
    ]


def unchanged(specs: Iterable[Path], images: Path, lock: Mapping[str, Entry]) -> list[tuple[Path, str]]:
    """Specs whose pictures stand, each with a name: neither it, nor they, nor what they read has changed."""
    made_of: dict[str, Entry] = {}
    for name, entry in lock.items():
        made_of.setdefault(str(entry.get("spec")), {})[name] = entry
    kept: list[tuple[Path, str]] = []
    for spec in specs:
        made, digest = made_of.get(called(spec, images), {}), digest_of(spec)
        if made and all(
            entry.get("spec_sha256") == digest and _stands(spec, images / name, entry)
            for name, entry in made.items()
        ):
            kept += [(spec, name) for name in made]
    return kept


def font_has_come(entry: Entry) -> bool:
    """True where a character that a picture shows as a box could now be drawn."""
    boxes = entry.get("boxes", "")
    if not boxes or not isinstance(boxes, str):
        return False
    from lrplot.render.fonts import missing

    return missing([boxes]) < set(boxes)


def _stands(spec: Path, picture: Path, entry: Entry) -> bool:
    """True where the picture and the files the spec reads are as they were."""
    drawn, files = digest_of(picture), entry.get("files")
    if not drawn or drawn != entry.get("picture_sha256") or not isinstance(files, dict):
        return False
    if font_has_come(entry):
        return False
    return all(digest_of(spec.parent / name) == digest for name, digest in files.items())
