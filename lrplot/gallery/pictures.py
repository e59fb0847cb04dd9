"""A spec as a picture, and what of it the lock keeps."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from lrplot.curve import Curve, simulated
from lrplot.curve.summary import warmup_steps
from lrplot.document.build import build
from lrplot.document.files import files_of
from lrplot.errors import LrplotError
from lrplot.gallery.documents import Found, Read, Reader, blocks
from lrplot.gallery.lock import DOCUMENTS, Entry, called, digest_of
from lrplot.run import Run, spread
from lrplot.sources.reference import read_document
from lrplot.style import MARKS

if TYPE_CHECKING:
    from lrplot.render.startup import Drawing

_COLUMNS: Final = 24
"""Columns of the curve whose numbers the lock keeps: enough to see a change, few enough to be read in a
diff."""
_SHORT: Final = 0.03
"""Share of a run below which a warm-up is drawn once more, larger."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A spec, the picture it makes and the files it reads; ``error`` says why it makes none."""

    spec: Path
    name: str
    digest: str
    runs: tuple[Run, ...] = ()
    files: tuple[Path, ...] = ()
    error: str = ""
    found: Found | None = None
    """The block of a document that it is of."""

    @property
    def title(self) -> str:
        """The picture's title."""
        style = self.runs[0].style
        return style.title if style.title is not None else " · ".join(run.label for run in self.runs)


def pictures_of(spec: Path, images: Path, read: Reader, ignored: Sequence[str] = ()) -> list[Picture]:
    """Read a spec, or every block of a document that is drawn; a broken one has an error.

    Parameters
    ----------
    spec
        A spec or a document.
    images
        The folder of pictures.
    read
        Reads the blocks of ``lrplot``.
    ignored
        Patterns of pictures that are others'.
    """
    if spec.suffix not in DOCUMENTS:
        return [_picture_of(spec, str(spec), "")]
    try:
        return [_picture_in(spec, each, read) for each in blocks(spec, images, ignored)]
    except LrplotError as error:
        return [Picture(spec, "", digest_of(spec), error=str(error))]


def _picture_in(document: Path, found: Found, read: Reader) -> Picture:
    """The picture of a block."""
    if found.linked and not found.name:
        return Picture(document, "", digest_of(document), error=found.told, found=found)
    if found.reference:
        return replace(_picture_of(document, found.reference, found.name, found.words), found=found)
    try:
        said = read(found.block.text, document, found.block.line)
    except LrplotError as error:
        return Picture(document, found.name, digest_of(document), error=str(error), found=found)
    made = picture_of_block(document, found.name or said.runs[0].style.output or "", said)
    return replace(made, found=found)


def picture_of_block(document: Path, name: str, said: Read) -> Picture:
    """The picture of what a block of a document says."""
    return Picture(document, name, digest_of(document), _annotated(said.runs), said.files)


def _picture_of(spec: Path, reference: str, name: str, words: str = "") -> Picture:
    """The picture of a REF; what says no title of its own has the words that its document has for it."""
    digest = digest_of(spec)
    try:
        document = read_document(reference)
        runs = tuple(spread(map(simulated, build(document).runs)))
    except LrplotError as error:
        return Picture(spec, "", digest, error=str(error))
    style = runs[0].style
    runs = _annotated(runs, **({"title": words} if style.title is None and words else {}))
    # A document says by its own text where the picture is.
    called = name or style.output or f"{spec.stem}.png"
    return Picture(spec, called, digest, runs, files_of(document.root))


def _annotated(runs: tuple[Run, ...], **more: Any) -> tuple[Run, ...]:
    """The runs with what a gallery adds where nobody said otherwise, and more values of their style.

    One curve has its points named, and a short warm-up drawn once more, larger.
    """
    style, alone = runs[0].style, len(runs) == 1
    more |= {"annotate": MARKS} if style.annotate is None and alone else {}
    if style.inset is None and alone and style.xlim is None:
        warmup = warmup_steps(runs[0].schedule, runs[0].steps)
        more |= {"inset": "warmup"} if 0 < warmup < _SHORT * runs[0].steps else {}
    return tuple(replace(run, style=style.model_copy(update=more)) for run in runs) if more else runs


def draw(picture: Picture) -> "Drawing":
    """Draw a picture."""
    from lrplot.render.startup import draw as draw_curves

    return draw_curves([Curve(run) for run in picture.runs], Path(picture.name).suffix[1:])


def entry_of(picture: Picture, drawing: "Drawing", images: Path) -> Entry:
    """The entry that the lock keeps of a picture."""
    return {
        "spec": called(picture.spec, images),
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
