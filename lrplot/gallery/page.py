"""All pictures of a gallery as one page, each with the spec that makes it."""

from collections.abc import Sequence

from lrplot.curve import Curve
from lrplot.files import LARGEST_TEXT, read_bytes
from lrplot.gallery.pictures import Picture
from lrplot.render.html.section import Copied, Section


def sections(pictures: Sequence[Picture]) -> list[Section]:
    """A section a picture that can be drawn: its title, its curves, its spec."""
    return [
        Section(
            picture.title,
            [Curve(run) for run in picture.runs],
            picture.runs[0].style,
            texts=[_spec(picture)],
            notes=tuple(dict.fromkeys(note for run in picture.runs for note in run.notes)),
        )
        for picture in pictures
        if not picture.error
    ]


def _spec(picture: Picture) -> Copied:
    """The spec, or the block of a document, as it is written."""
    if picture.found is not None:
        block = picture.found.block
        return Copied("spec", f"{picture.spec.name}:{block.line}", block.text.rstrip())
    text = read_bytes(picture.spec, LARGEST_TEXT).decode(errors="replace")
    return Copied("spec", picture.spec.name, text.rstrip())
