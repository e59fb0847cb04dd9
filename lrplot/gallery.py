"""A folder of specs and the pictures made from them: what is missing, stale or nobody's.

What a picture shows is kept as sampled numbers and settings in ``gallery.lock`` beside the pictures, so
that another processor or another FreeType, which move pixels, make nothing stale.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote, unquote

import numpy as np

from lrplot.curve import Curve, reacting_in, simulated
from lrplot.errors import LrplotError
from lrplot.reference import load
from lrplot.run import Run

LOCK: Final = "gallery.lock"
DRAWING: Final = 2
"""Raised by one when a change to drawing makes every picture stale."""
_FORMAT: Final = 1
_COLUMNS: Final = 24
_TOLERANCE: Final = 1e-9
_SPECS: Final = {".yaml", ".yml", ".json"}
_PICTURES: Final = {".png", ".svg", ".pdf"}
_MARKERS: Final = ("<!-- gallery -->", "<!-- /gallery -->")
_LINK: Final = re.compile(
    r"""!\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?(?P<markdown>(?:[^()\s<>]|\([^()\s]*\))+)>?(?:\s+["'][^)]*)?\)"""
    r"""|<img\b[^>]*?\bsrc\s*=\s*["'](?P<html>[^"']+)["']"""
)
_CODE: Final = re.compile(r"^(```|~~~).*?^\1|`[^`\n]+`", re.MULTILINE | re.DOTALL)

Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Picture:
    """A spec and the picture it makes; ``error`` says why it makes none."""

    spec: Path
    name: str
    digest: str
    runs: tuple[Run, ...] = ()
    error: str = ""

    @property
    def title(self) -> str:
        """The picture's title."""
        style = self.runs[0].style
        return style.title if style.title is not None else " · ".join(run.label for run in self.runs)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a gallery."""

    kind: Literal["missing", "stale", "orphan", "link", "index", "broken"]
    message: str


def specs_in(folder: Path) -> list[Path]:
    """The specs of a folder, in order.

    Raises
    ------
    LrplotError
        When the folder does not exist or holds none.
    """
    if not folder.is_dir():
        raise LrplotError(f"{folder}: no such folder")
    found = sorted(path for path in folder.iterdir() if path.suffix in _SPECS)
    if not found:
        raise LrplotError(f"{folder}: holds no spec (.yaml, .yml or .json)")
    return found


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
    return (head + "\n" + ",\n".join(lines) + "\n}}\n").encode()


def picture_of(spec: Path) -> Picture:
    """Read a spec; a broken one is a picture with an error."""
    digest = digest_of(spec)
    try:
        runs = tuple(map(simulated, load(str(spec))))
    except LrplotError as error:
        return Picture(spec, "", digest, error=str(error))
    style = runs[0].style
    if style.annotate is None:
        runs = tuple(replace(run, style=style.model_copy(update={"annotate": True})) for run in runs)
    return Picture(spec, style.output or f"{spec.stem}.png", digest, runs)


def digest_of(path: Path) -> str:
    """SHA-256 of a file, empty where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
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


def unchanged(spec: Path, images: Path, lock: Mapping[str, Entry]) -> str | None:
    """The name of the picture this very spec has already made and that still lies there, or None."""
    digest = digest_of(spec)
    for name, entry in lock.items():
        if entry.get("spec") == spec.name and entry.get("spec_sha256") == digest:
            drawn = digest_of(images / name)
            whole = drawn and drawn == entry.get("picture_sha256")
            alone = entry.get("stylesheet") is None and not entry.get("fed")
            return name if whole and alone else None
    return None


def draw(picture: Picture) -> bytes:
    """The bytes of a picture."""
    from lrplot.render.figure import figure, save

    return save(figure([Curve(run) for run in picture.runs]), Path(picture.name).suffix[1:])


def entry_of(picture: Picture, data: bytes) -> Entry:
    """What the lock keeps of a picture."""
    return {
        "spec": picture.spec.name,
        "spec_sha256": picture.digest,
        "picture_sha256": hashlib.sha256(data).hexdigest(),
        **_shown(picture),
    }


def _shown(picture: Picture) -> Entry:
    """All that decides what a picture shows: settings, and the curves as numbers."""
    return {
        "settings": [picture.runs[0].style.model_dump(mode="json"), *(_named(run) for run in picture.runs)],
        "curves": [list(_numbers(run)) for run in picture.runs],
        # Metrics and gradients may stand in a file of their own, which the spec's digest does not see.
        "fed": any(_is_fed(run) for run in picture.runs),
        "stylesheet": digest_of(Path(sheet)) if (sheet := picture.runs[0].style.stylesheet) else None,
    }


def _is_fed(run: Run) -> bool:
    return any(reacting_in(run)) or run.optimization is not None


def _named(run: Run) -> list[Any]:
    phases = [[phase.name, phase.start, phase.stop] for phase in run.schedule.phases(run.steps)]
    return [run.label, run.steps, run.steps_per_epoch, run.family, phases]


def _numbers(run: Run) -> Iterator[list[float]]:
    curve = Curve(run)
    for drawn in (curve.sample(_COLUMNS), *(panel.middle for panel in curve.panels(_COLUMNS))):
        yield from (drawn.steps.tolist(), np.where(np.isfinite(drawn.rates), drawn.rates, -1).tolist())


def check(pictures: Sequence[Picture], images: Path, lock: Mapping[str, Entry]) -> Iterator[Finding]:
    """Everything that is missing, stale or nobody's."""
    for picture in pictures:
        if picture.error:
            yield Finding("broken", picture.error)
            continue
        path, entry = images / picture.name, lock.get(picture.name)
        if not path.is_file():
            yield Finding("missing", f"{path}: missing; {picture.spec} makes it")
        elif entry is None:
            yield Finding("stale", f"{path}: not in {LOCK}; draw it")
        elif entry.get("picture_sha256") != digest_of(path):
            yield Finding("stale", f"{path}: not as it was drawn")
        elif not _same(_shown(picture), entry):
            yield Finding("stale", f"{path}: stale; {picture.spec} now shows something else")
    broken = {picture.spec.name for picture in pictures if picture.error}
    names = {picture.name for picture in pictures} | {n for n, e in lock.items() if e.get("spec") in broken}
    for path in sorted(images.iterdir()) if images.is_dir() else ():
        if path.suffix in _PICTURES and path.name not in names:
            yield Finding("orphan", f"{path}: no spec makes it")


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
        for match in _LINK.finditer(text):
            link = match["markdown"] or match["html"]
            target = unquote(re.split(r"[?#]", link)[0])
            if not re.match(r"[a-z][a-z0-9+.-]*:", link) and not (page.parent / target).is_file():
                yield Finding(
                    "link", f"{page}:{text.count(chr(10), 0, match.start()) + 1}: no picture {target}"
                )


def index(page: str, where: Path, pictures: Sequence[Picture], images: Path) -> str:
    """The page with the table between its markers written anew: picture, title, spec.

    Raises
    ------
    LrplotError
        When the page does not hold the two markers, in order.
    """
    start, end = _MARKERS
    before, found, rest = page.partition(start)
    _, ended, after = rest.partition(end)
    if not (found and ended):
        raise LrplotError(f"{where}: needs the lines {start} and {end}, between which the table goes")
    rows = ["| picture | title | spec |", "|---|---|---|"]
    for picture in pictures:
        if picture.runs:
            title, name = _escaped(picture.title), _escaped(picture.spec.name)
            source, spec = (_link(path, where) for path in (images / picture.name, picture.spec))
            rows.append(f"| ![{title}]({source}) | {title} | [{name}]({spec}) |")
    return before + start + "\n" + "\n".join(rows) + "\n" + end + after


def _escaped(text: str) -> str:
    """Text that Markdown takes for text."""
    return re.sub(r"([\\|\[\]*_<>`])", r"\\\1", " ".join(text.split()))


def _link(path: Path, page: Path) -> str:
    import os

    return quote(Path(os.path.relpath(path, page.parent)).as_posix())
