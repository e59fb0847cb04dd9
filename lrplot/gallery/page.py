"""All pictures of a gallery as one page, each with the spec that makes it."""

from collections.abc import Iterator, Sequence

from lrplot.curve import Curve
from lrplot.document.dump import dump
from lrplot.errors import LrplotError
from lrplot.files import LARGEST_TEXT, read_bytes
from lrplot.gallery.lock import DOCUMENTS
from lrplot.gallery.pictures import Picture
from lrplot.render.html.section import Copied, Section


def sections(pictures: Sequence[Picture]) -> list[Section]:
    """A section a picture that can be drawn: its title, its curves, its spec."""
    return [
        Section(
            picture.title,
            [Curve(run) for run in picture.runs],
            picture.runs[0].style,
            texts=tuple(_spec(picture)),
            notes=tuple(dict.fromkeys(note for run in picture.runs for note in run.notes)),
        )
        for picture in pictures
        if not picture.error
    ]


def _spec(picture: Picture) -> Iterator[Copied]:
    """The spec as it is written; what a block of a document says, as the spec it stands for."""
    if picture.spec.suffix not in DOCUMENTS:
        text = read_bytes(picture.spec, LARGEST_TEXT).decode(errors="replace")
        yield Copied("spec", picture.spec.name, text.rstrip())
        return
    try:
        yield Copied("spec", f"{picture.spec.name}: {picture.name}", dump(picture.runs))
    except LrplotError:
        return  # a picture that no one spec makes
