"""The definition of a front end: it recognises the REFs of one kind, and lowers each to a document."""

from collections.abc import Callable
from dataclasses import dataclass

from lrplot.document.changes import Given
from lrplot.document.document import Document
from lrplot.sources.ref import Ref


@dataclass(frozen=True, slots=True)
class FrontEnd:
    """One kind of REF.

    Parameters
    ----------
    name
        What it reads.
    recognises
        Whether a REF is of this kind, given what is said over it; it is asked only what no front end before
        it has recognised.
    lower
        The document of such a REF. What is said over it is put into it later; a front end uses what
        it cannot lower the REF without, and says so in the document.
    """

    name: str
    recognises: Callable[[Ref, Given], bool]
    lower: Callable[[Ref, Given], Document]
