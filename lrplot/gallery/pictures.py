"""A spec as a picture, and what of it the lock keeps."""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from lrplot.curve import Curve, simulated
from lrplot.document.build import build
from lrplot.document.files import files_of
from lrplot.errors import LrplotError
from lrplot.gallery.lock import DOCUMENTS, Entry, digest_of
from lrplot.run import Run, spread
from lrplot.sources.markdown import schedules_in
from lrplot.sources.reference import is_schedule, read_document
from lrplot.style import MARKS
from lrplot.text.markdown import beside, images_of

if TYPE_CHECKING:
    from lrplot.render.startup import Drawing

_COLUMNS: Final = 24
_SHORT: Final = 0.03
"""Share of a run below which a warm-up is drawn once more, larger."""
PICTURES: Final = {".png", ".svg", ".pdf"}
"""Suffixes of the pictures that are drawn."""
_ELSEWHERE: Final = re.compile(r"[a-z][a-z0-9+.-]*:|/")
"""How the address of a picture begins that is not beside the document."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A spec, the picture it makes and the files it reads; ``error`` says why it makes none."""

    spec: Path
    name: str
    digest: str
    runs: tuple[Run, ...] = ()
    files: tuple[Path, ...] = ()
    error: str = ""

    @property
    def title(self) -> str:
        """The picture's title."""
        style = self.runs[0].style
        return style.title if style.title is not None else " · ".join(run.label for run in self.runs)


def pictures_of(spec: Path, images: Path) -> list[Picture]:
    """Read a spec, or every block of a document that has a picture beside it; a broken one has an error."""
    if spec.suffix not in DOCUMENTS:
        return [_picture_of(spec, str(spec), "")]
    digest = digest_of(spec)
    try:
        return [
            _picture_of(spec, block.reference, block.name, block.words)
            if block.name
            else Picture(spec, "", digest, error=block.told)
            for block in _blocks(spec, images)
        ]
    except LrplotError as error:
        return [Picture(spec, "", digest, error=str(error))]


def _picture_of(spec: Path, reference: str, name: str, words: str = "") -> Picture:
    """The picture of a REF; what says no title of its own has the words that its document has for it."""
    digest = digest_of(spec)
    try:
        document = read_document(reference)
        runs = tuple(spread(map(simulated, build(document).runs)))
    except LrplotError as error:
        return Picture(spec, "", digest, error=str(error))
    style = runs[0].style
    more = _added(runs)
    if style.title is None and words:
        more["title"] = words
    if more:
        runs = tuple(replace(run, style=style.model_copy(update=more)) for run in runs)
    # A document says by its own text where the picture is.
    called = name or style.output or f"{spec.stem}.png"
    return Picture(spec, called, digest, runs, files_of(document.root))


def _added(runs: Sequence[Run]) -> dict[str, Any]:
    """What a picture of the gallery has beyond its spec: names on one curve, a short warm-up larger."""
    style = runs[0].style
    more: dict[str, Any] = {"annotate": MARKS} if style.annotate is None and len(runs) == 1 else {}
    if style.inset is None and len(runs) == 1 and style.xlim is None:
        warmup = Curve(runs[0]).summary().warmup.value
        more |= {"inset": "warmup"} if 0 < warmup < _SHORT * runs[0].steps else {}
    return more


class _Block(NamedTuple):
    """A block of a document with a picture beside it: its name and words, or what is wrong with it."""

    reference: str
    name: str
    words: str
    told: str


def _blocks(document: Path, images: Path) -> Iterator[_Block]:
    found = schedules_in(document, is_schedule)
    shown = [
        image
        for image in images_of(document.read_text(encoding="utf-8-sig", errors="replace"))
        if not _ELSEWHERE.match(image.target) and Path(image.target).suffix in PICTURES
    ]
    own = beside([each.block for each in found], shown)
    for each in found:
        image = own.get(each.block.line)
        if image is None:
            continue
        path = Path(os.path.relpath(document.parent / image.target, images))
        told = f"{document}:{image.line}: {image.target} is not in {images}; name its folder with --images"
        yield _Block(each.spelled, "" if ".." in path.parts else path.as_posix(), image.words, told)


def draw(picture: Picture) -> "Drawing":
    """Draw a picture."""
    from lrplot.render.startup import draw as draw_curves

    return draw_curves([Curve(run) for run in picture.runs], Path(picture.name).suffix[1:])


def entry_of(picture: Picture, drawing: "Drawing") -> Entry:
    """The entry that the lock keeps of a picture."""
    return {
        "spec": picture.spec.name,
        "spec_sha256": picture.digest,
        "picture_sha256": hashlib.sha256(drawing.data).hexdigest(),
        **({"boxes": drawing.boxes} if drawing.boxes else {}),
        **shown(picture),
    }


def shown(picture: Picture) -> Entry:
    """All that decides what a picture shows: settings, curves as numbers, files the spec reads."""
    folder = picture.spec.parent
    return {
        "settings": [picture.runs[0].style.model_dump(mode="json"), *(_named(run) for run in picture.runs)],
        "curves": [list(_numbers(run)) for run in picture.runs],
        "files": {os.path.relpath(path, folder): digest_of(path) for path in picture.files},
    }


def _named(run: Run) -> list[Any]:
    phases = [[phase.name, phase.start, phase.stop] for phase in run.schedule.phases(run.steps)]
    return [run.label, run.steps, run.steps_per_epoch, run.family, phases]


def _numbers(run: Run) -> Iterator[list[float]]:
    curve = Curve(run)
    for drawn in (curve.sample(_COLUMNS), *(panel.middle for panel in curve.panels(_COLUMNS))):
        yield from (drawn.steps.tolist(), np.where(np.isfinite(drawn.rates), drawn.rates, -1).tolist())
